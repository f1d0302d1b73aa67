"""The database's refusals, said as errors of this app."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError

from market.exceptions import (
    MarketError,
    PackConflict,
    PackDigestMismatch,
    PackSealed,
    PackSuperseded,
)

# SQLSTATEs of market/migrations/sql/sealing.sql.
REFUSALS: dict[str, type[MarketError]] = {
    "23D01": PackSealed,
    "23D02": PackDigestMismatch,
    "23D03": PackConflict,
}
ONE_SUCCESSOR = "market_pricingpack_supersedes_id_key"


@contextmanager
def refusals_as_errors() -> Iterator[None]:
    """Turn what triggers and constraints of packs refuse into a DawsError; the rest passes."""
    try:
        yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if diagnosis is None:
            raise
        if diagnosis.constraint_name == ONE_SUCCESSOR:
            raise PackSuperseded("The pack has been superseded meanwhile.") from error
        family = REFUSALS.get(diagnosis.sqlstate)
        if family is None:
            raise
        details = {"pack_id": diagnosis.message_detail} if diagnosis.message_detail else None
        raise family(diagnosis.message_primary, details=details) from error
