"""Patterns of the house. They hold no tenant's data; only the service changes them."""

from django.db import migrations, models

GRANTS = (
    "REVOKE ALL ON patterns_uploadedpattern FROM PUBLIC, dawsos_app, dawsos_web, dawsos_service",
    "GRANT SELECT ON patterns_uploadedpattern TO dawsos_app, dawsos_web",
    "GRANT SELECT, INSERT, UPDATE ON patterns_uploadedpattern TO dawsos_service",
    "GRANT USAGE ON SEQUENCE patterns_uploadedpattern_id_seq TO dawsos_service",
)


class Migration(migrations.Migration):
    dependencies = [
        ("patterns", "0002_breakers"),
    ]

    operations = [
        migrations.CreateModel(
            name="UploadedPattern",
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
                ("uploaded_by", models.BigIntegerField()),
                ("uploaded_by_name", models.CharField(max_length=254)),
                ("uploaded_at", models.DateTimeField(auto_now_add=True)),
                ("is_active", models.BooleanField(default=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("pattern_id", "version"), name="patterns_one_text_per_version"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_active", True)),
                        fields=("pattern_id",),
                        name="patterns_one_active_version",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GRANTS, migrations.RunSQL.noop),
    ]
