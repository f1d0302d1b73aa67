import pytest

from patterns.exceptions import ReferenceMissing
from patterns.references import NotAReference, Reference, compiled, lookup, parse, resolved

NAMESPACE = {
    "inputs": {"size": 4, "nothing": None},
    "ctx": {"asof_date": "2013-02-28", "pack_hash": None},
    "basket": {"total": {"value": "10", "reason": None}, "list": [1]},
}


def test_a_reference_names_a_root_and_keys():
    assert parse("{{basket.total.value}}") == Reference("basket", ("total", "value"))
    assert parse("{{ inputs.size }}") == Reference("inputs", ("size",))
    assert parse("{{basket}}") == Reference("basket", ())


def test_text_without_braces_is_text():
    assert parse("basket.total") is None


@pytest.mark.parametrize(
    "text",
    [
        "{{inputs}}",
        "{{inputs.a.b}}",
        "{{ctx}}",
        "{{basket.__class__}}",
        "{{basket._private}}",
        "{{basket.total__value}}",
        "{{basket[0]}}",
        "{{basket.0}}",
        "{{basket.total()}}",
        "{{basket.total + 1}}",
        "{{basket|upper}}",
        "{{}}",
        "{{basket.}}",
        "size: {{inputs.size}}",
        "{{inputs.size}}{{inputs.size}}",
        "{{inputs.size",
        "inputs.size}}",
        "{{bаsket.total}}",  # a Cyrillic а
        "{{a.b.c.d.e.f.g.h.i.j.k.l}}",
    ],
)
def test_nothing_else_is_a_reference(text):
    with pytest.raises(NotAReference):
        parse(text)


def test_a_template_is_filled_at_any_depth():
    template = compiled({"a": ["{{inputs.size}}", {"b": "{{basket.total.value}}"}], "c": "plain"})
    assert resolved(template, NAMESPACE) == {"a": [4, {"b": "10"}], "c": "plain"}


def test_a_null_that_is_there_is_read_as_null():
    assert lookup(Reference("inputs", ("nothing",)), NAMESPACE) is None
    assert lookup(Reference("basket", ("total", "reason")), NAMESPACE) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("{{inputs.weight}}", "weight"),
        ("{{bag.total}}", "bag"),
        ("{{basket.total.unit}}", "unit"),
        ("{{basket.total.value.real}}", "real"),
        ("{{basket.list.append}}", "append"),
        ("{{basket.keys}}", "keys"),
    ],
)
def test_a_missing_key_is_an_error_and_never_none(text, name):
    reference = parse(text)
    assert reference is not None
    with pytest.raises(ReferenceMissing) as missing:
        lookup(reference, NAMESPACE)
    assert missing.value.details["name"] == name


def test_the_nearest_key_is_suggested():
    with pytest.raises(ReferenceMissing) as missing:
        lookup(Reference("basket", ("totl",)), NAMESPACE)
    assert missing.value.suggestion == "Did you mean 'total'?"


def test_a_context_without_the_fact_is_an_error_that_names_it():
    with pytest.raises(ReferenceMissing, match="pack_hash") as missing:
        lookup(Reference("ctx", ("pack_hash",)), NAMESPACE)
    assert missing.value.details == {"reason": "context_missing", "field": "pack_hash"}
