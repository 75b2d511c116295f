"""The node as a process: logs, signals, and the line `ready PORT` for whoever started it."""

import asyncio
import signal
import sys

import structlog

from service.partner.client import Client
from service.partner.errors import StateError
from service.partner.keys import Keys
from service.partner.node import Node
from service.partner.state import StateDir


def run_node(state: StateDir, keys: Keys, host: str, port: int, poll: float) -> int:
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
        asyncio.run(_serve(state, keys, host, port, poll))
    except OSError as error:
        raise StateError("listen", f"cannot listen on {host} port {port}: {error.strerror}") from None
    return 0


async def _serve(state: StateDir, keys: Keys, host: str, port: int, poll: float) -> None:
    stop = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    async with Client() as client:
        node = Node(state, keys, client, poll)
        await node.run(host, port, _say_ready, stop)


def _say_ready(port: int) -> None:
    sys.stdout.write(f"ready {port}\n")
    sys.stdout.flush()
