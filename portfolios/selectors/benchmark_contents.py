"""What determines the returns of benchmarks besides packs, for the hash of a run's settings.

Every page beside a benchmark asks for it, and the ORM needs three questions and five times as
long to write them down.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.db import connection

# A single security is all of a benchmark. A blend without members is a row of nulls.
MEMBERS = """
    SELECT benchmark.name, benchmark.definition::text, security.id,
        security.symbol || '.' || security.exchange || '.' || security.price_basis,
        security.currency, security.sector, coalesce(component.weight, 1)::float8
    FROM market_benchmark benchmark
    LEFT JOIN market_benchmarkcomponent component
        ON component.benchmark_id = benchmark.id AND benchmark.security_id IS NULL
    LEFT JOIN market_security security
        ON security.id = coalesce(benchmark.security_id, component.security_id)
    WHERE benchmark.id = ANY(%s)
    ORDER BY benchmark.name, security.symbol, security.exchange, security.price_basis
"""
FACTS = """
    SELECT action.security_id, action.action_type, action.ex_date, action.amount, action.currency,
        action.withholding_tax_rate, action.new_shares, action.old_shares, action.to_price
    FROM market_corporateaction action JOIN market_security security
        ON security.id = action.security_id
    WHERE action.security_id = ANY(%s) AND action.superseded_by_id IS NULL
    ORDER BY action.ex_date, security.symbol, action.action_type
"""


def contents_of(benchmark_ids: Sequence[UUID]) -> list[list[object]]:
    """By name: the definition, members and weights, and what is known of the members' dividends
    and splits."""
    with connection.cursor() as cursor:
        cursor.execute(MEMBERS, [[*benchmark_ids]])
        members = cursor.fetchall()
        keys = {pk: key for _, _, pk, key, *_ in members if pk is not None}
        cursor.execute(FACTS, [[*keys]])
        facts = cursor.fetchall()
    listed: dict[str, list[list[object]]] = defaultdict(list)
    definitions: dict[str, object] = {}
    held: dict[str, set[UUID]] = defaultdict(set)
    for name, definition, pk, *member in members:
        definitions[name] = json.loads(definition)
        if pk is not None:
            listed[name].append(member)
            held[name].add(pk)
    return [
        [
            name,
            definition,
            listed[name],
            [[keys[pk], *fact] for pk, *fact in facts if pk in held[name]],
        ]
        for name, definition in definitions.items()
    ]
