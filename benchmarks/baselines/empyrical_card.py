"""The baseline of a metric card: empyrical's seventeen figures of the same returns.

Run by the Python of `.empyrical`, as a process of its own. Its argument is a file of NumPy with
two rows, the portfolio's daily returns and the benchmark's. For each line that it reads it works
everything out once more and prints the processor time and the number of figures as one JSON line.
"""

from __future__ import annotations

import json
import sys
import time

ALONE = (
    "cum_returns_final",
    "annual_return",
    "annual_volatility",
    "sharpe_ratio",
    "sortino_ratio",
    "max_drawdown",
    "calmar_ratio",
    "omega_ratio",
    "stability_of_timeseries",
    "tail_ratio",
    "value_at_risk",
    "conditional_value_at_risk",
    "downside_risk",
)


def main() -> None:
    import empyrical
    import numpy as np
    import pandas as pd

    own, other = np.load(sys.argv[1])
    days = pd.bdate_range("2015-01-05", periods=len(own))
    returns, benchmark = pd.Series(own, index=days), pd.Series(other, index=days)
    for _ in sys.stdin:
        begun = time.process_time()
        figures = {name: getattr(empyrical, name)(returns) for name in ALONE}
        figures["alpha"], figures["beta"] = empyrical.alpha_beta(returns, benchmark)
        figures["excess_sharpe"] = empyrical.excess_sharpe(returns, benchmark)
        figures["capture"] = empyrical.capture(returns, benchmark)
        seconds = time.process_time() - begun
        found = {name: float(value) for name, value in figures.items()}
        print(json.dumps({"seconds": seconds, "figures": found}), flush=True)


if __name__ == "__main__":
    main()
