"""Formats find themselves, and say how sure they are of a file."""

from portfolios.formats.contract import Source
from portfolios.formats.registry import detect, format_named, formats


def test_every_format_has_a_name_and_is_found_by_it() -> None:
    for format_ in formats():
        assert format_.name.isidentifier() and format_.title
        assert format_named(format_.name) is format_
    assert format_named("nothing") is None


def test_nothing_is_recognised_in_nothing() -> None:
    assert detect(Source(b"")) == []
