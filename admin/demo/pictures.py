"""Small tile pictures, made by code: a cobalt line on white glaze, ornaments in the corners.

Pure. A project of the made-up area has a drawing of its own; others get a pattern made
from their name.
"""

import hashlib
from html import escape

COBALT = "#1d3f8f"
CLAY = "#b4532a"
DRAWINGS = {
    "apple": "M50 40c-9-8-24-2-24 14s14 24 24 20c10 4 24-4 24-20s-15-22-24-14zm0 0c0-8 4-13 10-15",
    "ball": "M50 26a24 24 0 1 0 .1 0zM50 40l9 7-3 11H44l-3-11zm0-14v14m23 9-14-2m5 21-8-12m-30-7 14-2",
    "bench": "M22 56h56M22 48h56M26 40h48M28 56v16m44-16v16M28 56V40m44 16V40",
    "bicycle": "M34 48a12 12 0 1 0 .1 0zm32 0a12 12 0 1 0 .1 0zM34 60l10-20h16l6 20M44 40l8 20 8-20M40"
    " 40h8",
    "book": "M50 34c-8-6-18-6-26-4v38c8-2 18-2 26 4 8-6 18-6 26-4V30c-8-2-18-2-26 4zm0 0v38",
    "brush": "M66 26 44 52m22-26 6 5-22 26M44 52l6 5c-2 10-10 15-22 14 5-3 6-7 7-11 1-5 5-8 9-8z",
    "drop": "M50 24c10 15 18 24 18 34a18 18 0 0 1-36 0c0-10 8-19 18-34zM40 60a10 10 0 0 0 9 10",
    "flower": "M50 42a7 7 0 1 0 .1 0M50 42c-4-16 4-16 0 0m7 7c16-4 16 4 0 0m-7 7c4 16-4 16 0 0"
    "m-7-7c-16 4-16-4 0 0M50 58v20m0-6c8 0 10-4 12-8",
    "gear": "M50 38a12 12 0 1 0 .1 0zM50 26v8m0 32v8M26 50h8m32 0h8M33 33l6 6m22 22 6 6m0-34-6 6M39"
    " 61l-6 6",
    "hut": "M26 74 50 28l24 46zM44 74l6-16 6 16M46 24l8 10m0-10-8 10",
    "lamp": "M42 76h16M50 76V34m0 0c0-8 18-8 18 0m-5 0h10l4 10H59zm1 16v4m-6-5-3 4m15-4 3 4",
    "moon": "M56 26a26 26 0 1 0 18 40c-18 2-30-20-18-40zM70 32v8m-4-4h8",
    "pot": "M28 44h44v22a8 8 0 0 1-8 8H36a8 8 0 0 1-8-8zm-6 6h6m44 0h6M24 44h52M44 36c0-5 4-5"
    " 4-10m6 10c0-5 4-5 4-10",
    "ramp": "M22 34c2 24 14 36 28 36s26-12 28-36M22 34h-4m60 0h4M22 74h56M50 52l10-6m-8 12a3 3 0 1 0"
    " .1 0m8-6a3 3 0 1 0 .1 0",
    "skate": "M32 28v26h10l22 6c4 1 6 4 6 8H30V54m2-26h10v26M34 68v6m30-6v6M26 76h44c4 0 6-2 6-5",
    "swing": "M24 76 34 26h32l10 50M30 76l4-50m32 0 4 50M42 26v34m16-34v34M38 60h24",
    "tree": "M50 78V52m0 8 8-7m-8 1-7-6M50 22c14 0 20 10 17 18 7 5 3 16-8 16H41c-11 0-15-11-8-16-3-8"
    " 3-18 17-18z",
    "wave": "M22 42c7-8 12-8 19 0s12 8 19 0 12-8 18 0M22 56c7-8 12-8 19 0s12 8 19 0 12-8 18 0M22"
    " 70c7-8 12-8 19 0s12 8 19 0 12-8 18 0",
}  # fmt: skip
"""Lines in a field of 100 by 100, as the path of an SVG."""

_CORNER = "M4 16c6 0 12-6 12-12M4 10c3 0 6-3 6-6"


def draw_tile(title: str, drawing: str) -> bytes:
    """Return the SVG of a tile with one of the drawings, or with a pattern that follows from another name."""
    path = DRAWINGS.get(drawing) or draw_pattern(drawing)
    corners = "".join(
        f'<path d="{_CORNER}" transform="rotate({angle} 50 50)"/>' for angle in (0, 90, 180, 270)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" role="img">'
        f"<title>{escape(title)}</title>"
        '<rect width="100" height="100" rx="3" fill="#fbfcfe"/>'
        f'<g fill="none" stroke="{COBALT}" stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round">'
        f'{corners}<path d="{path}"/></g>'
        f'<circle cx="50" cy="92" r="2" fill="{CLAY}"/></svg>\n'
    ).encode()


def draw_pattern(name: str) -> str:
    """Return a symmetrical pattern of strokes that differs from name to name."""
    bits = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    strokes = ["M50 30v44"]
    for number in range(10):
        kind, size = bits >> 6 * number & 3, 4 + (bits >> (6 * number + 2) & 15)
        y = 32 + 4 * number
        for sign in (-1, 1):
            bend = ("l{0} 0", "l{0} -8", "l{0} 8", "c{0} -10 {0} 10 0 8")[kind].format(sign * size)
            strokes.append(f"M50 {y}{bend}")
    return "".join(strokes)
