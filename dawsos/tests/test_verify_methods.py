"""`verify_methods`: golden cases through the functions that pages use, and nothing passed unrun."""

from __future__ import annotations

import json
from contextlib import suppress
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from dawsos.methods.cases import Case, GoldenUnreadable, read_cases
from dawsos.methods.comparison import differences
from dawsos.methods.registry import golden
from dawsos.methods.verification import Outcome, plain, run, verify

FIXTURES = Path(settings.BASE_DIR) / "docs" / "methods" / "fixtures"


def said(folder: Path) -> Any:
    """What --json prints, whether or not a case failed."""
    out = StringIO()
    with suppress(CommandError):
        call_command("verify_methods", str(folder), "--json", stdout=out)
    return json.loads(out.getvalue())


def write(folder: Path, *cases: dict[str, Any], name: str = "own.json") -> Path:
    (folder / name).write_text(json.dumps({"cases": cases}))
    return folder


def thirds(**changes: Any) -> dict[str, Any]:
    """100.00 over three equal lines: 33.34, 33.33, 33.33."""
    return {
        "id": "thirds",
        "method": "numeric.allocate",
        "inputs": {"total": "100.00", "weights": ["1", "1", "1"], "places": 2},
        "expected": {"parts": ["33.34", "33.33", "33.33"]},
        "tolerance": {"decimal": "exact"},
    } | changes


OUTCOMES = {(one.case.file, one.case.id): one for one in verify(read_cases(FIXTURES))}


@pytest.mark.parametrize(
    "outcome", OUTCOMES.values(), ids=lambda one: f"{one.case.file}-{one.case.id}"
)
def test_every_golden_case_of_the_project_passes(outcome: Outcome) -> None:
    assert outcome.problems == ()
    assert outcome.status == "passed"


@pytest.mark.parametrize("section", ["s01", "s02", "s03", "s11"])
def test_the_sections_of_ledger_and_returns_have_no_gap(section: str) -> None:
    own = [one for (file, _), one in OUTCOMES.items() if file.startswith(section)]
    assert own
    assert {one.status for one in own} == {"passed"}


def test_a_planted_wrong_number_fails(tmp_path: Path) -> None:
    wrong = thirds(expected={"parts": ["33.33", "33.33", "33.34"]})
    write(tmp_path, wrong)
    with pytest.raises(CommandError, match=r"1 of 1 golden cases failed: own\.json thirds"):
        call_command("verify_methods", str(tmp_path), "--json", stdout=StringIO())
    (case,) = said(tmp_path)["cases"]
    assert case == {
        "file": "own.json",
        "id": "thirds",
        "method": "numeric.allocate",
        "status": "failed",
        "expected": {"parts": ["33.33", "33.33", "33.34"]},
        "got": {"parts": ["33.34", "33.33", "33.33"]},
        "tolerance": {"decimal": "exact"},
    }


def test_a_wrong_number_in_any_file_of_the_project_fails() -> None:
    """Each passing case is asked for one more than it expects, and must refuse it."""
    for outcome in OUTCOMES.values():
        if outcome.status == "passed":
            case = outcome.case
            planted = Case(
                case.file, case.id, case.method, case.inputs, _spoilt(case.expected), case.tolerance
            )
            assert run(planted).status == "failed", (case.file, case.id)


def _spoilt(value: Any) -> Any:
    """An expectation whose first value is another: a number larger by one, a text with a mark."""
    if isinstance(value, dict | list):
        pairs = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
        for key, inner in pairs:
            changed = _spoilt(inner)
            if changed != inner:
                copy = value.copy()
                copy[key] = changed
                return copy
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value + 1
    if not isinstance(value, str):
        return value
    try:
        return str(Decimal(value) + 1)
    except ArithmeticError:
        return f"{value}?"


def test_an_unknown_method_is_unsupported_and_no_failure(tmp_path: Path) -> None:
    write(tmp_path, thirds(method="numeric.astrology"))
    out = StringIO()
    call_command("verify_methods", str(tmp_path), stdout=out)
    assert "0 passed, 0 failed, 1 unsupported" in out.getvalue()
    (case,) = said(tmp_path)["cases"]
    assert (case["status"], case["got"]) == ("unsupported", None)


@pytest.mark.parametrize("method", ["macro.regime_definition", "scenario.presets"])
def test_parameters_are_never_passed(tmp_path: Path, method: str) -> None:
    write(tmp_path, thirds(method=method, expected={}))
    assert said(tmp_path)["cases"][0]["status"] == "unsupported"


def test_inputs_that_are_refused_fail_and_say_why(tmp_path: Path) -> None:
    write(tmp_path, thirds(inputs={"total": "1", "weights": ["0"], "places": 2}))
    (case,) = said(tmp_path)["cases"]
    assert case["status"] == "failed"
    assert case["got"] == {"error": "ValueError: weights must sum to a positive number"}


def test_people_read_what_differs(tmp_path: Path) -> None:
    write(tmp_path, thirds(expected={"parts": ["33.34", "33.33", "33.34"]}))
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_methods", str(tmp_path), stdout=out)
    assert "parts[2]: expected '33.34', got 33.33" in out.getvalue()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "own.json: is not JSON"),
        ('{"cases": [NaN]}', "NaN is not a number"),
        ('{"case": []}', "own.json: has no list of `cases`"),
        ('{"cases": []}', "own.json: has no list of `cases`"),
        ('{"cases": [7]}', "case 1 is not an object"),
        ('{"cases": [{"id": "a"}]}', "case 1 needs `method`"),
    ],
)
def test_a_malformed_file_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "own.json").write_text(text)
    out = StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("verify_methods", str(tmp_path), "--json", stdout=out)
    assert sentence in str(refused.value)
    error = json.loads(out.getvalue())["error"]
    assert (error["code"], error["details"]["reason"]) == ("VALIDATION_2040", "golden_unreadable")


def test_a_folder_that_is_none_or_empty_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GoldenUnreadable, match="is not a folder"):
        read_cases(tmp_path / "nowhere")
    with pytest.raises(GoldenUnreadable, match="holds no golden file"):
        read_cases(tmp_path)


def test_a_method_has_one_adaptor() -> None:
    with pytest.raises(ValueError, match="has two adaptors"):
        golden("numeric.allocate")(dict)


@pytest.mark.parametrize(
    ("expected", "got", "tolerance", "passes"),
    [
        ("1.50", Decimal("1.5"), {"decimal": "exact"}, True),  # trailing zeros are no difference
        ("1.50", Decimal("1.51"), {"decimal": "exact"}, False),
        ("1.50", 1.5, {"decimal": "exact"}, False),  # a float is never money
        ("100", Decimal("100.01"), {"decimal_rel": "1e-4"}, True),  # 0.01 = 100·1e-4
        ("100", Decimal("100.02"), {"decimal_rel": "1e-4"}, False),
        (2.0, 2.25, {"float_abs": 0.25}, True),
        (2.0, 2.5, {"float_abs": 0.25}, False),
        (2.0, 2.25, {"float_rel": 0.125}, True),
        (2.0, 2.25, {"float_abs": 0.125, "float_rel": 0.125}, True),  # the larger of both
        (2.0, float("nan"), {"float_abs": 9.0}, False),
        (2.0, None, {"float_abs": 9.0}, False),
        (None, None, {}, True),
        (None, 0.0, {"float_abs": 9.0}, False),  # unknown is not zero
        (True, 1, {}, False),
        (3, 3, {}, True),
        (3, 4, {"float_abs": 9.0}, False),  # a count is exact
        ("PASS", "PASS", {}, True),
        ("PASS", None, {}, False),
        ([1, 2], [1], {}, False),
        ({"a": None}, {}, {}, False),  # an absent answer is not a null
        ({"a": 1}, {"a": 1, "b": 2}, {}, True),
        ({"a": 1.0}, {"a": 1.5}, {"fields": {"a": 0.5}}, True),
        ({"a": 1.0}, {"a": 1.5}, {"float_abs": 1.0, "fields": {"a": "exact"}}, False),
        ({"a": 1.0}, {"a": 9.0}, {"fields": {"a": "informative"}}, True),
        ({"a": 1.0}, {"a": 1.5}, {"fields": {"a": {"float_rel": 0.5}}}, True),
    ],
)
def test_an_answer_is_compared_within_its_tolerance(
    expected: Any, got: Any, tolerance: dict[str, Any], passes: bool
) -> None:
    assert (not list(differences(expected, got, tolerance))) is passes


def test_an_answer_is_printed_as_json_can_hold_it() -> None:
    assert plain({"a": Decimal("1.50"), "b": (float("inf"), None)}) == {
        "a": "1.50",
        "b": ["inf", None],
    }
