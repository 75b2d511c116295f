"""Send all residents' clients to work, in processes of their own, and keep the promises that they get.

How long the voting takes is estimated beforehand from this machine's speed at this moment, because the times
of the releases stand in the manifest before anybody votes. Format: PROTOCOL.md sections 4 and 9.
"""

import asyncio
import math
import os
import secrets
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec

from admin.demo.processes import clean_environment
from admin.demo.residents import Done, Job, Resident, share_out
from admin.demo.screen import Advance
from admin.elections.errors import ConductError
from ballots.codes import credential_seed
from ballots.receipt import Promise
from ballots.wire import Hash, Record, decode, encode

AT_ONCE = 32
"""How many residents of one process vote at the same time."""
SETTING_UP = 5.0
"""Seconds from the manifest to the start of voting, and what a share takes on its way, on a quiet machine."""
FOR_A_LINE = 0.012
"""Seconds for each line of the roll, on a quiet core."""
FOR_A_VOTE = 0.075
"""Seconds for each voter, on a quiet core: client, service, sequencer, issuers, six replays of the board."""
QUIET = 0.018
"""Seconds of a core for one derivation, on the machine that these figures are from."""
MOST_WAITING = 6.0
"""A core that is shared by more than so many at the moment of measuring is expected to get free."""
MARGIN = 1.3


class Voted(Record):
    """What came of the voting: all promises, and how many residents came too late."""

    late: int
    promises: list[Promise]


def measure_slowness(cores: int) -> float:
    """Return how much slower than the quiet machine this one is likely to be in the next minute.

    A slow core stays slow; one that others use now is expected to be used half as much.
    """
    with ThreadPoolExecutor(cores) as pool:
        began = time.monotonic()
        spent = sorted(pool.map(_time_derivation, range(6 * cores)))
        waited = (time.monotonic() - began) / 6
    core = spent[len(spent) // 2]
    sharing = min(MOST_WAITING, max(1.0, waited / core))
    return max(0.5, core / QUIET) * (1 + sharing) / 2


def _time_derivation(_: int) -> float:
    began = time.thread_time()
    credential_seed("0" * 15, bytes(32))
    return time.thread_time() - began


def estimate_seconds(lines: int, voters: int, cores: int, slowness: float) -> int:
    """Return after how many seconds the last release may be due, counted from the signing of the manifest."""
    work = (lines * FOR_A_LINE + voters * FOR_A_VOTE) / min(cores, 2)
    return math.ceil((SETTING_UP + work) * slowness * MARGIN)


async def let_vote(
    residents: Sequence[Resident], board_url: str, service_url: str, manifest_hash: Hash, advance: Advance
) -> Voted:
    """Let all residents vote and return their promises. Errors: ConductError (an unforeseen refusal)."""
    done: list[Done] = []

    async def follow(part: list[Resident]) -> None:
        job = Job(
            at_once=AT_ONCE,
            board_url=board_url,
            manifest_hash=manifest_hash,
            residents=part,
            service_url=service_url,
        )
        await _run_process(job, done, advance)

    async with asyncio.TaskGroup() as tasks:
        for part in share_out(residents, os.cpu_count() or 1):
            tasks.create_task(follow(part))
    refused = {each.reason for each in done if each.reason not in ("", "phase")}
    if refused or len(done) < len(residents):
        raise ConductError(f"residents could not vote: {', '.join(sorted(refused)) or 'no answer'}")
    promises: list[Promise] = [decode(Promise, raw.encode()) for each in done for raw in each.promises]
    return Voted(late=sum(each.reason == "phase" for each in done), promises=promises)


async def _run_process(job: Job, done: list[Done], advance: Advance) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "admin.demo.residents"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=clean_environment(),
        start_new_session=True,
        limit=2**20,
    )
    if process.stdin is None or process.stdout is None:
        raise AssertionError("expected pipes")
    try:
        process.stdin.write(encode(job))
        process.stdin.close()
        async for line in process.stdout:
            done.append(msgspec.json.decode(line, type=Done))
            advance(len(done))
        await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def sample(promises: Sequence[Promise], count: int) -> list[Promise]:
    """Return at most `count` promises, drawn at random."""
    return secrets.SystemRandom().sample(list(promises), min(count, len(promises)))
