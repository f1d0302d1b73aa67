"""What the database's planner knows of the ledger's tables.

PostgreSQL counts rows in the background, a minute late. Until then a long ledger just written
counts as empty, and every question reads all of it instead of using an index.
"""

from __future__ import annotations

from django.db import connection


def take_statistics() -> None:
    """Count the rows of ledger, lots and closures anew, those of this transaction included."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT portfolios_take_statistics()")
