"""Formats find themselves, and say how sure they are of a file."""

import subprocess
import sys

from portfolios.formats.contract import Source
from portfolios.formats.registry import detect, format_named, formats


def test_every_format_has_a_name_and_is_found_by_it() -> None:
    for format_ in formats():
        assert format_.name.isidentifier() and format_.title
        assert format_named(format_.name) is format_
    assert format_named("nothing") is None


def test_nothing_is_recognised_in_nothing() -> None:
    assert detect(Source(b"")) == []


def test_our_own_table_is_told_without_any_other_format() -> None:
    """In a process of its own: here all formats are loaded already."""
    program = """
import sys
from portfolios.formats.contract import Source
from portfolios.formats.registry import detect
print([(f.name, score) for f, score in detect(Source(b"date,type,currency\\n"))])
print(sorted({"ofxtools", "openpyxl", "portfolios.formats.ibkr_flex"} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["[('dawsos_csv', 1.0)]", "[]"]


def test_looking_for_a_format_loads_no_library_of_another() -> None:
    program = """
import sys
from portfolios.formats.contract import Source
from portfolios.formats.registry import detect
detect(Source(b"nothing that anybody knows\\n"))
print(sorted({"ofxtools", "openpyxl"} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["[]"]
