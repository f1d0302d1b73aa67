"""`python -m benchmarks [web] [ledger] [performance] [invariants] [night] [runner]`.

As tables and as JSON. `web` needs a built demo and makes it, `runner` needs one; `ledger` makes
Beancount's environment once and `performance` empyrical's; `invariants` writes a million entries
first.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Callable, Sequence

import django

Rows = list[dict[str, object]]


def run(asked: Sequence[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dawsos.settings.base")
    django.setup()
    wanted = asked or tuple(SUITES)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for name in wanted:
        for rows in SUITES[name]():
            show(rows)


def show(rows: Rows) -> None:
    """Rows of one shape as a table and as one line of JSON."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[str(row.get(name, "")) for name in names] for row in rows]
    widths = [max(map(len, column)) for column in zip(names, *cells, strict=True)]
    for line in (names, *cells):
        print("  ".join(map(str.rjust, line, widths)), flush=True)
    print(json.dumps(rows), flush=True)


def web() -> list[Rows]:
    from benchmarks import browsing, cold, web

    return [web.main(), cold.measure(), browsing.measure()]


def ledger() -> list[Rows]:
    from benchmarks.ledger import beancount, booking, evaluating, writing

    beancount.prepare()
    return [booking.measure(), evaluating.measure(), writing.measure()]


def performance() -> list[Rows]:
    from benchmarks.performance import backdated, card

    card.prepare()
    return [card.measure(), backdated.measure()]


def invariants() -> list[Rows]:
    from benchmarks import invariants

    return [invariants.measure()]


def night() -> list[Rows]:
    from benchmarks.night import measure

    return [measure.measure()]


def runner() -> list[Rows]:
    from benchmarks import runner

    return runner.measure()


SUITES: dict[str, Callable[[], list[Rows]]] = {
    "web": web,
    "ledger": ledger,
    "performance": performance,
    "invariants": invariants,
    "night": night,
    "runner": runner,
}

if __name__ == "__main__":
    run(sys.argv[1:])
