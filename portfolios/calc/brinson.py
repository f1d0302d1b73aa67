"""Why a portfolio did better or worse than its benchmark, by sector (methods §3.6).

Brinson and Fachler (1985), daily. With w and r the portfolio's weight and return of a sector, W
and B the benchmark's, and B without an index the benchmark's whole return:

    allocation  = (w − W)(B_i − B)      selection = W(r − B_i)      interaction = (w − W)(r − B_i)

A sector that the benchmark does not hold takes B_i = B. Summed over sectors the three are the
day's arithmetic excess, as long as both sides' weights sum to 1.

Arrays have one row a day and one column a sector. Instead of r the portfolio's contribution w·r
is taken, which also exists where w is 0: a dividend that arrives after its share was sold belongs
to no weight. Such a contribution is counted as interaction.
"""

from dataclasses import dataclass

import numpy as np

from portfolios.calc.returns import Floats

NOTHING_HELD = 1e-9  # a weight below it has no return of its own: a thousandth of a bp of 1 %


@dataclass(frozen=True, slots=True)
class ActiveEffects:
    """Effects by day and sector, and both sides' returns by day.

    Summed over sectors the effects are `portfolio` − `benchmark`.
    """

    allocation: Floats
    selection: Floats
    interaction: Floats
    portfolio: Floats
    benchmark: Floats


def brinson_fachler(
    weights: Floats, contributions: Floats, index_weights: Floats, index_returns: Floats
) -> ActiveEffects:
    """The three effects of every day and sector.

    All arrays have shape (days, sectors). weights and index_weights stand at the start of the day
    and sum to 1 over its sectors; contributions are the portfolio's w·r. index_returns is NaN
    where the benchmark does not hold the sector, and there only: ValueError otherwise.
    """
    absent = np.isnan(index_returns)
    if np.any(index_weights[absent]):
        raise ValueError("a sector with a weight in the benchmark has a return")
    earned = index_weights * np.where(absent, 0.0, index_returns)
    benchmark = earned.sum(axis=1)
    own = np.where(absent, benchmark[:, None], index_returns)
    held = np.abs(weights) > NOTHING_HELD
    returns = np.where(held, contributions / np.where(held, weights, 1.0), own)
    active = weights - index_weights
    selection = index_weights * (returns - own)
    return ActiveEffects(
        allocation=active * (own - benchmark[:, None]),
        selection=selection,
        interaction=contributions - weights * own - selection,
        portfolio=contributions.sum(axis=1),
        benchmark=benchmark,
    )
