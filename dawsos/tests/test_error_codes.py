"""docs/errors.md holds every error code once, with who raises it and under which HTTP status."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import accounts
import dawsos
import market
import patterns
import portfolios
from patterns.exceptions import DawsError

HOUSE = Path(dawsos.__file__).parents[1]
APPS = (accounts, dawsos, market, patterns, portfolios)
CODE = re.compile(r'"((?:AUTH|VALIDATION|NOT_FOUND|BUSINESS|SYSTEM)_[0-9]{4})"')
ROW = re.compile(
    r"^\| `(?P<code>\w+)` \| (?P<statuses>[0-9, ]+) \| .+ \| (?P<classes>.*)\|$", re.MULTILINE
)
ROWS = [row.groupdict() for row in ROW.finditer((HOUSE / "docs/errors.md").read_text("utf-8"))]
NOT_OURS = ("tests", "migrations", "settings", "wsgi", "celery")


def errors() -> Iterator[type[DawsError]]:
    """Every error class of the product that says its own code."""
    for app in APPS:
        for module in pkgutil.walk_packages(app.__path__, f"{app.__name__}."):
            if not set(module.name.split(".")) & set(NOT_OURS):
                importlib.import_module(module.name)
    waiting: list[type[DawsError]] = [DawsError]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if "code" in vars(kind) and ".tests." not in kind.__module__:
            yield kind


def test_every_code_of_the_code_base_stands_in_the_table_once() -> None:
    sources = [
        path.read_text("utf-8")
        for app in APPS
        for path in Path(app.__path__[0]).rglob("*.py")
        if "tests" not in path.parts
    ]
    used = {code for source in sources for code in CODE.findall(source)}
    assert [row["code"] for row in ROWS] == sorted(used, key=_place)


def _place(code: str) -> str:
    return code.rpartition("_")[2]


@pytest.mark.parametrize("kind", list(errors()), ids=lambda kind: kind.__name__)
def test_a_class_is_named_beside_its_code_and_status(kind: type[DawsError]) -> None:
    row = next(row for row in ROWS if row["code"] == kind.code)
    assert f"`{kind.__name__}`" in row["classes"].strip().split(", ")
    assert str(kind.http_status) in row["statuses"].split(", ")
