"""Tokens for programs, and the answers that are kept for who asks twice."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.rls import READ, protect_own


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_row_level_security"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                (
                    "prefix",
                    models.CharField(help_text="Its beginning, to know it by.", max_length=16),
                ),
                (
                    "digest",
                    models.CharField(help_text="SHA-256 of the token.", max_length=64, unique=True),
                ),
                ("scopes", models.CharField(help_text="Words, as in OAuth.", max_length=40)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "last_used_on",
                    models.DateField(
                        blank=True,
                        help_text="The day alone, so that one write a day tells it.",
                        null=True,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "accounts_apitoken",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("created_at"))),
                        name="accounts_apitoken_span",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "scopes__regex",
                                "^(read|write:trades|manage)( (read|write:trades|manage)){0,2}$",
                            )
                        ),
                        name="accounts_apitoken_scopes_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=255)),
                (
                    "request",
                    models.CharField(help_text="Method and path, for people.", max_length=300),
                ),
                (
                    "fingerprint",
                    models.CharField(help_text="SHA-256 of all that was sent.", max_length=64),
                ),
                ("status", models.PositiveSmallIntegerField()),
                ("content_type", models.CharField(blank=True, default="", max_length=100)),
                ("answer", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="idempotency_keys",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "accounts_idempotencykey",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "key"), name="accounts_idempotencykey_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__gte", 200), ("status__lt", 500)),
                        name="accounts_idempotencykey_answered",
                    ),
                ],
            },
        ),
        # Made, used and revoked by services; the web reads its user's own.
        *protect_own("accounts_apitoken", web=READ),
        # What is kept is written as the user whose request was answered.
        *protect_own("accounts_idempotencykey", web=("SELECT", "INSERT", "DELETE")),
    ]
