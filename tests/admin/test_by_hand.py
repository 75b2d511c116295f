"""`wijkaandeel demo --by-hand`: some residents are left to people, who vote with what is printed."""

import asyncio
import os
import re
import secrets
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from admin.demo import area, by_hand, cli
from admin.demo.area import Voter
from admin.demo.residents import Client, Job, Resident, read_election
from admin.elections.errors import ConductError
from ballots.choices import Choices
from ballots.codes import credential_seed, parse_code
from ballots.points import ed25519_public
from ballots.wire import Hash, Key, decode, encode
from service.shares.records import RollLine, RollQuery
from tests.admin.test_demo import LIMIT, Demo, audit
from tests.conftest import make_folder

VOTING_SECONDS = 75
CODE = r"(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}"
ADDRESS = rf"^  (adult|youth) +({CODE})  (http://\S+)/vote#({CODE})\.([0-9a-f]{{64}})$"
SOME = Choices(contests=[], mark=[1, 2])


def voters(style: str, count: int, voting: int) -> list[Voter]:
    """Return residents of whom the first ones vote."""
    return [Voter(style=style, votes=[SOME] if number < voting else []) for number in range(count)]


def test_who_is_kept_back() -> None:
    """Six adults and four young residents, first those who would not vote; the others stay as they are."""
    before = [*voters("adult", 10, 8), *voters("youth", 9, 2)]
    after = by_hand.keep_back(before)
    kept = [place for place, voter in enumerate(after) if voter.by_hand]
    assert [after[place].style for place in kept] == ["adult"] * 6 + ["youth"] * 4
    assert {8, 9} < set(kept)
    assert not {10, 11} & set(kept)
    assert all(after[place] == Voter(by_hand=True, style=before[place].style, votes=[]) for place in kept)
    assert all(after[place] == before[place] for place in range(19) if place not in kept)


def test_too_few_to_keep_back() -> None:
    """A style with fewer residents than that is refused, with advice."""
    with pytest.raises(ConductError, match=r"at least 4 residents of style youth.*--residents"):
        by_hand.keep_back([*voters("adult", 6, 0), *voters("youth", 3, 3)])


def test_votes_from_a_file_are_not_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    """With --pb the outcome is compared with the file's, so that no resident may be kept back."""
    with pytest.raises(SystemExit) as caught:
        cli.main(["--pb", "x", "--by-hand"])
    assert caught.value.code == 2
    assert "leave --by-hand out" in capsys.readouterr().err


def test_the_help_says_whose_codes_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody may think that codes of real people are ever printed."""
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "The codes are made-up people's" in said
    assert "with --by-hand at least 1200" in said


@pytest.mark.parametrize(("asked", "seconds"), [([], 1200), (["--voting-seconds", "90"], 90)])
def test_how_long_voting_lasts(asked: list[str], seconds: int) -> None:
    """Twenty minutes at least, or as long as is asked for."""
    wishes = cli.choose(cli.make_parser().parse_args(["--by-hand", *asked])).wishes
    assert (wishes.voting_seconds or wishes.least_seconds) == seconds
    assert sum(voter.by_hand for voter in wishes.voters) == 10
    assert not any(voter.by_hand for voter in cli.choose(cli.make_parser().parse_args([])).wishes.voters)


# --- waiting ---


@contextmanager
def standing_in(monkeypatch: pytest.MonkeyPatch, end: int) -> Iterator[None]:
    """Let this end of something be the standard input."""
    with os.fdopen(end, "r") as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        yield
        monkeypatch.undo()


async def wait(seconds: float) -> float:
    """Wait for people, at most so long; return how long it took."""
    began = time.monotonic()
    passed: list[int] = []
    async with asyncio.timeout(20):
        await by_hand.wait_by_hand(0, passed.append, lambda: time.monotonic() - began - seconds)
    assert passed == sorted(passed)
    return time.monotonic() - began


async def test_enter_ends_the_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal a line that is typed ends it, and half a line does not."""
    other, terminal = os.openpty()
    with standing_in(monkeypatch, terminal):
        waiting = asyncio.create_task(wait(15))
        os.write(other, b"not yet")
        await asyncio.sleep(0.5)
        assert not waiting.done()
        os.write(other, b"\n")
        assert await waiting < 5
    os.close(other)


async def test_the_end_of_a_terminal_is_no_enter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-D ends nothing, and the deadline does."""
    other, terminal = os.openpty()
    with standing_in(monkeypatch, terminal):
        os.write(other, b"\x04")
        assert 0.9 < await wait(1.0) < 10
    os.close(other)


async def test_without_a_terminal_only_the_deadline_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in a pipe is no Enter: nobody is there who typed it."""
    end, other = os.pipe()
    os.write(other, b"\n")
    with standing_in(monkeypatch, end):
        assert 0.9 < await wait(1.0) < 10
    os.close(other)
    monkeypatch.setattr(sys, "stdin", None)
    assert 0.1 < await wait(0.2) < 10


# --- the whole ---


async def vote_with(url: str, code: str, manifest_hash: str) -> str:
    """Vote as somebody who has what is printed and nothing else; return the style that the service named."""
    job = Job(
        at_once=1,
        board_url=f"{url}/board",
        manifest_hash=Hash.fromhex(manifest_hash),
        residents=[],
        service_url=url,
    )
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as http:
        seed = credential_seed(parse_code(code), job.manifest_hash)
        query = RollQuery(credential=Key(ed25519_public(seed)))
        answer = await http.post("/api/roll-lines", content=encode(query))
        line: RollLine = decode(RollLine, answer.content)
        assert not line.asked
        plan = area.make_plan(24, cli.make_rule("greedy", []))
        style = next(each for each in plan.styles if each.id == line.style)
        choices = area._choose(style, plan, secrets.SystemRandom())
        client = Client(http, await read_election(http, job))
        promises = await client.run(Resident(code=code, style=line.style, votes=[choices, choices]))
        assert len(promises) == 2
        return line.style


@pytest.mark.slow
@pytest.mark.timeout(LIMIT + 60)
def test_people_vote_beside_the_programs() -> None:
    """Two of ten who are kept back vote twice, while programs vote; all of it is counted and certified."""
    folder = make_folder()
    arguments = (
        "--once",
        "--residents",
        "24",
        "--turnout",
        "0.9",
        "--by-hand",
        "--dir",
        str(folder / "kept"),
    )
    demo = Demo(folder / "said", *arguments, "--voting-seconds", str(VOTING_SECONDS))
    try:
        said = demo.wait_for(r"which the manifest sets at \d\d:\d\d:\d\d")
        letters = re.findall(ADDRESS, said, re.MULTILINE)
        assert [style for style, *_ in letters] == ["adult"] * 6 + ["youth"] * 4
        assert len({code for _, code, *_ in letters}) == 10
        assert all(code == again for _, code, _, again, _ in letters)
        assert re.search(
            r"A second device checks a ballot at a partner's:\n  http://127\.0\.0\.1:\d+/check\n", said
        )
        for style, code, url, _, manifest_hash in (letters[0], letters[-1]):
            assert manifest_hash == (folder / "kept" / "manifest.hash").read_text().strip()
            assert asyncio.run(vote_with(url, code, manifest_hash)) == style
        assert demo.end() == 0, demo.said
        programs = int(re.search(r"(\d+) residents vote:", demo.said)[1])  # type: ignore[index]
        assert programs == 14
        assert f"{programs + 2} of 24 residents voted" in demo.said
        result = audit(folder / "kept")
        assert (result["valid"], result["slack"]) == (True, 0)
    finally:
        demo.close()
        shutil.rmtree(folder, ignore_errors=True)
