"""What the demo tells at the end: links, turnout, winners and why, the money, and how to check all of it.

Pure but for reading the ledger's balance. Words for people; the same facts stand on the pages.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from admin.demo.flow import Held
from admin.demo.pabulib import Comparison
from admin.demo.site import Site
from ballots.election import Election
from ballots.manifest import BallotProject
from ballots.note import format_vkey
from service.portal.ledger_store import PotBalance
from tally.outcome import CountOutcome, ProjectOutcome

PAGES = {
    "/": "the election",
    "/wall": "the board: every entry, every ballot",
    "/outcome": "the outcome, with the reason for each project",
    "/ledger": "the ledger",
    "/audit": "how to audit",
    "/recount": "count everything again, in the browser",
    "/docs": "the interface",
}


def format_summary(held: Held, pots: Sequence[PotBalance], comparison: Comparison | None) -> str:
    """Return the summary as text."""
    election = held.election
    parts: list[Iterator[str]] = [_turnout(held, election)]
    for contest in held.outcome.contests:
        projects = {project.id: project for project in election.contests[contest.contest].projects}
        title = election.contests[contest.contest].title
        parts += [_count(title, count, projects) for count in contest.counts]
    parts.append(_money(held, pots))
    if comparison is not None:
        parts.append(_comparison(comparison))
    return "\n\n".join("\n".join(part) for part in parts)


def format_links(site: Site, held: Held) -> str:
    """Return where to look while the site is up, and how to audit it."""
    manifest, key = held.election.manifest_hash.hex(), format_vkey(site.operator)
    return "\n".join(
        [
            "Look around while the site is up:",
            *(f"  {site.url}{path:<9} {what}" for path, what in PAGES.items()),
            "",
            "Audit it yourself while the site is up:",
            f"  wijkaandeel audit {site.board_url} --manifest {manifest} --operator-key {key}",
        ]
    )


def format_audit(folder: Path) -> str:
    """Return the command that audits a folder that is kept."""
    return (
        "Audit the folder that was kept:\n"
        f'  wijkaandeel audit {folder / "record"} --manifest "$(cat {folder / "manifest.hash"})" '
        f'--operator-key "$(cat {folder / "operator.vkey"})"'
    )


def euros(cents: int) -> str:
    """Return an amount as it stands on a Dutch page."""
    whole, rest = divmod(cents, 100)
    grouped = f"{whole:,}".replace(",", ".")
    return f"€ {grouped},{rest:02}" if rest else f"€ {grouped}"


def _turnout(held: Held, election: Election) -> Iterator[str]:
    part = 100 * held.voters // max(1, held.residents)
    again = held.ballots - held.voters
    yield (
        f"{election.manifest.title}: {held.voters} of {held.residents} residents voted ({part} %), "
        f"{again} of them again."
    )
    if held.late:
        yield f"{held.late} residents came after the last release; give more time with --voting-seconds."
    yield f"{held.receipts} receipts were checked against the board, and all of them held."
    names = {partner.id: partner.title for partner in election.manifest.partners}
    yield (
        f"The nodes of {' and '.join(names[partner] for partner in held.lost)} were stopped before closing; "
        "the other four witnessed and opened."
    )
    yield (
        f"Counted: {held.outcome.counted} ballots; {held.outcome.superseded} superseded, "
        f"{len(held.outcome.invalid)} invalid. Both officials audited all of it and certified."
    )


def _count(title: str, count: CountOutcome, projects: dict[str, BallotProject]) -> Iterator[str]:
    spent = f"{euros(count.cost)} of {euros(count.budget)}"
    yield f"{title} ({count.rule}): {spent} to {len(count.winners)} projects"
    results = {each.project: each for each in count.projects}
    losers = sorted(
        (each for each in count.projects if each.reason != "chosen"), key=lambda each: -each.votes
    )
    for each in [*(results[winner] for winner in count.winners), *losers]:
        project = projects[each.project]
        mark = "+" if each.reason == "chosen" else "-"
        row = f"  {mark} {project.title:<42.42} {euros(project.cost):>12} {each.votes:>7} votes"
        yield f"{row}  {_reason(each)}"


def _reason(each: ProjectOutcome) -> str:
    match each.reason:
        case "chosen":
            return "chosen"
        case "does-not-fit":
            return f"{euros(each.missing)} short when its turn came"
        case "supporters-cannot-pay":
            return f"its supporters had {euros(each.supporters_left)} left"
        case _:
            return "no votes"


def _money(held: Held, pots: Sequence[PotBalance]) -> Iterator[str]:
    booked = "no money moved" if held.booked is None else f"booked as transaction {held.booked.id}"
    yield f"Ledger ({booked}):"
    row = "  {:<36.36} granted {:>14}  committed {:>14}  left {:>14}".format
    for pot in pots:
        yield row(pot.title, euros(pot.granted), euros(pot.committed), euros(pot.left))
        for fund in pot.funds:
            yield row(f"  {fund.title}", euros(fund.granted), euros(fund.committed), euros(fund.left))


def _comparison(comparison: Comparison) -> Iterator[str]:
    if comparison.equal:
        yield "The outcome equals what the rule gives on the file itself, round by round."
    else:
        yield "THE OUTCOME DIFFERS from what the rule gives on the file itself:"
        yield f"  expected {', '.join(comparison.expected) or 'nobody'}"
    yield f"  winners as the file names them: {', '.join(comparison.got) or 'nobody'}"
