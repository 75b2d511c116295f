"""Keep the book of alarms: what was raised for good, what stands at present, what is new in this round."""

from tally.watch.alarms import Alarm, Kind
from tally.watch.evidence import Files
from tally.watch.state import State


class Book:
    """The alarms of one watcher. `kept` last; `standing` are the state of things; both are by name."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.kept: dict[str, Alarm] = state.read_alarms()
        self.standing: dict[str, Alarm] = {}
        self.fresh: list[tuple[Alarm, str]] = []
        """What this round has raised for the first time, and where its evidence is kept."""
        self.ended: list[Alarm] = []
        self._before: dict[str, Alarm] = {}
        self._now = 0

    def begin(self, now: int) -> None:
        """Begin a round."""
        self._before, self.standing = self.standing, {}
        self.fresh, self.ended, self._now = [], [], now

    def end(self, *, answered: bool) -> None:
        """End a round; without an answer from the board, what stood before stands on."""
        if not answered:
            self.standing = self._before | self.standing
        self.ended = [alarm for name, alarm in self._before.items() if name not in self.standing]

    def knows(self, kind: Kind, about: str) -> bool:
        """Say whether an alarm that lasts has been raised already."""
        return self._make(kind, about, "", -1).name in self.kept

    def raise_alarm(
        self, kind: Kind, about: str, message: str, files: Files | None = None, place: int = -1
    ) -> Alarm:
        """Raise an alarm; one that lasts is on the disk, with its evidence, when this returns."""
        alarm = self._make(kind, about, message, place)
        if not alarm.meaning.lasts:
            if alarm.name not in self._before and alarm.name not in self.standing:
                self.fresh.append((alarm, ""))
            self.standing[alarm.name] = self._before.get(alarm.name, alarm)
        elif alarm.name not in self.kept:
            self.fresh.append((alarm, self._state.keep_alarm(alarm, files or {})))
            self.kept[alarm.name] = alarm
        return alarm

    def _make(self, kind: Kind, about: str, message: str, place: int) -> Alarm:
        return Alarm(about=about, kind=kind, message=message, place=place, time=self._now)
