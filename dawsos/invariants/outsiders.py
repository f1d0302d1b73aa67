"""I21: a stranger, and nobody, see no tenant's row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db import connection

from accounts.identity import as_nobody, as_user

STRANGER = -1  # no user has this number, so no membership names it
# The columns by which a row belongs to somebody; a row without any is public.
TENANTS = """
SELECT c.relname, array_agg(a.attname::text ORDER BY a.attname)
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v')
   AND NOT a.attisdropped
   AND (a.attname IN ('portfolio_id', 'user_id', 'actor_id', 'owner_id')
        OR c.relname = 'portfolios_portfolio' AND a.attname = 'id')
 GROUP BY c.relname ORDER BY c.relname
"""


def tenant_tables() -> dict[str, list[str]]:
    """Every table and view whose rows belong to somebody, with the columns that say to whom."""
    with connection.cursor() as cursor:
        cursor.execute(TENANTS)
        return dict(cursor.fetchall())


def seen_by_outsiders() -> Iterator[str]:
    tables = tenant_tables()
    with as_user(STRANGER):
        yield from _seen("a stranger", tables)
    with as_nobody():
        yield from _seen("nobody", tables)


def _seen(who: str, tables: dict[str, list[str]]) -> Iterator[str]:
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for table, columns in tables.items():
            cursor.execute("SELECT has_table_privilege(current_role, %s, 'SELECT')", [table])
            if cursor.fetchone() == (True,):
                owned = _named(columns)
                cursor.execute(f"SELECT EXISTS (SELECT FROM {quote(table)} WHERE {owned})")  # noqa: S608 - names from the catalogue
                if cursor.fetchone() == (True,):
                    yield f"{who} sees rows of {table}"


def _named(columns: Sequence[str]) -> str:
    return " OR ".join(f"{connection.ops.quote_name(name)} IS NOT NULL" for name in columns)
