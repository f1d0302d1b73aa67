"""Every return of a period, and every figure of its card, opens into what made it."""

from collections.abc import Iterator

import pytest

from accounts.models import User
from patterns.explaining import explain, is_explained
from patterns.explanation import breach
from patterns.layout import panels
from patterns.library import get_pattern
from patterns.panels import Cell
from portfolios.models import Portfolio
from portfolios.services.runs import Execution, execute
from portfolios.tests.factories import append, deposit
from portfolios.tests.test_benchmarks import make
from portfolios.tests.world import FRI, MON, THU

PATTERN = "portfolio_performance"


@pytest.fixture
def done(traded: Portfolio, alice: User) -> Execution:
    """After Monday's close beside ACME, with 1,000 more on Friday."""
    append(traded, alice, deposit("1000", FRI))
    inputs = {
        "portfolio_id": str(traded.pk),
        "start": MON.isoformat(),
        "benchmark_id": str(make({"ACME": "1"}).pk),
    }
    return execute(user=alice, pattern_id=PATTERN, inputs=inputs, correlation_id="test")


def explained(done: Execution) -> Iterator[Cell]:
    """Every number of the page that can be asked why."""
    steps = {step.id: step.capability for step in get_pattern(PATTERN).steps}
    for panel in panels(PATTERN, done.run):
        cells = [metric.cell for metric in panel.metrics]
        cells += [cell for row in panel.rows for cell in row.cells]
        for cell in cells:
            if cell.numeric and cell.path and is_explained(steps[cell.path.split(".")[0]]):
                yield cell


def test_every_figure_follows_from_what_is_below_it(done: Execution) -> None:
    asked = [cell for cell in explained(done) if cell.path]
    assert len(asked) > 100
    for cell in asked:
        assert breach(explain(done.run, done.context, cell.path)) == "", cell.path


def test_a_return_opens_into_days_and_a_day_into_its_gain(done: Execution) -> None:
    found = explain(done.run, done.context, "periods.chosen.twr")

    assert [child.label for child in found.children][-2:] == [
        f"return of {THU}",
        f"return of {FRI}",
    ]
    assert found.rule == "returns.3"
    gain, capital = found.children[-1].children
    assert (gain.label, float(capital.value or 0)) == (f"gain of {FRI}", 2111.6)  # 1,111.60 + 1,000


def test_the_gain_opens_into_values_and_flows(done: Execution) -> None:
    found = explain(done.run, done.context, "periods.chosen.gain")

    assert [float(child.value or 0) for child in found.children] == [1000, 1000, 2198]
    assert found.value == 198
