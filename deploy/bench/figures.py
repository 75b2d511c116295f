"""What was measured, as a table for people and as JSON for programs."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

HEADINGS = ("what", "value", "aim", "met", "remark")


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line: `at_least` or `at_most` is the aim, if there is one; no value where nothing was measured."""

    what: str
    value: float | None
    unit: str
    at_least: float | None = None
    at_most: float | None = None
    remark: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; None without an aim or a value."""
        if self.value is None:
            return None
        if self.at_least is None and self.at_most is None:
            return None
        above = self.at_least is None or self.value >= self.at_least
        return above and (self.at_most is None or self.value <= self.at_most)

    def cells(self) -> tuple[str, ...]:
        """Return the line's texts, in the order of the headings."""
        aim = ""
        if self.at_least is not None:
            aim = f"{format_number(self.at_least)} or more"
        elif self.at_most is not None:
            aim = f"{format_number(self.at_most)} or less"
        met = {True: "yes", False: "NO", None: ""}[self.met]
        value = "-" if self.value is None else f"{format_number(self.value)} {self.unit}".strip()
        return self.what, value, aim, met, self.remark


def format_number(number: float) -> str:
    """Return a number with three or so significant digits."""
    if abs(number) >= 100:
        return f"{number:,.0f}"
    if abs(number) >= 10:
        return f"{number:.1f}"
    return f"{number:.3f}" if abs(number) < 1 else f"{number:.2f}"


def ratio(what: str, part: float, whole: float, remark: str = "") -> Figure:
    """Return one figure in relation to another one of the same run."""
    return Figure(what=what, value=100 * part / whole if whole else 0.0, unit="%", remark=remark)


def format_table(rows: Iterable[Sequence[str]]) -> str:
    """Return aligned columns under the headings."""
    lines = [HEADINGS, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    rule = tuple("-" * width for width in widths)
    aligned = (
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in (lines[0], rule, *lines[1:])
    )
    return "\n".join(aligned)


def format_report(machine: Mapping[str, str], figures: Iterable[Figure], notes: Iterable[str]) -> str:
    """Return the whole report for people."""
    width = max(map(len, machine))
    head = "\n".join(f"{name:<{width}}  {value}" for name, value in machine.items())
    table = format_table([figure.cells() for figure in figures])
    return "\n\n".join(["Benchmarks of Wijkaandeel", head, table, "\n".join(notes)]) + "\n"


def write_report(
    folder: Path, stamp: str, machine: Mapping[str, str], figures: Sequence[Figure], notes: Sequence[str]
) -> tuple[Path, Path]:
    """Write the report as text and as JSON, and return where."""
    folder.mkdir(parents=True, exist_ok=True)
    text, data = folder / f"bench-{stamp}.txt", folder / f"bench-{stamp}.json"
    text.write_text(format_report(machine, figures, notes), encoding="utf-8")
    content = {
        "figures": [asdict(figure) | {"met": figure.met} for figure in figures],
        "machine": machine,
        "notes": notes,
        "taken": stamp,
    }
    data.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return text, data
