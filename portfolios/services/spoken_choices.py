"""Choices as a program or a shell says them: OURS=THEIRS for columns, FILEID=SECURITY for
instruments, words for styles. Every mistake is gathered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from uuid import UUID

from market.models import Security
from market.selectors import policy_named, securities_named
from portfolios.exceptions import ChoicesInvalid
from portfolios.formats.contract import DateStyle, DecimalStyle
from portfolios.formats.currencies import CURRENCIES
from portfolios.models import Portfolio
from portfolios.services.import_choices import Choices

STYLES: Mapping[str, type[StrEnum]] = {"date_style": DateStyle, "decimal_style": DecimalStyle}


def spoken_choices(
    portfolio: Portfolio,
    words: Mapping[str, str],
    *,
    columns: Sequence[str] = (),
    matches: Sequence[str] = (),
) -> Choices:
    """`words` may name format, date_style, decimal_style, currency and account; empty is open.

    Raises ChoicesInvalid. A format that does not exist is the file's own mistake, with the list
    of those that do.
    """
    mistakes: list[str] = []
    for name, kind in STYLES.items():
        said = words.get(name, "")
        if said and said not in list(kind):
            mistakes.append(f"{name} is one of {', '.join(kind)}, not {said[:40]!r}.")
    currency = words.get("currency", "").upper()
    if currency and currency not in CURRENCIES:
        mistakes.append(f"{currency[:40]!r} is not an active ISO 4217 currency.")
    mapped = dict(_pairs(columns, mistakes))
    named = {
        word: pk
        for word, said in _pairs(matches, mistakes)
        if (pk := _security(portfolio, said, mistakes)) is not None
    }
    if mistakes:
        raise ChoicesInvalid(mistakes)
    return Choices(
        format=words.get("format", ""),
        date_style=words.get("date_style", ""),
        decimal_style=words.get("decimal_style", ""),
        currency=currency,
        account=words.get("account", "")[:64],
        columns=mapped,
        matches=named,
    )


def _pairs(said: Iterable[str], mistakes: list[str]) -> Iterable[tuple[str, str]]:
    for text in said:
        name, sign, value = text.partition("=")
        if sign and name.strip() and value.strip():
            yield name.strip(), value.strip()
        else:
            mistakes.append(f"{text[:60]!r} is not NAME=VALUE.")


def _security(portfolio: Portfolio, said: str, mistakes: list[str]) -> UUID | None:
    """A listing by id, as SYMBOL.EXCHANGE, or by a symbol that only one listing has."""
    found = [each for each in _listings(said) if each.price_basis == _basis(portfolio)]
    if len(found) == 1:
        return found[0].pk
    places = ", ".join(each.exchange for each in found)
    known = f"is listed on {places}: name one as SYMBOL.EXCHANGE" if found else "is not known"
    mistakes.append(f"The security {said[:60]!r} {known}.")
    return None


def _listings(said: str) -> Sequence[Security]:
    try:
        return list(Security.objects.filter(pk=UUID(said)))
    except ValueError:
        pass
    if "\0" in said:
        return []
    plain = said.upper()
    symbol, _, exchange = plain.rpartition(".")
    return (securities_named(symbol, exchange) if symbol else []) or securities_named(plain)


def _basis(portfolio: Portfolio) -> str:
    return policy_named(portfolio.pricing_policy).price_basis
