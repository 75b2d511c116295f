"""Divide integer cents over funders, so that every division adds up and no funder pays more than it granted.

Pure. `split` is the method of largest remainders (Hamilton). It fills a pot, but it cannot pay out of one:
divided winner by winner it overdraws a funder by cents, and on running totals a funder's part can shrink
(the Alabama paradox). `split_running` keeps quota and never shrinks: each cent of a funder has a total from
which on it may be used and one by which it must be, and what falls due first goes first. Such an order always
exists (Balinski and Young, The Quota Method of Apportionment, 1975; Steiner and Yeomans, Level Schedules for
Mixed-Model, Just-in-Time Processes, 1993).
"""

from collections.abc import Iterable, Sequence

from admin.ledger.errors import SplitError


def split(cents: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Return `cents` divided by `weights`: exact in sum, each part within one cent; ties go by order.

    Errors: SplitError (negative cents or weights, or nobody to carry them).
    """
    total = sum(weights)
    if cents < 0 or any(weight < 0 for weight in weights):
        raise SplitError("expected cents and weights of 0 or more")
    if total == 0:
        if cents:
            raise SplitError(f"expected a weight above 0 to carry {cents} cents")
        return (0,) * len(weights)
    parts = [cents * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: -(cents * weights[i] % total))
    for i in by_remainder[: cents - sum(parts)]:
        parts[i] += 1
    return tuple(parts)


def split_running(amounts: Iterable[int], funds: Sequence[int]) -> list[tuple[int, ...]]:
    """Return for each amount, in order, what each fund pays of it.

    Each amount adds up exactly. After every amount each fund has paid its part of the running total to within
    one cent, and never more than it holds; when all money is spent, each has paid exactly what it held.
    Errors: SplitError (a negative number, or amounts that together are more than the funds).
    """
    money = sum(funds)
    if any(fund < 0 for fund in funds):
        raise SplitError("expected funds of 0 or more")
    rows: list[tuple[int, ...]] = []
    spent, paid = 0, (0,) * len(funds)
    for amount in amounts:
        spent += amount
        if amount < 0 or spent > money:
            raise SplitError(f"expected amounts of 0 or more, {money} cents together, got {spent}")
        upto = _paid_at(spent, funds, money, paid) if amount else paid
        rows.append(tuple(now - before for now, before in zip(upto, paid, strict=True)))
        paid = upto
    return rows


def _paid_at(spent: int, funds: Sequence[int], money: int, paid: Sequence[int]) -> tuple[int, ...]:
    """Return what each fund has paid when `spent` cents are gone, after `paid`: its quota, down or up.

    A fund that stands above its floor already stays there; the other odd cents go to who owes a cent soonest.
    """
    parts = [max(spent * fund // money, before) for fund, before in zip(funds, paid, strict=True)]
    open_cents = [i for i, fund in enumerate(funds) if parts[i] * money < spent * fund]
    due = sorted(open_cents, key=lambda i: -(-(parts[i] + 1) * money // funds[i]))
    for i in due[: spent - sum(parts)]:
        parts[i] += 1
    return tuple(parts)
