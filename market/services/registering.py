"""Registering a listing that a statement names and nobody knew. It has no price source yet."""

from __future__ import annotations

import re
from uuid import uuid5

from django.db import IntegrityError, transaction

from accounts.identity import as_service, as_user
from accounts.models import User
from accounts.permissions import Permission, require
from accounts.services import record
from market.exceptions import ListingInvalid
from market.models import Security
from market.services.listings import LISTINGS

SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9.\-^=]{0,11}", re.ASCII)
EXCHANGE = re.compile(r"[A-Z0-9]{2,10}", re.ASCII)
CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]", re.ASCII)
NAME_LENGTH = 200


def register_listing(
    *,
    by: User,
    symbol: str,
    exchange: str,
    currency: str,
    name: str,
    isin: str = "",
    security_type: str = Security.Type.EQUITY,
    price_basis: str = Security.PriceBasis.RAW,
) -> Security:
    """Add a listing, the same for everybody; one that is there already is returned as it is.

    Without a price source its positions have no value until one is connected, and pages say so.
    Raises PermissionDenied below MANAGER, and ListingInvalid with every mistake.
    """
    require(by, Permission.MANAGE_PORTFOLIOS)
    symbol, exchange, isin = (text.strip().upper() for text in (symbol, exchange, isin))
    wrong = _mistakes(symbol, exchange, currency, name.strip(), isin)
    if security_type not in Security.Type.values:
        wrong.append(("security_type", "There is no such type of security."))
    if wrong:
        raise ListingInvalid(wrong)
    made = Security(
        symbol=symbol,
        exchange=exchange,
        currency=currency,
        dividend_currency=currency,
        name=name.strip()[:NAME_LENGTH],
        isin=isin,
        security_type=security_type,
        price_basis=price_basis,
    )
    made.pk = uuid5(LISTINGS, made.key)
    return _stored(made, by)


def _stored(made: Security, by: User) -> Security:
    """Whoever comes second with the same listing gets the first one's."""
    with as_service("register a listing that a user described"):
        try:
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError:
            return Security.objects.get(
                symbol=made.symbol, exchange=made.exchange, price_basis=made.price_basis
            )
    with as_user(by.pk):
        record(
            action="register_security",
            by=by,
            resource_type="security",
            resource_id=made.pk,
            details={"key": made.key, "isin": made.isin},
        )
    return made


def _mistakes(
    symbol: str, exchange: str, currency: str, name: str, isin: str
) -> list[tuple[str, str]]:
    checks = (
        ("symbol", SYMBOL.fullmatch(symbol), "Write a symbol of 1 to 12 letters and digits."),
        ("exchange", EXCHANGE.fullmatch(exchange), "Write the exchange's code, such as XNAS."),
        ("currency", CURRENCY.fullmatch(currency), "Write an ISO code such as USD."),
        ("name", name and "\0" not in name, "Write the security's name."),
        ("isin", not isin or ISIN.fullmatch(isin), "An ISIN has 12 characters, or leave it empty."),
    )
    return [(column, message) for column, right, message in checks if not right]
