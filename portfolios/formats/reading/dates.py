"""Days as people and brokers write them, without ever guessing which number is the month.

`28/02/2013` says of itself that the day comes first, `02/28/2013` the opposite, `04/03/2013`
neither. What one value of a column says holds for all of them; where none says anything and it
matters, the reader is asked. ISO dates and named months are never in doubt. The year comes first
with four digits or last with two or four; two digits are of the years up to ten from today, so
that a day to come is refused rather than taken for one a century ago.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from market.formats.faults import Fault
from market.formats.fields import FIRST_DAY, Place
from portfolios.formats.contract import DateStyle, Question
from portfolios.formats.reading.numbers import Cell

LONGEST = 64
YEARS_AHEAD = 10
CLOCK = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?"
PACKED = r"[0-9]{2}:?[0-9]{2}(?::?[0-9]{2})?(?:\.[0-9]{1,9})?"  # only behind T or a semicolon
ZONE = r"\s*(?:[AaPp]\.?[Mm]\.?)?\s*(?:Z|[+-][0-9]{2}:?[0-9]{2}|[A-Z]{2,4})?"
TIME = re.compile(rf"(?:[,\s]\s*{CLOCK}|[T;]\s*{PACKED}){ZONE}$")
YEAR_FIRST = re.compile(
    r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})|([0-9]{4})([0-9]{2})([0-9]{2})"
)
YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
DAY_NAME = re.compile(r"([0-9]{1,2})\.?[-\s]([A-Za-z]{3,9})\.?,?[-\s]([0-9]{4}|[0-9]{2})")
NAME_DAY = re.compile(r"([A-Za-z]{3,9})\.?[-\s]([0-9]{1,2}),?[-\s]([0-9]{4})")
NAMES = "january february march april may june july august september october november december"
MONTHS = {
    name[:size]: number for number, name in enumerate(NAMES.split(), 1) for size in range(3, 10)
}
WRITE_DATE = "Write the date as 2013-02-28."
AMBIGUOUS_STYLES = (DateStyle.DAY_FIRST, DateStyle.MONTH_FIRST)


def date_style(cells: Iterable[Cell], given: DateStyle | None = None) -> DateStyle | Question:
    """What the values of one column (or of several that one program wrote) say together.

    A style that the reader gave wins. ISO where no value needs the answer.
    """
    if given is not None:
        return given
    said: dict[DateStyle, Cell] = {}
    open_one: Cell | None = None
    either = DateStyle.ISO
    for cell in cells:
        ways = ways_to_read(cell.text)
        if len(ways) == 1:
            said.setdefault(next(iter(ways)), cell)
        elif len(set(ways.values())) == 2:
            open_one = open_one or cell
        elif ways:
            either = DateStyle.DAY_FIRST  # 05/05/2013 is the same day both ways
    order = [style for style in AMBIGUOUS_STYLES if style in said]
    if len(order) == 1:
        return order[0]
    if order:
        return _question(said[DateStyle.DAY_FIRST], both=said[DateStyle.MONTH_FIRST])
    return _question(open_one) if open_one is not None else either


def ways_to_read(text: str) -> dict[DateStyle, tuple[int, int, int]]:
    """For a date of two small numbers: each order in which it is a day. Others need no order."""
    match = YEAR_LAST.fullmatch(without_time(text))
    if match is None:
        return {}
    first, second, year = int(match[1]), int(match[3]), _full_year(match[4], 2089)
    found = {}
    for style, day, month in (
        (DateStyle.DAY_FIRST, first, second),
        (DateStyle.MONTH_FIRST, second, first),
    ):
        if _exists(year, month, day):
            found[style] = (year, month, day)
    return found


def read_day(
    text: str, place: Place, style: DateStyle = DateStyle.ISO, *, latest: date
) -> date | Fault:
    """A day from 1900 to `latest`; a time behind it is left out, its zone is not applied."""
    parts = _parts(without_time(text), style, latest.year)
    if parts is None:
        return _unread(text, place, style)
    if not _exists(*parts):
        return place.fault("date_invalid", f"There is no day {_shown(text)}.", WRITE_DATE, text)
    day = date(*parts)
    if day < FIRST_DAY:
        said = f"{_shown(text)} is before {FIRST_DAY}."
        return place.fault("date_invalid", said, "Check the year.", text)
    if day > latest:
        said = f"{_shown(text)} is after {latest}."
        return place.fault("date_invalid", said, "A ledger holds what has happened.", text)
    return day


def without_time(text: str) -> str:
    """The date of a date with a time: `2013-02-28, 16:00:00`, `20130228;160000`."""
    text = text.strip()
    return TIME.sub("", text) if len(text) <= LONGEST else ""


def _parts(text: str, style: DateStyle, this_year: int) -> tuple[int, int, int] | None:
    """Year, month and day as numbers, whether or not there is such a day."""
    if match := YEAR_FIRST.fullmatch(text):
        year, month, day = (match[1] or match[5]), (match[3] or match[6]), (match[4] or match[7])
        return int(year), int(month), int(day)
    if match := YEAR_LAST.fullmatch(text):
        if style is DateStyle.ISO:
            return None
        day, month = int(match[1]), int(match[3])
        if style is DateStyle.MONTH_FIRST:
            day, month = month, day
        return _full_year(match[4], this_year), month, day
    if (match := DAY_NAME.fullmatch(text)) and (number := MONTHS.get(match[2].casefold())):
        return _full_year(match[3], this_year), number, int(match[1])
    if (match := NAME_DAY.fullmatch(text)) and (number := MONTHS.get(match[1].casefold())):
        return int(match[3]), number, int(match[2])
    return None


def _full_year(digits: str, this_year: int) -> int:
    """Two digits mean the latest year that is not after today's."""
    year = int(digits)
    if len(digits) == 4:
        return year
    last = this_year + YEARS_AHEAD
    return last - (last - year) % 100


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _unread(text: str, place: Place, style: DateStyle) -> Fault:
    if not text.strip():
        return place.fault("value_missing", "The date is missing.", "Fill it in.")
    if style is DateStyle.ISO and ways_to_read(text):
        said = f"{_shown(text)} can be read in two ways."
        return place.fault("ambiguous", said, WRITE_DATE, text)
    return place.fault("date_invalid", f"{_shown(text)} is not a date.", WRITE_DATE, text)


def _question(cell: Cell, *, both: Cell | None = None) -> Question:
    column = cell.place.column or "a date"
    if both is None:
        message = f"{_shown(cell.text)} in {column} can be read in two ways."
    else:
        message = (
            f"{column} has {_shown(cell.text)} in row {cell.place.row} and "
            f"{_shown(both.text)} in row {both.place.row}: day and month change places."
        )
    return Question(
        about="date_style",
        message=message,
        choices=tuple((style.value, _meaning(cell.text, style)) for style in AMBIGUOUS_STYLES),
        example=cell.text[:LONGEST],
        row=cell.place.row,
    )


def _meaning(text: str, style: DateStyle) -> str:
    name = "The day" if style is DateStyle.DAY_FIRST else "The month"
    parts = ways_to_read(text).get(style)
    means = "is a mistake" if parts is None else f"means {date(*parts).isoformat()}"
    return f"{name} comes first; {_shown(text)} {means}."


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "…")
