"""pabutools, a library of others (GPL, for tests alone), asked by the names of presets.py.

https://github.com/COMSOC-Community/pabutools, 1.2 or later, exact (its fractions are gmpy2's).
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

import pabutools.fractions
from gmpy2 import mpq
from pabutools.election import (
    Additive_Borda_Sat,
    Additive_Cardinal_Sat,
    Cardinality_Sat,
    Cost_Sat,
)
from pabutools.election.pabulib import parse_pabulib_from_string
from pabutools.rules import (
    completion_by_rule_combination,
    exhaustion_by_budget_increase,
    greedy_utilitarian_welfare,
    maximin_support,
    method_of_equal_shares,
    sequential_phragmen,
)

EMPTY = re.compile(r"^(\w+);;$", re.MULTILINE)
"""An empty vote in a file with points; pabutools wants another spelling of it."""
SATISFACTION = {
    "cost": Cost_Sat,
    "card": Cardinality_Sat,
    "add": Additive_Cardinal_Sat,
    "borda": Additive_Borda_Sat,
}


def ask(text: str, name: str, increment: int = 100) -> list[str]:
    """Return the winners, in order of choice, of an election in a .pb file by a named rule.

    Where purses grow they grow by `increment` cents at a time. "maximin" is a solver in floats: it does not
    see ties.
    """
    return ask_read(*read(text), name, increment)


def read(text: str) -> tuple[Any, Any]:
    """Return an election in a .pb file as pabutools holds it."""
    instance, profile = parse_pabulib_from_string(EMPTY.sub(r"\1;;none", text))
    return instance, profile


def ask_read(instance: Any, profile: Any, name: str, increment: int = 100) -> list[str]:
    """Return the winners of an election that has been read, as `ask`."""
    assert pabutools.fractions.FRACTION == "gmpy2"
    if name in WITHOUT_WORTH:
        return _names(WITHOUT_WORTH[name](instance, profile))
    method, _, kind = name.rpartition("-")
    if method in GROWING:
        return _names(GROWING[method](instance, profile, SATISFACTION[kind], mpq(increment, 100)))
    return _names(METHODS[method](instance, profile, SATISFACTION[kind]))


def _names(projects: Sequence[Any]) -> list[str]:
    return [str(project.name) for project in projects]


def _greedy(instance: Any, profile: Any, satisfaction: Any) -> Any:
    return greedy_utilitarian_welfare(instance, profile, sat_class=satisfaction)


def _equal_shares(instance: Any, profile: Any, satisfaction: Any) -> Any:
    return method_of_equal_shares(instance, profile, sat_class=satisfaction)


def _add1(instance: Any, profile: Any, satisfaction: Any, increment: mpq) -> Any:
    return method_of_equal_shares(instance, profile, sat_class=satisfaction, voter_budget_increment=increment)


def _then_greedy(instance: Any, profile: Any, satisfaction: Any, increment: mpq | None = None) -> Any:
    return completion_by_rule_combination(
        instance,
        profile,
        [method_of_equal_shares, greedy_utilitarian_welfare],
        [
            {"sat_class": satisfaction, "voter_budget_increment": increment},
            {"sat_class": satisfaction},
        ],
    )


def _overspend(instance: Any, profile: Any, satisfaction: Any, increment: mpq) -> Any:
    """Grow purses until any one pays for everything; the bound of pabutools is too low for small budgets."""
    everything = sum(project.cost for project in instance)
    return exhaustion_by_budget_increase(
        instance,
        profile,
        method_of_equal_shares,
        {"sat_class": satisfaction},
        exhaustive_stop=False,
        budget_step=profile.num_ballots() * increment,
        budget_bound=instance.budget_limit + profile.num_ballots() * (everything + increment),
    )


WITHOUT_WORTH: dict[str, Callable[[Any, Any], Any]] = {
    "phragmen": sequential_phragmen,
    "maximin": maximin_support,
}
METHODS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "greedy": _greedy,
    "mes": _equal_shares,
    "mesu": _then_greedy,
}
GROWING: dict[str, Callable[[Any, Any, Any, mpq], Any]] = {
    "add1": _add1,
    "add1u": _then_greedy,
    "add1-noexh": _overspend,
}
