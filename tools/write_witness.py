"""Write down the hashes of the demo, for other machines to find again.

make -s demo CHECK=1 | python tools/write_witness.py
"""

import json
import sys
from pathlib import Path

WITNESS = Path(__file__).resolve().parent.parent / "dawsos" / "demo" / "witness.json"
NAMES = ("pack_hash", "ledger_commit_hash", "overview_hash")


def main() -> None:
    """Read the demo's summary, the last line of its output, and keep its hashes."""
    summary = json.loads(sys.stdin.read().splitlines()[-1])
    hashes = {p["id"]: {name: p[name] for name in NAMES} for p in summary["portfolios"]}
    WITNESS.write_text(json.dumps(hashes, indent=1) + "\n")


if __name__ == "__main__":
    main()
