"""Beancount itself loads our text without an error and holds what we hold, at our cost.

It is GPL and optional, so it runs as a process of its own, in the environment that `bootstrap.py`
makes for it. Where that cannot be made, these tests are skipped.
"""

import json
import subprocess
import sys
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.conf import settings as django_settings

from accounts.models import User
from portfolios.calc.booking import book
from portfolios.calc.entries import BookingSettings, CostMethod, Entry, LotScope
from portfolios.calc.lots import Book
from portfolios.formats.writing.beancount import Ledger, Price, beancount_lines
from portfolios.formats.writing.beancount.names import commodity_names, number, quoted
from portfolios.models import Portfolio
from portfolios.services.exports import ExportFormat, export_ledger
from portfolios.tests.calc.ledgers import entry, fixed

ROOT = Path(django_settings.BASE_DIR)
SCRIPT = ROOT / "portfolios" / "formats" / "writing" / "beancount" / "in_beancount.py"
SECURITIES = [
    ("x", "XYZ", "XNYS", "Xyz"),
    ("y", "Y", "XNYS", 'Y "and" \\ Sons'),
    ("z", "3M-É", "", ""),
]
NAMES = commodity_names((key, symbol, exchange) for key, symbol, exchange, _ in SECURITIES)
RATES = fixed(USD="1.30")
NEAR = Decimal("0.0005")  # some hundred parts of lots, each cut at the sixth decimal


@pytest.fixture(scope="session")
def beancount() -> Any:
    """Ask Beancount about files; skips where it cannot be installed."""

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        asked = [sys.executable, "bootstrap.py", "beancount", "--", *words]
        return subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)

    ready = run("-c", "import beancount")
    if ready.returncode:
        pytest.skip(f"Beancount's environment cannot be made: {ready.stderr[-300:]}")

    def told(*paths: Path) -> list[dict[str, Any]]:
        done = run(str(SCRIPT), *map(str, paths))
        assert done.returncode == 0, done.stderr
        answer: list[dict[str, Any]] = json.loads(done.stdout)
        return answer

    return told


def ledger_of(entries: list[Entry], settings: BookingSettings) -> Ledger:
    return Ledger(
        title="Savings",
        entries=entries,
        settings=settings,
        rates=RATES,
        securities=SECURITIES,
        narrations={1: 'said "so"\non two lines'},
        prices=[Price("x", date(2024, 3, 1), Decimal("12.5"), "USD")],
    )


def written(tmp_path: Path, name: str, ledger: Ledger) -> Path:
    path = tmp_path / f"{name}.beancount"
    path.write_text("".join(beancount_lines(ledger)))
    return path


def agrees(told: dict[str, Any], booked: Book) -> None:
    """The same shares and cash in every account, at the same cost."""
    assert told["errors"] == []
    units: defaultdict[str, Decimal] = defaultdict(Decimal)
    costs: dict[str, Decimal] = {}
    for held in booked.positions:
        key = f"Assets:{held.account.capitalize()} {NAMES[held.security]}"
        units[key] = held.quantity
        if held.cost_basis_local is not None:
            costs[key] = held.cost_basis_local
    for (account, currency), amount in booked.cash.items():
        units[f"Assets:{account.capitalize()}:Cash {currency}"] = amount
    got = {k: Decimal(v) for k, v in told["units"].items() if k.startswith("Assets:")}
    assert got == {key: amount for key, amount in units.items() if amount}
    # A position with a lot of unknown cost has none as a whole; its other lots have theirs.
    for key, cost in costs.items():
        assert abs(Decimal(told["costs"][key]) - cost) < NEAR


EVERYTHING = [
    entry(1, "DEPOSIT", "2024-01-02", gross_amount="100000"),
    entry(2, "FX_CONVERSION", "2024-01-02", gross_amount="50000", fees="5", to_amount="40000",
          to_currency="USD"),
    entry(3, "BUY", "2024-01-03", "USD", security="x", quantity="30", price="33.333", fees="9.95"),
    entry(4, "BUY", "2024-01-04", "USD", security="x", quantity="7", price="35", taxes="1"),
    entry(5, "SELL", "2024-01-05", "USD", security="x", quantity="11", price="36", fees="2"),
    entry(6, "SPLIT", "2024-01-08", "USD", security="x", new_shares="3", old_shares="2"),
    entry(7, "DIVIDEND", "2024-01-09", "USD", security="x", gross_amount="12", taxes="1.8",
          ex_date="2024-01-09", pay_date="2024-01-20"),
    entry(8, "TRANSFER", "2024-01-10", "USD", security="x", quantity="10", to_account="other"),
    entry(9, "SHORT_SALE", "2024-01-11", security="y", quantity="5", price="20", fees="1"),
    entry(10, "COVER", "2024-01-12", security="y", quantity="2", price="19"),
    entry(11, "FEE", "2024-01-12", gross_amount="3"),
    entry(12, "INTEREST", "2024-01-12", gross_amount="3", taxes="1"),
    entry(13, "INTEREST_CHARGE", "2024-01-12", gross_amount="2"),
    entry(14, "DELIVERY_IN", "2024-01-13", security="z", quantity="4", net_amount=Decimal(100)),
    entry(15, "OPENING_BALANCE", "2024-01-01", security="z", quantity="4"),
    entry(16, "SELL", "2024-01-14", security="z", quantity="1", price="10"),
    entry(17, "BUY", "2024-01-15", security="x", quantity="3", gross_amount="130",
          security_currency="USD", gross_amount_security=Decimal(100),
          settlement_fx_rate=Decimal("1.3")),
    entry(18, "CASH_TRANSFER", "2024-01-16", net_amount="-50", to_account="other"),
    entry(19, "DRIP", "2024-01-17", "USD", security="x", gross_amount="30", taxes="4.5",
          quantity="1", price="25"),
    entry(20, "WITHDRAWAL", "2024-01-18", gross_amount="7"),
]  # fmt: skip


@pytest.mark.parametrize("fees_in_cost", [True, False])
def test_every_method_is_reproduced(beancount: Any, tmp_path: Path, fees_in_cost: bool) -> None:
    paths, books = [], []
    for method in (CostMethod.FIFO, CostMethod.LIFO, CostMethod.HIFO, CostMethod.AVERAGE):
        settings = BookingSettings(
            base_currency="CAD", cost_method=method, allow_short=True, fees_in_cost=fees_in_cost
        )
        paths.append(written(tmp_path, method, ledger_of(EVERYTHING, settings)))
        booked = book(EVERYTHING, settings, RATES)
        assert [one for one in booked.problems if one.code != "unknown_basis"] == []
        books.append(booked)
    for told, booked in zip(beancount(*paths), books, strict=True):
        agrees(told, booked)


def random_ledger(seed: int) -> list[Entry]:
    chance = Random(seed)
    found = [entry(1, "DEPOSIT", "2024-01-01", gross_amount="1000000", security=None)]
    for seq in range(2, 80):
        day = (date(2024, 1, 1) + timedelta(days=seq)).isoformat()
        account = chance.choice(["main", "other"])
        security = chance.choice(["x", "y"])
        kind = chance.choice("BUY BUY BUY SELL SELL SPLIT TRANSFER".split())
        said: dict[str, Any] = {"security": security, "account": account}
        if kind == "SPLIT":
            said |= {"new_shares": "3", "old_shares": "2"}
        else:
            said["quantity"] = str(chance.randint(1, 12))
        if kind == "TRANSFER":
            said["to_account"] = "other" if account == "main" else "main"
        elif kind != "SPLIT":
            price, fee = chance.randint(100, 9999), chance.randint(0, 900)
            said |= {"price": f"{price / 100}", "fees": f"{fee / 100}"}
        found.append(entry(seq, kind, day, **said))
    return found


def test_random_ledgers_are_reproduced(beancount: Any, tmp_path: Path) -> None:
    paths, books = [], []
    for seed in range(8):
        settings = BookingSettings(
            base_currency="CAD",
            cost_method=list(CostMethod)[seed % 4],
            lot_scope=list(LotScope)[seed // 4],
            allow_short=seed % 3 == 0,
        )
        ledger = random_ledger(seed)
        paths.append(written(tmp_path, str(seed), ledger_of(ledger, settings)))
        books.append(book(ledger, settings, RATES))
    for told, booked in zip(beancount(*paths), books, strict=True):
        agrees(told, booked)


@pytest.mark.django_db
def test_a_stored_ledger_loads(
    beancount: Any, traded: Portfolio, alice: User, tmp_path: Path
) -> None:
    export = export_ledger(portfolio=traded, file_format=ExportFormat.BEANCOUNT, by=alice)
    path = tmp_path / export.filename
    path.write_bytes(b"".join(export.chunks))
    [told] = beancount(path)
    assert told["errors"] == []
    assert told["units"]["Assets:Main ACME"] == "15"
    assert told["costs"]["Assets:Main ACME"] == "150"
    assert told["units"]["Assets:Main MAPLE"] == "10"
    assert told["units"]["Assets:Main:Cash USD"] == "360"
    assert "price ACME 12 USD" in path.read_text()


def test_commodities_have_names_that_beancount_takes() -> None:
    listed = [
        ("a", "BRK.B", "XNYS"),
        ("b", "V", "XNYS"),
        ("c", "USD", "XNYS"),
        ("d", "0700", "XHKG"),
        ("e", "RY", "XTSE"),
        ("f", "RY", "XNYS"),
        ("g", "^GSPC", ""),
    ]
    assert commodity_names(listed) == {
        "a": "BRK.B",
        "b": "V.XNYS",
        "c": "USD.XNYS",
        "d": "S0700",
        "e": "RY",
        "f": "RY.XNYS",
        "g": "GSPC",
    }


def test_texts_and_numbers_are_written_plainly() -> None:
    assert quoted('a "b"\n\\c') == '"a \\"b\\" \\\\c"'
    assert number(Decimal("1E+3")) == "1000"
    assert number(Decimal("-0.00")) == "0"
    assert number(Decimal("1.2300")) == "1.23"
