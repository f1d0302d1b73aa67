"""Digest, seal and their guards, in SQL that no session can switch off."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = (("market", "0001_initial"),)

    operations = (
        migrations.RunSQL(
            (SQL / "sealing.sql").read_text(encoding="utf-8"),
            (SQL / "sealing_undo.sql").read_text(encoding="utf-8"),
        ),
    )
