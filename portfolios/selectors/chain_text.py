"""The text that an entry's hashes are made of, written by PostgreSQL.

Python makes the same text column by column (`models.chain`), at 20 microseconds an entry, most of
it spent on turning columns into objects and back. Here the database writes the text and Python
only hashes it. A hash that agrees proves the row either way; one that does not is looked at again
by `verify_ledger`, which says what is wrong.
"""

from __future__ import annotations

from django.db.models import CharField, DateField, DecimalField, Field, JSONField, TextField

from portfolios.models import Transaction
from portfolios.models.chain import BESIDE, CONTENT


def _piece(name: str) -> str:
    """`"name":value`, or NULL where nothing is said."""
    field: Field = Transaction._meta.get_field(name)  # type: ignore[assignment]
    column = f"t.{field.column}"
    if isinstance(field, CharField | TextField):
        return f"""CASE WHEN {column} <> '' THEN '"{name}":' || to_json({column})::text END"""
    if isinstance(field, DecimalField):
        return f"""'"{name}":"' || trim_scale({column})::text || '"'"""
    if isinstance(field, DateField):
        return f"""'"{name}":"' || to_char({column}, 'YYYY-MM-DD') || '"'"""
    if isinstance(field, JSONField):  # whose keys jsonb keeps in another order than the text
        return "NULL"
    return f"""'"{name}":' || {column}::text"""


def _pieces() -> dict[str, str]:
    """All pieces by name, in the order of the names."""
    pieces = {name: _piece(name) for name in (*CONTENT, *BESIDE)}
    pieces["security"] = """'"security":' || to_json(s.key)::text"""
    pieces["to_security"] = """'"to_security":' || to_json(o.key)::text"""
    pieces["reverses"] = """CASE WHEN t.reverses_id IS NOT NULL THEN '"reverses":' ||
        (SELECT r.seq::text FROM portfolios_transaction r WHERE r.id = t.reverses_id) END"""
    return dict(sorted(pieces.items()))


def _segments() -> list[list[str]]:
    """The names between two that are not of the content; each of these is alone."""
    found: list[list[str]] = [[]]
    for name in _pieces():
        if name in BESIDE:
            found += [[name], []]
        else:
            found[-1].append(name)
    return [segment for segment in found if segment]


def _question() -> str:
    pieces, segments = _pieces(), _segments()
    written = [
        f"concat_ws(',', {', '.join(pieces[name] for name in segment)}) AS part{number}"
        for number, segment in enumerate(segments)
    ]
    names = [f"nullif(part{number}, '')" for number in range(len(segments))]
    content = [
        name for name, segment in zip(names, segments, strict=True) if segment[0] not in BESIDE
    ]
    return f"""
        SELECT portfolio_id, seq, previous_hash, entry_hash, content_hash,
               '{{' || concat_ws(',', {", ".join(content)}) || '}}',
               previous_hash || '{{' || concat_ws(',', {", ".join(names)}) || '}}'
          FROM (
            SELECT t.portfolio_id, t.seq, t.previous_hash, t.entry_hash, t.content_hash,
                   {", ".join(written)}
              FROM portfolios_transaction t
              LEFT JOIN unnest(%s::uuid[], %s::text[]) AS s (id, key) ON s.id = t.security_id
              LEFT JOIN unnest(%s::uuid[], %s::text[]) AS o (id, key) ON o.id = t.to_security_id
             WHERE t.portfolio_id = ANY (%s::uuid[]) ORDER BY t.portfolio_id, t.seq, t.id OFFSET 0
          ) AS written
    """  # noqa: S608 - the names are those of our own columns


QUESTION = _question()
