"""Ways of breaking the service on purpose, so that the rig is seen to turn red; called in the child.

Each one is exactly what its docstring says; test_sabotage.py says what the rig must then report.
"""

import asyncio
import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any


def forgetful() -> None:
    """The service's sessions ask for synchronous_commit = off, nobody looks, and there is no journal.

    The journal alone would bring every lost ballot back at the next start: so it writes nothing here. (The
    server is started with wal_writer_delay = 10s, so that what was not flushed is really lost; site.py.)
    """
    import service.app
    from service.ballot_box.journal import Journal
    from service.db.roles import Role, session_settings

    def forgetful_settings(role: Role) -> dict[str, str]:
        return session_settings(role) | {"synchronous_commit": "off"}

    async def look_away(connection: object) -> None:
        pass

    service.app.session_settings = forgetful_settings  # type: ignore[attr-defined]
    service.app.verify_durability = look_away  # type: ignore[attr-defined]
    Journal.write = lambda self, ballots: self.folder  # type: ignore[method-assign]


def forgetful_with_journal() -> None:
    """The same, but with the journal: it must then bring everything back."""
    from service.ballot_box.journal import Journal

    write = Journal.write
    forgetful()
    Journal.write = write  # type: ignore[method-assign]


def hasty() -> None:
    """The promise is sent first; the ballot is stored half a second later."""
    from ballots.receipt import make_promise
    from ballots.wire import encode
    from service.ballot_box.casting import Casting, verify_cast

    later: set[asyncio.Task[None]] = set()

    async def cast(self: Any, raw: bytes) -> bytes:
        election = await self._elections.get()
        cast = verify_cast(election, raw)

        async def store() -> None:
            await asyncio.sleep(0.5)
            await self._writing.do(await self._storing.do(cast))

        task = asyncio.create_task(store())
        later.add(task)
        task.add_done_callback(later.discard)
        return encode(make_promise(election, self._seed, cast.entry_hash))

    Casting.cast = cast  # type: ignore[method-assign]


def trusting() -> None:
    """The sequencer does not look at what was signed before, wherever that stands."""
    from service.board.guard import Guard
    from service.board.publisher import Publisher

    async def look_away(self: object, *_: object) -> None:
        pass

    Guard.check = lambda self, tree, published: None  # type: ignore[method-assign]
    Publisher.check_witnesses = look_away  # type: ignore[method-assign]
    Publisher.repair = lambda self, head: self._prepare()  # type: ignore[method-assign]


def full_disks() -> None:
    """Nothing in a folder whose path is in a file of RIG_FULL_DIR can be brought to the disk (ENOSPC).

    Every durable write of service, sequencer and nodes ends with fsync, and that is where it fails.
    """
    real = os.fsync
    folders = Path(os.environ["RIG_FULL_DIR"])

    def fsync(handle: int) -> None:
        where = str(Path(f"/proc/self/fd/{handle}").readlink())
        if any(where.startswith(path.read_text()) for path in folders.iterdir()):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(handle)

    os.fsync = fsync  # type: ignore[assignment]


def impatient() -> None:
    """The same limits of waiting for the database, but shorter, so that a test need not wait as long."""
    import service.app
    import service.board.sequencer
    import service.sequencer_main
    from service.db.roles import UNHEARD

    service.app.QUERY_SECONDS = service.app.CONNECT_SECONDS = 1
    service.sequencer_main.QUERY_SECONDS = service.sequencer_main.CONNECT_SECONDS = 2.0
    service.board.sequencer.UNHEARD_SECONDS = 2
    UNHEARD["idle_in_transaction_session_timeout"] = "2s"


SABOTAGES: dict[str, Callable[[], None]] = {
    each.__name__: each
    for each in (forgetful, forgetful_with_journal, full_disks, hasty, impatient, trusting)
}
