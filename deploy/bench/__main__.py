"""`python -m deploy.bench [NAME...]`: measure, print the table, and write it to bench-results/."""

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from deploy.bench import audit, booth, casts, counting, recount, sequencer, shares
from deploy.bench.election import ROOT
from deploy.bench.figures import Figure, format_report, write_report
from deploy.bench.machine import describe_machine

BENCHES: dict[str, Callable[..., list[Figure]]] = {
    "casts": casts.measure,
    "shares": shares.measure,
    "sequencer": sequencer.measure,
    "audit": audit.measure,
    "recount": recount.measure,
    "booth": booth.measure,
    "count": counting.measure,
}
NOTES = [
    "Rates are the best of three runs; server, database and load share the cores.",
    "Indented lines belong to the line above them and were measured in the same run.",
]
QUICK = "A quick try: too few ballots and too short runs for any figure to mean something."
EXAMPLE = "example: python -m deploy.bench casts audit"


def main(argv: Sequence[str] | None = None) -> int:
    """Run benchmarks; return the exit code, 0 whether aims are met or not."""
    parser = argparse.ArgumentParser(prog="python -m deploy.bench", description=__doc__, epilog=EXAMPLE)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"which: {', '.join(BENCHES)} (default: all)"
    )
    parser.add_argument("--quick", action="store_true", help="only try whether everything runs, in seconds")
    parser.add_argument(
        "--sizes",
        nargs="+",
        type=int,
        default=[],
        metavar="N",
        help=f"numbers of ballots that are audited (default: {' '.join(map(str, audit.SIZES))})",
    )
    parser.add_argument(
        "--kept",
        type=Path,
        metavar="FOLDER",
        help="where ballots and records are kept for the next time (default: kept, within --out; "
        "a hundred thousand ballots take some minutes and 700 MB)",
    )
    parser.add_argument("--out", type=Path, default=ROOT / "bench-results", help="where results are written")
    options = parser.parse_args(argv)
    if unknown := set(options.names) - set(BENCHES):
        parser.error(f"expected names among {', '.join(BENCHES)}, got {', '.join(sorted(unknown))}")
    options.out.mkdir(parents=True, exist_ok=True)
    os.chdir(ROOT)
    machine = describe_machine(options.out)
    figures: list[Figure] = []
    for name in options.names or BENCHES:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        extra = {"sizes": options.sizes} if name == "audit" else {}
        figures += BENCHES[name](options.kept or options.out / "kept", quick=options.quick, **extra)
    notes = [QUICK] if options.quick else NOTES
    print(format_report(machine, figures, notes))
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    for path in write_report(options.out, stamp, machine, figures, notes):
        print(f"written: {path}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
