"""Which fields each kind of entry needs and which it takes, in our own CSV and JSON."""

from __future__ import annotations

from collections.abc import Iterator, KeysView, Mapping
from dataclasses import dataclass, replace

from market.formats.faults import Fault
from market.formats.fields import Place

COLUMNS = (
    "seq date type symbol exchange isin figi security_name quantity price gross_amount fees taxes "
    "net_amount currency fx_rate settlement_date ex_date pay_date account cash_account to_account "
    "new_shares old_shares cost_basis security_currency gross_amount_security settlement_fx_rate "
    "to_symbol to_exchange to_price cost_fraction treatment jurisdiction lot_picks carried_lots "
    "lot_label holding_start link_id external_id narration estimated_reason to_amount to_currency "
    "reverses"
).split()
ALWAYS = "seq date type account external_id narration estimated_reason link_id"
NAMES = "symbol exchange isin figi security_name"
SETTLED = "security_currency gross_amount_security settlement_fx_rate"
MONEY = "gross_amount fees taxes net_amount currency fx_rate cash_account"
TRADE = f"{NAMES} {MONEY} {SETTLED} price settlement_date lot_picks lot_label holding_start"
INCOME = f"{NAMES} {MONEY} {SETTLED} quantity price ex_date pay_date settlement_date"
CHARGE = f"{NAMES} {MONEY}"
MOVED = (
    f"{NAMES} {MONEY} price cost_basis to_account carried_lots lot_picks lot_label holding_start "
    "settlement_date"
)
EVENT = (
    f"{NAMES} {MONEY} {SETTLED} quantity price to_price cost_fraction treatment jurisdiction "
    "ex_date pay_date to_symbol to_exchange new_shares old_shares"
)


@dataclass(frozen=True, slots=True)
class Rule:
    """What a type of entry needs, in the order of the columns, and what it takes; what it does
    not name must be empty."""

    needs: tuple[str, ...]
    takes: frozenset[str]

    wanted: frozenset[str] = frozenset()
    """The needs as a set; empty where it is not so plain what an entry needs."""

    def fits(self, said: KeysView[str]) -> bool:
        """Whether an entry that fills in these columns is plainly complete, with nothing that its
        type does not take. Where it is not plain, `presence` says what is wrong, if anything."""
        return bool(self.wanted) and self.wanted <= said <= self.takes


def _rule(needs: str, takes: str = "") -> Rule:
    required = frozenset(f"date {needs}".split())
    ordered = tuple(column for column in COLUMNS if column in required)
    taken = required | frozenset(f"{ALWAYS} {takes}".split())
    return Rule(ordered, taken, required)


RULES: Mapping[str, Rule] = {
    "BUY": _rule("symbol quantity currency", TRADE),
    "SELL": _rule("symbol quantity currency", TRADE),
    "SHORT_SALE": _rule("symbol quantity currency", TRADE),
    "COVER": _rule("symbol quantity currency", TRADE),
    "DIVIDEND": _rule("symbol currency", INCOME),
    "COUPON": _rule("symbol currency", INCOME),
    "DRIP": _rule("symbol quantity price currency", f"{INCOME} lot_label"),
    "DEPOSIT": _rule("gross_amount currency", "net_amount fx_rate cash_account"),
    "WITHDRAWAL": _rule("gross_amount currency", "net_amount fx_rate cash_account"),
    "FEE": _rule("gross_amount currency", CHARGE),
    "FEE_REFUND": _rule("gross_amount currency", CHARGE),
    "TAX": _rule("gross_amount currency", CHARGE),
    "TAX_REFUND": _rule("gross_amount currency", CHARGE),
    "INTEREST": _rule("gross_amount currency", CHARGE),
    "INTEREST_CHARGE": _rule("gross_amount currency", CHARGE),
    "TRANSFER": _rule("symbol quantity to_account", MOVED),
    "TRANSFER_IN": _rule("symbol quantity", MOVED),
    "TRANSFER_OUT": _rule("symbol quantity", MOVED),
    "DELIVERY_IN": _rule("symbol quantity currency", MOVED),
    "DELIVERY_OUT": _rule("symbol quantity currency", MOVED),
    "CASH_TRANSFER": _rule("net_amount currency to_account", f"{MONEY} to_amount to_currency"),
    "SPLIT": _rule("symbol new_shares old_shares", EVENT),
    "REVERSE_SPLIT": _rule("symbol new_shares old_shares", EVENT),
    "STOCK_DIVIDEND": _rule("symbol new_shares old_shares", EVENT),
    "SPINOFF": _rule("symbol to_symbol new_shares old_shares", EVENT),
    "MERGER": _rule("symbol", EVENT),
    "RETURN_OF_CAPITAL": _rule("symbol currency", EVENT),
    "SYMBOL_CHANGE": _rule("symbol to_symbol", f"{NAMES} to_exchange"),
    # Shares or cash: what it needs depends on what it says.
    "OPENING_BALANCE": replace(
        _rule(
            "currency",
            f"{NAMES} quantity gross_amount cost_basis fx_rate cash_account carried_lots lot_label "
            "holding_start",
        ),
        wanted=frozenset(),
    ),
    "FX_CONVERSION": _rule(
        "gross_amount currency to_amount to_currency",
        "fees net_amount fx_rate cash_account to_account",
    ),
    "REVERSAL": _rule("reverses"),
}
SECURITY = frozenset({"symbol", "isin", "figi"})


def presence(row: int, fields: Mapping[str, object], rule: Rule) -> list[Fault]:
    """Required fields that are empty, and filled fields that the type does not take."""
    kind = fields["type"]
    faults = [
        Place(row, column).fault("value_missing", f"{kind} needs {column}.", f"Fill in {column}.")
        for column in _missing(fields, rule)
    ]
    faults += [
        Place(row, column).fault(
            "value_unexpected",
            f"{kind} takes no {column}.",
            "Leave the field empty.",
            str(value),
        )
        for column, value in fields.items()
        if value and column not in rule.takes
    ]
    return faults


def type_unknown(row: int, text: str) -> Fault:
    """No entry is of this type."""
    return Place(row, "type").fault(
        "type_unknown" if text else "value_missing",
        f"{text[:40]!r} is not a type of entry." if text else "The type is missing.",
        f"Use one of {', '.join(RULES)}.",
        text,
    )


def _missing(fields: Mapping[str, object], rule: Rule) -> Iterator[str]:
    """A security may be named by its symbol, ISIN or FIGI; an opening balance is of shares when
    it names one, else of cash."""
    for column in rule.needs:
        if not fields.get(column) and not (column == "symbol" and _names_security(fields)):
            yield column
    if fields["type"] == "OPENING_BALANCE":
        what = "quantity" if _names_security(fields) else "gross_amount"
        if not fields.get(what):
            yield what


def _names_security(fields: Mapping[str, object]) -> bool:
    return any(fields.get(name) for name in SECURITY)
