"""Without the indexes that no question uses: each cost an import of a long ledger a twentieth.

A foreign key needs an index only where the row it points to is deleted. Users, securities,
corporate actions and import runs are kept for good; if one ever goes, PostgreSQL looks through
the ledger once. What is asked of a security or a run is asked within a portfolio.
"""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("market", "0004_ledger_of_all_entries"),
        ("portfolios", "0007_indexes_of_groups"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="transaction",
            name="transaction_external",
        ),
        migrations.AlterField(
            model_name="lot",
            name="security",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="market.security",
            ),
        ),
        migrations.AlterField(
            model_name="transaction",
            name="corporate_action",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="market.corporateaction",
            ),
        ),
        migrations.AlterField(
            model_name="transaction",
            name="created_by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="transaction",
            name="import_run",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transactions",
                to="portfolios.importrun",
            ),
        ),
        migrations.AlterField(
            model_name="transaction",
            name="security",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="market.security",
            ),
        ),
        migrations.AlterField(
            model_name="transaction",
            name="to_security",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="market.security",
            ),
        ),
        migrations.AddIndex(
            model_name="transaction",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["import_run"], name="transaction_of_run"
            ),
        ),
    ]
