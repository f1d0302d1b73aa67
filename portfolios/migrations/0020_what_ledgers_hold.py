"""What a ledger's entries leave, one row each: the night that follows need not add them up again.

Nothing is filled: the first night that values a portfolio writes its row.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from accounts.rls import protect

TABLE = "portfolios_ledgerholdings"
ARRAYS = ("securities", "shares", "currencies", "money")
SOUND = f"""
ALTER TABLE {TABLE} ADD CONSTRAINT ledger_holdings_pairs CHECK (
    cardinality(securities) = cardinality(shares)
    AND cardinality(currencies) = cardinality(money)
    AND {" AND ".join(f"array_position({name}, NULL) IS NULL" for name in ARRAYS)}
)
"""
FREE = f"ALTER TABLE {TABLE} DROP CONSTRAINT ledger_holdings_pairs"


def _array(of: models.Field) -> django.contrib.postgres.fields.ArrayField:
    return django.contrib.postgres.fields.ArrayField(base_field=of, size=None)


class Migration(migrations.Migration):
    dependencies = [("portfolios", "0019_long_histories_measured_again")]

    operations = [
        migrations.CreateModel(
            name="LedgerHoldings",
            fields=[
                (
                    "portfolio",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="ledger_holdings",
                        serialize=False,
                        to="portfolios.portfolio",
                    ),
                ),
                ("ledger_commit_hash", models.CharField(max_length=64)),
                ("began_on", models.DateField()),
                ("settled_on", models.DateField()),
                ("securities", _array(models.UUIDField())),
                ("shares", _array(models.BigIntegerField())),
                ("currencies", _array(models.CharField(max_length=3))),
                ("money", _array(models.BigIntegerField())),
                ("digest", models.BigIntegerField()),
            ],
            options={
                "verbose_name_plural": "ledger holdings",
                "ordering": ("portfolio_id",),
            },
        ),
        migrations.RunSQL(SOUND, FREE),
        # Whoever rebuilds a ledger's projections takes it away; services alone write it.
        *protect(TABLE, web=("SELECT", "DELETE")),
    ]
