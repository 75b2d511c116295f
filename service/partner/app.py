"""The node as a process: logs, signals, and the line `ready PORT` for whoever started it."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

import structlog

from service.partner.client import Client
from service.partner.errors import StateError
from service.partner.http import HttpServer
from service.partner.keys import Keys
from service.partner.node import Node
from service.partner.state import StateDir


class Listening(NamedTuple):
    """Where a node answers: the operator, and on a port of its own (None for none) residents who check.

    `theme` is the sheet with the colours of what residents see.
    """

    host: str
    port: int
    check_port: int | None
    theme: str


def run_node(state: StateDir, keys: Keys, at: Listening, poll: float) -> int:
    """Run until SIGTERM or SIGINT and return the exit code. Errors: PartnerError."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    try:
        asyncio.run(_serve(state, keys, at, poll))
    except OSError as error:
        ports = f"port {at.port}" + (f" and {at.check_port}" if at.check_port is not None else "")
        raise StateError("listen", f"cannot listen on {at.host} {ports}: {error.strerror}") from None
    return 0


async def _serve(state: StateDir, keys: Keys, at: Listening, poll: float) -> None:
    stop = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    async with Client() as client, serving_checks(state, at):
        node = Node(state, keys, client, poll)
        await node.run(at.host, at.port, _say_ready, stop)


@asynccontextmanager
async def serving_checks(state: StateDir, at: Listening) -> AsyncIterator[None]:
    """Serve residents who check a ballot, if the node's keeper wants that. Errors: OSError."""
    if at.check_port is None:
        yield
        return
    from service.partner.relay import SENDERS, Relay

    async with Client() as client:
        server = HttpServer(Relay(client, state.read_pins, at.theme).answer, 0, SENDERS)
        port = await server.start(at.host, at.check_port)
        sys.stdout.write(f"checks {port}\n")
        sys.stdout.flush()
        try:
            yield
        finally:
            await server.stop()


def _say_ready(port: int) -> None:
    sys.stdout.write(f"ready {port}\n")
    sys.stdout.flush()
