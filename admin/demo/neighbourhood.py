"""A map of the made-up neighbourhood, drawn by code: the ground under the places of its projects.

Pure. Promise: a metre is a unit of the drawing, north is up, and the drawing has the form of AREA, as the
booth asks of a ground (deploy/decisions/0016). De Turfhoek lies in the Markermeer, so that it is nobody's
neighbourhood.
"""

from html import escape

from admin.demo.pictures import CLAY, COBALT

AREA = "52.54400, 5.21000 - 52.55300, 5.23000"
"""The south-west and the north-east corner."""
WIDTH, HEIGHT = 1352, 1001
"""Metres, as far as AREA has."""
_STREETS = (
    "M0 250C300 236 900 236 1352 196M300 240V1001M900 232V700M100 700H1352M560 400h120v100H560z"
    "M560 450H300M680 450h220M620 400V238M1180 700V1001M900 420h452"
)
_PATHS = "M300 480 470 590 640 700M760 700V1001"
_HOUSES = (
    "M340 280h180v60H340zM720 290h140v60H720zM120 300h120v90H120zM120 480h120v130H120zM960 270h150v80H960z"
    "M340 380h150v40H340zM740 520h120v60H740zM1000 430h60v150h-60zM400 715h60v30h-60zM640 715h80v50h-80z"
    "M1060 800h90v80h-90zM480 250h30v20h-30zM120 760h120v120H120zM700 410h40v60h-40z"
)
_GREEN = (
    "M1065 430h110v100h-110zM800 800h140v130H800zM1195 810h110v90h-110zM920 490h50v60h-50zM830 540h60v50h-60z"
)
_NAMES = (
    (1010, 160, "Oude Kanaal"),
    (30, 238, "Kanaalweg"),
    (315, 960, "Veenkade"),
    (915, 660, "Wipstraat"),
    (120, 690, "Iepenlaan"),
    (345, 500, "Schoolpad"),
    (555, 530, "Turfplein"),
    (1000, 610, "De Es"),
    (1050, 910, "Sporthal"),
)


def draw_map(title: str) -> bytes:
    """Return the SVG of the neighbourhood."""
    names = "".join(f'<text x="{x}" y="{y}">{escape(name)}</text>' for x, y, name in _NAMES)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" role="img"><title>{escape(title)}</title>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fbfcfe"/>'
        '<path d="M0 190C300 176 900 176 1352 136" fill="none" stroke="#bcd3ee" stroke-width="50"/>'
        f'<path d="{_GREEN}" fill="#d5e8cf"/>'
        f'<path d="{_HOUSES}" fill="#e6d9cc" stroke="{CLAY}" stroke-width="2"/>'
        f'<g fill="none" stroke="#8b9bbd" stroke-linejoin="round"><path d="{_STREETS}" stroke-width="14"/>'
        f'<path d="{_PATHS}" stroke-width="6" stroke-dasharray="18 10"/></g>'
        f'<g fill="{COBALT}" font-family="sans-serif" font-size="32">{names}</g></svg>\n'
    ).encode()
