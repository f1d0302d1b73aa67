from decimal import Decimal

import pytest
from pydantic import ValidationError

from patterns.results import (
    BpsFigure,
    CountFigure,
    Figure,
    FractionFigure,
    MoneyFigure,
    PriceFigure,
    QuantityFigure,
    RatioFigure,
)


def test_a_withheld_figure_has_no_value_and_says_why():
    figure = MoneyFigure.withheld("No price.", missing=("RY",), currency="CAD")
    assert (figure.value, figure.state, figure.missing) == (None, "withheld", ("RY",))


@pytest.mark.parametrize(
    "fields",
    [
        {"value": None},
        {"value": None, "state": "stale"},
        {"value": 0.0, "state": "withheld", "reason": "unknown"},
        {"value": None, "state": "withheld"},
        {"value": None, "state": "withheld", "reason": ""},
        {"value": float("nan")},
        {"value": float("inf")},
        {"value": 1.0, "state": "guessed"},
        {"value": 1.0, "surprise": True},
    ],
)
def test_a_figure_cannot_lie(fields):
    with pytest.raises(ValidationError):
        FractionFigure(**fields)


@pytest.mark.parametrize("kind", [MoneyFigure, PriceFigure])
def test_money_is_never_binary(kind):
    with pytest.raises(ValidationError, match="Decimal"):
        kind(value=0.1, currency="CAD")


def test_nan_money_is_refused():
    with pytest.raises(ValidationError):
        QuantityFigure(value=Decimal("NaN"))


@pytest.mark.parametrize(
    ("figure", "unit"),
    [
        (FractionFigure(value=0.05), "fraction"),
        (RatioFigure(value=1.2), "ratio"),
        (BpsFigure(value=12.5), "bps"),
        (CountFigure(value=3), "count"),
        (QuantityFigure(value=Decimal(1)), "quantity"),
    ],
)
def test_each_figure_knows_its_unit(figure, unit):
    assert figure.unit == unit


def test_a_figure_does_not_change():
    figure = FractionFigure(value=0.05)
    with pytest.raises(ValidationError):
        figure.value = 0.06  # type: ignore[misc]


@pytest.mark.parametrize(
    "figure",
    [
        MoneyFigure(value=Decimal("10.50"), currency="CAD"),
        MoneyFigure.withheld("No price.", missing=("RY",), currency="CAD"),
        FractionFigure(value=0.25, state="partial", coverage=0.5, n=3),
    ],
)
def test_a_figure_survives_its_json(figure):
    assert type(figure).model_validate_json(figure.model_dump_json()) == figure


def test_any_unit_can_be_read_back_as_a_figure():
    assert Figure(value=3, unit="apples").value == 3
