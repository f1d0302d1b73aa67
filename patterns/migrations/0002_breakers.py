"""How often each agent failed in a row. It holds no tenant's data, so every request counts in it."""

from django.db import migrations, models

GRANTS = (
    "REVOKE ALL ON patterns_breakerstate FROM PUBLIC, dawsos_app, dawsos_web, dawsos_service",
    "GRANT SELECT, INSERT, UPDATE ON patterns_breakerstate TO dawsos_web, dawsos_service",
)


class Migration(migrations.Migration):
    dependencies = [
        ("patterns", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="BreakerState",
            fields=[
                ("agent", models.CharField(max_length=100, primary_key=True, serialize=False)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("opened_at", models.DateTimeField(null=True)),
                ("last_error", models.TextField(default="")),
                ("last_capability", models.CharField(default="", max_length=100)),
                ("last_correlation_id", models.CharField(default="", max_length=64)),
                ("last_failed_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("opened_at__isnull", True), ("failures__gt", 0), _connector="OR"
                        ),
                        name="patterns_open_breaker_failed",
                    )
                ],
            },
        ),
        migrations.RunSQL(GRANTS, migrations.RunSQL.noop),
    ]
