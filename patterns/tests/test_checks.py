import json
from pathlib import Path

import pytest
from django.core import checks

from patterns import library
from patterns.checks import check_patterns, library_faults
from patterns.exceptions import PatternInvalid, PatternUnknown
from patterns.plan import plan_for
from patterns.tests.inventions import BASKET_STEP, document


@pytest.fixture
def folder(tmp_path: Path, shop: object) -> Path:
    def write(name: str, text: str) -> None:
        (tmp_path / f"{name}.json").write_text(text)

    write("fruit", json.dumps(document(BASKET_STEP), indent=1))
    write("bread", json.dumps(document({**BASKET_STEP, "capability": "shop.bread"}, id="bread")))
    write("torn", '{"id": "torn",')
    write("alias", json.dumps(document(BASKET_STEP)))
    return tmp_path


def test_mistakes_of_all_files_are_reported_together(folder):
    faults = library_faults(folder)
    assert [(fault.file, fault.code) for fault in faults] == [
        ("alias.json", "E002"),
        ("bread.json", "E003"),
        ("torn.json", "E001"),
    ]


def test_django_runs_the_check_with_ids_and_hints(folder, monkeypatch):
    monkeypatch.setattr(library, "FOLDER", folder)
    messages = check_patterns()
    assert [message.id for message in messages] == [
        "patterns.E002",
        "patterns.E003",
        "patterns.E001",
    ]
    assert messages[0].hint == "Call the file fruit.json."
    assert "bread.json:1 /steps/0/capability" in messages[1].msg
    registered: list[object] = list(checks.registry.registry.get_checks())
    assert check_patterns in registered


def test_a_good_file_is_a_pattern(folder):
    found = library.load(folder)
    assert found.get("fruit").name == "Fruit"
    assert [spec.id for spec in found.patterns()] == ["bread", "fruit"]


def test_a_torn_file_cannot_be_asked_for(folder):
    with pytest.raises(PatternInvalid) as refusal:
        library.load(folder).get("torn")
    assert refusal.value.details["errors"][0]["line"] == 1


def test_an_unknown_pattern_is_answered_with_the_nearest(folder):
    with pytest.raises(PatternUnknown) as refusal:
        library.load(folder).get("fruits")
    assert refusal.value.suggestion == "Did you mean 'fruit'?"


def test_the_products_own_patterns_have_no_mistakes():
    assert [fault.place + fault.message for fault in library_faults(library.FOLDER)] == []
    for spec in library.library().patterns():
        assert plan_for(spec).spec is spec
