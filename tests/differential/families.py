"""What is compared: families of calls, each with its strategy and its number of examples in a test run."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import hypothesis
from hypothesis import strategies as st

from tests.differential.counts import count_calls
from tests.differential.entries import entry_calls, setup_calls
from tests.differential.from_vectors import (
    KEY_CALLS,
    LOG_CALLS,
    SLOW_CALLS,
    TEXT_CALLS,
    WIRE_CALLS,
    near_vectors,
)
from tests.differential.outcomes import outcome_calls, recount_calls
from tests.differential.points import all_points
from tests.differential.verdicts import Call, DifferenceError, Judge, Mark, compare
from tests.differential.whole_records import record_calls


@dataclass(frozen=True)
class Family:
    """Calls of one kind; `examples` are so many as an ordinary test run compares."""

    examples: int
    strategy: Callable[[], st.SearchStrategy[Call]]


FAMILIES: dict[str, Family] = {
    "spellings": Family(500, lambda: near_vectors(WIRE_CALLS)),
    "codes": Family(150, lambda: near_vectors(TEXT_CALLS)),
    "credentials": Family(12, lambda: near_vectors(SLOW_CALLS)),
    "log": Family(900, lambda: near_vectors(LOG_CALLS)),
    "ballots": Family(300, lambda: near_vectors(KEY_CALLS)),
    "keys": Family(500, all_points),
    "entries": Family(600, entry_calls),
    "set-up": Family(800, setup_calls),
    "records": Family(250, record_calls),
    "counts": Family(400, count_calls),
    "outcomes": Family(100, outcome_calls),
    "recounts": Family(100, recount_calls),
}


def search(
    family: Family,
    judge: Judge,
    settings: hypothesis.settings,
    seen: Collection[Mark] = (),
    seed: int | None = None,
) -> None:
    """Compare a family's calls; DifferenceError, with the smallest example found, where the two disagree.

    Differences whose mark was seen are passed over.
    """

    @settings
    @hypothesis.given(family.strategy())
    def agree(call: Call) -> None:
        try:
            compare(judge, call)
        except DifferenceError as difference:
            if difference.mark not in seen:
                raise

    if seed is not None:
        agree = hypothesis.seed(seed)(agree)
    agree()


def settings_for(examples: int, *, shrink: bool = True, **more: Any) -> hypothesis.settings:
    """Return the profile's settings with a number of examples; what is slow here is so on purpose."""
    phases = [hypothesis.Phase.generate, hypothesis.Phase.shrink]
    return hypothesis.settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=phases if shrink else phases[:1],
        suppress_health_check=list(hypothesis.HealthCheck),
        **more,
    )
