"""What can go wrong with market data.

MarketError
├── PackNotFound            no such pricing pack
├── SecurityNotFound        no such security
├── NotASession             the market was closed that day
├── DateRangeInvalid        dates that make no range, or lie outside the calendar
├── UnknownPolicy           no such pricing policy
├── PoliciesInvalid         mistakes in policy files, all of them listed
├── PackIncomplete          too little of what is required is priced: no seal
├── RestatementNotFound     the pack corrects nothing, and nothing corrects it
├── QuarantineNotFound      no such observation in quarantine
├── QuarantineRefused       it cannot be decided like this
├── ObservationRefused      an observation that contradicts what is stored
├── ClosesRefused           mistakes in a file of closes, all of them listed
├── ListingInvalid          what was said of a listing, every mistake of it
├── BenchmarkNotFound       no such benchmark
├── BenchmarkInvalid        what was said of a benchmark, every mistake of it
├── PriceSourceTaken        the listing has a price source already
├── ReasonMissing           a pack is superseded for a reason that is said
└── PackConflict            sealed out of order
    ├── PackSealed          a sealed pack never changes
    ├── PackNotSealed       only a sealed pack can be superseded
    ├── PackSuperseded      a pack is superseded once
    └── PackDigestMismatch  the content is not what the hash says
"""

from collections.abc import Sequence
from typing import Any

from patterns.exceptions import DawsError


class MarketError(DawsError):
    """Root of the family."""


class PackNotFound(MarketError):
    code = "NOT_FOUND_3003"
    http_status = 404
    suggestion = "Open the list of pricing packs, or build one with `manage.py backfill_packs`."


class SecurityNotFound(MarketError):
    code = "NOT_FOUND_3002"
    http_status = 404
    suggestion = "Check the symbol, its exchange (MIC) and the price basis."


class NotASession(MarketError):
    code = "VALIDATION_2004"
    http_status = 422
    suggestion = "Choose a day on which the exchange was open."


class DateRangeInvalid(MarketError):
    code = "VALIDATION_2004"
    http_status = 422
    suggestion = "Give two dates as YYYY-MM-DD, the earlier one first."


class UnknownPolicy(MarketError):
    code = "VALIDATION_2009"
    http_status = 422
    suggestion = "Use one of the policies listed in docs/packs.md."


class PoliciesInvalid(MarketError):
    """The set-up is wrong, so nothing starts."""

    code = "SYSTEM_5006"
    http_status = 500
    suggestion = "Mend the files that are named; docs/packs.md shows what a policy holds."

    def __init__(self, mistakes: Sequence[str]) -> None:
        count = f"{len(mistakes)} mistakes" if len(mistakes) > 1 else "1 mistake"
        super().__init__(
            f"The pricing policies have {count}. {mistakes[0]}",
            details={"reason": "policies_invalid", "errors": list(mistakes)},
        )


class PackIncomplete(MarketError):
    code = "BUSINESS_4027"
    http_status = 409
    suggestion = "Bring the closes and rates that are named, then build the pack again."


class RestatementNotFound(MarketError):
    code = "NOT_FOUND_3033"
    http_status = 404
    suggestion = "Choose a pack with a reason: one that replaces an earlier revision."


class QuarantineNotFound(MarketError):
    code = "NOT_FOUND_3032"
    http_status = 404
    suggestion = "Open the quarantine and choose one of those it lists."


class QuarantineRefused(MarketError):
    code = "BUSINESS_4028"
    http_status = 422
    suggestion = "Decide about one that waits, with a reason; what is no number is rejected."


class ObservationRefused(MarketError):
    code = "VALIDATION_2006"
    http_status = 422
    suggestion = "Give a correction its own, later available_at; the first value stays."


class ClosesRefused(MarketError):
    """A file with mistakes: nothing of it was stored."""

    code = "VALIDATION_2012"
    http_status = 422
    suggestion = "Mend the rows that are named and upload the file again."

    def __init__(self, errors: Sequence[dict[str, Any]]) -> None:
        count = f"{len(errors)} mistakes" if len(errors) > 1 else "1 mistake"
        super().__init__(
            f"Nothing was stored: {count}. {errors[0]['message']}",
            details={"reason": errors[0]["reason"], "errors": list(errors)},
        )
        if any(error["reason"] == "file_too_large" for error in errors):
            self.http_status = 413


class ListingInvalid(MarketError):
    """A listing that cannot be registered as described."""

    code = "VALIDATION_2032"
    http_status = 422
    suggestion = "Mend the fields that details.errors names."

    def __init__(self, mistakes: Sequence[tuple[str, str]]) -> None:
        super().__init__(
            f"The listing is not registered. {mistakes[0][1]}",
            details={
                "reason": "listing_invalid",
                "errors": [{"column": column, "message": said} for column, said in mistakes],
            },
        )


class BenchmarkInvalid(MarketError):
    """A benchmark that cannot be made as described."""

    code = "VALIDATION_2041"
    http_status = 422
    suggestion = "Mend the fields that details.errors names."

    def __init__(self, mistakes: Sequence[tuple[str, str]]) -> None:
        super().__init__(
            f"The benchmark is not made. {mistakes[0][1]}",
            details={
                "reason": "benchmark_invalid",
                "errors": [{"field": field, "message": said} for field, said in mistakes],
            },
        )


class BenchmarkNotFound(MarketError):
    code = "NOT_FOUND_3041"
    http_status = 404
    suggestion = "Choose one from the list of benchmarks."


class PriceSourceTaken(MarketError):
    code = "BUSINESS_4025"
    http_status = 409
    suggestion = "Closes are uploaded only for a listing without another source."


class ReasonMissing(MarketError):
    code = "VALIDATION_2007"
    http_status = 422
    suggestion = "Say in a sentence what was wrong."


class PackConflict(MarketError):
    """Sealed out of order, or by a transaction that may not see what others seal."""

    code = "BUSINESS_4026"
    http_status = 409
    suggestion = "Try again; if it stays, run `manage.py verify_packs`."


class PackSealed(PackConflict):
    code = "BUSINESS_4021"
    suggestion = "A sealed pack never changes; supersede it by a new revision."


class PackNotSealed(PackConflict):
    code = "BUSINESS_4022"
    suggestion = "Seal the pack first; an open pack is simply built again."


class PackSuperseded(PackConflict):
    code = "BUSINESS_4023"
    suggestion = "Supersede the pack's latest revision instead."


class PackDigestMismatch(PackConflict):
    code = "BUSINESS_4024"
    suggestion = "Run `manage.py verify_packs` to see what differs."
