"""What a document says of the market: instruments, closes, rates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from portfolios.calc.evaluation import Finding
from portfolios.formats.evaluation.cells import CURRENCY, Cells, to_day

Row: TypeAlias = Mapping[str, Any]
Close: TypeAlias = tuple[str, date, Decimal]

LONGEST = 37  # characters of a close that is read with all the others


def read_instruments(rows: Sequence[Row], findings: list[Finding]) -> dict[str, str]:
    """The currency of each symbol."""
    found: dict[str, str] = {}
    for index, said in enumerate(rows):
        cells = Cells(said, findings, f"instruments[{index}]")
        symbol, currency = cells.text("symbol"), cells.currency("currency")
        cells.require("symbol", symbol)
        cells.require("currency", currency)
        if symbol is not None and currency is not None:
            found.setdefault(symbol, currency)
    return found


def read_closes(rows: Sequence[Row], findings: list[Finding]) -> dict[str, dict[date, Decimal]]:
    """Raw closes by symbol and day; 0 is a close. Of two for one day the last one counts.

    A document may hold hundreds of thousands, so they are checked together; only where something
    is wrong is each row looked at for itself.
    """
    read = _all_closes(rows)
    if read is None:
        read = [row for at, said in enumerate(rows) for row in _one_close(said, at, findings)]
    closes: defaultdict[str, dict[date, Decimal]] = defaultdict(dict)
    for symbol, day, close in read:
        closes[symbol][day] = close
    return dict(closes)


def _all_closes(rows: Sequence[Row]) -> Iterable[Close] | None:
    """Every close, or None if any row has something wrong."""
    try:
        symbols = [row["symbol"] for row in rows]
        texts = [row["date"] for row in rows]
        numbers = [row["close"] for row in rows]
        plain = _are_plain(numbers)
        days = {text: to_day(text) for text in set(texts)}
        named = set(symbols)
    except (KeyError, TypeError, ValueError):
        return None  # a field is missing, is no text, or cannot be one; or there are no rows
    known = {text: day for text, day in days.items() if day is not None}
    if len(known) < len(days) or not all(isinstance(each, str) and each for each in named):
        return None
    if not plain:
        return None
    try:
        return list(zip(symbols, map(known.__getitem__, texts), map(Decimal, numbers), strict=True))
    except InvalidOperation:
        return None  # two points in one number


def _are_plain(numbers: Sequence[str]) -> bool:
    """Whether every text is digits, perhaps with points between them, and of common length.

    A pattern says the same at four times the cost. Raises TypeError for what is no text.
    """
    joined = "\n".join(numbers)
    digits = joined.replace(".", "").replace("\n", "")
    framed = f"\n{joined}\n"
    return (
        digits.isascii()
        and digits.isdecimal()
        and joined.count("\n") == len(numbers) - 1
        and "\n\n" not in framed
        and "\n." not in framed
        and ".\n" not in framed
        and max(map(len, numbers)) <= LONGEST
    )


def read_pairs(
    rows: Iterable[Row], findings: list[Finding]
) -> dict[tuple[str, str], dict[date, Decimal]]:
    """Rates by pair and day: units of the second currency per 1 of the first."""
    pairs: dict[tuple[str, str], dict[date, Decimal]] = {}
    for index, said in enumerate(rows):
        cells = Cells(said, findings, f"fx[{index}]")
        pair, day, rate = cells.text("pair"), cells.day("date"), cells.number("rate")
        for name, value in (("pair", pair), ("date", day), ("rate", rate)):
            cells.require(name, value)
        if rate is not None and rate <= 0:
            said_of = f"A rate of {rate} is not possible."
            cells.refuse("invalid_number", "rate", said_of, "Write a rate above zero.")
        currencies = _currencies(pair)
        if pair is not None and currencies is None:
            said_of = f"{pair[:60]!r} is not a pair of two currencies."
            cells.refuse("invalid_currency", "pair", said_of, "Write it as USD/CAD.")
        if not cells.wrong and currencies and day is not None and rate is not None:
            pairs.setdefault(currencies, {})[day] = rate
    return pairs


def _currencies(pair: str | None) -> tuple[str, str] | None:
    one, _, other = (pair or "").partition("/")
    if one == other or not CURRENCY.fullmatch(one) or not CURRENCY.fullmatch(other):
        return None
    return one, other


def _one_close(said: Row, index: int, findings: list[Finding]) -> Iterator[Close]:
    """The close of one row, or what is wrong with it."""
    cells = Cells(said, findings, f"prices[{index}]")
    symbol, day, close = cells.text("symbol"), cells.day("date"), cells.number("close")
    for name, value in (("symbol", symbol), ("date", day), ("close", close)):
        cells.require(name, value)
    if close is not None and close < 0:
        message = f"A close of {close} is not possible."
        cells.refuse("invalid_number", "close", message, "Write a close of 0 or more.")
    if not cells.wrong and symbol is not None and day is not None and close is not None:
        yield symbol, day, close
