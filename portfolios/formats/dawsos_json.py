"""The ledger document: one JSON object that holds a ledger, documented in `docs/import-json.md`.

It is what `export_ledger --format json` writes and what `evaluate` reads. Here only the ledger is
read: `opening_lots`, `corporate_actions` of type SPLIT and `transactions`, with `instruments` to
name their securities. `policy`, `prices`, `fx`, `asof` and `period_start` are for `evaluate`; an
import leaves them aside and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from market.formats.faults import Fault
from market.formats.fields import Place
from portfolios.formats.contract import Options, Parsed, Shape, Source
from portfolios.formats.draft import Draft
from portfolios.formats.entry_row import read_entry
from portfolios.formats.entry_rules import COLUMNS, RULES, Rule
from portfolios.formats.json_text import looks_like, malformed, read_json
from portfolios.formats.ledger_document import actions, opening_lots, selector
from portfolios.formats.numbering import contradictions, in_order

PARTS = (
    "base_currency asof period_start policy instruments prices fx corporate_actions opening_lots "
    "transactions"
).split()
LISTS = ("instruments", "prices", "fx", "corporate_actions", "opening_lots", "transactions")
ASIDE = ("policy", "prices", "fx", "asof", "period_start")
FIELDS = frozenset(COLUMNS) | {"lot_selector"}
INSTRUMENT = {"exchange": "exchange", "isin": "isin", "figi": "figi", "name": "security_name"}
# Which amounts a document leaves out is its own affair; what a type cannot do without stays.
OPTIONAL = frozenset({"gross_amount", "net_amount"})


def _lenient(rule: Rule) -> Rule:
    needs = tuple(column for column in rule.needs if column not in OPTIONAL)
    return Rule(needs, frozenset(COLUMNS))


LENIENT: Mapping[str, Rule] = {name: _lenient(rule) for name, rule in RULES.items()}


class DawsosJson:
    """Our own ledger document."""

    name = "dawsos_json"
    title = "DawsOS JSON"
    shape = Shape.TRANSACTIONS

    def recognises(self, source: Source) -> float:
        """A JSON document that begins with our keys."""
        return 1.0 if looks_like(source.content, "base_currency") else 0.0

    def parse(self, source: Source, options: Options) -> Parsed:
        """Everything in the document."""
        document = _document(read_json(source.content, options.limits))
        if isinstance(document, Fault):
            return Parsed(faults=(document,), unread=None)
        wrong = [*_shape(document), *_too_many(document, options)]
        if wrong:
            return Parsed(faults=tuple(wrong), unread=None)
        return _parsed(document, options)


FORMAT = DawsosJson()


def _document(read: Any) -> dict[str, Any] | Fault:
    """The one ledger of the file; `evaluate` takes a list of them, an import takes one."""
    if isinstance(read, list) and len(read) == 1:
        read = read[0]
    if isinstance(read, Fault):
        return read
    if isinstance(read, list):
        return malformed(f"The file holds {len(read)} ledgers; one can be imported at a time.")
    if not isinstance(read, dict):
        return malformed("The document is not a JSON object.")
    return read


def _shape(document: Mapping[str, Any]) -> Iterator[Fault]:
    for name in document:
        if name not in PARTS:
            yield malformed(f"{name[:40]!r} is not a part of a ledger document.")
    for name in LISTS:
        part = document.get(name)
        part = [] if part is None else part
        if not isinstance(part, list) or not all(isinstance(item, dict) for item in part):
            yield malformed(f"{name} is not a list of objects.")


def _too_many(document: Mapping[str, Any], options: Options) -> Iterator[Fault]:
    most, rows = options.limits.max_rows, len(document.get("transactions") or ())
    if most is not None and rows > most:
        yield Fault(
            reason="file_too_large",
            message=f"The file has more than {most:,} entries.",
            remedy="Split the file, or import it with the command import_ledger.",
        )


def _parsed(document: Mapping[str, Any], options: Options) -> Parsed:
    known = {
        said.get("symbol"): said for said in document.get("instruments") or () if "symbol" in said
    }
    base = document.get("base_currency", options.base_currency)
    faults: list[Fault] = []
    lots = opening_lots(document, known, base, options.today)
    splits = actions(document, known, base, options.today)
    before = [*lots, *splits]
    said = document.get("transactions") or ()
    rows = [_entry(row, fields, known, base, options) for row, fields in enumerate(said, start=1)]
    drafts = [draft for draft, wrong in rows if draft is not None and not wrong]
    faults += [fault for _, wrong in (*before, *rows) for fault in wrong]
    faults += [*contradictions(drafts), *_other_base(document, options)]
    return Parsed(
        (*(draft for draft, wrong in before if draft and not wrong), *in_order(drafts)),
        tuple(sorted(faults, key=lambda fault: fault.row or 0)),
        frozenset(
            str(fields.get("symbol", ""))
            for (_, wrong), fields in zip(rows, said, strict=True)
            if wrong
        ),
        notes=tuple(_notes(document)),
    )


def _entry(
    number: int,
    said: Mapping[str, Any],
    known: Mapping[Any, Mapping[str, Any]],
    base: str,
    options: Options,
) -> tuple[Draft | None, list[Fault]]:
    fields: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, value in said.items():
        place = Place(number, name[:100])
        if name not in FIELDS:
            remedy = "The fields are listed in docs/import-json.md."
            faults.append(place.fault("column_unknown", f"{name[:40]!r} is no field.", remedy))
        elif name == "lot_selector":
            fields["lot_picks"] = selector(value)
        elif name in ("lot_picks", "carried_lots"):
            fields[name] = value
        elif isinstance(value, str):
            fields[name] = str(value)
        elif value is not None:
            remedy = 'Numbers are texts: "12.50".'
            faults.append(place.fault("value_invalid", f"{name} is not a text.", remedy))
    for ours, theirs in INSTRUMENT.items():
        value = known.get(fields.get("symbol"), {}).get(ours)
        if isinstance(value, str) and value and not fields.get(theirs):
            fields[theirs] = value
    if faults:
        return None, faults
    return read_entry(number, fields, base_currency=base, today=options.today, rules=LENIENT)


def _other_base(document: Mapping[str, Any], options: Options) -> Iterator[Fault]:
    """Rates of another base currency would be booked as rates of this one."""
    base = document.get("base_currency")
    if base not in (None, options.base_currency):
        yield Fault(
            reason="currency_mismatch",
            message=f"The ledger is kept in {str(base)[:10]}, the portfolio in "
            f"{options.base_currency}.",
            remedy="Import it into a portfolio of the same base currency.",
            column="base_currency",
            value=str(base),
        )


def _notes(document: Mapping[str, Any]) -> Iterator[str]:
    aside = [name for name in ASIDE if document.get(name)]
    if aside:
        yield f"Not imported, because they are no entries: {', '.join(aside)}."
