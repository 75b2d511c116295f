"""What explanations say: the same in Dutch and English, at most three sentences, with the facts' numbers."""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from deploy.texts.catalogues import forms_of, read_catalogue
from deploy.texts.found import find_texts
from tally.explain import (
    explain_ballot,
    explain_outcome,
    explain_project,
    format_ballot,
    format_explanation,
)
from tally.explain.facts import BallotFacts, LimitCost, Margin
from tally.explain.sentences import describe_project, describe_whole
from tally.explain.words import Words
from tally.pabulib import parse_pabulib, profile_of
from tally.profile import Profile, Relations, ties_by_id
from tally.texts.languages import Language
from tests.tally.draws import Params, draw_cases, winners, with_ballots, with_cost
from tests.tally.profiles import by_lot, make_profile

TITLES = {"a": "Slide", "b": "Trees", "c": "Bench", "d": "Mural"}
LANGUAGES: tuple[Language, ...] = ("en", "nl")
REAL = Path(__file__).parents[3] / "shared" / "pabulib" / "Netherlands_Amsterdam_621.pb"

SHARES = make_profile(10000, {"a": 6000, "b": 3000, "c": 4000}, "a", "a", "b", "bc")


def say(profile: Profile, name: str, parameters: Params, project: str) -> dict[str, tuple[str, ...]]:
    ties = by_lot(profile)
    return {
        language: tuple(
            text.replace("\u00a0", " ")
            for text in explain_project(profile, name, parameters, ties, project, TITLES, language)
        )
        for language in LANGUAGES
    }


@pytest.mark.timeout(300)
def test_every_sentence_is_said_somewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small elections of all rules say everything that the catalogue holds, three at most at a time."""
    said: set[str] = set()
    plain = Words.say

    def listen(self: Words, name: str, n: int = 0, **values: str) -> str:
        said.add(name)
        return plain(self, name, n, **values)

    monkeypatch.setattr(Words, "say", listen)
    for profile, name, parameters in draw_all():
        found = explain_outcome(profile, name, parameters, by_lot(profile), search=True)
        for language in LANGUAGES:
            words = Words(language, TITLES)
            for facts in found.projects:
                sentences = describe_project(words, found.whole, facts)
                assert 2 <= len(sentences) <= 3
                assert all(re.fullmatch(r"[^{}]+\.", text) for text in sentences)
            assert format_explanation(found, TITLES, language)
            for vote in profile.votes:
                ballot = explain_ballot(profile, name, parameters, by_lot(profile), vote.projects)
                assert format_ballot(ballot, TITLES, language)
    rare = {"explain.lost.other", "explain.margin.between", "explain.step.id"}
    assert {name for name in find_texts() if name.startswith("explain.")} - said <= rare


def draw_all() -> Iterator[tuple[Profile, str, Params]]:
    yield from draw_cases(31, 250)
    many = make_profile(60, dict.fromkeys("abcdef", 3) | {"g": 59}, *["abcdefg"] * 3, "g", "")
    yield many, "equal-shares", {}
    yield make_profile(10, {"a": 8, "b": 99}, "a"), "equal-shares", {}
    yield make_profile(10, {"a": 8, "b": 8}, "aa", "b", "b"), "greedy", {"minimum_share": 5000}
    yield make_profile(10, {"a": 8, "b": 8, "c": 2}, *["ab"] * 4, "c"), "greedy", {"misfits": "stop"}
    yield make_profile(10, {"a": 0, "b": 8}, "a", "b"), "greedy", {"zero_cost": "skip"}
    elsewhere = Relations(excluded=frozenset({0}), lacking=frozenset({1}))
    yield msgspec.structs.replace(make_profile(10, {"a": 1, "b": 1}, "ab"), relations=elsewhere), "greedy", {}


def test_a_winner_by_shares_is_explained() -> None:
    """B costs two ballots 15 each of their 25; it would still win with all 50 that they have."""
    assert say(SHARES, "equal-shares", {}, "b") == {
        "en": (
            "“Trees” won in round 1: the 2 ballots that chose it paid its €30 together, €15 each.",
            "It would have lost at any cost above €50.",
        ),
        "nl": (
            (
                "“Trees” won in ronde 1: de 2 stembiljetten die het kozen, betaalden samen de € 30 die "
                "het kost, € 15 per stuk."
            ),
            "Het had verloren bij alle kosten boven € 50.",
        ),
    }


def test_what_excludes_and_what_is_needed_is_told() -> None:
    """By name, with what would have changed it, as far as anything would."""
    profile = make_profile(2000, {"a": 800, "b": 800, "c": 200}, "abc", "ab", "a")
    rivals = msgspec.structs.replace(profile, relations=Relations(alternatives=((0, 1),), needs=((2, 1),)))
    assert say(rivals, "greedy", {}, "b")["en"] == (
        "“Trees” lost: only one of it and “Slide” could win, and that was “Slide”.",
        "It would have won with 2 more ballots for it alone (with 1 more not).",
    )
    assert say(rivals, "greedy", {}, "c")["nl"][0] == (
        "“Bench” verloor: het kan alleen samen met “Trees”, en dat won niet."
    )


def test_a_tie_is_told() -> None:
    """Which projects stood equal, and the step that decided."""
    profile = make_profile(4000, {"a": 2000, "b": 1000}, "a", "b")
    found = say(profile, "equal-shares", {}, "b")
    assert found["en"][1] == "It stood exactly equal with “Slide”; the lowest cost decided."
    assert found["nl"][1] == "Het stond precies gelijk met “Slide”; de laagste kosten gaven de doorslag."


def test_a_loser_by_shares_is_explained() -> None:
    """C's one supporter has 10 of its 25 left, as 15 went to the trees; two more ballots pay for C."""
    assert say(SHARES, "equal-shares", {}, "c") == {
        "en": (
            "“Bench” lost: the one ballot that chose it had €10 left and it costs €40, so €30 was missing.",
            "That ballot began with €25 and had paid for “Trees” (€15).",
            (
                "It would have won with 2 more ballots for it alone (with 1 more not) "
                "or at a cost of €10 or less."
            ),
        ),
        "nl": (
            (
                "“Bench” verloor: het ene stembiljet dat het koos, had nog € 10 over en het kost € 40; "
                "er ontbrak dus € 30."
            ),
            "Dat stembiljet begon met € 25 en had al betaald voor “Trees” (€ 15).",
            (
                "Het had gewonnen met 2 extra stembiljetten voor alleen dit project (met 1 extra nog niet) "
                "of bij kosten van € 10 of minder."
            ),
        ),
    }


def test_a_loser_of_greedy_is_explained() -> None:
    """Third in line when 10 is left; one more vote makes it equal to A, and it is cheaper."""
    assert say(SHARES, "greedy", {}, "c")["en"] == (
        (
            "“Bench” lost: with 1 vote it was number 3 in line by votes and €10 was left then, "
            "€30 too little for its €40."
        ),
        "Before that 2 projects had won, for €90.",
        "It would have won with 1 more ballot for it alone or at a cost of €10 or less.",
    )


@pytest.mark.parametrize("name", ["greedy", "equal-shares", "phragmen-sequential"])
def test_what_costs_nothing_and_is_left_out_is_told_so(name: str) -> None:
    """The reason is the rule's, and no number is told that would have helped."""
    profile = make_profile(10000, {"a": 6000, "b": 0, "c": 4000}, "a", "a", "b", "bc")
    said = say(profile, name, {"zero_cost": "skip"}, "b")
    assert said["en"][0] == "“Trees” lost: it costs nothing, and this count leaves such projects out."
    assert said["en"][-1] == (
        "We looked whether it would have won with more ballots or at a lower cost, and found nothing."
    )


def test_a_winner_of_greedy_is_explained() -> None:
    """A loses when it has fewer votes than the cheaper bench, which then takes its money."""
    first, second = say(SHARES, "greedy", {}, "a")["nl"]
    assert first == (
        "“Slide” won: met 2 stemmen stond het op plaats 2 in de rij naar stemmen, er was nog € 70 over "
        "en het kost € 60."
    )
    assert second == "Het had verloren met 1 stem minder of bij alle kosten boven € 70."


def test_amounts_are_rounded_as_promised() -> None:
    """A loser's money down and what is missing up, so that they sum to the cost; what one has: about."""
    profile = make_profile(100, {"a": 60, "b": 50}, "a", "a", "b")
    first, second, _ = say(profile, "equal-shares", {}, "b")["en"]
    assert first.endswith("had €0.33 left and it costs €0.50, so €0.17 was missing.")
    assert second == "That ballot had paid for nothing else."
    words = Words("nl", {}, "PLN")
    assert words.money("100000/3") == "ongeveer PLN\u00a0333,33"
    assert words.amount(123456700) == "PLN\u00a01.234.567"
    assert words.percent(2, 3) == "66,6%"


def test_one_ballot_is_explained() -> None:
    """What its piece of the money was, what it paid for and what is left."""
    facts = explain_ballot(SHARES, "equal-shares", {}, by_lot(SHARES), ((1, 1), (2, 1)))
    assert format_ballot(facts, TITLES, "nl") == (
        "Dit stembiljet kreeg een stuk van het geld: €\u00a025. Het betaalde voor “Trees” (€\u00a015); "
        "€\u00a010 is over. Van wat dit stembiljet koos, won “Trees”."
    )
    assert format_ballot(BallotFacts(supported=(), won=()), TITLES, "en") == "This ballot chose nothing."


def test_the_whole_is_explained() -> None:
    """Money, projects, purses, ballots by their winners, and the outcome by most votes beside it."""
    found = explain_outcome(SHARES, "equal-shares", {}, by_lot(SHARES))
    assert format_explanation(found, TITLES, "en").splitlines()[:7] == [
        "Of the pot of €100, €30 is spent and €70 is left.",
        "1 of 3 projects won.",
        "Each ballot got an equally large piece of the money: €25.",
        "2 of 4 ballots (50.0%) have at least one winner.",
        "Ballots by how many winners they have: 0: 2; 1: 2.",
        (
            "If the project with the most votes always went first, this would be added: “Slide”, and this "
            "dropped: no project. For 0 ballots this outcome has more, for 2 ballots that other one."
        ),
        "How few changed ballots can give other winners is not known.",
    ]


def test_a_share_is_never_a_piece_of_the_money() -> None:
    """An "aandeel" is what a resident votes with; what a purse holds is called a piece of the money."""
    names = [name for name in find_texts() if name.startswith(("explain.", "page.rule.", "page.comparison."))]
    dutch = read_catalogue("nl")
    said = [" ".join(forms_of(dutch[name])) for name in names]
    assert any("stuk van het geld" in text for text in said)
    assert not [text for text in said if re.search("aandeel|aandelen|gelijke delen", text)]


def test_a_margin_between_two_bounds_says_both() -> None:
    """What is proved, what is counted, and that what lies between is not known."""
    found = explain_outcome(SHARES, "equal-shares", {}, by_lot(SHARES)).whole
    whole = msgspec.structs.replace(found, margin=Margin(least=2, most=5))
    assert describe_whole(Words("en", {}), whole)[-1] == (
        "A change of 5 ballots can give other winners, of fewer than 2 not; in between is not known."
    )


@pytest.mark.skipif(not REAL.exists(), reason="the real elections stand beside the project")
@pytest.mark.parametrize("title", ["Statiegeldbeker in De Plantage", "Kunst tegen eenzaamheid"])
def test_a_real_project_is_explained_and_each_number_is_recounted(title: str) -> None:
    """Amsterdam 621: the numbers of ballots and the cost in the sentences are counted again with the rule."""
    election = parse_pabulib(REAL.read_text())
    profile, rule = profile_of(election), "equal-shares"
    project = next(each.id for each in election.projects if each.name == title)
    found = explain_outcome(profile, rule, {}, ties_by_id(profile), project=project)
    facts, told = found.projects[0], format_explanation(found, {project: title}, "nl")
    assert len(told.splitlines()) == 3 - facts.won
    assert isinstance(facts.limit, LimitCost)
    assert Words("nl", {}).amount(facts.limit.cost) in told
    for cost in (facts.limit.cost, facts.limit.cost + 1):
        changed = with_cost(profile, project, cost)
        assert (project in winners(changed, rule, {})) == (cost == facts.limit.cost)
    if facts.more is not None:
        assert f"met {facts.more.ballots} extra" in told
        for more in (facts.more.ballots - 1, facts.more.ballots):
            changed = with_ballots(profile, project, more, 1)
            assert (project in winners(changed, rule, {})) == (more == facts.more.ballots)
