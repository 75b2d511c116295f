"""The command `wijkaandeel tally`: count any Pabulib file by a rule, outcome on the screen or as JSON."""

import argparse
import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from rich.console import Console

from tally import rules
from tally.audit.tally_screen import format_json, say, show, show_side_by_side
from tally.pabulib import PabulibElection, PabulibError, find_rule, parse_pabulib, profile_of, ties_of
from tally.profile import Profile, ProfileError, TieOrder
from tally.rules import equal_shares
from tally.rules.choosing import Choice, ChoiceError, choose_rule, rule_names
from tally.rules.result import Result
from tally.rules.side_by_side import put_side_by_side
from tally.texts.languages import COMPLETE

UNUSABLE = 2
DEFAULT = "equal-shares"
MAX_FILE = 2**28
"""The most bytes of a file to count."""
SIGNS = {"EUR": "€", "GBP": "£", "USD": "$"}

Told = Callable[[str], None]
"""Is told what is being done, for people who wait."""

EXAMPLES = """examples:
  wijkaandeel tally Netherlands_Assen_2024.pb
  wijkaandeel tally Poland_Warszawa_2022_Ochota.pb --rule add1u-cost --json
  wijkaandeel tally Netherlands_Amsterdam_621.pb --rule mes-cost --against greedy-cost
  wijkaandeel tally Netherlands_Amsterdam_621.pb --rule mes-cost --explain --project 71902 --language nl
  wijkaandeel tally FILE.pb --rule equal-shares --set completion=add1 --set stop=overspend

rules:
{rules}

A --set of an amount, such as increment, is in cents. Ties are broken by project id in code-point order ("10"
before "2"). A file that `wijkaandeel export` wrote names its own rule and has lots for ties: these are used,
and --set changes single parameters of that rule.

--json writes one object: winners (in order of choice), cost and budget (numbers in the file's own unit, exact
to the cent), rule (as asked for), method (the rule's own name), parameters (all of them), ties, ballots, and
under "result" every round and reason, with amounts in cents; with --against also "against", of the same
shape, and "side_by_side"; with --explain "explanation".

Exit code: 0 counted, 2 the file cannot be read, or not be counted by this rule."""


class Counted(NamedTuple):
    """A profile, by what it was counted, and what came of it."""

    profile: Profile
    choice: Choice
    ties: TieOrder
    result: Result


class TallyError(Exception):
    """Something asked for that cannot be done; whoever typed the command must act."""


def make_parser() -> argparse.ArgumentParser:
    """Return the options of `tally`."""
    parser = argparse.ArgumentParser(
        prog="wijkaandeel tally",
        description="Count a participatory budgeting election in the Pabulib format (.pb).",
        epilog=EXAMPLES.format(rules=_list_rules()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", metavar="FILE.pb", help="the election's file, see https://pabulib.org")
    parser.add_argument(
        "--rule", metavar="NAME", help=f"see below; default: the file's own, if it names one, else {DEFAULT}"
    )
    parser.add_argument(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="change one parameter of the rule; may be given again",
    )
    parser.add_argument("--against", metavar="RULE", help="count by a second rule too, and show both")
    parser.add_argument("--explain", action="store_true", help="say why projects won and lost")
    parser.add_argument("--project", metavar="ID", help="with --explain: only this project")
    parser.add_argument(
        "--language", choices=sorted(COMPLETE), default="en", help="of --explain; default: %(default)s"
    )
    parser.add_argument("--json", action="store_true", help="write all of it as one JSON object")
    return parser


def main(argv: Sequence[str]) -> int:
    """Run `wijkaandeel tally`; return its exit code."""
    options = make_parser().parse_args(argv)
    try:
        _run(options)
    except (PabulibError, ProfileError, OSError, UnicodeDecodeError) as error:
        print(f"wijkaandeel tally: {options.file}: {error}", file=sys.stderr)
        return UNUSABLE
    except (TallyError, ChoiceError) as error:
        print(f"wijkaandeel tally: {error}", file=sys.stderr)
        return UNUSABLE
    return 0


def _run(options: argparse.Namespace) -> None:
    asked = choose_rule(options.rule, options.set) if options.rule else None
    rival = choose_rule(options.against) if options.against else None
    explain = _find_explain(options)
    with _progress() as told:
        told("reading")
        election = parse_pabulib(_read(Path(options.file)))
        choice = asked or find_rule(election, options.set) or choose_rule(DEFAULT, options.set)
        profile = profile_of(election)
        ties = ties_of(election, profile)
        result = _count(choice, profile, ties, told)
        other = _count(rival, profile, ties, told) if rival else None
        counted = Counted(profile, choice, ties, result)
        explanation = _explain(explain, options.project, counted, told) if explain else None
    both = put_side_by_side(profile, result, other) if other else None
    if options.json:
        said = say(choice, result)
        against = say(rival, other) if rival and other else None
        print(
            format_json(
                msgspec.structs.replace(said, against=against, side_by_side=both, explanation=explanation)
            )
        )
        return
    console = Console(markup=False, emoji=False, highlight=False)
    if explain is None or options.project is None:
        show(console, election, choice, result)
    if rival and both:
        show_side_by_side(console, election, (choice.name, rival.name), both)
    if explain:
        print(_format_explanation(explain, options, election, explanation))


def _read(path: Path) -> str:
    with path.open("rb") as file:
        raw = file.read(MAX_FILE + 1)
    if len(raw) > MAX_FILE:
        raise OSError(f"expected at most {MAX_FILE} bytes")
    return raw.decode("utf-8")


def _count(choice: Choice, profile: Profile, ties: TieOrder, told: Told) -> Result:
    told(f"counting by {choice.name}")
    if isinstance(choice.parameters, equal_shares.Parameters):
        return equal_shares.count(
            profile,
            choice.parameters,
            ties,
            lambda times: told(f"counting by {choice.name}: {times} increments tried"),
        )
    return rules.rule_named(choice.rule).count(profile, choice.parameters, ties)


@contextmanager
def _progress() -> Iterator[Told]:
    """Yield who shows on a terminal what is being done; nothing is shown elsewhere."""
    console = Console(stderr=True, markup=False, emoji=False, highlight=False)
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status("") as status:
        yield status.update


def _list_rules() -> str:
    lines, line = [], " "
    for name in rule_names():
        if len(line) + len(name) > 100:
            lines.append(line)
            line = " "
        line += f" {name}"
    return "\n".join([*lines, line])


# Explanations ---------------------------------------------------------------------------------------


def _find_explain(options: argparse.Namespace) -> Any:
    """Return the module that explains, None if nothing is to be explained."""
    if options.project is not None and not options.explain:
        raise TallyError("--project says which project to --explain, and --explain is not there")
    if not options.explain:
        return None
    if importlib.util.find_spec("tally.explain") is None:
        raise TallyError("this version cannot explain outcomes")
    return importlib.import_module("tally.explain")


def _explain(explain: Any, project: str | None, counted: Counted, told: Told) -> Any:
    if project is not None and project not in {each.id for each in counted.profile.projects}:
        raise TallyError(f"expected --project to be one of the file's, got {project!r}")
    return explain.explain_outcome(
        counted.profile,
        counted.choice.rule,
        counted.choice.plain(),
        counted.ties,
        project=project,
        result=counted.result,
        told=lambda number: told(f"explaining: {number} projects"),
    )


def _format_explanation(
    explain: Any, options: argparse.Namespace, election: PabulibElection, explanation: Any
) -> str:
    titles = {project.id: project.name or project.id for project in election.projects}
    currency = election.meta.get("currency", "EUR").strip()
    text = explain.format_explanation(explanation, titles, options.language, SIGNS.get(currency, currency))
    assert isinstance(text, str)
    return text
