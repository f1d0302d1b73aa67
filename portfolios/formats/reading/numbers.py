"""Numbers as people and brokers write them, without ever guessing which sign is the decimal one.

`1,234.56` says of itself that the point is decimal, `1.234,56` the opposite, and `1,234` says
neither. What one value of a column says holds for all of them; where none says anything and it
matters, the reader is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from market.formats.faults import Fault
from market.formats.fields import MAX_INTEGER_DIGITS, Place
from portfolios.formats.contract import DecimalStyle, Question
from portfolios.formats.currencies import CURRENCIES

LONGEST = 64  # characters of a number with sign, currency and groups; more is not looked at
PLACES = 10  # what the ledger's columns hold
GROUPS = " '\u2019\u00a0\u202f"
CODES = "|".join(sorted(CURRENCIES))
SIGN = rf"(?:(?:US|CA|C|A|AU|HK|NZ|S|R)?[$€£¥₹₩₺₽₫₪฿]|kr\.?|zł|Kč|{CODES})"
BEFORE = re.compile(rf"([-+−]?)\s*{SIGN}?\s*([-+−]?)")
AFTER = re.compile(rf"\s*{SIGN}?\s*(-?)$")
PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
POINT = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]*)?|[0-9]*\.?[0-9]*")
COMMA = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?:,[0-9]*)?|[0-9]*,?[0-9]*")
GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:[ '\u2019\u00a0\u202f][0-9]{3})+(?:[.,][0-9]*)?")
WRITE_NUMBER = "Write a plain decimal such as 1234.5."
WRITTEN = {DecimalStyle.POINT: "1,234.56", DecimalStyle.COMMA: "1.234,56"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A text with its place, as evidence for a whole column."""

    place: Place
    text: str


def decimal_style(
    cells: Iterable[Cell], given: DecimalStyle | None = None
) -> DecimalStyle | Question:
    """What the values of one column (or of several that one program wrote) say together.

    A style that the reader gave wins. A column that reads alike both ways is a point's.
    """
    if given is not None:
        return given
    said: dict[DecimalStyle, Cell] = {}
    open_one: Cell | None = None
    for cell in cells:
        if cell.text.isdecimal():
            continue
        ways = ways_to_read(cell.text)
        if len(ways) == 1:
            said.setdefault(next(iter(ways)), cell)
        elif len(set(ways.values())) > 1:
            open_one = open_one or cell
    if len(said) == 1:
        return next(iter(said))
    if said:
        return _question(said[DecimalStyle.COMMA], both=said[DecimalStyle.POINT])
    return _question(open_one) if open_one is not None else DecimalStyle.POINT


def ways_to_read(text: str) -> dict[DecimalStyle, Decimal]:
    """Each style in which the text is a number, with the number; empty where it is none."""
    found = {}
    for style in DecimalStyle:
        number = _parse(text, style)
        if number is not None:
            found[style] = number
    return found


def read_decimal(
    text: str, place: Place, style: DecimalStyle = DecimalStyle.POINT, *, places: int = PLACES
) -> Decimal | Fault:
    """A signed number with at most `places` decimals. Nothing is converted before its shape is
    known. An empty text is a mistake here; whoever takes an empty field asks first."""
    number = _parse(text, style)
    if number is None:
        return _invalid(text, place, style)
    if len(number.as_tuple().digits) + int(number.as_tuple().exponent) > MAX_INTEGER_DIGITS:
        said = f"{_shown(text)} has more than {MAX_INTEGER_DIGITS} digits before the decimals."
        return place.fault("number_invalid", said, WRITE_NUMBER, text)
    exponent = int(number.normalize().as_tuple().exponent) if number else 0
    if -exponent > places:
        said = f"{_shown(text)} has {-exponent} decimals; at most {places} are possible here."
        return place.fault("too_many_decimals", said, "Round it as the statement does.", text)
    return number


def _parse(text: str, style: DecimalStyle) -> Decimal | None:
    text = text.strip()
    if not text or len(text) > LONGEST:
        return None
    if style is DecimalStyle.POINT and PLAIN.fullmatch(text):
        return Decimal(text)
    negative = text.startswith("(") and text.endswith(")")
    if negative:
        text = text[1:-1].strip()
    before = BEFORE.match(text)
    after = AFTER.search(text)
    if before is None or after is None or before.end() > after.start():
        return None
    signs = [sign for sign in (*before.groups(), after.group(1)) if sign]
    if len(signs) > 1 or (signs and negative):
        return None
    digits = _plain_digits(text[before.end() : after.start()], style)
    if digits is None:
        return None
    return -Decimal(digits) if negative or signs in (["-"], ["−"]) else Decimal(digits)


def _plain_digits(body: str, style: DecimalStyle) -> str | None:
    """ASCII digits with at most one point, whatever grouped them before."""
    point, group = (".", ",") if style is DecimalStyle.POINT else (",", ".")
    if GROUPED.fullmatch(body):
        body = re.sub(f"[{GROUPS}]", "", body)
        if group in body:
            return None
    elif not (POINT if style is DecimalStyle.POINT else COMMA).fullmatch(body):
        return None
    body = body.replace(group, "").replace(point, ".")
    return body if any(sign.isdigit() for sign in body) else None


def _invalid(text: str, place: Place, style: DecimalStyle) -> Fault:
    if not text.strip():
        return place.fault("value_missing", "The number is missing.", "Fill it in.")
    if len(text) <= LONGEST and ways_to_read(text):
        said = f"{_shown(text)} is not written like {WRITTEN[style]}, as the others are."
        return place.fault("number_invalid", said, WRITE_NUMBER, text)
    return place.fault("number_invalid", f"{_shown(text)} is not a number.", WRITE_NUMBER, text)


def _question(cell: Cell, *, both: Cell | None = None) -> Question:
    column = cell.place.column or "a number"
    if both is None:
        message = f"{_shown(cell.text)} in {column} can be read in two ways."
    else:
        message = (
            f"{column} has {_shown(cell.text)} in row {cell.place.row} and "
            f"{_shown(both.text)} in row {both.place.row}: the decimal signs differ."
        )
    return Question(
        about="decimal_style",
        message=message,
        choices=tuple((style.value, _meaning(cell.text, style)) for style in DecimalStyle),
        example=cell.text[:LONGEST],
        row=cell.place.row,
    )


def _meaning(text: str, style: DecimalStyle) -> str:
    name = "A point" if style is DecimalStyle.POINT else "A comma"
    number = _parse(text, style)
    means = "is a mistake" if number is None else f"means {number}"
    return f"{name} stands before the decimals; {_shown(text)} {means}."


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "…")
