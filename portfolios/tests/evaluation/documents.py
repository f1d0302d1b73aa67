"""Short ways to write a ledger document and to ask for its answer.

Documents go through their JSON text, as an examiner's would. Unless a test says otherwise the base
currency is USD, nothing is rounded, and X, Y (USD) and E (EUR) are listed.
"""

import json
from decimal import Decimal
from typing import Any

from market.formats.csv_records import Limits
from portfolios.calc.evaluation import as_answer, evaluate
from portfolios.formats.evaluation import read_document, read_documents

INSTRUMENTS = [
    {"symbol": "X", "currency": "USD"},
    {"symbol": "Y", "currency": "USD"},
    {"symbol": "E", "currency": "EUR"},
]


def entry(kind: str, day: str, **fields: Any) -> dict[str, Any]:
    """A transaction; `symbol` is left to the caller."""
    return {"type": kind, "date": day, **fields}


def buy(day: str, quantity: str, price: str, **fields: Any) -> dict[str, Any]:
    """A purchase of X in USD."""
    return entry(
        "BUY",
        day,
        **{"symbol": "X", "quantity": quantity, "price": price, "currency": "USD", **fields},
    )


def sell(day: str, quantity: str, price: str, **fields: Any) -> dict[str, Any]:
    """A sale of X in USD."""
    return {**buy(day, quantity, price, **fields), "type": "SELL"}


def deposit(day: str, amount: str, currency: str = "USD", **fields: Any) -> dict[str, Any]:
    return entry("DEPOSIT", day, gross_amount=amount, currency=currency, **fields)


def withdraw(day: str, amount: str, currency: str = "USD", **fields: Any) -> dict[str, Any]:
    return entry("WITHDRAWAL", day, gross_amount=amount, currency=currency, **fields)


def split(day: str, new: str, old: str, symbol: str = "X") -> dict[str, Any]:
    """A split of the security, beside the entries."""
    return {"type": "SPLIT", "symbol": symbol, "date": day, "new_shares": new, "old_shares": old}


def closes(symbol: str = "X", **by_day: str) -> list[dict[str, str]]:
    """Closes by day written d20240102."""
    return [
        {"symbol": symbol, "date": f"{d[1:5]}-{d[5:7]}-{d[7:]}", "close": close}
        for d, close in by_day.items()
    ]


def rates(pair: str, **by_day: str) -> list[dict[str, str]]:
    """Rates by day written d20240102."""
    return [
        {"pair": pair, "date": f"{d[1:5]}-{d[5:7]}-{d[7:]}", "rate": rate}
        for d, rate in by_day.items()
    ]


def document(*transactions: dict[str, Any], asof: str, **parts: Any) -> dict[str, Any]:
    """A document; `policy` is added to a policy that rounds nothing."""
    policy = {"rounding": "none", **parts.pop("policy", {})}
    said = {"base_currency": "USD", "instruments": INSTRUMENTS, "prices": [], "fx": [], **parts}
    numbered = [{"seq": at, **said_of} for at, said_of in enumerate(transactions, start=1)]
    return {**said, "asof": asof, "policy": policy, "transactions": numbered}


def answer_to(said: Any) -> Any:
    """The answer to a document, read from its text."""
    read = read_documents(json.dumps(said).encode(), Limits())
    return as_answer(evaluate(read_document(read)))


def answer(*transactions: dict[str, Any], asof: str, **parts: Any) -> Any:
    """The answer to a document of these transactions."""
    return answer_to(document(*transactions, asof=asof, **parts))


def number(text: str | None) -> Decimal:
    """An amount of an answer, which must be known."""
    assert text is not None
    return Decimal(text)


def figures(said: dict[str, Any], *names: str) -> dict[str, Decimal | None]:
    """Some amounts of an object, as Decimals, to compare several at once."""
    return {name: None if said[name] is None else Decimal(said[name]) for name in names}


def expect(said: dict[str, Any], **expected: str | int | None) -> None:
    """Compare amounts exactly: 10, 10.0 and "10" are one number; None is only null."""
    wanted = {name: None if one is None else Decimal(one) for name, one in expected.items()}
    assert figures(said, *expected) == wanted


def position(said: Any, symbol: str = "X", account: str = "main") -> dict[str, Any]:
    """The one position of a symbol in an account."""
    found = [p for p in said["positions"] if (p["symbol"], p["account"]) == (symbol, account)]
    assert len(found) == 1
    return dict(found[0])


def codes(said: Any) -> list[str]:
    """The codes of all problems but those that name a period too short for a statistic."""
    return [one["code"] for one in said["problems"] if one["code"] != "insufficient_history"]
