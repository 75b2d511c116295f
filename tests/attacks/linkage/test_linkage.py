"""Whatever is dumped, and whenever: which request belongs to which ballot stays a guess."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from random import Random

import pytest
import structlog

from service.ballot_box import store
from service.ballot_box.journal import Journal
from service.ballot_box.store import Cast
from tests.attacks.linkage.chance import (
    FALSE_ALARM,
    at_least,
    binomial_at_least,
    bound,
    hit_chance,
    near_bound,
)
from tests.attacks.linkage.crowd import ASK, CAST, Step, at_a_kiosk, at_home
from tests.attacks.linkage.dump import Dump, texts_of
from tests.attacks.linkage.guesser import Guess, links, turned
from tests.attacks.linkage.hall import ADDRESS, DEVICE, KIOSK, PEOPLE, Hall, guess_in, open_hall, people

pytestmark = [pytest.mark.attack, pytest.mark.timeout(400)]

HOME = range(PEOPLE)


@pytest.fixture
async def hall(database: str, folder: Path) -> AsyncIterator[Hall]:
    """A hall in which the voting has begun."""
    async with open_hall(database, folder) as hall:
        yield hall


async def test_at_every_moment_the_link_is_a_guess(hall: Hall) -> None:
    """Home and kiosk; while ballots wait, after each release, after closing: from the strongest dump.

    And the limit, exactly: of ballots that came since the last tidying a dump tells the order. What removed
    rows leave in the server's files is gone when it has cleaned up.
    """
    await hall.stage.connection.execute("ALTER TABLE box.ballots SET (autovacuum_enabled = off)")
    found: dict[str, Guess] = {}
    limits: dict[str, Guess] = {}
    await hall.play(at_home(HOME, Random("home")))
    limits["home, not tidied"] = await hall.attack(HOME)
    await hall.steps.sequencer.tidy()
    found["home, waiting"] = await hall.attack(HOME)
    await hall.release(1)
    found["home, released"] = await hall.attack(HOME)
    await hall.play(at_a_kiosk(KIOSK, Random("kiosk")))
    limits["kiosk, not tidied"] = await hall.attack(KIOSK)
    await hall.steps.sequencer.tidy()
    found["kiosk, waiting"] = await hall.attack(KIOSK)
    await hall.release(2)
    found["kiosk, released"] = await hall.attack(KIOSK)
    await hall.stage.connection.execute("VACUUM FULL box.ballots")
    found["kiosk, files cleaned up"] = await hall.attack_files(KIOSK)
    await hall.release(3)
    await hall.close()
    found["home, closed"] = await hall.attack(HOME)
    found["kiosk, closed"] = await hall.attack(KIOSK)
    assert not {moment: guess for moment, guess in found.items() if links(guess)}
    assert all(links(guess) for guess in limits.values()), limits
    assert limits["kiosk, not tidied"].hits == PEOPLE


async def test_nothing_of_a_kiosk_is_kept(hall: Hall) -> None:
    """No address, device, session or name of a kiosk is in a table, file or log line; no cookie is set."""
    await hall.play(at_a_kiosk(KIOSK[:5], Random("few")))
    await hall.release(3)
    dump = await hall.dump()
    marks = [mark.encode() for mark in (ADDRESS, "40077", "kiosk", *DEVICE.values())]
    kept = list(texts_of(dump))
    assert any(people()[KIOSK[0]].ballot in text for text in kept)
    assert not [mark for mark in marks if any(mark in text for text in kept)]


# --- the same guesser wins where an order is kept -------------------------------------------------

KEEPS_ORDER = """
CREATE TABLE box.numbers (entry_hash bytea PRIMARY KEY, place bigint GENERATED ALWAYS AS IDENTITY);
CREATE TABLE box.times (entry_hash bytea PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE FUNCTION box.keep_order() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO box.numbers (entry_hash) VALUES (NEW.entry_hash) ON CONFLICT DO NOTHING;
    INSERT INTO box.times (entry_hash) VALUES (NEW.entry_hash) ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
CREATE TRIGGER keep_order AFTER INSERT ON box.ballots FOR EACH ROW EXECUTE FUNCTION box.keep_order();
CREATE OR REPLACE FUNCTION box.shuffle() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT 0::bigint';
"""
EMPTIED_IN_PLACE = """
CREATE OR REPLACE FUNCTION board.empty_ballots(hashes bytea[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    UPDATE box.ballots SET raw = NULL WHERE entry_hash = ANY (hashes);
    DELETE FROM board.releasing WHERE entry_hash = ANY (hashes);
END
$$;
"""
REWRITTEN_AS_THEY_CAME = """
CREATE OR REPLACE FUNCTION board.empty_ballots(hashes bytea[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    CREATE TEMPORARY TABLE came ON COMMIT DROP AS
        SELECT voting_key, revision, entry_hash, style, previous FROM box.ballots
        WHERE entry_hash = ANY (hashes) ORDER BY xmin::text::bigint;
    DELETE FROM box.ballots WHERE entry_hash = ANY (hashes);
    INSERT INTO box.ballots (voting_key, revision, entry_hash, style, previous)
        SELECT * FROM pg_temp.came;
    DELETE FROM board.releasing WHERE entry_hash = ANY (hashes);
END
$$;
"""
ALWAYS_THERE = ("board.entries", "box.requests", "box.credentials", "box.blind_signatures")


def only(dump: Dump, *tables: str, files: bool = False, lines: bool = False) -> Dump:
    """Return what the board shows, and one thing more."""
    kept = {name: rows for name, rows in dump.tables.items() if name in (*ALWAYS_THERE, *tables)}
    return Dump(tables=kept, files=dump.files if files else {}, lines=dump.lines if lines else [])


LEAKS: dict[str, Callable[[Dump], Dump]] = {
    "a number that counts": lambda dump: only(dump, "box.numbers"),
    "a column of times": lambda dump: only(dump, "box.times"),
    "rows that were not made anew, or made in the old order": lambda dump: only(dump, "box.ballots"),
    "a journal that is not merged": lambda dump: only(dump, files=True),
    "a log line a ballot": lambda dump: only(dump, lines=True),
}


async def test_the_guesser_finds_whatever_keeps_an_order(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the release, each sabotage alone gives the link away, at home and at the kiosk."""
    store_casts = store.store_casts

    async def store_and_log(connection: object, casts: Sequence[Cast], epoch: object) -> object:
        for cast in casts:
            structlog.get_logger().info("cast", ballot=cast.entry_hash.hex())
        return await store_casts(connection, casts, epoch)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "store_casts", store_and_log)
    monkeypatch.setattr(Journal, "tidy", lambda _: None)
    await hall.stage.connection.execute(KEEPS_ORDER + EMPTIED_IN_PLACE)
    await hall.play(at_home(HOME, Random("home")))
    await hall.release(1)
    await hall.stage.connection.execute(REWRITTEN_AS_THEY_CAME)
    await hall.play(at_a_kiosk(KIOSK, Random("kiosk")))
    await hall.release(2)
    dump = await hall.dump()
    found = {
        (leak, place): guess_in(keep(dump), numbers)
        for leak, keep in LEAKS.items()
        for place, numbers in (("home", HOME), ("kiosk", KIOSK))
    }
    assert not {case: guess for case, guess in found.items() if not links(guess)}
    assert {guess.hits for (_, place), guess in found.items() if place == "kiosk"} == {PEOPLE}
    for numbers in (HOME, KIOSK):
        assert not links(guess_in(only(dump), numbers))


# --- chance, computed -----------------------------------------------------------------------------


def test_the_chance_of_hits_is_that_of_all_permutations() -> None:
    """For seven people, by counting all 5,040 pairings."""
    counted = Counter(sum(i == j for i, j in enumerate(each)) for each in permutations(range(7)))
    assert {hits: hit_chance(7, hits) for hits in counted} == {
        hits: Fraction(count, 5040) for hits, count in counted.items()
    }
    assert sum(hit_chance(7, hits) for hits in range(8)) == 1


def test_a_false_alarm_is_rarer_than_one_in_a_million() -> None:
    """For the bounds that are used, over all guesses together; and one hit less would be too little."""
    for guesses in (1, 1000, 100_000):
        hits = bound(PEOPLE, guesses)
        tails = [max(at_least(PEOPLE, n), binomial_at_least(PEOPLE, n)) * guesses for n in (hits - 1, hits)]
        assert tails[1] <= FALSE_ALARM < tails[0]
    random = Random("chance")
    order = list(range(PEOPLE))
    mixed = list(order)
    for _ in range(2000):
        random.shuffle(mixed)
        hits, near = turned(order, mixed)
        assert hits < bound(PEOPLE, PEOPLE)
        assert near < near_bound(PEOPLE, PEOPLE)


@pytest.mark.parametrize("make", [at_home, at_a_kiosk], ids=lambda make: make.__name__)
def test_whoever_knows_the_order_is_found_out_every_time(
    make: Callable[[Sequence[int], Random], list[Step]],
) -> None:
    """In 1,000 simulated crowds the order of arrival alone beats the bounds for 100,000 guesses."""
    missed = 0
    for number in range(1000):
        steps = make(range(PEOPLE), Random(f"power {number}"))
        asked = [step.person for step in steps if step.kind == ASK]
        cast = [step.person for step in steps if step.kind == CAST]
        hits, near = turned(asked, cast)
        missed += hits < bound(PEOPLE, 100_000) and near < near_bound(PEOPLE, 100_000)
    assert missed == 0
