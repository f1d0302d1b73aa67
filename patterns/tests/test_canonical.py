import json
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import ClassVar
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from patterns.canonical import MANY, canonical_float, canonical_json, content_hash, plain
from patterns.exceptions import NotCanonical
from patterns.results import MoneyFigure
from patterns.tests.inventions import Shop

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"))
    | st.dates()
    | st.decimals(allow_nan=False, allow_infinity=False, places=4)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=20,
)


class Colour(Enum):
    RED = "red"


class Shape(StrEnum):
    ROUND = "round"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": 2}, '{"a":2,"b":1}'),
        (Decimal("1.500"), '"1.5"'),
        (Decimal("1E+3"), '"1000"'),
        (Decimal("100"), '"100"'),
        (Decimal("1E-8"), '"0.00000001"'),
        (Decimal("-0.00"), '"0"'),
        (0.1 + 0.2, "0.3"),
        (1 / 3, "0.333333333333"),
        (-0.0, "0.0"),
        (np.float64(0.25), "0.25"),
        (np.int64(3), "3"),
        (date(2013, 2, 28), '"2013-02-28"'),
        (datetime(2013, 2, 28, 21, tzinfo=UTC), '"2013-02-28T21:00:00Z"'),
        (UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        ((1, [True, None]), "[1,[true,null]]"),
        (Colour.RED, '"red"'),
        (Shape.ROUND, '"round"'),
        ("é", '"é"'),
        ({date(2013, 2, 28): 1}, '{"2013-02-28":1}'),
    ],
)
def test_every_value_has_one_spelling(value, text):
    assert canonical_json(value) == text


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        Decimal("NaN"),
        Decimal("Infinity"),
        Decimal("1E+1000000"),
        datetime(2013, 2, 28),  # noqa: DTZ001 - the very thing refused
        object(),
        b"bytes",
        {1, 2},
        "\ud800",
        {True: 1},
        {1: "a", "1": "b"},
    ],
)
def test_what_has_no_spelling_is_refused(value):
    with pytest.raises(NotCanonical):
        canonical_json(value)


def test_a_tie_in_the_last_digit_goes_to_the_even_neighbour():
    # Both are exact in binary: 13 digits, the last a 5.
    assert canonical_float(100000000000.5) == 100000000000.0
    assert canonical_float(100000000001.5) == 100000000002.0


def test_a_figure_keeps_its_currency_and_leaves_out_what_it_does_not_say():
    figure = MoneyFigure(value=Decimal("10.50"), currency="CAD")
    assert plain(figure) == {"value": "10.5", "state": "exact", "unit": "money", "currency": "CAD"}


def test_a_dataclass_is_the_mapping_of_its_fields():
    assert plain(Shop(calls=["basket"])) == {"calls": ["basket"]}


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), VALUES))
def test_the_order_of_keys_does_not_matter(value):
    assert content_hash(value) == content_hash(dict(reversed(value.items())))


@given(VALUES)
def test_reading_it_back_and_spelling_it_again_changes_nothing(value):
    text = canonical_json(value)
    assert canonical_json(json.loads(text)) == text


@given(st.floats(min_value=1e-6, max_value=1e6))
def test_noise_in_the_last_bits_disappears(number):
    twelve_digits = float(f"{number:.11e}")
    noisy = twelve_digits * (1 + 2e-16)
    assert canonical_json(noisy) == canonical_json(twelve_digits)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_is_written_as_json_writes_what_is_left_of_it(number):
    assert canonical_json(number) == json.dumps(canonical_float(number))


class Row(BaseModel):
    omit_when_empty: ClassVar[frozenset[str]] = frozenset({"asof", "missing"})

    asof: date | None = None
    missing: tuple[str, ...] = ()
    name: str
    figure: MoneyFigure | None
    value: Decimal | float | None


FIGURES = st.builds(
    MoneyFigure,
    value=st.decimals(allow_nan=False, allow_infinity=False, places=2),
    currency=st.sampled_from(["CAD", "USD"]),
    asof_date=st.none() | st.dates(),
)
ROWS = st.builds(
    Row,
    asof=st.none() | st.dates(),
    missing=st.lists(st.text(max_size=2).map(repr), max_size=2).map(tuple),
    name=st.text(st.characters(codec="utf-8")),
    figure=st.none() | FIGURES,
    value=st.none() | st.floats(allow_nan=False, allow_infinity=False),
)


@given(st.lists(ROWS, min_size=MANY) | st.lists(FIGURES, min_size=MANY))
def test_many_rows_are_written_as_each_of_them_is(rows):
    assert canonical_json(rows) == f"[{','.join(map(canonical_json, rows))}]"
    first = json.loads(canonical_json(rows[0]))
    assert list(first) == sorted(first)


def test_a_row_among_many_is_refused_for_what_it_holds():
    rows = [Row(name=f"row {number}", figure=None, value=1.5) for number in range(MANY)]
    with pytest.raises(NotCanonical):
        canonical_json([*rows, Row(name="bad", figure=None, value=float("inf"))])
