"""Compare the two implementations for long: `python -m tests.differential --minutes 30 --seed 1`.

Every difference is printed, and appended to a file as a case that a vector can be made of (what the first
implementation says stands in it, which may be the wrong one). A difference of the same call and verdicts is
told once.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.differential.families import FAMILIES, search, settings_for
from tests.differential.verdicts import DifferenceError, Mark, told
from tests.second import JUDGE, Second

TURNS = 5
"""In so many turns a family's calls are as many as in an ordinary test run: all families come soon."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 1 if a difference was found."""
    options = parse_options(arguments)
    end = time.monotonic() + 60 * options.minutes
    seen: set[Mark] = set()
    turn, compared = options.seed, 0
    while time.monotonic() < end:
        for name in options.family or FAMILIES:
            if time.monotonic() >= end:
                break
            family = FAMILIES[name]
            examples = max(1, family.examples // TURNS)
            settings = settings_for(examples, report_multiple_bugs=False)
            with Second(options.judge) as judge:
                try:
                    search(family, judge, settings, seen, seed=turn)
                except DifferenceError as difference:
                    seen.add(difference.mark)
                    keep(options.out, name, difference)
            compared += examples
        turn += 1
    print(f"about {compared} calls compared, {len(seen)} differences in {options.out}")
    return 1 if seen else 0


def keep(path: Path, family: str, difference: DifferenceError) -> None:
    """Print a difference, and append it to a file as a vector's case."""
    heads = told(difference.mine)[:200], told(difference.theirs)[:200]
    print(f"{family}: {difference.call}\n  first:  {heads[0]}\n  second: {heads[1]}", flush=True)
    case = {
        "call": difference.call,
        "given": difference.given,
        "name": f"{family}: {heads[0]} / {heads[1]}",
        "second": difference.theirs,
    }
    with path.open("a") as file:
        file.write(json.dumps(case | difference.mine, sort_keys=True) + "\n")


def parse_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.differential", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--family", action="append", choices=sorted(FAMILIES))
    parser.add_argument("--out", type=Path, default=Path("differences.jsonl"))
    parser.add_argument("--judge", type=Path, default=JUDGE, help="the second implementation's bundle")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
