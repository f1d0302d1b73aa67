"""What a file would do to a ledger, worked out in full before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from market.formats.csv_records import Limits
from market.formats.faults import Fault
from market.models import Security
from portfolios.calc.entries import BookingSettings
from portfolios.calc.lots import Book
from portfolios.formats.contract import Parsed, Shape, Source, Stated
from portfolios.formats.draft import Draft
from portfolios.formats.entry_rules import RULES
from portfolios.models import EntryType, ImportRun, Portfolio, Transaction
from portfolios.selectors.compared import Compared, compare
from portfolios.selectors.duplicates import Duplicate, standing_rows
from portfolios.selectors.identifiers import COUNTED_BY_ACCOUNT
from portfolios.selectors.imports import rests_on_what_stands
from portfolios.selectors.instruments import (
    Instrument,
    Instruments,
    match_instruments,
    name_of,
    target_of,
    words_of,
)
from portfolios.selectors.ledger import booking_settings, ledger_rows
from portfolios.selectors.superseded import superseded_faults
from portfolios.services.checks import reckoned_faults, settled
from portfolios.services.import_choices import Choices, choices_from
from portfolios.services.import_formats import read_file

HELD = frozenset({EntryType.OPENING_BALANCE})
PRINTED = ("settlement_date", "currency")  # of interest and of a new symbol, too


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A balance that the file states, with the security it names."""

    stated: Stated
    security_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A file held against a ledger: what it would add, what is there already, what is wrong.

    `drafts` are all entries of the file that could be read and named, in its order; `fresh` are
    those of them to be written. Those that could not be named stay in `parsed`. `already_in` is
    the run that brought this very file, `completes` the one that did, but of whose rows some were
    known then and no longer stand.
    """

    file_hash: str
    choices: Choices
    title: str = ""
    already_in: int | None = None
    completes: int | None = None
    parsed: Parsed = field(default_factory=Parsed)
    instruments: tuple[Instrument, ...] = ()
    drafts: tuple[Draft, ...] = ()
    compared: Compared = field(default_factory=Compared)
    errors: tuple[Fault, ...] = ()
    claims: tuple[Claim, ...] = ()
    before: Book | None = None
    make_after: Callable[[], Book] | None = None
    symbols: Mapping[Any, str] = field(default_factory=dict)

    @property
    def after(self) -> Book | None:
        """The book with the file's entries. That of a long file is put together from its parts
        when somebody looks at it."""
        return None if self.make_after is None else self.make_after()

    @property
    def fresh(self) -> tuple[Draft, ...]:
        return self.compared.fresh

    @property
    def duplicates(self) -> tuple[Duplicate, ...]:
        return self.compared.duplicates

    @property
    def unknown(self) -> tuple[Instrument, ...]:
        """The instruments that their reader must name."""
        return tuple(each for each in self.instruments if each.security is None)


@dataclass(frozen=True, slots=True)
class Unbooked:
    """A plan but for its books, and what these stand on; no rows where nothing is to be booked."""

    plan: Plan
    rows: Sequence[Transaction] | None = None
    settings: BookingSettings | None = None

    @property
    def begins_ledger(self) -> bool:
        """Whether it is in order so far, and all that its ledger will hold."""
        plan = self.plan
        return self.rows == [] and not plan.errors and not plan.compared.targets


def look(
    portfolio: Portfolio, source: Source, choices: Choices, *, today: date, limits: Limits
) -> Unbooked:
    """Parse, name the securities, find duplicates: every mistake of every step together."""
    plan = Plan(file_hash=sha256(source.content).hexdigest(), choices=choices)
    done = ImportRun.objects.filter(
        portfolio=portfolio, file_hash=plan.file_hash, state=ImportRun.State.DONE
    ).first()
    if done is not None:
        if rests_on_what_stands(done):
            return Unbooked(_told_already(plan, done))
        choices = _read_then(done, choices)
    looked = _look_anew(plan, portfolio, source, choices, today=today, limits=limits)
    return looked if done is None else _completing(looked, done)


def _told_already(plan: Plan, run: ImportRun) -> Plan:
    return Plan(file_hash=plan.file_hash, choices=plan.choices, already_in=run.pk, title=run.format)


def _read_then(run: ImportRun, choices: Choices) -> Choices:
    """The choices that a run was read by: its own rows must be known again. What nobody had named
    then may be named now."""
    kept = choices_from(run.report["choices"]) if "choices" in run.report else choices
    return replace(kept, matches={**kept.matches, **choices.matches})


def _completing(looked: Unbooked, run: ImportRun) -> Unbooked:
    """A file that was imported, looked at again; nothing to do where the ledger has it all."""
    plan = looked.plan
    if not (plan.fresh or plan.errors or plan.parsed.questions):
        return Unbooked(_told_already(plan, run))
    said = f"Imported in run {run.pk} already; some rows it found in the ledger were reversed since"
    parsed = replace(plan.parsed, notes=(*plan.parsed.notes, f"{said}, and are missing."))
    return replace(looked, plan=replace(plan, parsed=parsed, completes=run.pk))


def _look_anew(
    plan: Plan,
    portfolio: Portfolio,
    source: Source,
    choices: Choices,
    *,
    today: date,
    limits: Limits,
) -> Unbooked:
    read = read_file(portfolio, source, choices, today=today, limits=limits)
    plan = replace(plan, choices=read.choices, parsed=read.parsed, errors=read.parsed.faults)
    chosen = read.format
    if chosen is not None:
        plan = replace(plan, title=chosen.title)
    if plan.parsed.questions:
        return Unbooked(plan)
    del read  # the drafts of a long file are heavy; from here on the plan alone has them
    plan = _named(plan, _instruments(portfolio, plan), portfolio.base_currency)
    rows = list(ledger_rows(portfolio.pk))
    securities = _securities(plan.drafts, rows)
    plan = _compared(plan, rows, securities, portfolio.base_currency)
    if rows and plan.parsed.superseded:
        plan = _standing(plan, portfolio, rows, securities)
    plan = replace(plan, symbols={pk: security.symbol for pk, security in securities.items()})
    if chosen is not None and chosen.shape is Shape.HOLDINGS:
        standing = standing_rows(rows, portfolio.base_currency)
        plan = replace(plan, errors=(*plan.errors, *_held_already(plan, standing)))
    if plan.parsed.unread is None:
        return Unbooked(in_order(plan))
    return Unbooked(in_order(plan), rows, booking_settings(portfolio))


def _instruments(portfolio: Portfolio, plan: Plan) -> Instruments:
    parsed = plan.parsed
    return match_instruments(portfolio, parsed.drafts, parsed.stated, plan.choices.matches)


def _named(plan: Plan, known: Instruments, base_currency: str) -> Plan:
    """Drafts with their securities, amounts settled. An unknown one is a mistake, never created."""
    named: list[Draft] = []
    unnamed: list[Draft] = []
    faults: list[Fault] = []
    certain = {
        (name.symbol, name.exchange, name.isin, name.figi): each.security.pk
        for name, each in known.items()
        if each.security and not name.title
    }
    for draft in plan.parsed.drafts:
        # As of nearly all, without looking for what may be wrong.
        pk = None if draft.security_id or draft.to_symbol else certain.get(words_of(draft))
        if pk is not None:
            draft.identify(pk)
            named.append(draft)
            continue
        given, wrong = _with_securities(draft, known)
        faults.extend(wrong)
        (unnamed if wrong else named).append(given)
    if plan.parsed.settled:
        complete, unsettled = named, [*reckoned_faults(named)]
    else:
        complete, unsettled = _settled(named, base_currency)
    claims, misstated = _claims(plan.parsed.stated, known)
    return replace(
        plan,
        parsed=replace(plan.parsed, drafts=tuple(unnamed)),
        drafts=tuple(complete),
        instruments=tuple(known.values()),
        claims=tuple(claims),
        errors=(*plan.errors, *faults, *unsettled, *misstated),
    )


def _with_securities(draft: Draft, known: Instruments) -> tuple[Draft, list[Fault]]:
    given: dict[str, Any] = {}
    faults = []
    for column, name in (("security_id", name_of(draft)), ("to_security_id", target_of(draft))):
        if name is None or getattr(draft, column) is not None:
            continue
        instrument = known[name]
        if instrument.security is None:
            faults.append(instrument_fault(instrument, draft.row))
        else:
            given[column] = instrument.security.pk
    return (draft.changed(**given) if given and not faults else draft), faults


def instrument_fault(instrument: Instrument, row: int | None) -> Fault:
    """An instrument that nobody has named yet, as the mistake of one row."""
    name = instrument.name
    remedy = "Say which security it is; securities are registered before they are traded."
    if instrument.reason == "ambiguous":
        remedy = "Fill in the exchange, or say which of them it is."
    return Fault(
        reason=instrument.reason,
        message=instrument.message,
        remedy=remedy,
        row=row,
        column="symbol",
        value=name.symbol or name.isin or name.figi or name.title,
    )


def _settled(drafts: Sequence[Draft], base_currency: str) -> tuple[list[Draft], list[Fault]]:
    """Amounts filled in; reversals have none of their own."""
    drafts = [_fitting(draft) for draft in drafts]
    plain = [draft for draft in drafts if draft.entry_type != EntryType.REVERSAL]
    if not plain:
        return list(drafts), []
    complete, faults = settled(plain, base_currency)
    if len(plain) == len(drafts):
        return complete, faults
    rest = iter(complete)
    return [d if d.entry_type == EntryType.REVERSAL else next(rest) for d in drafts], faults


def _fitting(draft: Draft) -> Draft:
    """Without what programs print in every row, and an entry of this type has no place for."""
    rule = RULES.get(draft.entry_type)
    if rule is None:
        return draft
    beside = [name for name in PRINTED if getattr(draft, name) and name not in rule.takes]
    return draft.changed(**{name: getattr(Draft, name) for name in beside}) if beside else draft


def _claims(stated: Iterable[Stated], known: Instruments) -> tuple[list[Claim], list[Fault]]:
    """Balances by what they speak of: said twice alike is said once, said differently is wrong."""
    claims: dict[tuple[object, ...], Claim] = {}
    faults = []
    for each in stated:
        name = name_of(each)
        instrument = known[name] if name is not None else None
        if instrument is not None and instrument.security is None:
            faults.append(instrument_fault(instrument, each.row))
            continue
        pk = instrument.security.pk if instrument and instrument.security else None
        about = (each.kind, each.asof_date, each.account, each.currency if pk is None else "", pk)
        claim = claims.setdefault(about, Claim(stated=each, security_id=pk))
        if claim.stated.amount != each.amount:
            faults.append(_contradiction(claim.stated, each))
    return list(claims.values()), faults


def _contradiction(first: Stated, second: Stated) -> Fault:
    said = f"The {second.kind} at the close of {second.asof_date} is {second.amount} here"
    return Fault(
        reason="balance_conflict",
        message=f"{said}, but {first.amount} in row {first.row}.",
        remedy="Remove the balance that is wrong.",
        row=second.row,
        value=str(second.amount),
    )


def _compared(
    plan: Plan,
    rows: Sequence[Transaction],
    securities: Mapping[UUID, Security],
    base_currency: str,
) -> Plan:
    """Which entries the ledger holds already; reversals by what they reverse."""
    keys = {pk: security.key for pk, security in securities.items()}
    by_account = plan.choices.format in COUNTED_BY_ACCOUNT
    compared = compare(plan.drafts, rows, keys, base_currency, ids_by_account=by_account)
    return replace(plan, compared=compared, errors=(*plan.errors, *compared.faults))


def _standing(
    plan: Plan,
    portfolio: Portfolio,
    rows: Sequence[Transaction],
    securities: Mapping[UUID, Security],
) -> Plan:
    """With the ledger's entries that the file cancels or corrects among its mistakes. An entry
    under the identifier of one of them contradicts it: that is the same mistake."""
    keys = {pk: security.key for pk, security in securities.items()}
    known = match_instruments(portfolio, plan.parsed.superseded, (), plan.choices.matches)
    named = (_with_securities(draft, known) for draft in plan.parsed.superseded)
    sure = [d for d, wrong in named if not wrong and (not d.security_id or d.security_id in keys)]
    former, _ = _settled(sure, portfolio.base_currency)
    met = {duplicate.seq for duplicate in plan.duplicates}
    by_account = plan.choices.format in COUNTED_BY_ACCOUNT
    faults = superseded_faults(
        former, rows, met, keys, portfolio.base_currency, ids_by_account=by_account
    )
    told = {(fault.row, fault.value) for fault in faults}
    others = (
        fault
        for fault in plan.errors
        if fault.reason != "external_id_conflict" or (fault.row, fault.value) not in told
    )
    return replace(plan, errors=(*others, *faults))


def _held_already(plan: Plan, rows: Iterable[Transaction]) -> Iterable[Fault]:
    """What is held cannot open a second time: a statement of holdings begins a ledger, be it again
    after what the ledger held was undone."""
    held = {(row.account, row.security_id) for row in rows if row.security_id}
    for draft in plan.fresh:
        if draft.entry_type in HELD and (draft.account, draft.security_id) in held:
            yield Fault(
                reason="already_held",
                message=f"The ledger has entries of {draft.symbol or draft.isin} already.",
                remedy="Import the transactions since, or undo the earlier holdings first.",
                row=draft.row,
                column="symbol",
                value=draft.symbol,
            )


def in_order(plan: Plan) -> Plan:
    """With its mistakes in the order of the file."""
    return replace(plan, errors=tuple(sorted(plan.errors, key=lambda fault: fault.row or 0)))


def _securities(drafts: Iterable[Draft], rows: Iterable[Transaction]) -> Mapping[UUID, Security]:
    """All that the file and the ledger name."""
    named: list[Draft | Transaction] = [*drafts, *rows]
    ids = {pk for each in named for pk in (each.security_id, each.to_security_id) if pk}
    return Security.objects.in_bulk(ids)
