"""Runs that nobody waits for. A row names a ticket that only its owner knows."""

from django.db import migrations, models

GRANTS = (
    "REVOKE ALL ON patterns_runcancellation FROM PUBLIC, dawsos_app, dawsos_web, dawsos_service",
    "GRANT SELECT, INSERT ON patterns_runcancellation TO dawsos_web",
    "GRANT SELECT, INSERT, DELETE ON patterns_runcancellation TO dawsos_service",
)


class Migration(migrations.Migration):
    dependencies = [
        ("patterns", "0003_patterns_of_the_house"),
    ]

    operations = [
        migrations.CreateModel(
            name="RunCancellation",
            fields=[
                ("ticket", models.UUIDField(primary_key=True, serialize=False)),
                ("asked_at", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(GRANTS, migrations.RunSQL.noop),
    ]
