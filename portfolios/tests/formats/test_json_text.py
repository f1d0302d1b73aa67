"""A key that stands twice is found wherever it hides; what only looks like one is let through."""

import pytest

from market.formats.csv_records import Limits
from market.formats.faults import Fault
from portfolios.formats.json_text import DEEPEST, read_json


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":2}',
        '{"a" :1,"a":2}',
        '{"a"\n:1,"b":{"c":[{"d":1,"d" : 1}]}}',
        r'{"x":"\":","a":1,"a":2}',
        r'{"x":"\":\":","a" :1,"a":2}',
        '{"a":{"b":[{}]},"a":1}',
        '{"x":"{[","b":{"c":1,"c":2}}',
    ],
)
def test_a_key_that_stands_twice_is_refused(text: str) -> None:
    found = read_json(text.encode(), Limits())
    assert isinstance(found, Fault)
    assert "stands twice" in found.message


@pytest.mark.parametrize("text", [r'{"x":"\":","a" :1}', r'["\":", {"a":{"a":[{"a":1}]}}]', "1"])
def test_what_only_looks_like_one_is_read(text: str) -> None:
    assert not isinstance(read_json(text.encode(), Limits()), Fault)


@pytest.mark.parametrize(("levels", "refused"), [(DEEPEST, False), (DEEPEST + 1, True)])
def test_a_document_may_be_so_deep(levels: int, refused: bool) -> None:
    found = read_json(b"[" * levels + b"]" * levels, Limits())
    assert isinstance(found, Fault) is refused
