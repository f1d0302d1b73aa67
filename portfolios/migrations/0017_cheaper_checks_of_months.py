"""The months of daily values are held to the same, by checks that take a third of the time.

A bound was divided by the coin ten times a row, and nulls were looked for by a search of their own:
a comparison with all elements that is true has met no null either.
"""

from django.db import migrations

TABLE = "portfolios_monthlyvalues"
BOUND = (
    "CASE coin WHEN 0.01 THEN 1000000000000000000 WHEN 1 THEN 10000000000000000"
    " WHEN 0.1 THEN 100000000000000000 ELSE 9000000000000000000 END"
)
MOST = "10000000000000000::float8"


def _between(low: str, high: str, name: str) -> str:
    return f"({high} >= ALL ({name}) AND {low} <= ALL ({name}))"


def _if_any(condition: str, name: str) -> str:
    return f"({name} IS NULL OR {condition})"


CHECKS = {
    "known": "(0 <= ALL (packs)) IS TRUE AND (0 <= ALL (heads)) IS TRUE",
    "finite": " AND ".join(
        (
            _between(f"-({BOUND})", f"({BOUND})", "totals"),
            _between(f"-({BOUND})", f"({BOUND})", "cash") + " IS TRUE",
            *(
                _if_any(_between(f"-({BOUND})", f"({BOUND})", name), name)
                for name in ("receivables", "inflows", "outflows")
            ),
            _between(f"-{MOST}", MOST, "returns"),
        )
    ),
    "states": _if_any(_between("0", "4", "states") + " IS TRUE", "states"),
    "coverages": _if_any(_between("0", "1", "coverages") + " IS TRUE", "coverages"),
}
CHANGE = "".join(
    f"ALTER TABLE {TABLE} DROP CONSTRAINT monthly_values_{name},"
    f" ADD CONSTRAINT monthly_values_{name} CHECK ({condition});\n"
    for name, condition in CHECKS.items()
)


class Migration(migrations.Migration):
    dependencies = [("portfolios", "0016_values_by_the_month")]

    operations = [migrations.RunSQL(CHANGE, migrations.RunSQL.noop)]
