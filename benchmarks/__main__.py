"""`python -m benchmarks`: every benchmark, as a table and as JSON. Needs a built demo."""

from __future__ import annotations

import json
import os
import platform

import django


def run() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dawsos.settings.base")
    django.setup()
    from benchmarks import web

    rows = web.main()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    names = list(rows[0])
    print("  ".join(f"{name:>18}" for name in names))
    for row in rows:
        print("  ".join(f"{row[name]!s:>18}" for name in names))
    print(json.dumps(rows))


if __name__ == "__main__":
    run()
