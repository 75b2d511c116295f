"""Figures of a watcher for Prometheus. Nothing in them tells who or what, and only this machine may ask.

Needs the extra `watch`.
"""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, start_http_server

from tally.watch.alarms import Kind
from tally.watch.book import Book
from tally.watch.watcher import Report


class Figures:
    """The figures, served at `/metrics` from `serve` until `close`."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self._size = Gauge("wijkaandeel_watch_size", "Entries confirmed", registry=registry)
        self._witnessed = Gauge(
            "wijkaandeel_watch_witnessed_seconds",
            "Newest time that enough partners cosigned",
            registry=registry,
        )
        self._success = Gauge(
            "wijkaandeel_watch_success_seconds", "When the board last answered", registry=registry
        )
        self._rounds = Counter("wijkaandeel_watch_rounds", "Rounds, by answer", ["answer"], registry=registry)
        self._promises = Gauge("wijkaandeel_watch_promises", "Promises handed in", registry=registry)
        self._alarms = Gauge(
            "wijkaandeel_watch_alarms", "Alarms that last or stand, by kind", ["kind"], registry=registry
        )
        for kind in Kind:
            self._alarms.labels(kind.value)

    def serve(self, port: int) -> tuple[int, Callable[[], None]]:
        """Serve on loopback; return the port (0: any) and what stops it. Errors: OSError."""
        server, thread = start_http_server(port, addr="127.0.0.1", registry=self.registry)

        def close() -> None:
            server.shutdown()
            server.server_close()
            thread.join()

        return server.server_port, close

    def note(self, report: Report, book: Book) -> None:
        """Take in a round."""
        self._rounds.labels("yes" if report.answered else "no").inc()
        self._size.set(report.size)
        self._witnessed.set(report.witnessed)
        self._promises.set(report.promises)
        if report.answered:
            self._success.set(report.time)
        for kind in Kind:
            alarms = [*book.kept.values(), *book.standing.values()]
            self._alarms.labels(kind.value).set(sum(alarm.kind is kind for alarm in alarms))
