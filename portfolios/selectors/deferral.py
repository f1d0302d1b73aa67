"""Deferred losses of a portfolio under its loss rule, beside what was booked."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from uuid import UUID

from market.models import Security
from portfolios.calc.deferral import Circumstances, Deferrals, DeferredClosure, defer_losses
from portfolios.calc.entries import SecurityKey
from portfolios.calc.lots import Book
from portfolios.models import Portfolio
from portfolios.selectors.booked import book_ledger


def deferred_losses(
    portfolio: Portfolio,
    asof: date,
    *,
    circumstances: Circumstances | None = None,
    book: Book | None = None,
) -> Deferrals:
    """What the portfolio's rule makes of its sales as of a day; "" defers nothing.

    book: the ledger booked up to that day, where the caller has it already. circumstances: what
    no table knows, such as accounts of a spouse. Listings of one ISIN are identical by themselves.
    """
    booked = book if book is not None else book_ledger(portfolio, asof=asof).book
    known = circumstances or Circumstances()
    identical = _same_isin(booked) | dict(known.identical)
    return defer_losses(booked, portfolio.loss_rule, asof, replace(known, identical=identical))


def deferral_note(line: DeferredClosure) -> str:
    """A line in words: "600.00 disallowed, provisional until 2024-12-04". Empty for a gain."""
    if line.disallowed is None:
        return "Whether a loss is disallowed is unknown: its basis or a rate is."
    if line.window_closes is None:
        return ""
    said = f"{line.disallowed} disallowed" if line.disallowed else "Nothing disallowed"
    if line.forfeited:
        said += f", {line.forfeited} of it for ever"
    return f"{said}, provisional until {line.window_closes}" if line.provisional else said


def _same_isin(book: Book) -> dict[SecurityKey, str]:
    """Securities of the book that share an ISIN, by it."""
    held = {lot.security for lot in book.lots if isinstance(lot.security, UUID)}
    isins = dict(Security.objects.filter(pk__in=held).exclude(isin="").values_list("pk", "isin"))
    counted = Counter(isins.values())
    return {security: isin for security, isin in isins.items() if counted[isin] > 1}
