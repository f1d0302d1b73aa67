"""A row in somebody's own writing of numbers and days, rewritten as a machine would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from market.formats.faults import Fault
from market.formats.fields import Place
from portfolios.formats.contract import DateStyle, DecimalStyle, Options
from portfolios.formats.reading.dates import read_day
from portfolios.formats.reading.machine_row import MachineRow
from portfolios.formats.reading.numbers import read_decimal


def written(
    row: int,
    fields: Mapping[str, str],
    options: Options,
    *,
    numbers: Sequence[str],
    days: Sequence[str],
    styles: tuple[DecimalStyle, DateStyle],
) -> MachineRow:
    """The same fields with numbers like 1234.5 and days like 2013-02-28; what cannot be read is
    a mistake of the row and becomes empty."""
    said, faults = dict(fields), []
    for column in numbers:
        if fields.get(column):
            number = read_decimal(fields[column], Place(row, column), styles[0])
            if isinstance(number, Fault):
                faults.append(number)
                said[column] = ""
            else:
                said[column] = f"{number:f}"
    for column in days:
        if fields.get(column):
            day = read_day(fields[column], Place(row, column), styles[1], latest=options.today)
            if isinstance(day, Fault):
                faults.append(day)
                said[column] = ""
            else:
                said[column] = day.isoformat()
    return MachineRow(row, said, options.today, faults)
