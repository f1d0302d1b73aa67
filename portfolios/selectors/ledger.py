"""The ledger as rows, as calculation entries, and its head."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Min, QuerySet

from portfolios.calc.entries import (
    BookingSettings,
    CarriedLot,
    CostMethod,
    Entry,
    EntryMaker,
    LotPick,
    LotScope,
    MethodChange,
    Treatment,
)
from portfolios.calc.entries import EntryType as CalcType
from portfolios.formats.draft import Draft
from portfolios.models import CostMethodChange, EntryType, Portfolio, Transaction
from portfolios.models.chain import genesis_hash

NO_NET = frozenset({CalcType.SPLIT, CalcType.OPENING_BALANCE})
# A row always has a net amount. Where these have zero, nobody stated what they paid or are worth.
ZERO_IS_UNSAID = frozenset(
    {
        CalcType.TRANSFER_IN,
        CalcType.TRANSFER_OUT,
        CalcType.DELIVERY_IN,
        CalcType.DELIVERY_OUT,
        CalcType.TRANSFER,
        CalcType.REVERSE_SPLIT,
        CalcType.STOCK_DIVIDEND,
        CalcType.SPINOFF,
        CalcType.MERGER,
        CalcType.RETURN_OF_CAPITAL,
        CalcType.SYMBOL_CHANGE,
    }
)


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry's number and hash; zero and the genesis hash of an empty ledger."""

    seq: int
    entry_hash: str


def ledger_head(portfolio_id: UUID, seq: int | None = None) -> Head:
    """The head of a ledger now, or as it stood when `seq` was its newest entry."""
    rows = Transaction.objects.filter(portfolio_id=portfolio_id)
    if seq is not None:
        rows = rows.filter(seq__lte=seq)
    newest = rows.order_by("-seq").values_list("seq", "entry_hash").first()
    return Head(*newest) if newest else Head(0, genesis_hash(portfolio_id))


def ledger_rows(portfolio_id: UUID, upto_seq: int | None = None) -> QuerySet[Transaction]:
    """All rows of a ledger with their securities, in order."""
    rows = Transaction.objects.filter(portfolio_id=portfolio_id)
    if upto_seq is not None:
        rows = rows.filter(seq__lte=upto_seq)
    return rows.select_related("security", "to_security", "reverses").order_by("seq")


def entries_after(portfolio: Portfolio, day: date | None) -> int:
    """How many entries are dated after a day; what is told of the day leaves them out."""
    if day is None:
        return 0
    return Transaction.objects.filter(portfolio=portfolio, transaction_date__gt=day).count()


def calc_entries(portfolio: Portfolio, upto_seq: int | None = None) -> list[Entry]:
    """The ledger as `calc` reads it. Securities are keyed by their id."""
    return to_entries(ledger_rows(portfolio.pk, upto_seq), portfolio.base_currency)


def to_entries(rows: Iterable[Transaction], base_currency: str) -> list[Entry]:
    """Rows to entries; a reversal takes the type of what it reverses and cancels it there."""
    kinds: dict[int, CalcType] = {}
    entries = []
    for row in rows:
        target = row.reverses.seq if row.reverses is not None else None
        if row.entry_type == EntryType.REVERSAL:
            kinds[row.seq] = kinds[target or 0]
        else:
            kinds[row.seq] = CalcType(row.entry_type)
        entries.append(to_entry(row, row.seq, kinds[row.seq], target, base_currency))
    return entries


def draft_entries(drafts: Sequence[Draft], after_seq: int, base_currency: str) -> list[Entry]:
    """Drafts as the entries they would be behind a head, for looking ahead."""
    said = set[str]().union(*map(vars, drafts)) & ENTRY_NAMES.keys()
    make = EntryMaker({ENTRY_NAMES[name]: name for name in said}).make
    plain = PLAIN if READ.keys().isdisjoint(said) else {}
    entries = []
    for seq, draft in enumerate(drafts, start=after_seq + 1):
        kind = plain.get(draft.entry_type)
        if kind is not None and draft.currency:
            entries.append(make(seq, kind, vars(draft)))
        else:
            kind = CalcType(draft.entry_type)
            entries.append(draft_entry(draft, seq, kind, None, base_currency))
    return entries


def draft_entry(
    draft: Draft, seq: int, kind: CalcType, target: int | None, base_currency: str
) -> Entry:
    """`to_entry` of a draft, from the dozen fields that it says: a third of the time."""
    said: dict[str, Any] = {
        ENTRY_NAMES[name]: value
        for name, value in vars(draft).items()
        if value is not None and value != "" and name in ENTRY_NAMES
    }
    if kind is CalcType.FX_CONVERSION and draft.currency == base_currency:
        said.pop("fx_rate", None)
    if kind in NO_NET or (kind in ZERO_IS_UNSAID and not draft.net_amount):
        said.pop("net_amount", None)
    for name in READ.keys() & said.keys():
        said[name] = READ[name](said[name])
    said.setdefault("currency", "")
    return Entry(seq=seq, entry_type=kind, reverses=target, **said)


def to_entry(row: Any, seq: int, kind: CalcType, target: int | None, base: str) -> Entry:
    """A row, a draft, or anything with their columns as attributes, as an entry."""
    # A conversion out of the base records the rate of its other side; the base's own is 1.
    rate_of_other = kind is CalcType.FX_CONVERSION and row.currency == base
    without_cash = kind in NO_NET or (kind in ZERO_IS_UNSAID and not row.net_amount)
    return Entry(
        seq=seq,
        entry_type=kind,
        transaction_date=row.transaction_date,
        currency=row.currency,
        security=row.security_id,
        account=row.account,
        quantity=row.quantity,
        price=row.price,
        gross_amount=row.gross_amount,
        fees=row.fees,
        taxes=row.taxes,
        net_amount=None if without_cash else row.net_amount,
        fx_rate=None if rate_of_other else row.fx_rate,
        settlement_date=row.settlement_date,
        ex_date=row.ex_date,
        pay_date=row.pay_date,
        new_shares=row.new_shares,
        old_shares=row.old_shares,
        cost_basis=row.cost_basis,
        to_amount=row.to_amount,
        to_currency=row.to_currency or None,
        reverses=target,
        cash_account=row.cash_account or None,
        to_account=row.to_account or None,
        security_currency=row.security_currency or None,
        gross_amount_security=row.gross_amount_security,
        settlement_fx_rate=row.settlement_fx_rate,
        to_security=row.to_security_id,
        to_price=row.to_price,
        cost_fraction=row.cost_fraction,
        treatment=Treatment(row.treatment) if row.treatment else None,
        jurisdiction=row.jurisdiction or None,
        lot_picks=_picks(row.lot_picks or ()),
        carried_lots=_carried_lots(row.carried_lots or ()),
        lot_label=row.lot_label or None,
        holding_start=row.holding_start,
    )


def _picks(said: Iterable[Mapping[str, str]]) -> tuple[LotPick, ...]:
    return tuple(map(_pick, said))


def _carried_lots(said: Iterable[Mapping[str, str]]) -> tuple[CarriedLot, ...]:
    return tuple(map(_carried, said))


def _pick(said: Mapping[str, str]) -> LotPick:
    """One element of the column `lot_picks`."""
    return LotPick(
        unit_cost=_decimal(said, "unit_cost"),
        currency=said.get("currency"),
        acquisition_date=_day(said, "acquisition_date"),
        label=said.get("label"),
        quantity=_decimal(said, "quantity"),
    )


def _carried(said: Mapping[str, str]) -> CarriedLot:
    """One element of the column `carried_lots`."""
    return CarriedLot(
        quantity=Decimal(said["quantity"]),
        acquisition_date=date.fromisoformat(said["acquisition_date"]),
        cost_basis=_decimal(said, "cost_basis"),
        fx_rate=_decimal(said, "fx_rate"),
        holding_start=_day(said, "holding_start"),
        label=said.get("label"),
    )


def _decimal(said: Mapping[str, str], name: str) -> Decimal | None:
    return Decimal(said[name]) if said.get(name) else None


def _day(said: Mapping[str, str], name: str) -> date | None:
    return date.fromisoformat(said[name]) if said.get(name) else None


RENAMED = {"security_id": "security", "to_security_id": "to_security"}
ENTRY_NAMES = {
    field.name: RENAMED.get(field.name, field.name)
    for field in fields(Draft)
    if RENAMED.get(field.name, field.name) in Entry.__slots__
    and field.name not in {"entry_type", "reverses"}
}
# Of these a row and an entry say the same.
PLAIN: Mapping[str, CalcType] = {
    kind.value: kind
    for kind in CalcType
    if kind not in NO_NET | ZERO_IS_UNSAID | {CalcType.FX_CONVERSION}
}
READ: dict[str, Callable[[Any], Any]] = {
    "treatment": Treatment,
    "lot_picks": _picks,
    "carried_lots": _carried_lots,
}


def booking_settings(portfolio: Portfolio, *, method_changes: bool = True) -> BookingSettings:
    """How a portfolio books; `method_changes` is False where it is known that there are none."""
    changes = CostMethodChange.objects.filter(portfolio=portfolio) if method_changes else ()
    return BookingSettings(
        base_currency=portfolio.base_currency,
        cost_method=CostMethod(portfolio.cost_method),
        lot_scope=LotScope(portfolio.lot_scope),
        fees_in_cost=portfolio.fees_in_cost,
        taxes_in_cost=portfolio.taxes_in_cost,
        allow_short=portfolio.allow_short,
        method_changes=tuple(
            MethodChange(
                effective_from=change.effective_from,
                cost_method=CostMethod(change.cost_method),
                account=change.account or None,
                security=change.security_id,
            )
            for change in changes
        ),
    )


def first_date(entries: Iterable[Entry]) -> date | None:
    """The earliest day that any entry touches, ex-dates included."""
    days = [day for e in entries for day in (e.transaction_date, e.ex_date) if day is not None]
    return min(days, default=None)


def first_day_of(new: Sequence[Entry], stored: Iterable[Entry]) -> date | None:
    """`first_day_after` of entries that are not stored yet; `stored` holds what they reverse."""
    reversed_by_them = {entry.reverses for entry in new}
    known = {entry.seq: entry for entry in (*stored, *new) if entry.seq in reversed_by_them}
    if any(entry.reverses is not None for entry in known.values()):
        return None
    return first_date([*new, *known.values()])


def first_day_after(portfolio_id: UUID, seq: int) -> date | None:
    """The earliest day that the entries after a number touch; `date.max` where there are none.

    A reversal touches what its target did. None is every day: a reversed reversal revives an
    entry that may lie anywhere.
    """
    rows = Transaction.objects.filter(portfolio_id=portfolio_id, seq__gt=seq)
    if rows.filter(reverses__reverses__isnull=False).exists():
        return None
    found = rows.aggregate(
        Min("transaction_date"), Min("ex_date"), Min("reverses__ex_date")
    ).values()
    return min((day for day in found if day is not None), default=date.max)
