"""Which listings there are."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db import connection
from django.db.models import Q

from market.calc.policies import Policy
from market.exceptions import SecurityNotFound
from market.models import Security

KEYS = """
    SELECT id, symbol, exchange, price_basis FROM market_security WHERE id = ANY(%s::uuid[])
"""


def active_securities(policy: Policy) -> list[Security]:
    """The listings a pack of the policy should price, in order of symbol."""
    return list(Security.objects.active().on_basis(policy.price_basis).order_by("symbol"))


def security_ids() -> Mapping[str, UUID]:
    """Every listing's id by its public name, symbol.exchange.price_basis."""
    rows = Security.objects.values_list("symbol", "exchange", "price_basis", "pk")
    return {".".join(names): pk for *names, pk in rows.order_by()}


def security_keys(security_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The public names of some listings, by id."""
    with connection.cursor() as cursor:
        cursor.execute(KEYS, [[*security_ids]])
        return {pk: ".".join(names) for pk, *names in cursor.fetchall()}


def security_by_id(security_id: UUID) -> Security:
    """The listing of that id. Raises SecurityNotFound."""
    security = Security.objects.filter(pk=security_id).first()
    if security is None:
        raise SecurityNotFound(
            "There is no such security.", details={"security_id": str(security_id)}
        )
    return security


def securities_named(symbol: str, exchange: str | None = None) -> list[Security]:
    """All listings of a symbol, on every exchange or on one."""
    found = Security.objects.listed([symbol])
    if exchange is not None:
        found = found.filter(exchange=exchange)
    return list(found.order_by("exchange", "price_basis"))


def security_by_key(key: str) -> Security:
    """The listing named symbol.exchange.price_basis; a symbol may itself hold dots."""
    parts = key.rsplit(".", 2)
    found = len(parts) == 3 and Security.objects.filter(
        symbol=parts[0], exchange=parts[1], price_basis=parts[2]
    )
    security = found.first() if found else None
    if security is None:
        raise SecurityNotFound(f"No security is listed as {key!r}.", details={"key": key})
    return security


def priced_listings(symbol: str, exchange: str = "") -> list[Security]:
    """The listings of a symbol that a ledger can hold, on every exchange or on one."""
    found = Security.objects.on_basis(Security.PriceBasis.RAW).filter(symbol=symbol)
    return list((found.filter(exchange=exchange) if exchange else found).order_by("exchange"))


def listings_like(text: str, *, limit: int = 20) -> list[Security]:
    """Listings whose symbol starts with a text or whose name holds it, symbols first."""
    known = Security.objects.active().on_basis(Security.PriceBasis.RAW)
    by_symbol = list(known.filter(symbol__istartswith=text).order_by("symbol", "exchange")[:limit])
    seen = {security.pk for security in by_symbol}
    by_name = known.filter(Q(name__icontains=text) | Q(isin__iexact=text)).order_by("symbol")
    return [*by_symbol, *(found for found in by_name[:limit] if found.pk not in seen)][:limit]
