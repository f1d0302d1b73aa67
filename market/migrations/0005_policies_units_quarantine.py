"""What a listing is quoted in, how complete a pack is, and where doubtful observations wait."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from accounts.rls import share


class Migration(migrations.Migration):
    dependencies = [
        ("market", "0004_ledger_of_all_entries"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Quarantine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("price", "Price"), ("fx", "Exchange rate")], max_length=5
                    ),
                ),
                ("subject", models.CharField(max_length=60)),
                ("observed_on", models.DateField()),
                ("value", models.CharField(max_length=60)),
                ("unit", models.CharField(max_length=3)),
                ("source", models.CharField(max_length=100)),
                ("fixing", models.CharField(blank=True, default="", max_length=100)),
                ("licence_class", models.CharField(max_length=10)),
                ("available_at", models.DateTimeField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("not_a_number", "Not a number"),
                            ("not_positive", "Zero or below"),
                            ("too_large", "Larger than any price"),
                            (
                                "hundredfold",
                                "About a hundred times, or a hundredth of, the last close",
                            ),
                            ("large_move", "A move beyond the policy's limit"),
                            ("stale_date", "Arrived long after its day"),
                            ("future_date", "Dated after it was known"),
                            ("other_unit", "In a unit that the listing is not quoted in"),
                            ("contradicts", "Two values of one day in one delivery"),
                        ],
                        max_length=20,
                    ),
                ),
                ("message", models.TextField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("held", "Waiting"),
                            ("accepted", "Accepted"),
                            ("rejected", "Rejected"),
                        ],
                        default="held",
                        max_length=10,
                    ),
                ),
                (
                    "received_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("note", models.CharField(blank=True, default="", max_length=500)),
            ],
            options={
                "verbose_name_plural": "quarantine",
                "ordering": ("-received_at", "subject", "observed_on"),
            },
        ),
        migrations.AddField(
            model_name="pricingpack",
            name="coverage",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="security",
            name="quote_unit",
            field=models.CharField(
                blank=True,
                choices=[
                    ("GBX", "Pence (GBX), a hundredth of GBP"),
                    ("ILA", "Agorot (ILA), a hundredth of ILS"),
                    ("ZAC", "Cents (ZAC), a hundredth of ZAR"),
                ],
                default="",
                max_length=3,
            ),
        ),
        migrations.AddConstraint(
            model_name="security",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("quote_unit", ""),
                    models.Q(("currency", "GBP"), ("quote_unit", "GBX")),
                    models.Q(("currency", "ILS"), ("quote_unit", "ILA")),
                    models.Q(("currency", "ZAR"), ("quote_unit", "ZAC")),
                    _connector="OR",
                ),
                name="market_security_quote_unit",
            ),
        ),
        migrations.AddField(
            model_name="quarantine",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="quarantine",
            name="security",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="quarantined",
                to="market.security",
            ),
        ),
        migrations.AddConstraint(
            model_name="quarantine",
            constraint=models.UniqueConstraint(
                fields=("subject", "observed_on", "source", "fixing", "value", "unit"),
                name="market_quarantine_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="quarantine",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("note", ""), ("state", "held")),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("state__in", ("accepted", "rejected")),
                        models.Q(("note", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="market_quarantine_decided_whole",
            ),
        ),
        *share("market_quarantine", service=("SELECT", "INSERT", "UPDATE")),
    ]
