"""The trades as entries, as a ledger document's transactions, as a DawsOS file and as a Beancount
file: the same work for each side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from benchmarks.ledger.trades import FEE, RATES, SECURITIES, Trade, symbol_of
from portfolios.calc.entries import ZERO, Entry, EntryType

KINDS = {
    "BUY": EntryType.BUY,
    "SELL": EntryType.SELL,
    "DIVIDEND": EntryType.DIVIDEND,
    "FX": EntryType.FX_CONVERSION,
}
ACCOUNTS = ("Assets:{}:Cash", "Income:{}:Gains", "Income:{}:Dividends", "Expenses:{}:Fees")
COLUMNS = (
    "date,type,account,symbol,exchange,quantity,price,gross_amount,fees,currency,fx_rate,"
    "ex_date,pay_date,to_amount,to_currency,external_id"
)


def as_entries(trades: Iterable[Trade]) -> list[Entry]:
    """What `book` takes; base currency USD, the rate recorded on each."""
    return [
        Entry(
            seq=seq,
            entry_type=KINDS[trade.kind],
            transaction_date=trade.day,
            currency=trade.currency,
            security=None if trade.kind == "FX" else trade.symbol,
            account=trade.account_name,
            quantity=None if trade.kind == "FX" else Decimal(trade.quantity),
            price=trade.price or None,
            gross_amount=_stated(trade),
            fees=FEE if trade.kind in {"BUY", "SELL"} else ZERO,
            fx_rate=None if trade.currency == "USD" else RATES[trade.currency],
            to_amount=trade.received if trade.kind == "FX" else None,
            to_currency=trade.other or None,
        )
        for seq, trade in enumerate(trades, start=1)
    ]


def as_transactions(trades: Iterable[Trade]) -> list[dict[str, str]]:
    """What a document for `evaluate` holds; rates are left to its table."""
    return [
        {"seq": str(seq), "date": trade.day.isoformat(), "type": KINDS[trade.kind], **_parts(trade)}
        for seq, trade in enumerate(trades, start=1)
    ]


def as_csv(trades: Iterable[Trade]) -> bytes:
    """A DawsOS CSV file, every row with an id as a broker gives one."""
    return "\n".join([COLUMNS, *_rows(trades), ""]).encode()


def as_beancount(trades: Sequence[Trade]) -> str:
    """A Beancount file, FIFO, an account of shares for each account and security."""
    return "\n".join([*_openings({trade.account_name for trade in trades}), *_lines(trades), ""])


def _parts(trade: Trade) -> dict[str, str]:
    found = {"account": trade.account_name, "currency": trade.currency}
    if trade.kind == "FX":
        sums = {"gross_amount": str(trade.quantity), "to_amount": str(trade.received)}
        return {**found, **sums, "to_currency": trade.other}
    found["symbol"] = trade.symbol
    if trade.kind == "DIVIDEND":
        return {**found, "gross_amount": str(trade.received)}
    sums = {"quantity": str(trade.quantity), "price": str(trade.price), "fees": str(FEE)}
    return {**found, **sums}


def _stated(trade: Trade) -> Decimal | None:
    if trade.kind == "FX":
        return Decimal(trade.quantity)
    return trade.received if trade.kind == "DIVIDEND" else None


def _rows(trades: Iterable[Trade]) -> Iterator[str]:
    for number, trade in enumerate(trades, start=1):
        day, rate = trade.day.isoformat(), "" if trade.currency == "USD" else RATES[trade.currency]
        start = f"{day},{KINDS[trade.kind]},{trade.account_name}"
        if trade.kind == "FX":
            yield (
                f"{start},,,,,{trade.quantity},,{trade.currency},,,,"
                f"{trade.received},{trade.other},T{number}"
            )
        elif trade.kind == "DIVIDEND":
            yield (
                f"{start},{trade.symbol},XNYS,{trade.quantity},,{trade.received},,"
                f"{trade.currency},{rate},{day},{day},,,T{number}"
            )
        else:
            yield (
                f"{start},{trade.symbol},XNYS,{trade.quantity},{trade.price},,{FEE},"
                f"{trade.currency},{rate},,,,,T{number}"
            )


def _openings(accounts: Iterable[str]) -> Iterator[str]:
    yield 'option "operating_currency" "USD"'
    yield 'option "booking_method" "FIFO"'
    yield 'option "inferred_tolerance_default" "*:0.01"'
    for account in sorted(accounts):
        for name in (
            "Assets:{}:Cash",
            "Income:{}:Gains",
            "Income:{}:Dividends",
            "Expenses:{}:Fees",
        ):
            yield f"2015-01-01 open {name.format(account)}"
        for security in range(SECURITIES):
            yield f"2015-01-01 open Assets:{account}:{symbol_of(security)}"


def _lines(trades: Iterable[Trade]) -> Iterator[str]:
    for trade in trades:
        yield f'{trade.day} * "{trade.kind}"'
        yield from _postings(trade)
        yield ""


def _postings(trade: Trade) -> Iterator[str]:
    name, money = trade.account_name, trade.currency
    shares = f"Assets:{name}:{trade.symbol}"
    if trade.kind == "BUY":
        yield f"  {shares}  {trade.quantity} {trade.symbol} {{{trade.price} {money}}}"
        yield f"  Expenses:{name}:Fees  {FEE} {money}"
        yield f"  Assets:{name}:Cash  -{trade.gross + FEE} {money}"
    elif trade.kind == "SELL":
        yield f"  {shares}  -{trade.quantity} {trade.symbol} {{}} @ {trade.price} {money}"
        yield f"  Expenses:{name}:Fees  {FEE} {money}"
        yield f"  Assets:{name}:Cash  {trade.gross - FEE} {money}"
        yield f"  Income:{name}:Gains"
    elif trade.kind == "DIVIDEND":
        yield f"  Assets:{name}:Cash  {trade.received} {money}"
        yield f"  Income:{name}:Dividends  -{trade.received} {money}"
    else:
        yield (
            f"  Assets:{name}:Cash  -{trade.quantity}.00 {money} @@ {trade.received} {trade.other}"
        )
        yield f"  Assets:{name}:Cash  {trade.received} {trade.other}"
