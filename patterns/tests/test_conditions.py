import time

import pytest

from patterns.conditions import NotACondition, compiled, holds, references
from patterns.exceptions import ArgumentsInvalid, ReferenceMissing
from patterns.references import NotAReference

NAMESPACE = {
    "inputs": {"yes": True, "no": False, "size": 4, "name": "apple", "nothing": None},
    "basket": {"total": "10.50", "share": 0.25, "day": "2013-02-28"},
}


def verdict(text: str) -> bool:
    return holds(compiled(text), NAMESPACE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{inputs.yes}}", True),
        ("not {{inputs.yes}}", False),
        ("not not {{inputs.yes}}", True),
        ("{{inputs.size}} == 4", True),
        ("{{inputs.size}} != 4", False),
        ("{{inputs.size}} < 4", False),
        ("{{inputs.size}} <= 4", True),
        ("{{inputs.size}} > -1.5", True),
        ("{{basket.total}} >= 10.5", True),  # a Decimal, which is text in canonical form
        ("{{basket.share}} == 0.25", True),
        ("{{inputs.name}} == 'apple'", True),
        ('{{inputs.name}} == "pear"', False),
        ("{{basket.day}} < '2013-03-01'", True),
        ("{{inputs.yes}} == true", True),
        ("{{inputs.nothing}} == null", True),
        ("{{inputs.size}} != null", True),
    ],
)
def test_a_condition_means_what_it_says(text, expected):
    assert verdict(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # `and` is read first: true or (false and false)
        ("{{inputs.yes}} or {{inputs.no}} and {{inputs.no}}", True),
        ("({{inputs.yes}} or {{inputs.no}}) and {{inputs.no}}", False),
        # `not` is read before `or`
        ("not {{inputs.no}} or {{inputs.no}}", True),
        ("not {{inputs.yes}} or {{inputs.yes}}", True),
        ("not ({{inputs.yes}} or {{inputs.yes}})", False),
        # not binds tighter than and
        ("not {{inputs.no}} and {{inputs.no}}", False),
    ],
)
def test_not_binds_before_and_and_before_or(text, expected):
    assert verdict(text) is expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "yes",
        "4 == {{inputs.size}}",
        "{{inputs.size}} ==",
        "{{inputs.size}} = 4",
        "{{inputs.size}} == 4 5",
        "{{inputs.size}} == 1_000",
        "{{inputs.size}} == 1e5",
        "{{inputs.size}} == {{inputs.size}}",
        "{{inputs.size}} == 0x10",
        "{{inputs.yes}} and",
        "and {{inputs.yes}}",
        "({{inputs.yes}}",
        "{{inputs.yes}})",
        "{{inputs.yes}} & {{inputs.no}}",
        "__import__('os')",
        "{{inputs.yes}} or exit()",
        "{{inputs.yes}} == lambda",
        "({{inputs.yes}} == true) == true",
        "{{inputs.size}} == ４",
        "(" * 30 + "{{inputs.yes}}" + ")" * 30,
        "not " * 30 + "{{inputs.yes}}",
        "{{inputs.yes}} or " * 200 + "{{inputs.yes}}",
    ],
)
def test_nothing_else_is_a_condition(text):
    with pytest.raises(NotACondition):
        compiled(text)


def test_a_dunder_is_no_reference_in_a_condition_either():
    with pytest.raises(NotAReference):
        compiled("{{inputs.__class__}}")


@pytest.mark.parametrize(
    "text",
    [
        "{{inputs.size}}",  # a number is compared, not taken for true
        "{{inputs.nothing}}",
        "{{inputs.size}} == 'four'",
        "{{inputs.name}} < 4",
        "{{inputs.yes}} < true",
        "{{inputs.nothing}} < 4",
    ],
)
def test_what_cannot_be_compared_is_an_error(text):
    with pytest.raises(ArgumentsInvalid):
        verdict(text)


def test_a_missing_key_shows_even_where_the_answer_is_settled():
    with pytest.raises(ReferenceMissing):
        verdict("{{inputs.yes}} or {{inputs.missing}}")
    with pytest.raises(ReferenceMissing):
        verdict("{{inputs.no}} and {{inputs.missing}}")


def test_references_are_found_at_any_depth():
    found = references(compiled("not ({{inputs.a}} and {{b.c}} == 1) or {{d.e}}"))
    assert [str(each) for each in found] == ["{{inputs.a}}", "{{b.c}}", "{{d.e}}"]


def test_a_hostile_text_takes_no_time():
    started = time.perf_counter()
    for text in ("{{" + "a" * 990 + "!", "'" * 999, "-" * 999, "9" * 999, "{{a.b}}" * 140):
        with pytest.raises((NotACondition, NotAReference)):
            compiled(text)
    assert time.perf_counter() - started < 1
