"""`python -m benchmarks.ledger.durable FILE`: one ledger written, added to and shown.

A process of its own, so that its peak of memory is that of the import. Prints a line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dawsos.settings.base")
    django.setup()
    from benchmarks.ledger.measured import measure

    print(json.dumps(measure(Path(sys.argv[1]))))
