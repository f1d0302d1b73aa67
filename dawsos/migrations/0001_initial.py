"""The tables of the night."""

import django.db.models.deletion
from django.db import migrations, models

from accounts.rls import share


class Migration(migrations.Migration):
    initial = True

    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="NightlyRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asof_date", models.DateField()),
                ("policy", models.CharField(max_length=16)),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "Running"), ("done", "Done"), ("failed", "Failed")],
                        default="running",
                        max_length=8,
                    ),
                ),
                ("pack_id", models.CharField(blank=True, max_length=40)),
                ("started_at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("-asof_date", "policy"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("asof_date", "policy"), name="night_once_per_day"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StageRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("stage", models.CharField(max_length=32)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="pending",
                        max_length=8,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("fence", models.PositiveIntegerField(default=0)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("counts", models.JSONField(default=dict)),
                ("message", models.TextField(blank=True)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="stages",
                        to="dawsos.nightlyrun",
                    ),
                ),
            ],
            options={
                "ordering": ("run", "position"),
                "constraints": [
                    models.UniqueConstraint(fields=("run", "stage"), name="stage_once_per_night"),
                    models.UniqueConstraint(
                        fields=("run", "position"), name="stage_place_is_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "done"), _negated=True),
                            ("ended_at__isnull", False),
                            _connector="OR",
                        ),
                        name="stage_done_has_an_end",
                    ),
                ],
            },
        ),
        *share("dawsos_nightlyrun"),
        *share("dawsos_stagerun"),
    ]
