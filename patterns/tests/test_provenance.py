from collections import Counter
from datetime import date, timedelta

import pytest
from pydantic import BaseModel, ConfigDict

from patterns.provenance import provenance
from patterns.results import CountFigure, State

FIRST = date(2013, 2, 28)


class Point(BaseModel):
    """Nothing lies beneath it."""

    asof_date: date
    state: State
    value: float | None


class Held(BaseModel):
    """Figures lie beneath it."""

    state: State
    count: CountFigure
    by_name: dict[str, CountFigure] = {}
    cells: tuple[CountFigure, ...] = ()


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True)

    points: tuple[Point, ...] = ()
    held: tuple[Held | Point, ...] = ()
    table: tuple[tuple[CountFigure, ...], ...] = ()
    asof_date: str | None = None
    sources: tuple[str, ...] | str = ()


def points(states: list[State]) -> tuple[Point, ...]:
    return tuple(
        Point(asof_date=FIRST + timedelta(days=at), state=state, value=None)
        for at, state in enumerate(states)
    )


@pytest.mark.parametrize("name", ["points", "held"])
def test_states_are_counted_and_the_first_and_last_day_named(name: str) -> None:
    states: list[State] = ["exact", "stale", "withheld", "exact"]
    found = provenance(Answer(**{name: points(states)}, sources=("pack 1",)))
    assert found == {
        "sources": ["pack 1"],
        "states": dict(Counter(states)),
        "asof_dates": ["2013-02-28", "2013-03-03"],
    }


def test_what_lies_beneath_is_counted_too() -> None:
    held = Held(
        state="partial",
        count=CountFigure(value=1, asof_date=FIRST),
        by_name={"one": CountFigure.withheld("nobody knows"), "two": CountFigure(value=2)},
    )
    found = provenance(Answer(held=(held, *points(["stale"])), asof_date="2024-01-02"))
    assert found["states"] == {"exact": 2, "partial": 1, "stale": 1, "withheld": 1}
    assert found["asof_dates"] == ["2013-02-28", "2024-01-02"]


@pytest.mark.parametrize("count", [1, 3])
def test_what_lies_beneath_rows_of_one_type_is_counted(count: int) -> None:
    """Beneath a column of theirs: mappings, and tuples of figures."""
    stale = CountFigure(value=2, state="stale", reason="carried", asof_date=FIRST)
    held = Held(
        state="exact", count=CountFigure(value=1), by_name={"one": stale}, cells=(stale, stale)
    )
    found = provenance(Answer(held=(held,) * count))
    assert found["states"] == {"exact": 2 * count, "stale": 3 * count}
    assert found["asof_dates"] == ["2013-02-28", "2013-02-28"]


def test_figures_in_a_table_of_tuples_are_counted() -> None:
    one = CountFigure(value=1)
    assert provenance(Answer(table=((one, one), (one,))))["states"] == {"exact": 3}


def test_nothing_stands_on_nothing_and_one_source_is_a_list() -> None:
    assert provenance(Answer()) == {"sources": [], "states": {}, "asof_dates": []}
    assert provenance(Answer(sources="pack 1"))["sources"] == ["pack 1"]
