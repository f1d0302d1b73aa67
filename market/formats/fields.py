"""One field of text to one value, or to the mistake it is."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from market.formats.faults import Fault

PLAIN = re.compile(r"[0-9]+(\.[0-9]+)?")
ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
OTHER_DATE = re.compile(r"[0-9]{1,4}[/.][0-9]{1,2}[/.][0-9]{1,4}|[0-9]{1,2}-[0-9]{1,2}-[0-9]{2,4}")
COMMA_NUMBER = re.compile(r"-?[0-9][0-9.,]*,[0-9.,]*")
MAX_INTEGER_DIGITS = 15
REMEMBERED = 1 << 14  # texts of numbers, and of days
FIRST_DAY = date(1900, 1, 1)
WRITE_NUMBER = "Write a plain decimal such as 1234.5."
WRITE_DATE = "Write the date as 2013-02-28."


class Place(NamedTuple):
    """Where a value stands in its file."""

    row: int
    column: str | None = None

    def fault(self, reason: str, message: str, remedy: str, value: str | None = None) -> Fault:
        return Fault(
            reason=reason,
            message=message,
            remedy=remedy,
            row=self.row,
            column=self.column,
            value=value,
        )


def read_number(text: str, place: Place, *, places: int, zero: bool) -> Decimal | Fault:
    """A plain decimal with at most `places` decimals. Nothing is converted before its shape is
    known: `1E+1000000` would cost seconds."""
    number = _plain_number(text, places)
    if number is None:
        return _number_fault(text, place, places)
    if not number and not zero:
        said = f"{place.column} may not be zero."
        return place.fault("zero_not_allowed", said, "Leave out the row, or mend it.", text)
    return number


@lru_cache(maxsize=REMEMBERED)
def _plain_number(text: str, places: int) -> Decimal | None:
    """None is a mistake. In a long file most fees, rates and quantities are there many times; they
    are converted once and share one object."""
    if not PLAIN.fullmatch(text):
        return None
    whole, _, decimals = text.partition(".")
    whole, decimals = whole.lstrip("0"), decimals.rstrip("0")
    if len(whole) > MAX_INTEGER_DIGITS or len(decimals) > places:
        return None
    return Decimal(f"{whole or '0'}.{decimals or '0'}")


def _number_fault(text: str, place: Place, places: int) -> Fault:
    if not PLAIN.fullmatch(text):
        return _not_a_number(text, place)
    whole, _, decimals = text.partition(".")
    whole, decimals = whole.lstrip("0"), decimals.rstrip("0")
    if len(whole) > MAX_INTEGER_DIGITS:
        said = f"{_shown(text)} has more than {MAX_INTEGER_DIGITS} digits before the point."
        return place.fault("number_invalid", said, WRITE_NUMBER, text)
    said = f"{_shown(text)} has {len(decimals)} decimals; at most {places} are possible here."
    return place.fault("too_many_decimals", said, "Round it as the statement does.", text)


def _not_a_number(text: str, place: Place) -> Fault:
    if text.startswith("-") and PLAIN.fullmatch(text[1:]):
        said = f"{_shown(text)} is negative."
        return place.fault("negative_not_allowed", said, "The type gives the sign.", text)
    if COMMA_NUMBER.fullmatch(text):
        said = f"{_shown(text)} can be read in two ways."
        return place.fault("ambiguous", said, WRITE_NUMBER, text)
    said = f"{_shown(text)} is not a number."
    return place.fault("number_invalid", said, WRITE_NUMBER, text)


def read_date(text: str, place: Place, *, latest: date) -> date | Fault:
    """An ISO date from 1900 to `latest`."""
    known = _plain_date(text)
    if known is not None and FIRST_DAY <= known <= latest:
        return known
    if OTHER_DATE.fullmatch(text):
        said = f"{_shown(text)} can be read in two ways."
        return place.fault("ambiguous", said, WRITE_DATE, text)
    if not ISO_DATE.fullmatch(text):
        return place.fault("date_invalid", f"{_shown(text)} is not a date.", WRITE_DATE, text)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return place.fault("date_invalid", f"There is no day {text}.", WRITE_DATE, text)
    if day < FIRST_DAY:
        said = f"{text} is before {FIRST_DAY}."
        return place.fault("date_invalid", said, "Check the year.", text)
    if day > latest:
        said = f"{text} is after {latest}."
        return place.fault("date_invalid", said, "A ledger holds what has happened.", text)
    return day


@lru_cache(maxsize=REMEMBERED)
def _plain_date(text: str) -> date | None:
    """None is a mistake. Ten years of entries have only 3,650 days between them."""
    try:
        return date.fromisoformat(text) if ISO_DATE.fullmatch(text) else None
    except ValueError:
        return None


def read_text(text: str, place: Place, *, longest: int) -> str | Fault:
    if len(text) > longest:
        said = f"{place.column} has {len(text)} characters; {longest} are possible."
        return place.fault("text_too_long", said, "Shorten it.", text)
    return text


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "…")
