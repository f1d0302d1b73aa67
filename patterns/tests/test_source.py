from patterns.faults import BUDGET, UNREADABLE, Fault
from patterns.source import MAX_BYTES, parse, read

TEXT = """{
  "id": "fruit",
  "steps": [
    {"as": "one",
     "args": {"a": [1, "{}]", 3]}},
    {"as": "two"}
  ]
}"""


def codes(text: str) -> list[str]:
    return [fault.code for fault in parse(text).faults]


def test_every_value_knows_its_line():
    lines = parse(TEXT).lines
    assert lines["/id"] == 2
    assert lines["/steps"] == 3
    assert lines["/steps/0"] == 4
    assert lines["/steps/0/args/a/2"] == 5
    assert lines["/steps/1/as"] == 6


def test_a_fault_without_a_line_takes_its_parents():
    fault = Fault(code="E004", pointer="/steps/1/args/missing", message="")
    assert parse(TEXT, "fruit.json").located(fault).line == 6
    assert parse(TEXT, "fruit.json").located(fault).file == "fruit.json"


def test_broken_json_is_reported_with_its_line():
    (fault,) = parse('{\n "id": "fruit",\n}').faults
    assert (fault.code, fault.line) == (UNREADABLE, 3)


def test_what_python_would_accept_is_refused():
    assert codes('{"a": NaN}') == [UNREADABLE]
    assert codes('{"a": 1e999}') == [UNREADABLE]
    assert codes('{"a": "\\ud800"}') == [UNREADABLE]
    assert codes('{"a": 1, "b": {"c": 1, "c": 2}}') == [UNREADABLE]


def test_a_tower_of_brackets_does_not_reach_the_decoder():
    assert codes("[" * 100_000 + "]" * 100_000) == [BUDGET]
    assert codes("[" * 21 + "]" * 21) == [BUDGET]
    assert codes("[" * 20 + "]" * 20) == []


def test_a_large_file_is_not_read(tmp_path):
    path = tmp_path / "large.json"
    path.write_text('"' + "x" * MAX_BYTES + '"')
    assert [fault.code for fault in read(path).faults] == [BUDGET]
    assert codes('"' + "x" * MAX_BYTES + '"') == [BUDGET]


def test_a_file_that_is_not_text_is_reported(tmp_path):
    path = tmp_path / "binary.json"
    path.write_bytes(b"\xff\xfe{}")
    assert [fault.code for fault in read(path).faults] == [UNREADABLE]
    assert [fault.code for fault in read(tmp_path / "absent.json").faults] == [UNREADABLE]


def test_closing_what_was_never_opened_is_no_crash():
    for text in ("]", "}{", '{"a": 1}}', "", "[1,,2]", '{"a"}', ",", ":"):
        assert codes(text) == [UNREADABLE]
