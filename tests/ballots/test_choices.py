"""What a voter may choose: each rule, its reason, and the padding."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots import manifest as m
from ballots.board import Phase
from ballots.choices import Choices, ContestChoices, longest_choices, pad_choices, unpad_choices
from ballots.election import Election
from ballots.errors import ChoicesError
from ballots.wire import encode
from tests.simulator import PROJECTS, make_world

IDS = list(PROJECTS)
METHODS: dict[str, m.Method] = {
    "approval": m.Approval(minimum=1, maximum=3),
    "knapsack": m.Knapsack(),
    "points": m.Points(maximum=5, total=6),
    "ranking": m.Ranking(minimum=2, maximum=4),
}


def election_with(method: str) -> Election:
    """Return an election whose adults vote by a method."""
    return make_world(until=Phase.ROLL, residents={"adult": 2}, methods={"adult": METHODS[method]}).election


def choose(projects: list[str], points: list[int] | None = None, mark: list[int] | None = None) -> Choices:
    """Return choices in the one contest."""
    return Choices(
        contests=[ContestChoices(contest="wijkbudget", points=points or [], projects=projects)],
        mark=mark or [],
    )


GOOD = [
    ("approval", choose(IDS[:1])),
    ("approval", choose(IDS[:3], mark=[0, 63])),
    ("knapsack", choose([])),
    ("knapsack", choose(["plein", "speeltuin", "moestuin", "bankjes"])),
    ("points", choose([])),
    ("points", choose(["plein", "moestuin"], [5, 1])),
    ("ranking", choose(["bankjes", "plein"])),
    ("ranking", choose(["fietspad", "bankjes", "moestuin", "plein"])),
]
BAD = [
    ("approval", choose(IDS[:1], mark=[1]), "choices-mark"),
    ("approval", choose(IDS[:1], mark=[1, 1]), "choices-mark"),
    ("approval", choose(IDS[:1], mark=[1, 64]), "choices-mark"),
    ("approval", choose(IDS[:1], mark=[1, 2, 3]), "choices-mark"),
    ("approval", Choices(contests=[], mark=[]), "choices-contests"),
    ("approval", Choices(contests=choose(IDS[:1]).contests * 2, mark=[]), "choices-contests"),
    ("approval", choose(["zwembad"]), "choices-projects"),
    ("approval", choose([IDS[0], IDS[0]]), "choices-projects"),
    ("approval", choose(IDS[1::-1]), "choices-order"),
    ("knapsack", choose(IDS[1::-1]), "choices-order"),
    ("points", choose(IDS[1::-1], [1, 1]), "choices-order"),
    ("approval", choose(IDS[:1], [1]), "choices-points"),
    ("ranking", choose(IDS[:2], [1, 1]), "choices-points"),
    ("points", choose(IDS[:2], [1]), "choices-points"),
    ("points", choose(IDS[:1], [0]), "choices-points"),
    ("points", choose(IDS[:1], [6]), "choices-points"),
    ("approval", choose([]), "choices-number"),
    ("approval", choose(IDS[:4]), "choices-number"),
    ("ranking", choose(IDS[:1]), "choices-number"),
    ("ranking", choose(IDS), "choices-number"),
    ("knapsack", choose(["plein", "fietspad"]), "choices-budget"),
    ("points", choose(IDS[:2], [5, 2]), "choices-budget"),
]


@pytest.mark.parametrize(("method", "choices"), GOOD)
def test_choices_that_keep_the_rules_pass(method: str, choices: Choices) -> None:
    """Choices at the edges of each rule are good."""
    election_with(method).check_choices(choices, "adult")


@pytest.mark.parametrize(("method", "choices", "reason"), BAD)
def test_the_first_broken_rule_is_the_reason(method: str, choices: Choices, reason: str) -> None:
    """Each rule that is broken has its reason."""
    with pytest.raises(ChoicesError) as refused:
        election_with(method).check_choices(choices, "adult")
    assert refused.value.reason == reason


@pytest.mark.parametrize("method", METHODS)
def test_no_choices_are_longer_than_the_longest(method: str) -> None:
    """The bound that set-up demands of the pad holds for the longest choices there are."""
    election = election_with(method)
    contest = election.contests["wijkbudget"]
    longest = longest_choices([(election.styles["adult"].contests[0], contest)])
    ids = sorted(IDS, key=len, reverse=True)
    most = {"approval": ids[:3], "knapsack": ids, "points": ids, "ranking": ids[:4]}[method]
    points = [5] * len(most) if method == "points" else []
    assert len(encode(choose(most, points, [63, 62]))) == longest


def test_padding_goes_there_and_back() -> None:
    """Padded choices have the pad's length and give the choices back."""
    padded = pad_choices(choose(IDS[:2]), 200)
    assert len(padded) == 200
    assert unpad_choices(padded) == choose(IDS[:2])


def test_choices_longer_than_the_pad_are_refused() -> None:
    """Choices that do not fit are refused before they are sealed."""
    with pytest.raises(ChoicesError) as refused:
        pad_choices(choose(IDS[:2]), 20)
    assert refused.value.reason == "choices-length"


@pytest.mark.parametrize(
    "padded",
    [b"", b"\0" * 8, b"{}\x80", b"\x80", b'{"contests":[],"mark":[]}', b'{"contests":[],"mark":[] }\x80\0'],
)
def test_other_paddings_are_refused(padded: bytes) -> None:
    """Without 0x80, without choices, or in a second spelling: refused."""
    with pytest.raises(ChoicesError) as refused:
        unpad_choices(padded)
    assert refused.value.reason == "choices-wire"


@given(st.binary(max_size=120))
def test_any_bytes_give_choices_or_a_typed_error(padded: bytes) -> None:
    """Whatever a sealed ballot holds, reading it ends in a reason or in choices."""
    with suppress(ChoicesError):
        assert pad_choices(unpad_choices(padded), len(padded)) == padded
