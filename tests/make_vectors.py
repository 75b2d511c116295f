"""Write tests/vectors/*.json: `make vectors`, or `python -m tests.make_vectors [FOLDER]`.

A file is {"about", "cases": [{"name", "call", "given", "gives" or "refused"}]}; `refused` is the reason.
What a call takes and gives stands in vector_calls.py. records.json has also "bases", the records from which
the cases of `audit` start (records.py says how). rfc9180.json and rfc9474.json come from the RFCs and are not
written here. Two runs write the same bytes.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ballots.errors import ProtocolError
from tests import vector_inputs
from tests.records import expand
from tests.vector_calls import CALLS
from tests.vector_inputs_records import base_texts, record_inputs

RECORDS = "records.json"
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
    yield RECORDS, make_records()


def make_records() -> str:
    """Return the text of records.json, a line a file or case: whole records are long."""
    bases, cases = base_texts(), []
    for name, call, given in record_inputs():
        case = make_case(name, call, expand(given, bases))
        cases.append(_line(case | {"given": given}))
    about = "PROTOCOL.md section 13: whole records and what an audit gives"
    records = _object({name: _object(_quoted(files)) for name, files in bases.items()})
    return _object({"about": json.dumps(about), "bases": records, "cases": _list(cases)}) + "\n"


def _object(members: dict[str, str]) -> str:
    lines = ",\n".join(f"{json.dumps(name)}: {text}" for name, text in sorted(members.items()))
    return f"{{\n{lines}\n}}"


def _list(texts: list[str]) -> str:
    lines = ",\n".join(texts)
    return f"[\n{lines}\n]"


def _quoted(files: dict[str, str]) -> dict[str, str]:
    return {path: json.dumps(text) for path, text in files.items()}


def _line(case: dict[str, Any]) -> str:
    return json.dumps(case, sort_keys=True, separators=(",", ":"))


def load_cases(path: Path) -> list[dict[str, Any]]:
    """Return the cases of a file, each with all that its call takes."""
    document = json.loads(path.read_text())
    if "bases" not in document:
        return document["cases"]  # type: ignore[no-any-return]
    return [case | {"given": expand(case["given"], document["bases"])} for case in document["cases"]]


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    for file, content in make_files():
        (folder / file).write_text(content)
        print(f"{file}: {content.count(chr(34) + 'call' + chr(34))} cases")
