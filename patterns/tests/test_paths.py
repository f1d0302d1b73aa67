from datetime import date
from decimal import Decimal
from typing import Literal

import pytest
from pydantic import BaseModel

from patterns.paths import Leaf, NoSuchPath, follow, leaf_of, rows_of
from patterns.results import STATES, Figure, Fraction, MoneyFigure, State
from patterns.tests.inventions import Basket, Fruit


class Many(BaseModel):
    kind: Literal["a", "b"]
    state: State
    maybe: Fraction | None
    either: MoneyFigure | Fraction
    untold: Figure
    bare: Decimal
    anything: object
    rows: list[Fruit] | None


def leaf(model: type[BaseModel], path: str) -> Leaf:
    return leaf_of(follow(model, path.split(".")))


@pytest.mark.parametrize(
    ("model", "path", "expected"),
    [
        (Basket, "total", Leaf("money", is_figure=True)),
        (Basket, "size", Leaf("count", is_figure=True)),
        (Basket, "by_colour.red", Leaf("money", is_figure=False)),
        (Basket, "ripe", Leaf("text", is_figure=False)),
        (Fruit, "quantity", Leaf("quantity", is_figure=False)),
        (Fruit, "weight", Leaf("fraction", is_figure=False)),
        (Fruit, "picked_on", Leaf("date", is_figure=False)),
        (Fruit, "name", Leaf("text", is_figure=False)),
        (Many, "kind", Leaf("text", is_figure=False)),
        (Many, "state", Leaf("state", is_figure=False)),
        (Many, "maybe", Leaf("fraction", is_figure=False)),
        (Many, "bare", Leaf("", is_figure=False)),
    ],
)
def test_a_path_leads_to_a_unit(model, path, expected):
    assert leaf(model, path) == expected


def test_a_figure_of_any_unit_says_none():
    assert leaf(Many, "untold") == Leaf("", is_figure=True)


def test_rows_are_found_in_tuples_and_lists():
    assert rows_of(follow(Basket, ["fruits"])) is Fruit
    assert rows_of(follow(Many, ["rows"])) is Fruit


@pytest.mark.parametrize("path", ["fruits", "nothing", "total.nothing", "ripe.real", "__class__"])
def test_a_path_that_is_not_there_is_refused(path):
    with pytest.raises(NoSuchPath):
        leaf(Basket, path)


@pytest.mark.parametrize("path", ["either", "anything"])
def test_what_is_no_single_value_is_refused(path):
    with pytest.raises(NoSuchPath):
        leaf(Many, path)


@pytest.mark.parametrize("path", ["total", "ripe", "by_colour"])
def test_what_has_no_rows_is_refused(path):
    with pytest.raises(NoSuchPath, match="not a list of rows"):
        rows_of(follow(Basket, [path]))


def test_the_nearest_field_is_suggested():
    with pytest.raises(NoSuchPath) as missing:
        leaf(Basket, "totl")
    assert missing.value.suggestion == "Did you mean 'total'?"


def test_all_states_are_one_type():
    assert leaf_of(State).unit == "state"
    assert leaf_of(date).unit == "date"
    assert set(STATES) == {"exact", "partial", "stale", "estimated", "withheld"}
