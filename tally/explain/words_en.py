"""What the explanations say in English. Two forms: for one and for any other number; a text: for all."""

from collections.abc import Mapping
from types import MappingProxyType

SENTENCES: Mapping[str, str | tuple[str, str]] = MappingProxyType(
    {
        # numbers and lists
        "about": "about {amount}",
        "and": "{first} and {last}",
        "or": "{first} or {last}",
        "comma": ", ",
        "flow": "{title} ({amount})",
        "others": (
            "1 other project",
            "{n} other projects",
        ),
        "none": "no project",
        "ballots": (
            "1 ballot",
            "{n} ballots",
        ),
        "votes": (
            "1 vote",
            "{n} votes",
        ),
        "points": (
            "1 point",
            "{n} points",
        ),
        "step.cost": "the lowest cost decided",
        "step.votes": "the most votes decided",
        "step.lot": "the lot decided",
        "step.id": "the order of the project numbers decided",
        "line.votes": "in line by votes",
        "line.votes-per-cost": "in line by votes in proportion to cost",
        # who won
        "won.even": (
            "{title} won in round {number}: the one ballot that chose it paid its {cost}.",
            (
                "{title} won in round {number}: the {n} ballots that chose it paid its {cost} "
                "together, {each} each."
            ),
        ),
        "won.uneven": (
            (
                "{title} won in round {number}: its {cost} came from {full} with {each} each and "
                "from 1 ballot with all that it had left."
            ),
            (
                "{title} won in round {number}: its {cost} came from {full} with {each} each and "
                "from {n} ballots with all that they had left."
            ),
        ),
        "won.all": (
            (
                "{title} won in round {number}: the one ballot that chose it paid all that it had "
                "left, which was its {cost}."
            ),
            (
                "{title} won in round {number}: the {n} ballots that chose it paid all that they "
                "had left, together its {cost}."
            ),
        ),
        "won.points": (
            "{title} won in round {number}: the one ballot that gave it points paid its {cost}.",
            (
                "{title} won in round {number}: the {n} ballots that gave it points paid its "
                "{cost} together, between {least} and {most} each."
            ),
        ),
        "won.free": "{title} won in round {number}: it costs nothing and {ballots} chose it.",
        "won.votes": (
            "{title} won: with {votes} it was number {number} {line}, {pot} was left and it costs {cost}."
        ),
        "won.completion": (
            "{title} won with the money that was left over: with {votes} it had its turn when "
            "{pot} was left, and it costs {cost}."
        ),
        "won.load": (
            (
                "{title} won in round {number}: with its {cost} the one ballot that chose it "
                "carries {load}, and no other project came to less."
            ),
            (
                "{title} won in round {number}: with its {cost} each of the {n} ballots that chose "
                "it carries {load}, and no other project came to less."
            ),
        ),
        "won.other": "{title} won: {ballots} chose it and it costs {cost}.",
        "tie": "It stood exactly equal with {others}; {step}.",
        # who lost
        "lost.shares": (
            (
                "{title} lost: the one ballot that chose it had {left} left and it costs {cost}, "
                "so {missing} was missing."
            ),
            (
                "{title} lost: the {n} ballots that chose it had {left} left together and it costs "
                "{cost}, so {missing} was missing."
            ),
        ),
        "lost.completion": (
            (
                "{title} lost: the one ballot that chose it had {left} left, and when what was "
                "left over was given out {pot} was left at its turn, {missing} too little for its "
                "{cost}."
            ),
            (
                "{title} lost: the {n} ballots that chose it had {left} left together, and when "
                "what was left over was given out {pot} was left at its turn, {missing} too little "
                "for its {cost}."
            ),
        ),
        "lost.dear": "{title} lost: it costs {cost} and the whole pot is {budget}.",
        "lost.votes": (
            "{title} lost: with {votes} it was number {number} {line} and {pot} was left then, "
            "{missing} too little for its {cost}."
        ),
        "lost.stopped": (
            "{title} lost: the count had ended before its turn, at {stopper}, which did not fit."
        ),
        "lost.nobody": "{title} lost: nobody chose it.",
        "lost.few-votes": "{title} lost: it had {votes} and the rules of play ask {asked}.",
        "lost.few-ballots": "{title} lost: {ballots} chose it and the rules of play ask {asked}.",
        "lost.load": "{title} lost: the count ended before its turn, with {pot} left, and it costs {cost}.",
        "lost.other": "{title} lost: {ballots} chose it, it costs {cost} and {pot} was left.",
        "spent": (
            "That ballot began with {had} and had paid for {flows}.",
            "Those ballots began with {had} together and had paid for {flows}.",
        ),
        "spent.nothing": (
            "That ballot had paid for nothing else.",
            "Those ballots had paid for nothing else.",
        ),
        "ahead": (
            "Before that 1 project had won, for {spent}.",
            "Before that {n} projects had won, for {spent}.",
        ),
        # what would have changed that
        "would.lose": "It would have lost {causes}.",
        "would.win": "It would have won {causes}.",
        "would.nothing": "Nothing that was counted would have made it win.",
        "by.fewer": (
            "with 1 vote fewer",
            "with {n} votes fewer (with {less} fewer not)",
        ),
        "by.more": (
            "with 1 more ballot for it alone",
            "with {n} more ballots for it alone (with {less} more not)",
        ),
        "by.more-points": (
            "with 1 more ballot that gives it alone {points}",
            "with {n} more ballots that give it alone {points} (with {less} more not)",
        ),
        "by.dearer": "at any cost above {cost}",
        "by.dearer-here": "at one cent more than a cost of {cost} (at that cost not)",
        "by.cheaper": "at a cost of {cost} or less",
        "by.cheaper-here": "at a cost of {cost} (at one cent more not)",
        # the whole
        "whole.money": "Of the pot of {budget}, {spent} is spent and {left} is left.",
        "whole.projects": (
            "1 of {projects} projects won.",
            "{n} of {projects} projects won.",
        ),
        "whole.happy": (
            "1 of {ballots} ballots ({percent}) has at least one winner.",
            "{n} of {ballots} ballots ({percent}) have at least one winner.",
        ),
        "whole.purse": "Each ballot began with {purse}.",
        "whole.spread": "Ballots by how many winners they have: {spread}.",
        "whole.kept": (
            "For {prefer} this outcome is better and for {against} that by most votes, so this one stands."
        ),
        "whole.replaced": (
            "For {against} the outcome by most votes is better and for {prefer} that by equal "
            "shares, so the one by most votes stands."
        ),
        "whole.same": "Choosing by most votes first would have given the same projects.",
        "whole.rival": (
            "Choosing by most votes first adds {there} and drops {here}; for {prefer} this outcome "
            "has more, for {against} that one."
        ),
        "margin.exact": (
            "A change of 1 ballot can give other winners.",
            "A change of {n} ballots can give other winners, of fewer not.",
        ),
        "margin.between": (
            "A change of 1 ballot can give other winners.",
            (
                "A change of {n} ballots can give other winners, of fewer than {least} not; in "
                "between is not known."
            ),
        ),
        "margin.least": (
            "How few changed ballots can give other winners is not known.",
            "A change of fewer than {n} ballots cannot give other winners.",
        ),
        "margin.none": "No change of ballots can give other winners.",
        # one ballot
        "ballot.purse": "This share was worth {purse}.",
        "ballot.paid": "It paid for {flows}; {left} is left.",
        "ballot.unspent": "It paid for nothing; {left} is left.",
        "ballot.won": (
            "Of what this ballot chose, {won} won.",
            "Of what this ballot chose, {won} won.",
        ),
        "ballot.lost": "Of what this ballot chose, nothing won.",
        "ballot.empty": "This ballot chose nothing.",
    }
)
