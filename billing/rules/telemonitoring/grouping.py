"""Which months of télésurveillance may leave in one invoice."""

from __future__ import annotations

from collections.abc import Iterable

from telemed.law.parameter import LawOfDay

GROUPED_MONTHS = "telemonitoring/operator/grouped_months"


def group_months(months: Iterable[int], law: LawOfDay) -> tuple[tuple[int, ...], ...]:
    """The months of one follow-up that are done and not billed, as the fewest invoices of months in a row.

    Each holds at most the number of months of the law; none before the forfaits existed. Order and repetition of what
    is given do not matter.
    """
    longest = law.find(GROUPED_MONTHS)
    if longest is None:
        return ()
    groups: list[tuple[int, ...]] = []
    for month in sorted(set(months)):
        if groups and groups[-1][-1] == month - 1 and len(groups[-1]) < longest.integer:
            groups[-1] = (*groups[-1], month)
        else:
            groups.append((month,))
    return tuple(groups)
