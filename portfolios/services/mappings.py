"""Saved mappings: how a broker's columns read, kept for the next file with the same header."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.models import User
from accounts.permissions import Permission
from accounts.services import record
from portfolios.models import ImportMapping, Portfolio
from portfolios.selectors.access import resolve_portfolio
from portfolios.services.import_choices import Choices
from portfolios.services.import_formats import header_hash

NAME_LENGTH = 80


def save_mapping(
    *, portfolio: Portfolio, name: str, columns: Sequence[str], choices: Choices, by: User
) -> ImportMapping:
    """Keep the columns and styles of `choices` under a name; the same name is replaced.

    `columns` is the file's header. Raises PortfolioNotFound and PermissionDenied.
    """
    resolve_portfolio(by, portfolio.pk, Permission.WRITE_TRADES)
    mapping, _ = ImportMapping.objects.update_or_create(
        portfolio=portfolio,
        name=name[:NAME_LENGTH],
        defaults={
            "header_hash": header_hash(columns),
            "columns": dict(choices.columns),
            "options": {
                name: getattr(choices, name)
                for name in ("date_style", "decimal_style", "currency")
                if getattr(choices, name)
            },
            "created_by": by,
        },
    )
    record(
        action="save_import_mapping",
        by=by,
        resource_type="import_mapping",
        resource_id=mapping.pk,
        portfolio_id=portfolio.pk,
        details={"name": mapping.name},
    )
    return mapping
