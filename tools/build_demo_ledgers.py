"""Write the sample ledgers from their plans and the bundled market data.

python tools/build_demo_ledgers.py            rewrite dawsos/demo/*.csv that are derived
python tools/build_demo_ledgers.py --check    compare, write nothing, exit 1 on a difference
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from dawsos.demo.ledgers import PLANS, build_ledger
from dawsos.demo.portfolios import LEDGERS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare and write nothing")
    check = parser.parse_args().check
    for name in PLANS:
        content = build_ledger(name).encode("utf-8")
        path = LEDGERS / name
        if check and (not path.exists() or path.read_bytes() != content):
            sys.exit(f"{name} differs from its plan.")
        if not check:
            path.write_bytes(content)
            print(f"{name:20}{len(content.splitlines()) - 1:>6} entries")


if __name__ == "__main__":
    main()
