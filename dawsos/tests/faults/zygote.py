"""Workers of a night as processes of their own that can be killed, each a fork of one that has
loaded Django and never opened a connection.

It reads one JSON order a line and answers with one line: `{"pid": …}` for a worker that was begun,
`{"status": …, "said": …}` for one that was waited for.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "dawsos.settings.test"
    import django

    django.setup()
    from dawsos.tests.faults import work

    files: dict[int, Path] = {}
    for line in sys.stdin:
        order = json.loads(line)
        if "wait" in order:
            _, status = os.waitpid(order["wait"], 0)
            file = files.pop(order["wait"])
            said = file.read_text() if file.exists() else ""  # a killed worker says nothing
            answer: dict[str, Any] = {"status": os.waitstatus_to_exitcode(status), "said": said}
        else:
            pid = os.fork()
            if pid == 0:
                _begin(order, work)
            files[pid] = Path(order["said"])
            answer = {"pid": pid}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _begin(order: dict[str, Any], work: Any) -> None:
    code = 1
    try:
        said = work.do(order)
        Path(order["said"]).write_text(json.dumps(said))
        code = 0
    except BaseException as error:  # noqa: BLE001 - told to whoever waits
        Path(order["said"]).write_text(f"{type(error).__name__}: {error}")
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
