"""What operator and witnesses have ever signed, as far as it was seen from outside or on their disks."""

import asyncio
import contextlib
from pathlib import Path

from ballots.checkpoint import Checkpoint, open_checkpoint
from ballots.errors import NoteError
from service.board.guard import LAST_CHECKPOINT, LAST_SHOWN
from service.partner.state import COSIGNED, FOLLOWED
from tests.attacks.crashes.site import Site

PAUSE = 0.05


class Sightings:
    """All checkpoints that were seen. `look` takes those that are there now."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._raw: dict[Path, bytes] = {}
        self.seen: dict[tuple[int, bytes], str] = {}
        """Where a checkpoint of this size and root was first seen."""
        self.published: list[int] = []
        """The sizes that were published, in the order in which they were seen."""
        self.complaints: list[str] = []
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self.look()

    async def _run(self) -> None:
        while True:
            self.look()
            await asyncio.sleep(PAUSE)

    def _places(self) -> list[tuple[str, Path]]:
        site = self._site
        places = [
            ("the record", site.record / "checkpoint"),
            ("the state folder", site.state / LAST_CHECKPOINT),
            ("the state folder, shown", site.state / LAST_SHOWN),
        ]
        for partner in site.nodes:
            places += [
                (f"{partner}'s {name}", site.node_state(partner) / name) for name in (COSIGNED, FOLLOWED)
            ]
        return places

    def look(self) -> None:
        """Take note of what stands on all disks now; each of these files is whole, or the one before."""
        for where, path in self._places():
            with contextlib.suppress(FileNotFoundError):
                raw = path.read_bytes()
                if self._raw.get(path) != raw:
                    self._raw[path] = raw
                    self._note(where, raw)

    def _note(self, where: str, raw: bytes) -> None:
        try:
            found: Checkpoint = open_checkpoint(raw, self._site.world.election.operator_vkey)
        except NoteError as error:
            self.complaints.append(f"{where} holds a checkpoint that is not the operator's: {error.reason}")
            return
        self.seen.setdefault((found.size, bytes(found.root)), where)
        if where == "the record":
            if self.published and found.size < self.published[-1]:
                self.complaints.append(f"the record went back from size {self.published[-1]} to {found.size}")
            self.published.append(found.size)
