"""The whole site as its own process, for a browser to visit, and what a browser complains about there."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from playwright.async_api import ConsoleMessage, Page

from ballots.board import Phase
from service.settings import Settings
from tests.service.portal_site import make_settings, put_world
from tests.simulator import World, make_world

START_SECONDS = 60
SERVE = "import sys; from service.serve import main; sys.exit(main([]))"


def find_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def environment_of(settings: Settings) -> dict[str, str]:
    """Return the environment that tells a process these settings."""
    names = ("database_url", "record_dir", "state_dir", "journal_dir", "origin", "port")
    return os.environ | {f"WIJK_{name.upper()}": str(getattr(settings, name)) for name in names}


@asynccontextmanager
async def serve_site(dsn: str, folder: Path, world: World) -> AsyncIterator[str]:
    """Run the service as its own process and yield its address."""
    port = find_port()
    await put_world(dsn, world)
    settings = make_settings(dsn, folder, world, port)
    log = folder / "serve.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE], env=environment_of(settings), stdout=output, stderr=output
        )
    try:
        await wait_for(f"http://127.0.0.1:{port}/health", process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


async def wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once the service answers; fail if it ends or takes too long."""
    until = time.monotonic() + START_SECONDS
    async with httpx.AsyncClient() as client:
        while time.monotonic() < until:
            assert process.poll() is None, log.read_text()
            try:
                if (await client.get(address)).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
    pytest.fail(f"the service did not start: {log.read_text()}")


def certified_world() -> World:
    """Return an election that is over."""
    world = make_world(Phase.COUNTED)
    world.certify(lambda official: f"report of {official}".encode())
    return world


def listen(page: Page) -> list[str]:
    """Collect what a page complains about, and every address outside the site that it asks for."""
    heard: list[str] = []

    def take(message: ConsoleMessage) -> None:
        if message.type == "error" and "404" not in message.text:
            heard.append(message.text)

    page.on("console", take)
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("request", lambda asked: None if "://127.0.0.1:" in asked.url else heard.append(asked.url))
    return heard


async def sideways(page: Page) -> int:
    """Return by how many pixels a page is wider than its window."""
    found: int = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return found
