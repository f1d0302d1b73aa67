"""How a reader writes numbers and dates: marks, grouping and the order of a day's parts.

Figures are computed, stored, exported and sent to programs in one neutral way: 1,234.50 and
2013-02-28. Only what a page shows is rewritten, at the very end, so one stored answer serves
readers of all countries. Marks and orders come from the CLDR through Babel; sentences stay English.

No day is shown as 02/03/2013 to readers of English, half of whom would take it for another one:
where the country has no ISO order the month is a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Final

from babel import Locale, UnknownLocaleError
from django.utils.translation.trans_real import parse_accept_lang_header

MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WHOLE: Final = re.compile(r"\d{1,3}(?:,\d{3})+")
ISO_DAY: Final = re.compile(r"(?<![-\w])\d{4}-\d\d-\d\d(?![-\w])")  # and no pack, which begins so
SPACE: Final = "\u00a0"  # never broken, and as wide as a digit in the font of figures
# What a reader may choose; whatever else a browser asks for is found by itself.
OFFERED: Final = (
    "en-CA", "en-GB", "en-IN", "en-US", "cs", "da", "de", "de-CH", "es", "fi", "fr", "fr-CA",
    "hu", "it", "ja", "nb", "nl", "pl", "pt-BR", "sv", "tr",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Writing:
    """decimal and group: marks. indian: groups of two above the last of three. day: the order of
    its parts, with `{y}`, `{m}`, `{d}` and `{month}`."""

    decimal: str = "."
    group: str = ","
    indian: bool = False
    day: str = "{y}-{m}-{d}"

    def number(self, text: str) -> str:
        """A number in neutral writing, with its sign and unit, as the reader writes it."""
        if self is NEUTRAL:
            return text
        if self.indian:
            text = WHOLE.sub(lambda found: _by_two(found[0]), text)
        return text.translate({ord(","): self.group, ord("."): self.decimal})

    def date(self, day: date) -> str:
        return self.day.format(
            y=f"{day.year:04}", m=f"{day.month:02}", d=f"{day.day:02}", month=MONTHS[day.month - 1]
        )

    def moment(self, at: datetime, *, seconds: bool = False) -> str:
        return f"{self.date(at)} {at:%H:%M:%S}" if seconds else f"{self.date(at)} {at:%H:%M}"

    def days_in(self, text: str) -> str:
        """A text with the ISO days in it rewritten; what only looks like one stays."""
        if self is NEUTRAL:
            return text
        return ISO_DAY.sub(self._day_found, text)

    def _day_found(self, found: re.Match[str]) -> str:
        try:
            return self.date(date.fromisoformat(found[0]))
        except ValueError:
            return found[0]


NEUTRAL: Final = Writing()
_now: ContextVar[Writing] = ContextVar("writing", default=NEUTRAL)


def current() -> Writing:
    """How the reader of this request writes; neutral where nobody reads."""
    return _now.get()


@contextmanager
def written(how: Writing) -> Iterator[None]:
    before = _now.set(how)
    try:
        yield
    finally:
        _now.reset(before)


def writing_for(chosen: str, accept_language: str) -> Writing:
    """As chosen, else as the first language of the browser that is known, else neutral."""
    if chosen:
        return writing_of(chosen) or NEUTRAL
    return _accepted(accept_language[:200]) if accept_language else NEUTRAL


@lru_cache(maxsize=512)
def _accepted(header: str) -> Writing:
    for tag, _ in parse_accept_lang_header(header):
        found = writing_of(tag)
        if found is not None:
            return found
    return NEUTRAL


@lru_cache(maxsize=512)
def writing_of(tag: str) -> Writing | None:
    """How a language and country write, by its tag, such as "de-CH"; None for an unknown one."""
    try:
        locale = Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return None
    marks = locale.number_symbols.get("latn", {})
    group = marks.get("group", ",")
    found = Writing(
        decimal=marks.get("decimal", "."),
        group=SPACE if group.isspace() else {"'": "’"}.get(group, group),
        indian=locale.decimal_formats[None].pattern.startswith("#,##,"),
        day=_order(locale),
    )
    return NEUTRAL if found == NEUTRAL else found


def _order(locale: Locale) -> str:
    """Two digits of day and month and all four of the year, in the order of the short form."""
    short = re.sub("[\u200e\u200f']", "", locale.date_formats["short"].pattern)
    parts = re.findall(r"[yMd]+", short)
    order = "".join(part[0] for part in parts)
    between = re.split(r"[yMd]+", short)[1]
    if locale.language == "en" and order != "yMd":
        return "{month} {d}, {y}" if order == "Mdy" else "{d} {month} {y}"
    names = {"y": "{y}", "M": "{m}", "d": "{d}"}
    return between.join(names[letter] for letter in order)


def _by_two(whole: str) -> str:
    digits = whole.replace(",", "")
    head, tail = digits[:-3], digits[-3:]
    pairs = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)]
    return ",".join([*reversed(pairs), tail])


def choices() -> list[tuple[str, str]]:
    """What a profile offers: a sample, and who writes so."""
    return [("", "As my browser says"), *((tag, _sample(tag)) for tag in OFFERED)]


def _sample(tag: str) -> str:
    how = writing_of(tag) or NEUTRAL
    name = Locale.parse(tag, sep="-").english_name
    return f"{how.number('1,234,567.50')} · {how.date(date(2013, 2, 28))} ({name})"
