"""What a format has found so far: entries, mistakes, skipped rows and balances, told at the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from market.formats.faults import Fault
from market.formats.fields import Place
from portfolios.formats.amounts import settle
from portfolios.formats.contract import Options, Parsed, Question, Skipped, Stated
from portfolios.formats.draft import Draft
from portfolios.formats.reading.day_order import Moment, in_order, moment

LONGEST = {"narration": 500, "security_name": 200, "external_id": 128, "account": 64}
TRADES = frozenset({"BUY", "SELL", "SHORT_SALE", "COVER"})


@dataclass(slots=True)
class Findings:
    """The collector of one parse. An entry whose amounts disagree becomes a mistake here."""

    options: Options
    drafts: list[Draft] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    stated: list[Stated] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    superseded: list[Draft] = field(default_factory=list)
    unread: set[str] | None = field(default_factory=set)
    columns: Mapping[str, str] = field(default_factory=dict)
    """The file's names of our columns, for mistakes that only the amounts together show."""
    moments: dict[int, Moment | None] = field(default_factory=dict)
    tables: dict[int, str] = field(default_factory=dict)
    """By row, when it happened, and in which of the file's tables it stands: see `in_order`."""

    def add(self, draft: Draft) -> None:
        """Keep an entry, its amounts completed; what the columns contradict is told."""
        draft, faults = settle(_shortened(draft), self.options.base_currency)
        faults += _missing(draft)
        if faults:
            names = self.columns
            told = [replace(f, column=names.get(f.column or "", f.column)) for f in faults]
            self.fail(told, draft.symbol)
        else:
            self.drafts.append(draft)

    def aside(self) -> Findings:
        """A collector of its own for rows that make no entry, to learn what they once made."""
        return Findings(self.options)

    def supersede(self, aside: Findings) -> None:
        """Entries that an earlier file may have made of rows that are cancelled or corrected."""
        self.superseded.extend(aside.drafts)

    def fail(self, faults: Iterable[Fault], symbol: str = "") -> None:
        """Mistakes of one row, whose entry is therefore not known."""
        self.faults.extend(faults)
        if self.unread is not None:
            self.unread.add(symbol)

    def fail_shape(self, faults: Iterable[Fault]) -> None:
        """Mistakes in the table itself, behind which not even the symbols are known."""
        self.faults.extend(faults)
        self.unread = None

    def refuse(
        self,
        place: Place,
        reason: str,
        message: str,
        remedy: str,
        *,
        value: str | None = None,
        symbol: str = "",
    ) -> None:
        self.fail([place.fault(reason, message, remedy, value)], symbol)

    def place_in_time(self, row: int, table: str, day: date | Fault, said: str) -> None:
        """Which table a row stands in, and when it happened, if what it said has a time. Of a
        line that holds several elements of XML nothing is known."""
        self.tables[row] = table
        at = None if isinstance(day, Fault) else moment(day.isoformat(), said)
        self.moments[row] = at if self.moments.get(row, at) == at else None

    def skip(self, row: int, reason: str, value: str = "") -> None:
        self.skipped.append(Skipped(row=row, reason=reason, value=value[:100]))

    def parsed(self) -> Parsed:
        """Everything. Entries by day, and within a day in the order of time as far as the file
        tells it (`in_order`). Others in the order of the file. A file with questions has no
        entries."""
        self.faults.sort(key=lambda fault: fault.row or 0)
        self.skipped.sort(key=lambda skipped: skipped.row)
        if self.questions:
            return Parsed(questions=tuple(self.questions), notes=tuple(self.notes))
        return Parsed(
            drafts=tuple(in_order(self.drafts, self.moments, self.tables)),
            faults=tuple(self.faults),
            unread=None if self.unread is None else frozenset(self.unread),
            skipped=tuple(self.skipped),
            stated=tuple(self.stated),
            notes=tuple(self.notes),
            superseded=tuple(self.superseded),
        )


def refused(*faults: Fault) -> Parsed:
    """A file of which nothing could be read, so that not even its symbols are known."""
    return Parsed(faults=faults, unread=None)


def _missing(draft: Draft) -> list[Fault]:
    """What a trade cannot be without, whatever its amounts say."""
    place = Place(draft.row or 0, "quantity")
    if draft.entry_type not in TRADES:
        return []
    if not (draft.symbol or draft.isin or draft.figi or draft.security_name):
        said = "The trade does not name its security."
        return [Place(place.row, "symbol").fault("value_missing", said, "Fill in the symbol.")]
    if not draft.quantity:
        return [place.fault("value_missing", "The trade has no quantity.", "Fill it in.")]
    return []


def _shortened(draft: Draft) -> Draft:
    """Texts that only describe are cut to what the ledger keeps; a figure never is."""
    if all(len(getattr(draft, name)) <= longest for name, longest in LONGEST.items()):
        return draft
    return replace(
        draft,
        narration=draft.narration[: LONGEST["narration"]].rstrip(),
        security_name=draft.security_name[: LONGEST["security_name"]].rstrip(),
        external_id=draft.external_id[: LONGEST["external_id"]],
        account=draft.account[: LONGEST["account"]],
    )
