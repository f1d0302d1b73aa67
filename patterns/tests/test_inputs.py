import time
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patterns.exceptions import InputsInvalid
from patterns.inputs import validate_inputs
from patterns.tests.inventions import BASKET_STEP, pattern

PORTFOLIO = "11111111-1111-1111-1111-111111111111"


def ask(kind: str, value: object, **declared: object) -> object:
    spec = pattern(BASKET_STEP, inputs={"x": {"type": kind, "required": True, **declared}})
    return validate_inputs(spec, {"x": value})["x"]


def reason(kind: str, value: object, **declared: object) -> str:
    with pytest.raises(InputsInvalid) as refusal:
        ask(kind, value, **declared)
    (mistake,) = refusal.value.details["errors"]
    assert mistake["field"] == "x"
    assert mistake["message"]
    assert mistake["remedy"]
    assert refusal.value.details["reason"] == mistake["reason"]
    assert refusal.value.http_status == 422
    found: str = mistake["reason"]
    return found


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("uuid", PORTFOLIO, PORTFOLIO),
        ("uuid", UUID(PORTFOLIO), PORTFOLIO),
        ("uuid", "AAAAAAAA-1111-1111-1111-111111111111", "aaaaaaaa-1111-1111-1111-111111111111"),
        ("string", "apple", "apple"),
        ("string", "", ""),
        ("integer", 252, 252),
        ("integer", "252", 252),
        ("integer", "-1", -1),
        ("number", 0.95, "0.95"),
        ("number", "0.950", "0.95"),
        ("number", Decimal("0.95"), "0.95"),
        ("number", 1, "1"),
        ("number", "1e3", "1000"),
        ("boolean", True, True),
        ("boolean", "false", False),
        ("date", "2013-02-28", "2013-02-28"),
        ("date", date(2013, 2, 28), "2013-02-28"),
        ("date", "2012-02-29", "2012-02-29"),
    ],
)
def test_a_good_value_is_made_canonical(kind, value, expected):
    assert ask(kind, value) == expected


@pytest.mark.parametrize("kind", ["integer", "number"])
@pytest.mark.parametrize(
    "value",
    [
        "NaN", "Infinity", "-inf", "1E+1000000", "1_000", "１２３", "9" * 5_000, 10**400,
        "", " 1", "+1", "0x10", "1.", ".5", float("nan"), float("inf"), Decimal("NaN"),
        Decimal("1E+1000000"), True, None, [1], {"a": 1}, "٣",
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused(kind, value):
    assert reason(kind, value) == "number_invalid"


@pytest.mark.parametrize("value", ["1.5", 1.0, 1.5, 2**63, "9999999999999999999"])
def test_what_is_no_whole_number_is_refused(value):
    assert reason("integer", value) == "number_invalid"


@pytest.mark.parametrize("value", ["1.234,56", "1,5", "1,234.56", "1'234,56"])
def test_a_number_of_two_readings_is_not_guessed(value):
    assert reason("number", value) == "ambiguous"


@pytest.mark.parametrize(
    "value",
    [
        "2013-02-30", "2013-02-29", "0001-01-01", "9999-12-31", "1899-12-31", "2201-01-01",
        "2013-2-3", "20130203", "2013-W05-1", "２０１３-02-03", "2013-02-03T00:00:00", "today", "",
        20130203, None, True,
    ],
)  # fmt: skip
def test_what_is_no_day_is_refused(value):
    assert reason("date", value) == "date_invalid"


@pytest.mark.parametrize("value", ["03/04/2025", "3/4/25", "03.04.2025", "2025/03/04"])
def test_a_date_of_two_readings_is_not_guessed(value):
    assert reason("date", value) == "ambiguous"


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("uuid", "11111111", "uuid_invalid"),
        ("uuid", PORTFOLIO + "'; drop table", "uuid_invalid"),
        ("uuid", "{" + PORTFOLIO + "}", "uuid_invalid"),
        ("uuid", 1, "uuid_invalid"),
        ("string", 1, "string_invalid"),
        ("string", "a\0b", "string_invalid"),
        ("string", "\ud800", "string_invalid"),
        ("string", "x" * 1_001, "too_long"),
        ("boolean", 1, "boolean_invalid"),
        ("boolean", "yes", "boolean_invalid"),
    ],
)
def test_each_type_says_what_is_wrong(kind, value, expected):
    assert reason(kind, value) == expected


def test_bounds_and_choices_are_kept():
    assert reason("integer", 1, minimum=2) == "out_of_range"
    assert reason("integer", 11, maximum=10) == "out_of_range"
    assert reason("number", "0.51", maximum=0.5) == "out_of_range"
    assert reason("date", "2013-01-01", minimum="2013-01-02") == "out_of_range"
    assert reason("string", "lifo", choices=["fifo", "hifo"]) == "not_a_choice"
    assert reason("string", "abcd", max_length=3) == "too_long"
    assert ask("integer", 2, minimum=2, maximum=2) == 2
    assert ask("number", "0.50", choices=[0.5]) == "0.5"


DECLARED = {
    "portfolio_id": {"type": "uuid", "required": True},
    "lookback_days": {"type": "integer", "default": 252, "minimum": 2},
    "asof": {"type": "date", "default": None},
    "note": {"type": "string"},
}


def test_defaults_are_filled_in_and_absence_stays_absence():
    spec = pattern(BASKET_STEP, inputs=DECLARED)
    expected = {"portfolio_id": PORTFOLIO, "lookback_days": 252, "asof": None}
    assert validate_inputs(spec, {"portfolio_id": PORTFOLIO}) == expected
    assert validate_inputs(spec, {"portfolio_id": PORTFOLIO, "lookback_days": None}) == expected


def test_every_mistake_is_reported_at_once():
    spec = pattern(BASKET_STEP, inputs=DECLARED)
    with pytest.raises(InputsInvalid) as refusal:
        validate_inputs(spec, {"lookback_days": 1, "asof": "2013-02-30", "lookbak": 3})
    assert {each["field"]: each["reason"] for each in refusal.value.details["errors"]} == {
        "lookbak": "unknown_input",
        "portfolio_id": "required",
        "lookback_days": "out_of_range",
        "asof": "date_invalid",
    }
    assert refusal.value.code == "VALIDATION_2005"
    assert refusal.value.details["errors"][0]["remedy"] == "Did you mean 'lookback_days'?"


@pytest.mark.parametrize(
    ("given_inputs", "code"),
    [
        ({"portfolio_id": "nonsense"}, "VALIDATION_2001"),
        ({"portfolio_id": PORTFOLIO, "asof": "2013-02-30"}, "VALIDATION_2004"),
        ({"portfolio_id": PORTFOLIO, "lookback_days": "many"}, "VALIDATION_2005"),
    ],
)
def test_a_single_kind_of_mistake_has_its_own_code(given_inputs, code):
    with pytest.raises(InputsInvalid) as refusal:
        validate_inputs(pattern(BASKET_STEP, inputs=DECLARED), given_inputs)
    assert refusal.value.code == code


def test_a_refusal_can_always_be_shown():
    spec = pattern(BASKET_STEP, inputs=DECLARED)
    with pytest.raises(InputsInvalid) as refusal:
        validate_inputs(spec, {"\ud800" * 200: "\0" * 10_000, "portfolio_id": 10**5_000})
    refusal.value.as_dict("tests")["details"]["errors"][0]["field"].encode()


def test_hostile_values_take_no_time():
    started = time.perf_counter()
    for value in ("1E+1000000", "9" * 1_000_000, "1,234" * 100_000, "1'" * 100_000, 10**100_000):
        reason("number", value)
        reason("integer", value)
        reason("date", value)
    assert time.perf_counter() - started < 2


def test_a_flood_of_unknown_names_is_answered_briefly():
    spec = pattern(BASKET_STEP, inputs=DECLARED)
    flood = {f"{number}{'x' * 1_000}": number for number in range(20_000)}
    started = time.perf_counter()
    with pytest.raises(InputsInvalid) as refusal:
        validate_inputs(spec, flood)
    assert len(refusal.value.details["errors"]) == 101  # a hundred of them, and the missing id
    assert time.perf_counter() - started < 2


ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.decimals()


@given(st.sampled_from(["uuid", "string", "integer", "number", "boolean", "date"]), ANYTHING)
def test_any_value_is_taken_or_refused_and_taking_it_twice_changes_nothing(kind, value):
    try:
        taken = ask(kind, value)
    except InputsInvalid:
        return
    assert ask(kind, taken) == taken
