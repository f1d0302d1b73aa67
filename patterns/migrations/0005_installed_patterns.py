"""The product's own patterns, by version. Only `migrate` writes them, as the owner."""

from django.db import migrations, models

GRANTS = (
    "REVOKE ALL ON patterns_installedpattern FROM PUBLIC, dawsos_app, dawsos_web, dawsos_service",
    "GRANT SELECT ON patterns_installedpattern TO dawsos_app, dawsos_web, dawsos_service",
)


class Migration(migrations.Migration):
    dependencies = [
        ("patterns", "0004_cancellations"),
    ]

    operations = [
        migrations.CreateModel(
            name="InstalledPattern",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("pattern_id", models.CharField(max_length=64)),
                ("version", models.CharField(max_length=32)),
                ("text", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                ("installed_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("pattern_id", "version"),
                        name="patterns_one_installed_text_per_version",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GRANTS, migrations.RunSQL.noop),
    ]
