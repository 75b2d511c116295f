"""pabutools, a library of others (GPL, for tests alone), asked by the names of presets.py.

https://github.com/COMSOC-Community/pabutools, 1.2 or later, exact (its fractions are gmpy2's).
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

import pabutools.fractions
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


def ask(text: str, name: str) -> list[str]:
    """Return the winners, in order of choice, of an election in a .pb file by a named rule."""
    return ask_read(*read(text), name)


def read(text: str) -> tuple[Any, Any]:
    """Return an election in a .pb file as pabutools holds it."""
    instance, profile = parse_pabulib_from_string(EMPTY.sub(r"\1;;none", text))
    return instance, profile


def ask_read(instance: Any, profile: Any, name: str) -> list[str]:
    """Return the winners of an election that has been read."""
    assert pabutools.fractions.FRACTION == "gmpy2"
    if name == "phragmen":
        return _names(sequential_phragmen(instance, profile))
    method, _, kind = name.rpartition("-")
    return _names(METHODS[method](instance, profile, SATISFACTION[kind]))


def _names(projects: Sequence[Any]) -> list[str]:
    return [str(project.name) for project in projects]


def _greedy(instance: Any, profile: Any, satisfaction: Any) -> Any:
    return greedy_utilitarian_welfare(instance, profile, sat_class=satisfaction)


def _equal_shares(instance: Any, profile: Any, satisfaction: Any) -> Any:
    return method_of_equal_shares(instance, profile, sat_class=satisfaction)


def _add1(instance: Any, profile: Any, satisfaction: Any) -> Any:
    return method_of_equal_shares(instance, profile, sat_class=satisfaction, voter_budget_increment=1)


def _then_greedy(increment: int | None) -> Callable[[Any, Any, Any], Any]:
    def complete(instance: Any, profile: Any, satisfaction: Any) -> Any:
        return completion_by_rule_combination(
            instance,
            profile,
            [method_of_equal_shares, greedy_utilitarian_welfare],
            [
                {"sat_class": satisfaction, "voter_budget_increment": increment},
                {"sat_class": satisfaction},
            ],
        )

    return complete


def _overspend(instance: Any, profile: Any, satisfaction: Any) -> Any:
    """Grow purses until any one pays for everything; the bound of pabutools is too low for small budgets."""
    everything = sum(project.cost for project in instance)
    return exhaustion_by_budget_increase(
        instance,
        profile,
        method_of_equal_shares,
        {"sat_class": satisfaction},
        exhaustive_stop=False,
        budget_step=profile.num_ballots(),
        budget_bound=instance.budget_limit + profile.num_ballots() * (everything + 1),
    )


METHODS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "greedy": _greedy,
    "mes": _equal_shares,
    "mesu": _then_greedy(None),
    "add1": _add1,
    "add1u": _then_greedy(1),
    "add1-noexh": _overspend,
}
