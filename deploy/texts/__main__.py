"""The command of `make texts`, and with --check the part of `make check`."""

import argparse
import sys

from deploy.build_texts import FOLDER, build_texts
from deploy.texts.catalogues import format_catalogue, read_catalogue, update_all, write_all
from deploy.texts.faults import find_faults
from deploy.texts.found import find_texts
from tally.texts.languages import LANGUAGES


def main() -> int:
    """Bring the catalogue up to date, or check it; return 1 if it has faults."""
    parser = argparse.ArgumentParser(prog="python -m deploy.texts", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail if anything would")
    used, old = find_texts(), {language: read_catalogue(language) for language in LANGUAGES}
    if parser.parse_args().check:
        faults = list(find_faults(old, used))
        faults += [
            f"{language}: `make texts` would change this file"
            for language, new in update_all(old, used).items()
            if format_catalogue(language, new) != (FOLDER / f"{language}.po").read_bytes()
        ]
    else:
        new = update_all(old, used)
        for path in write_all(new):
            print(f"written: {path.name}")
        build_texts()
        faults = list(find_faults(new, used))
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
