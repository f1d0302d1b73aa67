"""Run by Beancount's own Python: what it makes of each file, as JSON on standard output.

python3 bootstrap.py beancount -- portfolios/formats/writing/beancount/in_beancount.py FILE …
"""

import json
import sys
from collections import defaultdict
from decimal import Decimal
from importlib import import_module
from typing import Any


def told(path: str) -> dict[str, Any]:
    """Errors, and for each account and commodity the units and what they cost."""
    loader = import_module("beancount.loader")  # only Beancount's own Python has it
    entries, errors, _ = loader.load_file(path)
    units: defaultdict[str, Decimal] = defaultdict(Decimal)
    costs: defaultdict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        for posting in getattr(entry, "postings", ()):
            key = f"{posting.account} {posting.units.currency}"
            units[key] += posting.units.number
            if posting.cost is not None:
                costs[key] += posting.units.number * posting.cost.number
    return {
        "errors": [error.message for error in errors],
        "units": {key: str(amount) for key, amount in units.items() if amount},
        "costs": {key: str(amount) for key, amount in costs.items() if units[key]},
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps([told(path) for path in sys.argv[1:]]))
