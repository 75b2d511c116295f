"""The table of attacks, and its page: `python -m tests.attacks.table > tests/attacks/README.md`."""

import re

from tests.attacks import ballots, count, log, nodes, opening, roll, setup, voter, witness
from tests.attacks.rows import Attack

PARTS: dict[str, list[Attack]] = {
    "The log": log.ROWS + witness.ROWS,
    "Set-up": setup.ROWS,
    "The roll and shares": roll.ROWS,
    "Ballots": ballots.ROWS,
    "Closing and opening": opening.ROWS,
    "Count and certification": count.ROWS,
    "Nodes as oracles": nodes.ROWS,
    "The voter's side": voter.ROWS,
}

ABOUT = """# What we withstand

Each row is an attack that a test plays: who the attacker is, what they do, and what catches it. Attackers
have all the keys that they would have, and use them: where the operator changes the log, tiles and root are
made anew and signed. Letters with numbers are the checks of the audit (section 13 of
[the protocol](../../ballots/PROTOCOL.md)), words in `code` the reasons with which an entry, a proof or a
request is refused (section 15). "status 409" is what a witness answers. Records, entries and primitives are
judged by both implementations, in Python and in TypeScript, and must get this very answer; partner nodes
there are only in Python.

This page is made from the tests: `python -m tests.attacks.table > tests/attacks/README.md`.
"""

LIMITS = """## What nothing catches

The limits of section 0 of the protocol, played all the same so that they stay known: records that are valid.
"slack" is the number that an audit prints beside its verdict. Ballots that all issuers of a style make for
people who asked and did not vote use the slack up, and do not show in it.
"""


def format_page() -> str:
    """Return the page."""
    parts = [ABOUT]
    for name, rows in PARTS.items():
        caught = [row for row in rows if not row.is_limit]
        parts.append(f"## {name}\n\n{_format_rows(caught)}")
    limits = [row for rows in PARTS.values() for row in rows if row.is_limit]
    parts.append(f"{LIMITS}\n{_format_rows(limits, 'what an audit says')}")
    return "\n".join(parts)


def _format_rows(rows: list[Attack], answer: str = "what catches it") -> str:
    lines = [f"| attacker | what they do | {answer} |", "|---|---|---|"]
    lines += [f"| {row.attacker} | {row.does} | {format_caught(row.caught)} |" for row in rows]
    return "\n".join(lines) + "\n"


def format_caught(caught: str) -> str:
    """Return the answer with its reasons in code."""
    return re.sub(r"\b[a-z0-9]+(-[a-z0-9]+)+|\bpromise|\bsealing", lambda found: f"`{found[0]}`", caught)


def checks_of(attack: Attack) -> set[str]:
    """Return the ids of the checks that catch an attack."""
    return set(re.findall(r"\b[A-Z][0-9]{2}\b", attack.caught))


if __name__ == "__main__":
    print(format_page(), end="")
