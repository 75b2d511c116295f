"""Write tests/vectors/*.json: `make vectors`, or `python -m tests.make_vectors [FOLDER]`.

A file is {"about", "cases": [{"name", "call", "given", "gives" or "refused"}]}; `refused` is the reason.
What a call takes and gives stands in vector_calls.py. rfc9180.json and rfc9474.json come from the RFCs
and are not written here. Two runs write the same bytes.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ballots.errors import ProtocolError
from tests import vector_inputs
from tests.vector_calls import CALLS

FOLDER = Path(__file__).parent / "vectors"


def make_case(name: str, call: str, given: dict[str, Any]) -> dict[str, Any]:
    """Return a case with what the kernel says of it."""
    case: dict[str, Any] = {"call": call, "given": given, "name": name}
    try:
        case["gives"] = CALLS[call](given)
    except ProtocolError as error:
        case["refused"] = error.reason
    return case


def make_files() -> Iterator[tuple[str, str]]:
    """Yield the name and text of each file."""
    for name, (about, inputs) in vector_inputs.FILES.items():
        cases = [make_case(*each) for each in inputs()]
        text = json.dumps({"about": about, "cases": cases}, indent=1, sort_keys=True, ensure_ascii=True)
        yield name, text + "\n"


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    for file, content in make_files():
        (folder / file).write_text(content)
        print(f"{file}: {content.count(chr(34) + 'call' + chr(34))} cases")
