"""Every way in which a page says no: what happened, and what the reader can do, as ids of the catalogue."""


class PageError(Exception):
    """The base. `status` is the answer over HTTP; the texts are `title`, what happened, and `advice`.

    Both texts get the number `n` and the `values`.
    """

    status = 400

    def __init__(self, title: str, advice: str, n: int = 0, **values: str) -> None:
        super().__init__(title)
        self.title = title
        self.advice = advice
        self.n = n
        self.values = values


class NotHereError(PageError):
    """An address that leads nowhere; whoever followed the link must look at it again."""

    status = 404


class TypedError(PageError):
    """Something typed into a form that cannot be meant; the reader must look at the letter again."""


class MissingPartError(PageError):
    """A part of the site that was not built; whoever built this version must act."""

    status = 503
