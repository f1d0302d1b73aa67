"""Values that a restatement ended stay beside their successors.

Rows of before have stood from the beginning, as far as anybody knows: a reader compares packs too.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("market", "0004_ledger_of_all_entries"),
        ("portfolios", "0008_rarely_asked_indexes"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="portfoliodailyvalue",
            options={"ordering": ("portfolio_id", "asof_date", "from_head")},
        ),
        migrations.RemoveConstraint(
            model_name="portfoliodailyvalue",
            name="daily_value_once",
        ),
        migrations.AddField(
            model_name="portfoliodailyvalue",
            name="from_head",
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="portfoliodailyvalue",
            name="to_head",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="portfoliodailyvalue",
            name="portfolio",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="daily_values",
                to="portfolios.portfolio",
            ),
        ),
        migrations.AddConstraint(
            model_name="portfoliodailyvalue",
            constraint=models.UniqueConstraint(
                fields=("portfolio", "asof_date", "from_head"), name="daily_value_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="portfoliodailyvalue",
            constraint=models.UniqueConstraint(
                condition=models.Q(("to_head", None)),
                fields=("portfolio", "asof_date"),
                name="daily_value_one_current",
            ),
        ),
        migrations.AddConstraint(
            model_name="portfoliodailyvalue",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("to_head__isnull", True),
                    ("to_head__gt", models.F("from_head")),
                    _connector="OR",
                ),
                name="daily_value_stood",
            ),
        ),
    ]
