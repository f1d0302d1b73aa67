"""Indexes by which one entry's neighbours are found, however long the ledger is."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("market", "0004_ledger_of_all_entries"),
        ("portfolios", "0006_plainer_hash_check"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="transaction",
            name="transaction_of_security",
        ),
        migrations.AlterField(
            model_name="lot",
            name="portfolio",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lots",
                to="portfolios.portfolio",
            ),
        ),
        migrations.AlterField(
            model_name="transaction",
            name="portfolio",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transactions",
                to="portfolios.portfolio",
            ),
        ),
        migrations.AddIndex(
            model_name="transaction",
            index=models.Index(
                condition=models.Q(("security__isnull", False)),
                fields=["portfolio", "security", "account"],
                name="transaction_of_lots",
            ),
        ),
        migrations.AddIndex(
            model_name="transaction",
            index=models.Index(
                condition=models.Q(
                    (
                        "entry_type__in",
                        [
                            "MERGER",
                            "RETURN_OF_CAPITAL",
                            "REVERSE_SPLIT",
                            "SPINOFF",
                            "SPLIT",
                            "STOCK_DIVIDEND",
                            "SYMBOL_CHANGE",
                        ],
                    ),
                    models.Q(("to_account", ""), _negated=True),
                    _connector="OR",
                ),
                fields=["portfolio", "security"],
                name="transaction_joins_accounts",
            ),
        ),
    ]
