"""`python -m tests.attacks.crashes`: kill for as long as you like.

python -m tests.attacks.crashes                          one run of 220 kills with a seed of its own
python -m tests.attacks.crashes --kills 2000 --repeats 9 a long one
python -m tests.attacks.crashes --seed 7 --runs 10       the seeds 7 to 16
"""

import argparse
import secrets
import sys

from tests.attacks.crashes.run import main_loop


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.attacks.crashes", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--kills", type=int, default=220, help="kills of a run (%(default)s)")
    parser.add_argument(
        "--repeats", type=int, default=2, help="times that each point is killed at (%(default)s)"
    )
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31), help="of the plan (drawn)")
    parser.add_argument(
        "--runs", type=int, default=1, help="elections, each with the next seed (%(default)s)"
    )
    given = parser.parse_args()
    return main_loop(range(given.seed, given.seed + given.runs), given.kills, given.repeats)


if __name__ == "__main__":
    sys.exit(main())
