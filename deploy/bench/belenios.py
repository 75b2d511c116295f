"""The same question to `belenios-tool`, the command line of Belenios: what verifying a ballot costs there.

A whole small election is played with its own commands: credentials, three trustees, ballots, tally,
decryption, result. `belenios-tool election verify` then repeats everything. Two sizes, so that its start
cancels. What differs: a ballot of Belenios carries a proof that it is well formed, and none is ever opened.
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.bench.election import MAXIMUM, PROJECTS
from deploy.bench.ground import BenchError

TOOL = "belenios-tool"
INSTALL = "belenios-tool is not installed: apt-get install belenios-tool (Debian), then measure again"
GROUP = "BELENIOS-2048"
TRUSTEES = 3
LIMIT_SECONDS = 1_200


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What one `election verify` took: processor seconds, and the most bytes of memory."""

    ballots: int
    cpu: float
    memory: int


def is_installed() -> bool:
    """Say whether there is a `belenios-tool` along PATH."""
    return shutil.which(TOOL) is not None


@contextmanager
def play_elections(sizes: Iterable[int]) -> Iterator[list["Election"]]:
    """Play elections of these numbers of ballots, and remove them in the end."""
    with tempfile.TemporaryDirectory(prefix="wijk-belenios-") as name:
        elections = [Election(Path(name, str(ballots)), ballots) for ballots in sizes]
        for election in elections:
            election.play()
        yield elections


class Election:
    """An election of Belenios in a folder: one question of as many projects as ours, approval."""

    def __init__(self, folder: Path, ballots: int) -> None:
        self._folder = folder
        self._ballots = ballots

    def play(self) -> None:
        """Play it from credentials to result."""
        self._folder.mkdir()
        self._set_up()
        for number, line in enumerate(self._read("private_creds.txt").splitlines()):
            self._write("credential", line.split()[1])
            liked = [int((place + number) % 3 == 0) for place in range(len(PROJECTS))]
            self._write("choices", json.dumps([liked]))
            choices = ["--privcred", "credential", "--ballot", "choices"]
            self._add("Ballot", self._run("election", "generate-ballot", *choices))
        self._add("EndBallots", b"")
        self._add("EncryptedTally", self._run("election", "compute-encrypted-tally"))
        for number, key in enumerate(sorted(self._folder.glob("*.privkey")), 1):
            share = self._run("election", "decrypt", "--privkey", key.name, "--trustee-id", str(number))
            self._add("PartialDecryption", share)
        self._add("Result", self._run("election", "compute-result"))

    def _set_up(self) -> None:
        uuid = self._run("setup", "generate-token").decode().strip()
        named = ["--uuid", uuid, "--group", GROUP]
        self._run("setup", "generate-credentials", *named, "--count", str(self._ballots))
        self._rename("*.pubcreds", "public_creds.json")
        self._rename("*.privcreds", "private_creds.txt")
        for _ in range(TRUSTEES):
            self._run("setup", "generate-trustee-key", "--group", GROUP)
        keys = [key.read_text() for key in sorted(self._folder.glob("*.pubkey"))]
        self._write("public_keys.jsons", "".join(keys))
        self._run("setup", "make-trustees")
        self._write("template", json.dumps(self._question()))
        self._run("setup", "make-election", *named, "--template", "template")
        self._run("archive", "init")
        for name in ("election.json", "trustees.json", "public_creds.json"):
            (self._folder / name).unlink(missing_ok=True)

    @staticmethod
    def _question() -> dict[str, object]:
        question = {"answers": list(PROJECTS), "max": MAXIMUM, "min": 0, "question": "Which projects?"}
        names = {"administrator": "a", "credential_authority": "c", "description": "d", "name": "n"}
        return names | {"questions": [question]}

    def verify(self) -> Verified:
        """Verify everything, as an auditor would. Errors: BenchError."""
        process = subprocess.Popen(
            [TOOL, "election", "verify"], cwd=self._folder, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
        )
        assert process.stderr is not None
        said = process.stderr.read()
        process.stderr.close()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode or b"all checks passed" not in said or b"no result" in said:
            raise BenchError(f"expected Belenios to verify its election, it said {said.decode()[-300:]!r}")
        return Verified(
            ballots=self._ballots, cpu=used.ru_utime + used.ru_stime, memory=used.ru_maxrss * 1024
        )

    def _run(self, *words: str, given: bytes = b"") -> bytes:
        done = subprocess.run(
            [TOOL, *words],
            cwd=self._folder,
            input=given,
            capture_output=True,
            check=False,
            env=dict(os.environ) | {"BELENIOS_USE_URANDOM": "1"},
            timeout=LIMIT_SECONDS,
        )
        if done.returncode:
            raise BenchError(f"{TOOL} {words[0]} {words[1]}: {done.stderr.decode()[-300:]!r}")
        return done.stdout

    def _add(self, kind: str, payload: bytes) -> None:
        self._run("archive", "add-event", "--type", kind, given=payload)

    def _rename(self, pattern: str, name: str) -> None:
        (found,) = self._folder.glob(pattern)
        found.rename(self._folder / name)

    def _read(self, name: str) -> str:
        return (self._folder / name).read_text()

    def _write(self, name: str, text: str) -> None:
        (self._folder / name).write_text(text)
