"""JSON as it is spelled: a tree that keeps order, doubled members and odd numbers, and edits of it.

`parse` and `spell` go there and back to the byte; `edits` changes one place in one of the ways in which
parsers are known to differ.
"""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

Tree = Any
Draw = Callable[[st.SearchStrategy[Any]], Any]


class Members(list[list[Any]]):
    """An object's [name, value] pairs in the order in which they are spelled."""


class Raw:
    """A value in a spelling of its own."""

    def __init__(self, spelled: bytes) -> None:
        self.spelled = spelled


def parse(raw: bytes) -> Tree:
    """Return the tree of a JSON text."""
    return json.loads(raw, object_pairs_hook=lambda pairs: Members([list(pair) for pair in pairs]))


def spell(tree: Tree) -> bytes:
    """Return the JSON of a tree, without spare space, names and strings escaped as RFC 8785 has it."""
    if isinstance(tree, Raw):
        return tree.spelled
    if isinstance(tree, Members):
        return b"{" + b",".join(spell(name) + b":" + spell(value) for name, value in tree) + b"}"
    if isinstance(tree, list):
        return b"[" + b",".join(map(spell, tree)) + b"]"
    return json.dumps(tree, ensure_ascii=False).encode("utf-8", "surrogatepass")


MAX_DEPTH = 32
"""How deep JSON may nest before parsers give up; no record of ours nests as deep."""


def doubles_a_member(raw: bytes) -> bool:
    """Say whether JSON has a member twice in one object."""
    doubled: list[str] = []

    def look(pairs: list[tuple[str, Any]]) -> None:
        names = [name for name, _ in pairs]
        doubled.extend(name for name in names if names.count(name) > 1)

    try:
        json.loads(raw, object_pairs_hook=look)
    except (ValueError, RecursionError):
        return False
    return bool(doubled)


def nests_deeply(raw: bytes) -> bool:
    """Say whether JSON nests deeper than MAX_DEPTH."""
    try:
        return _depth(json.loads(raw)) > MAX_DEPTH
    except ValueError:
        return False
    except RecursionError:
        return True


def _depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(_depth, inner), default=0)


def places(tree: Tree) -> Iterator[tuple[Any, int]]:
    """Yield (holder, index) of every value in a tree; a member's value has index 1 in its pair."""
    for index, item in enumerate(tree):
        holder, at = (item, 1) if isinstance(tree, Members) else (tree, index)
        yield holder, at
        if isinstance(holder[at], list):
            yield from places(holder[at])


def draw_place(draw: Draw, tree: Tree, *, within: bool = False) -> tuple[Any, int]:
    """Return the (holder, index) of a value in a tree with any; each member is as likely, whatever it holds.

    `within` is for places within objects, never whole objects.
    """
    while True:
        at = draw(st.integers(0, len(tree) - 1))
        holder, index = (tree[at], 1) if isinstance(tree, Members) else (tree, at)
        inner = holder[index]
        if not isinstance(inner, list) or not inner:
            return holder, index
        if not (within and isinstance(inner, Members)) and draw(st.integers(0, 2)) == 0:
            return holder, index
        tree = inner


ODD_NUMBERS = [
    b"-0", b"3.0", b"3e0", b"3E2", b"03", b"+3", b"-1", b"3.", b".3", b"0x3", b"1e400", b"NaN", b"Infinity",
    b"9007199254740992", b"9007199254740993", b"18446744073709551616", b"1" * 400, b"true", b"null", b'"3"',
    b"9007199254740991.0", b"0.1e1", b"1_000", b"\xd9\xa3", b"- 1", b"1 ",
]  # fmt: skip
EDGES = [0, 1, 2, 9, 10, 63, 64, 255, 256, 400, 401, 1000, 1_000_000, 1_000_001, 2**31, 2**32, 2**53 - 1]
ODD_STRINGS = [
    b'"\\ud800"', b'"\\udc00\\ud800"', b'"\\ud83d\\ude00"', b'"\\uD83D\\uDE00"', b'"\\/"', b'"\\u0061"',
    b'"\\u001F"', b'"\\u001f"', b'"\\u0008"', b'"\\b"', b'"\\v"', b'"\x7f"', b'"\xc2\x80"',
    b'"\xe2\x80\xa8"', b'"\\u2028"', b'"\xef\xbb\xbfx"', b'"\xff"', b'"\xc0\x80"', b'"\xed\xa0\x80"',
    b'"\xf4\x90\x80\x80"', b'"\xf0\x9f\x98\x80"', b'"\x00"', b'"\x1f"', b'"\n"', b'"e\xcc\x81"', b"'x'",
    b'"x', b'"\\x41"', b'"\\u12"', b'""', b'"a\\u0000b"', b'"\xef\xbf\xbe"', b'"\xef\xbf\xbf"',
    b'"' + b"a" * 200 + b'"', b'"' + b"\xf0\x9f\x98\x80" * 200 + b'"',
    b'"' + b"\xf0\x9f\x98\x80" * 201 + b'"', b'"' + b"a" * 201 + b'"', b'"' + b"a" * 40 + b'"',
    b'"' + b"a" * 41 + b'"',
]  # fmt: skip
DEEP = [b"[" * depth + b"]" * depth for depth in (31, 32, 33, 200, 5000)]
OTHER_TYPES = [*DEEP, b"null", b"true", b"false", b"[]", b"{}", b'""', b"0", b"[[]]", b"[null]", b"1.5"]


def draw_edit(draw: Draw, tree: Tree) -> Tree:
    """Return a copy of a tree with one place changed."""
    tree = deepcopy(tree)
    if not isinstance(tree, list) or not tree:
        return Raw(draw(st.sampled_from(OTHER_TYPES)))
    holder, at = draw_place(draw, tree)
    value = holder[at]
    edits = EDITS_OF[type(value)] + [_other_type]
    holder[at] = edits[draw(st.integers(0, len(edits) - 1))](draw, value)
    return tree


def _other_type(draw: Draw, _: Any) -> Any:
    return Raw(draw(st.sampled_from(OTHER_TYPES)))


def _odd_number(draw: Draw, _: int) -> Any:
    return Raw(draw(st.sampled_from(ODD_NUMBERS)))


def edge_number(draw: Draw, value: int) -> int:
    """Return another number: a neighbour, or one where ranges end."""
    near = draw(st.booleans())
    return max(0, min(draw(st.sampled_from([value + 1, value - 1] if near else EDGES)), 2**53 - 1))


def _odd_string(draw: Draw, _: str) -> Any:
    return Raw(draw(st.sampled_from(ODD_STRINGS)))


def _escaped(draw: Draw, value: str) -> Any:
    """Return the string with one character escaped that need not be."""
    if not value:
        return Raw(b'"\\u0000"')
    at = draw(st.integers(0, len(value) - 1))
    unit = f"\\u{ord(value[at]) % 0x10000:04x}"
    spelled = [json.dumps(part, ensure_ascii=False)[1:-1] for part in (value[:at], value[at + 1 :])]
    return Raw(
        f'"{spelled[0]}{draw(st.sampled_from([unit, unit.upper().replace("U", "u")]))}{spelled[1]}"'.encode()
    )


def other_text(draw: Draw, value: str) -> str:
    """Return the text with a character more, fewer or other, or another one that looks like it."""
    at = draw(st.integers(0, len(value)))
    extra = draw(st.sampled_from(ODD_CHARACTERS))
    kind = draw(st.integers(0, 5))
    if kind == 0:
        return value[:at] + extra + value[at:]
    if kind == 1:
        return value[:at] + value[at + 1 :]
    if kind == 2:
        return value[:at] + extra + value[at + 1 :]
    if kind == 3:
        return value + extra
    return [extra + value, value.upper()][kind - 4]


ODD_CHARACTERS = [
    "a", "A", "0", "-", "_", "=", "+", "/", ".", " ", "\t", "\n", "\r", "\x00", "\x0b", "\x0c", "\x1f",
    "\x7f", "\x85", "\xa0", "\u1680", "\u180e", "\u2000", "\u2003", "\u200a", "\u200b", "\u2010", "\u2014",
    "\u2015", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000", "\ufeff", "\u0130", "\u0131", "\u212a",
    "\uff10", "\u0660", "\u00e9", "e\u0301", "\U0001f600", "\ufffd", "\uffff", "U", "o", "I", "l", "\u00df",
    "\ufb01",
]  # fmt: skip
BASE64_ENDS = ["=", "==", "A", "AA", "AAA", "AAAA", "\n", " ", "+", "/", "-", "_"]


def _other_base64(draw: Draw, value: str) -> str:
    """Return base64url with another length, alphabet or spare bits."""
    kind = draw(st.integers(0, 4))
    end = draw(st.sampled_from(BASE64_ENDS))
    if kind == 0:
        return value + end
    if kind == 1:
        return value[: -draw(st.integers(1, 4))]
    if kind == 2:
        return value.replace("-", "+").replace("_", "/")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = value[-1:] or "A"
    near = alphabet[(alphabet.find(last) + draw(st.integers(1, 3))) % 64]
    return value[:-1] + near if kind == 3 else near + value[1:]


def _list_edit(draw: Draw, value: list[Any]) -> list[Any]:
    """Return the list with an element doubled, dropped, moved, or all of them reversed or gone."""
    kind = draw(st.integers(0, 5))
    at = draw(st.integers(0, max(0, len(value) - 1)))
    if kind == 0:
        return value[:at] + value[at : at + 1] * 2 + value[at + 1 :]
    if kind == 1:
        return value[:at] + value[at + 1 :]
    if kind == 2:
        return value[::-1]
    if kind == 3:
        return value[at : at + 1] + value[:at] + value[at + 1 :]
    return [[], value + value][kind - 4]


def _member_edit(draw: Draw, value: Members) -> Members:
    """Return the object with a member more, fewer, doubled, renamed or moved."""
    edited = Members(deepcopy(list(value)))
    if not edited:
        return Members([["a", 1]])
    kind = draw(st.integers(0, 4))
    at = draw(st.integers(0, len(edited) - 1))
    if kind == 0:
        del edited[at]
    elif kind == 1:
        edited.insert(draw(st.integers(0, len(edited))), deepcopy(edited[at]))
    elif kind == 2:
        name = draw(st.sampled_from(["z", "a", "_", "Z", "é", "__proto__", "constructor", "", "toString"]))
        edited.insert(
            draw(st.integers(0, len(edited))), [name, draw(st.sampled_from([1, "", [], Raw(b"{}")]))]
        )
    elif kind == 3:
        edited[at][0] = other_text(draw, edited[at][0])
    else:
        edited.insert(0, edited.pop(at))
    return edited


EDITS_OF: dict[type, list[Callable[[Draw, Any], Any]]] = {
    int: [_odd_number, edge_number],
    str: [_odd_string, _escaped, other_text, _other_base64],
    bool: [lambda draw, value: not value],
    list: [_list_edit],
    Members: [_member_edit],
    Raw: [_other_type],
    float: [_other_type],
    type(None): [_other_type],
}


def draw_spelling(draw: Draw, raw: bytes) -> bytes:
    """Return a JSON text changed as a tree, as bytes, or around its edges."""
    kind = draw(st.integers(0, 9))
    if kind < 7:
        tree = parse(raw)
        for _ in range(draw(st.sampled_from([1, 1, 1, 2]))):
            tree = draw_edit(draw, tree)
        return spell(tree)
    if kind == 7:
        places_ = [i for i, byte in enumerate(raw) if byte in b"{}[],:"]
        at = draw(st.sampled_from(places_)) if places_ else 0
        space = draw(
            st.sampled_from([b" ", b"\n", b"\t", b"\r", b"\x0b", b"\xc2\xa0", b"\x00", b"\xef\xbb\xbf", b","])
        )
        return raw[:at] + space + raw[at:]
    if kind == 8:
        before = draw(st.sampled_from([b"", b"\xef\xbb\xbf", b" ", b"\xff\xfe", b"["]))
        after = draw(st.sampled_from([b"", b"\n", b"\x00", b" ", b"{}", b"]", b",", b"//", b"\x1a"]))
        return before + raw + after
    return draw_bytes(draw, raw)


def draw_bytes(draw: Draw, raw: bytes) -> bytes:
    """Return bytes with a bit, a byte or a stretch changed."""
    kind = draw(st.integers(0, 6))
    at = draw(st.integers(0, max(0, len(raw) - 1)))
    byte = bytes([draw(st.integers(0, 255))])
    if kind <= 1 and raw:
        return raw[:at] + bytes([raw[at] ^ 1 << draw(st.integers(0, 7))]) + raw[at + 1 :]
    if kind == 2:
        return raw[:at] + raw[at + 1 :]
    if kind == 3:
        return raw[:at] + byte + raw[at:]
    if kind == 4:
        return raw[:at]
    return [raw + byte, raw[:-1]][kind == 5]
