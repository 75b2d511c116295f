"""Crashes: whatever is killed, and whenever, every acknowledged ballot stands on the board exactly once."""

import ast
import os
import secrets
from pathlib import Path

import pytest

import service
from service.faults import POINTS
from service.partner.state import COSIGNED, FOLLOWED, KEYS, PINS, PUBLIC
from tests.attacks.crashes.points import COVERED, ELSEWHERE, RESTORING
from tests.attacks.crashes.run import run
from tests.attacks.crashes.small import restore, run_small

KILLS = 230
REPEATS = 2
"""How often each point of the voting is killed at."""
PARTNER_FILES = (COSIGNED, FOLLOWED, KEYS, PINS, PUBLIC)


@pytest.mark.attack
@pytest.mark.store
@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_nothing_is_lost_doubled_or_forked(folder: Path) -> None:
    """Under more than 200 kills, at every point and at random moments, no rule of verdict.py is broken.

    WIJK_CRASH_SEED repeats a plan; `python -m tests.attacks.crashes` runs a longer one.
    """
    seed = int(os.environ.get("WIJK_CRASH_SEED") or secrets.randbelow(2**31))
    report = await run(folder, seed=seed, kills=KILLS, repeats=REPEATS)
    print(report.describe())
    assert not report.complaints, report.describe()
    assert report.total >= 200
    assert {point for point in COVERED if not report.kills[point]} == set(), "points at which nobody died"
    assert report.figures["ballots promised"] > 200
    assert report.figures["attempts without an answer"] > 100, "the kills hurt nobody"


@pytest.mark.attack
@pytest.mark.store
@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_an_old_backup_is_refused_and_rebuilt(folder: Path) -> None:
    """On an old backup nothing is signed; `rebuild`, killed twice, fills it from the published tiles.

    The service, killed at it, puts promised ballots back, and the election goes on to its count.
    """
    report = await run_small(folder, restore, rounds=1)
    assert not report.complaints, report.describe()
    assert {point for point in RESTORING if not report.kills[point]} == set()


def points_in_code() -> set[str]:
    """Return the names of all points that the code of the service and the ledger reaches."""
    root = Path(service.__file__).parents[1]
    names: set[str] = set()
    for path in (*(root / "service").rglob("*.py"), *(root / "admin").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in (
                "reach",
                "_reach",
            ):
                names |= names_of(node.args[0])
    return names


def names_of(argument: ast.expr) -> set[str]:
    """Return what a point can be called: a word, or one a file of a partner's state."""
    if isinstance(argument, ast.Constant):
        return {str(argument.value)}
    text = ast.unparse(argument)
    return {ast.literal_eval(text.replace("{name}", name).removeprefix("f")) for name in PARTNER_FILES}


def test_the_table_has_every_point() -> None:
    """service/faults.py names exactly the points that the code reaches, and the rig kills at all of them."""
    assert points_in_code() == set(POINTS)
    assert set(POINTS) == COVERED | ELSEWHERE
