"""What the reader of a file has decided about it: kept between the steps of the wizard, given as
options to the command, sent as fields to the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from market.formats.csv_records import Limits
from portfolios.formats.contract import DateStyle, DecimalStyle, Options


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """Empty is left to the file, as far as the file says it itself.

    `columns` maps our columns to the file's, `matches` the file's word for an instrument to the
    security that its reader says it is; `mapping` is the saved mapping that `columns` came from.
    """

    format: str = ""
    date_style: str = ""
    decimal_style: str = ""
    currency: str = ""
    account: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    matches: Mapping[str, UUID] = field(default_factory=dict)
    mapping: str = ""

    def as_dict(self) -> dict[str, Any]:
        """As JSON keeps it."""
        texts = ("format", "date_style", "decimal_style", "currency", "account", "mapping")
        return {
            **{name: getattr(self, name) for name in texts if getattr(self, name)},
            "columns": dict(self.columns),
            "matches": {name: str(pk) for name, pk in self.matches.items()},
        }

    def options(self, *, base_currency: str, today: date, limits: Limits) -> Options:
        """As a format reads it. An unknown style is not decided."""
        return Options(
            base_currency=base_currency,
            today=today,
            limits=limits,
            account=self.account or "main",
            account_is_chosen=bool(self.account),
            date_style=_one_of(DateStyle, self.date_style),
            decimal_style=_one_of(DecimalStyle, self.decimal_style),
            columns=self.columns,
            currency=self.currency,
        )


def choices_from(kept: Mapping[str, Any]) -> Choices:
    """From the JSON of `as_dict`."""
    given = dict(kept)
    given["matches"] = {name: UUID(pk) for name, pk in given.get("matches", {}).items()}
    return Choices(**given)


def _one_of(kind: Any, word: str) -> Any:
    return kind(word) if word in list(kind) else None
