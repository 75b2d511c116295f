"""Facts as sentences: at most three for a project, each true of the facts it is made from.

Of what one ballot has or pays, "about" stands before an amount that is not whole cents. What many have
together is to the nearest cent; but what a loser's supporters have left is rounded down, and what is missing
up.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from tally.explain.facts import BallotFacts, Flow, ProjectFacts, WholeFacts
from tally.explain.words import Words
from tally.rules import equal_shares, greedy, phragmen
from tally.rules.result import Payment

NAMED_FLOWS = 3
"""So many winners that money went to are named; the others are taken together."""
LINES = {"votes": "explain.line.votes", "votes-per-cost": "explain.line.votes-per-cost"}
STEPS = {
    "cost": "explain.step.cost",
    "votes": "explain.step.votes",
    "lot": "explain.step.lot",
    "id": "explain.step.id",
}
LIMITS = {
    True: ("explain.by.dearer", "explain.by.dearer-here"),
    False: ("explain.by.cheaper", "explain.by.cheaper-here"),
}
"""Of a winner, of a loser: what is said where there is no other limit, and where there may be others."""


def describe_project(words: Words, whole: WholeFacts, facts: ProjectFacts) -> tuple[str, ...]:
    """Return why a project won or lost, and if that was sought, what would have changed it."""
    first = _say_won(words, whole, facts) if facts.won else _say_lost(words, whole, facts)
    second = _say_tie(words, facts) if facts.won else _say_money(words, whole, facts)
    return tuple(text for text in (first, second, _say_change(words, facts)) if text)


# Who won, who lost ------------------------------------------------------------------------------------


def _fill(words: Words, whole: WholeFacts, facts: ProjectFacts) -> dict[str, str]:
    """Return everything that a first sentence may be filled with."""
    values = {
        "title": words.title(facts.project),
        "cost": words.amount(facts.cost),
        "budget": words.amount(whole.budget),
        "pot": words.amount(facts.pot),
        "missing": words.amount(facts.missing or 0),
        "number": words.number(facts.number or 0),
        "votes": words.votes(facts.votes, whole.heaviest),
        "ballots": words.ballots(facts.supporters),
        "line": words.say(LINES[whole.line]),
    }
    if facts.asked is not None:
        number = facts.asked.number
        of_votes = facts.asked.of == "votes"
        values["asked"] = words.votes(number, whole.heaviest) if of_votes else words.ballots(number)
    if facts.stopper is not None:
        values["stopper"] = words.title(facts.stopper)
    if facts.rival is not None:
        values["rival"] = words.title(facts.rival)
    values["lacked"] = words.join(words.title(name) for name in facts.lacked)
    if facts.money is not None:
        left = int(Fraction(facts.money.left))
        values["left"] = words.amount(left)
        if facts.reason == "supporters-cannot-pay":
            values["missing"] = words.amount(facts.cost - left)
    if facts.round is not None and facts.round.price is not None:
        values["load"] = words.money(facts.round.price)
    return values


def _say_won(words: Words, whole: WholeFacts, facts: ProjectFacts) -> str:
    values, own = _fill(words, whole, facts), facts.round
    if own is not None and own.payments:
        return _say_paid(words, facts, own.payments, values)
    if own is not None and own.completion:
        return words.say("explain.won.completion", facts.supporters, **values)
    if whole.rule == phragmen.NAME and "load" in values:
        return words.say("explain.won.load", facts.supporters, **values)
    known = whole.rule in (greedy.NAME, equal_shares.NAME)
    return words.say("explain.won.votes" if known else "explain.won.other", facts.supporters, **values)


def _say_paid(words: Words, facts: ProjectFacts, payments: Sequence[Payment], values: dict[str, str]) -> str:
    """Return the sentence for a project that its supporters' purses paid."""
    if facts.cost == 0:
        return words.say("explain.won.free", facts.supporters, **values)
    if any(each.weight > 1 for each in payments):
        least = min((each.least for each in payments), key=Fraction)
        most = max((each.most for each in payments), key=Fraction)
        return words.say(
            "explain.won.points", facts.supporters, least=words.money(least), most=words.money(most), **values
        )
    full = next((each for each in payments if not each.emptied), None)
    rest = next((each for each in payments if each.emptied), None)
    if full is None:
        return words.say("explain.won.all", facts.supporters, **values)
    values["each"], values["full"] = words.money(full.most), words.ballots(full.ballots)
    if rest is None:
        return words.say("explain.won.even", facts.supporters, **values)
    return words.say("explain.won.uneven", rest.ballots, **values)


def _say_tie(words: Words, facts: ProjectFacts) -> str:
    tie = None if facts.round is None else facts.round.tie
    if tie is None:
        return ""
    others = words.join(words.title(name) for name in tie.between if name != facts.project)
    return words.say("explain.tie", others=others, step=words.say(STEPS[tie.step]))


def _say_lost(words: Words, whole: WholeFacts, facts: ProjectFacts) -> str:
    values = _fill(words, whole, facts)
    causes = (
        (facts.rival is not None, "explain.lost.rival"),
        (facts.reason == "alternative-chosen", "explain.lost.rival-elsewhere"),
        (len(facts.lacked) > 0, "explain.lost.lacked"),
        (facts.reason == "need-not-chosen", "explain.lost.lacked-elsewhere"),
        (facts.supporters == 0, "explain.lost.nobody"),
        (facts.reason == "costs-nothing", "explain.lost.free"),
        (facts.asked is not None and facts.asked.of == "votes", "explain.lost.few-votes"),
        (facts.asked is not None, "explain.lost.few-ballots"),
        (facts.cost > whole.budget, "explain.lost.dear"),
        (facts.stopper is not None, "explain.lost.stopped"),
        (facts.reason == "supporters-cannot-pay", "explain.lost.shares"),
        (facts.money is not None, "explain.lost.completion"),
        (facts.number is not None, "explain.lost.votes"),
        (whole.rule == phragmen.NAME, "explain.lost.load"),
        (True, "explain.lost.other"),
    )
    return words.say(next(name for holds, name in causes if holds), facts.supporters, **values)


def _say_money(words: Words, whole: WholeFacts, facts: ProjectFacts) -> str:
    """Return where the supporters' money went, or who came before in line."""
    if facts.money is not None:
        if not facts.money.paid:
            return words.say("explain.spent.nothing", facts.supporters)
        flows = say_flows(words, facts.money.paid)
        return words.say("explain.spent", facts.supporters, had=words.sum(facts.money.had), flows=flows)
    if facts.number is None or facts.stopper is not None or not facts.ahead:
        return ""
    return words.say("explain.ahead", len(facts.ahead), spent=words.amount(whole.budget - facts.pot))


def say_flows(words: Words, flows: Sequence[Flow]) -> str:
    """Return the largest amounts by winner, and the others together."""
    named = flows if len(flows) <= NAMED_FLOWS + 1 else flows[:NAMED_FLOWS]
    parts = [
        words.say("explain.flow", title=words.title(f.project), amount=words.sum(f.total)) for f in named
    ]
    if rest := flows[len(named) :]:
        total = sum((Fraction(flow.total) for flow in rest), Fraction(0))
        parts.append(
            words.say(
                "explain.flow", title=words.say("explain.others", len(rest)), amount=words.sum(str(total))
            )
        )
    return words.join(parts)


# What would have changed that ---------------------------------------------------------------------------


def _say_change(words: Words, facts: ProjectFacts) -> str:
    if not facts.searched:
        return ""
    causes = [cause for cause in (_say_ballots(words, facts), _say_limit(words, facts)) if cause]
    if not causes:
        return words.say("explain.would.nothing")
    return words.say(
        "explain.would.lose" if facts.won else "explain.would.win", causes=words.join(causes, "or")
    )


def _say_ballots(words: Words, facts: ProjectFacts) -> str:
    if facts.fewer is not None:
        return words.say("explain.by.fewer", facts.fewer.ballots, less=words.number(facts.fewer.ballots - 1))
    if facts.more is None:
        return ""
    less, weight = words.number(facts.more.ballots - 1), facts.more.weight
    if weight == 1:
        return words.say("explain.by.more", facts.more.ballots, less=less)
    return words.say(
        "explain.by.more-points", facts.more.ballots, less=less, points=words.say("explain.points", weight)
    )


def _say_limit(words: Words, facts: ProjectFacts) -> str:
    if facts.limit is None:
        return ""
    only, here = LIMITS[facts.won]
    return words.say(only if facts.limit.only else here, cost=words.amount(facts.limit.cost))


# The whole and one ballot -------------------------------------------------------------------------------


def describe_whole(words: Words, whole: WholeFacts) -> tuple[str, ...]:
    """Return what was spent, who has something from it, and how far another outcome is."""
    found = [
        words.say(
            "explain.whole.money",
            budget=words.amount(whole.budget),
            spent=words.amount(whole.cost),
            left=words.amount(whole.budget - whole.cost),
        ),
        words.say("explain.whole.projects", len(whole.winners), projects=words.number(whole.projects)),
        words.say(
            "explain.whole.happy",
            whole.with_winner,
            ballots=words.number(whole.ballots),
            percent=words.percent(whole.with_winner, whole.ballots),
        ),
        _say_spread(words, whole.satisfied),
    ]
    if whole.purse is not None:
        found.insert(2, words.say("explain.whole.purse", purse=words.money(whole.purse)))
    return (*found, *_say_rival(words, whole), *_say_margin(words, whole))


def _say_spread(words: Words, satisfied: Iterable[int]) -> str:
    parts = [f"{count}: {words.number(ballots)}" for count, ballots in enumerate(satisfied)]
    return words.say("explain.whole.spread", spread="; ".join(parts))


def _say_rival(words: Words, whole: WholeFacts) -> Iterable[str]:
    if whole.comparison is not None:
        prefer, against = whole.comparison.prefer, whole.comparison.against
        name = "explain.whole.kept" if against <= prefer else "explain.whole.replaced"
        yield words.say(name, prefer=words.ballots(prefer), against=words.ballots(against))
    if (rival := whole.rival) is None:
        return
    if not rival.only_here and not rival.only_there:
        yield words.say("explain.whole.same")
        return
    yield words.say(
        "explain.whole.rival",
        there=words.join(words.title(name) for name in rival.only_there),
        here=words.join(words.title(name) for name in rival.only_here),
        prefer=words.ballots(rival.prefer_here),
        against=words.ballots(rival.prefer_there),
    )


def _say_margin(words: Words, whole: WholeFacts) -> Iterable[str]:
    margin = whole.margin
    if margin is None:
        return
    if margin.least is None:
        yield words.say("explain.margin.none")
    elif margin.most is None:
        yield words.say("explain.margin.least", margin.least)
    else:
        name = "explain.margin.exact" if margin.least == margin.most else "explain.margin.between"
        yield words.say(name, margin.most, least=words.number(margin.least))


def describe_ballot(words: Words, facts: BallotFacts) -> tuple[str, ...]:
    """Return what one ballot won; with purses also what it paid for and has left."""
    if not facts.supported:
        found = [words.say("explain.ballot.empty")]
    elif facts.won:
        won = words.join(words.title(name) for name in facts.won)
        found = [words.say("explain.ballot.won", len(facts.won), won=won)]
    else:
        found = [words.say("explain.ballot.lost")]
    if facts.purse is not None and facts.left is not None:
        found.insert(0, words.say("explain.ballot.purse", purse=words.money(facts.purse)))
        flows, left = [f for f in facts.paid if Fraction(f.total)], words.money(facts.left)
        if flows:
            parts = (
                words.say("explain.flow", title=words.title(f.project), amount=words.money(f.total))
                for f in flows
            )
            found.insert(1, words.say("explain.ballot.paid", flows=words.join(parts), left=left))
        else:
            found.insert(1, words.say("explain.ballot.unspent", left=left))
    return tuple(found)
