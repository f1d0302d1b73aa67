"""What a reader gathers on its way through a file: entries, mistakes, what was left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from market.formats.faults import Fault
from portfolios.formats.amounts import settle
from portfolios.formats.contract import Parsed, Skipped, Stated
from portfolios.formats.draft import Draft
from portfolios.formats.reading.day_order import Moment, in_order, moment
from portfolios.formats.reading.machine_row import MachineRow


@dataclass(slots=True)
class Gathering:
    """One file on its way to a `Parsed`."""

    base_currency: str
    drafts: list[Draft] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    stated: list[Stated] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    superseded: list[Draft] = field(default_factory=list)
    moments: dict[int, Moment | None] = field(default_factory=dict)
    """When each row happened, in files that say it."""
    newest_first: bool = False
    """Whether such a list begins with its newest row even where nothing in it tells."""

    def take(self, row: MachineRow, drafts: Iterable[Draft], symbol: str = "") -> None:
        """The entries of one row, if all of it could be read; else its mistakes."""
        settled: list[Draft] = []
        for draft in drafts:
            filled, wrong = settle(draft, self.base_currency)
            settled.append(filled)
            row.faults.extend(wrong)
        if row.faults:
            self.unread.add(symbol)
            self.faults.extend(row.faults)
        else:
            self.drafts.extend(settled)

    def happened(self, row: MachineRow, day: str, said: str) -> None:
        """Keep the moment of a row: its ISO day, and a text that ends with its time."""
        at = moment(day, said)
        if at is not None:
            self.moments[row.row] = at

    def aside(self) -> Gathering:
        """A collector of its own for rows that make no entry, to learn what they once made."""
        return Gathering(self.base_currency)

    def supersede(self, aside: Gathering) -> None:
        """Entries that an earlier file may have made of rows that are cancelled or corrected."""
        self.superseded.extend(aside.drafts)

    def skip(self, row: int, reason: str, value: str = "") -> None:
        """A row that is no entry, and why."""
        self.skipped.append(Skipped(row=row, reason=reason, value=value[:200]))

    def note(self, sentence: str) -> None:
        """Something about the whole file, said once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def parsed(self) -> Parsed:
        """Entries by day, and within a day by their moments, or in the order of the file where
        it states none; mistakes by row."""
        ordered = (
            in_order(self.drafts, self.moments, {}, newest_first=self.newest_first)
            if self.moments or self.newest_first
            else sorted(self.drafts, key=lambda draft: draft.transaction_date)
        )
        return Parsed(
            tuple(ordered),
            tuple(sorted(self.faults, key=lambda fault: fault.row or 0)),
            frozenset(self.unread),
            skipped=tuple(sorted(self.skipped, key=lambda row: row.row)),
            stated=tuple(self.stated),
            notes=tuple(self.notes),
            superseded=tuple(self.superseded),
        )
