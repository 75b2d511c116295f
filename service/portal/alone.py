"""The page that counts again as one file without a server: style, scripts and texts inside, and no way out.

Its content policy allows these very bytes and nothing else: no address, no picture, no other script. The same
bundle gives the same file, so two people can compare theirs.
"""

import base64
import hashlib

from markupsafe import Markup

from service.errors import RefusedError
from service.portal.pages import render_text, texts_of
from service.sheets import SHEETS, STATIC
from tally.texts.languages import SOURCE, Language

NAME = "natellen.html"


def make_alone(language: Language = SOURCE) -> str:
    """Return the page. Errors: RefusedError `not-found` where the bundle has not been built."""
    try:
        style = "\n".join((STATIC / f"{name}.css").read_text() for name in SHEETS)
        script, worker = ((STATIC / "booth" / f"{name}.js").read_text() for name in ("recount", "worker"))
        texts = (STATIC / "booth" / texts_of(language)).read_text()
    except FileNotFoundError:
        raise RefusedError("not-found", "the browser's scripts have not been built here") from None
    return render_text(
        "recount_alone.html",
        language,
        policy=_policy(style, script),
        style=_inside(style, "</style"),
        script=_inside(script, "</script"),
        worker=_inside(worker, "</script"),
        texts=_inside(texts, "</script"),
    )


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "worker-src blob:; form-action 'none'; base-uri 'none'; "
        "require-trusted-types-for 'script'; trusted-types wijkaandeel-worker"
    )


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _inside(text: str, end: str) -> Markup:
    """Return our own text as markup, once it is certain that it does not end its element early."""
    if end in text.lower() or "<!--" in text:
        raise ValueError(f"expected a text without {end} to put into a page")
    return Markup(text)  # noqa: S704 - our own bundle, looked through above
