"""Stages are done in chunks of portfolios; attempts and failures are kept for the page."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from accounts.rls import protect, share


class Migration(migrations.Migration):
    dependencies = [
        ("dawsos", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="nightlyrun",
            name="started_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.AddField(
            model_name="stagerun",
            name="split_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="StageChunk",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
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
                ("number", models.PositiveIntegerField()),
                (
                    "portfolio_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), size=None
                    ),
                ),
                (
                    "stage_run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="chunks",
                        to="dawsos.stagerun",
                    ),
                ),
            ],
            options={
                "ordering": ("stage_run", "number"),
            },
        ),
        migrations.CreateModel(
            name="StageAttempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("fence", models.PositiveIntegerField()),
                ("worker", models.CharField(max_length=80)),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("lost", "Lost"),
                            ("handed_over", "Handed over"),
                        ],
                        default="running",
                        max_length=12,
                    ),
                ),
                ("message", models.TextField(blank=True)),
                (
                    "stage_run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="history",
                        to="dawsos.stagerun",
                    ),
                ),
                (
                    "chunk",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="history",
                        to="dawsos.stagechunk",
                    ),
                ),
            ],
            options={
                "ordering": ("stage_run", "started_at", "id"),
            },
        ),
        migrations.CreateModel(
            name="StageFailure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("portfolio_id", models.UUIDField()),
                ("code", models.CharField(max_length=32)),
                ("message", models.TextField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "stage_run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="failures",
                        to="dawsos.stagerun",
                    ),
                ),
            ],
            options={
                "ordering": ("stage_run", "portfolio_id"),
            },
        ),
        migrations.AddConstraint(
            model_name="stagechunk",
            constraint=models.UniqueConstraint(
                fields=("stage_run", "number"), name="chunk_once_per_stage"
            ),
        ),
        migrations.AddConstraint(
            model_name="stagechunk",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "done"), _negated=True),
                    ("ended_at__isnull", False),
                    _connector="OR",
                ),
                name="chunk_done_has_an_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="stageattempt",
            constraint=models.UniqueConstraint(
                fields=("stage_run", "chunk", "fence"),
                name="attempt_once_per_fence",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="stagefailure",
            constraint=models.UniqueConstraint(
                fields=("stage_run", "portfolio_id"), name="failure_once_per_portfolio"
            ),
        ),
        # Ids of many tenants stand in these two; the pages read them as the service, by role.
        *share("dawsos_stagechunk", web=()),
        *share("dawsos_stageattempt", web=()),
        *protect("dawsos_stagefailure", web=("SELECT",)),
    ]
