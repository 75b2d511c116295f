"""Open the figures' port if one was asked for; without it the base install is enough."""

from collections.abc import Callable

from tally.audit.source import RecordError
from tally.watch.book import Book
from tally.watch.watcher import Report


class MetricsError(RecordError):
    """The figures cannot be served; who runs the watcher must act."""


class Metrics:
    """Figures that are served, or not. `port` is 0 if not."""

    def __init__(self, port: int, note: Callable[[Report, Book], None], close: Callable[[], None]) -> None:
        self.port = port
        self.note = note
        self.close = close


def open_metrics(port: int | None) -> Metrics:
    """Serve figures on a port of loopback; MetricsError if that cannot be done."""
    if port is None:
        return Metrics(0, lambda report, book: None, lambda: None)
    try:
        from tally.watch.metrics import Figures
    except ModuleNotFoundError as error:
        raise MetricsError(
            f"--metrics needs more than watching does ({error.name} is missing). Install it with:\n"
            "  pip install 'wijkaandeel[watch]'"
        ) from None
    figures = Figures()
    try:
        served, close = figures.serve(port)
    except (OSError, OverflowError) as error:
        raise MetricsError(f"port {port} cannot be used: {error}") from None
    return Metrics(served, figures.note, close)
