"""Attacks on opening: keys too early, wrong or too few, and ballots that trustees could see differently."""

# ruff: noqa: E501 - a table, one row a line

from collections.abc import Callable
from itertools import combinations

from ballots import entries as e
from ballots import manifest as m
from ballots.board import Phase
from ballots.choices import Choices, ContestChoices
from ballots.sealing import seal_ballot
from ballots.voter import Share
from ballots.wire import encode
from tests.attacks.ballots import opened_by_all
from tests.attacks.rows import OFFICIALS, OPERATOR, VOTER, Attack
from tests.attacks.scenes import Alike, Calls, Entry, entry_after, refused
from tests.ballots.test_sealing import SPOILT, WORLD
from tests.simulator import World, changed, make_world
from tests.vector_inputs_log import texts

COUNTERS = "the operator and two officials"
TRUSTEE = "one trustee"
TRUSTEES = "k trustees together"

# --- opening ---


def spoilt(name: str) -> Callable[[], Calls]:
    """A ballot of test_sealing.py, opened by every choice of four of six trustees."""
    return lambda: opened_by_all(WORLD, SPOILT[name])


def chosen(choices: Choices, **options: object) -> Callable[[], Calls]:
    """A well-sealed ballot with any choices, opened by every choice of trustees."""

    def scene() -> Calls:
        world = make_world(until=Phase.VOTING, **options)
        return opened_by_all(world, sealed(world, world.get_share(0), choices))

    return scene


def sealed(world: World, share: Share, choices: Choices) -> e.Ballot:
    """Return a ballot with choices that no honest client would seal."""
    return seal_ballot(
        world.election,
        style=share.style,
        share=share.signatures,
        voting_seed=share.voting_seed,
        revision=1,
        previous=bytes(32),
        padded=(encode(choices) + b"\x80").ljust(world.options.pad, b"\0"),
        seed=world.draw(32),
    )


def choices(*projects: str, points: tuple[int, ...] = (), mark: tuple[int, int] = (1, 2)) -> Choices:
    """Return choices in the one contest."""
    contest = ContestChoices(contest="wijkbudget", points=list(points), projects=list(projects))
    return Choices(contests=[contest], mark=list(mark))


def on(method: m.Method) -> dict[str, object]:
    """Return the options of a world in which adults vote by a method."""
    return {"methods": {"adult": method}, "residents": {"adult": 3}}


def early_key() -> Entry:
    world = make_world(until=Phase.VOTING)
    return entry_after(world, world.make_trustee_key("partner-1"))


def foreign_key(same_key: bool) -> Callable[[], Entry]:
    """A trustee's key entry for another election: with another key, or with the same one."""

    def scene() -> Entry:
        world = make_world(until=Phase.CLOSED)
        options = {"releases": [1, 2, 3]} if same_key else {"seed": "another"}
        other = make_world(until=Phase.CLOSED, **options)
        return entry_after(world, other.make_trustee_key("partner-1"))

    return scene


def too_few() -> Entry:
    """A tally after k - 1 keys; the counter has the k-th from a trustee who keeps it off the board."""
    world, full = make_world(until=Phase.CLOSED), make_world(until=Phase.COUNTED)
    world.open(list(world.keys.trustees)[-world.options.trustees :][:-1])
    return entry_after(world, next(raw for raw in full.entries if b'"kind":"tally"' in raw))


def same_outcome() -> Alike:
    """The outcome of one board with a ballot whose boxes disagree, opened by each choice of trustees."""
    calls = []
    for some in combinations([f"partner-{number}" for number in range(1, 7)], 4):
        world = make_world(until=Phase.VOTING, residents={"adult": 3})
        for number in range(3):
            ballot = world.cast(share := world.get_share(number), world.some_choices("adult", number))
            if number == 1:
                spoilt_ballot = changed(ballot, boxes=[*ballot.boxes[:5], ballot.boxes[0]])
                signed = changed(spoilt_ballot, signature=world.sign(share.voting_seed, spoilt_ballot))
                world.urn[-1] = signed
        world.release(3)
        world.close()
        world.open(some)
        calls.append(("outcome", {"entries": texts(world.entries)}))
    return Alike(calls)


OVER = choices("plein", "fietspad")
"""2,300,000 cents, of 2,000,001."""
DOUBLED = choices("plein", "plein")

ROWS = [
    Attack(OFFICIALS, "close with other numbers than the board's", "C01 close-counts", refused("a close with wrong numbers")),
    Attack(OFFICIALS, "close another board", "E05 head", refused("a close with a wrong root")),
    Attack("one official", "closes alone", "E03 officials", refused("a close by one official twice")),
    Attack(TRUSTEE, "publishes the key during the voting", "E02 phase", early_key),
    Attack(TRUSTEE, "publishes a random key", "C02 trustee-key-wrong", refused("a random private key")),
    Attack(TRUSTEE, "publishes another trustee's key", "C02 trustee-key-wrong", refused("another partner's private key")),
    Attack(TRUSTEE, "publishes the key of another election", "C02 trustee-key-wrong", foreign_key(same_key=False)),
    Attack(OPERATOR, "logs a key entry that was signed for another election with the same keys", "C03 signature-wrong", foreign_key(same_key=True)),
    Attack(OPERATOR, "publishes a trustee's key in their name", "C03 signature-wrong", refused("a key that the partner did not sign")),
    Attack(TRUSTEE, "publishes twice", "C02 trustee-key-partner", refused("a key twice")),
    Attack("somebody who is no partner", "publishes a key", "C02 trustee-key-partner", refused("a key of a stranger")),
    Attack(COUNTERS, "tally with too few published keys", "E02 phase", too_few),
    Attack(COUNTERS, "tally before any key", "E02 phase", refused("a tally before the keys")),
    *[Attack(VOTER, f"seals a ballot so that trustees see different things: {name}", "sealing", spoilt(name)) for name in ("a wrong fragment in box 6", "box 1 and 2 changed places", "a bit of box 6", "the enc of box 6", "boxes of another sealing", "body of another sealing")],
    Attack(VOTER, "seals choices over the budget", "choices-budget", chosen(OVER, **on(m.Knapsack()))),
    Attack(VOTER, "gives more points than there are", "choices-budget", chosen(choices("plein", "bankjes", points=(3, 2)), **on(m.Points(maximum=3, total=4)))),
    Attack(VOTER, "gives one project more points than allowed", "choices-points", chosen(choices("plein", points=(4,)), **on(m.Points(maximum=3, total=9)))),
    Attack(VOTER, "names a project twice", "choices-projects", chosen(DOUBLED)),
    Attack(VOTER, "names more projects than allowed", "choices-number", chosen(choices("plein", "speeltuin", "moestuin", "bankjes"))),
    Attack(VOTER, "names a project that is not on the ballot", "choices-projects", chosen(choices("elders"))),
    Attack(VOTER, "names projects in an order of their own, to be known by it", "choices-order", chosen(choices("speeltuin", "plein"))),
    Attack(VOTER, "leaves the mark out", "choices-mark", chosen(Choices(contests=choices("plein").contests, mark=[1]))),
    Attack(TRUSTEES, "are chosen so that a ballot with one wrong box counts, or does not", "the same verdict", same_outcome),
]  # fmt: skip
