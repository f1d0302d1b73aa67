"""The baseline of the ledger: Beancount loads a file, its cache switched off.

Run by the Python of `.beancount`, as a process of its own. Arguments: a file, and how often.
Prints the seconds of each load, the number of transactions and of errors, as one JSON line.
"""

from __future__ import annotations

import json
import os
import sys
import time

os.environ["BEANCOUNT_DISABLE_LOAD_CACHE"] = "1"


def main() -> None:
    from beancount import loader
    from beancount.core.data import Transaction

    path, times = sys.argv[1], int(sys.argv[2])
    seconds, found, mistakes = [], 0, 0
    for _ in range(times):
        start = time.perf_counter()
        entries, errors, _options = loader.load_file(path)
        seconds.append(time.perf_counter() - start)
        found = sum(isinstance(entry, Transaction) for entry in entries)
        mistakes = len(errors)
    print(json.dumps({"seconds": seconds, "transactions": found, "errors": mistakes}))


if __name__ == "__main__":
    main()
