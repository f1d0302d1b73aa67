"""What a page is made from, as one hash that one question asks for."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("portfolios", "0011_what_was_reconciled"),
        ("accounts", "0003_api_tokens_and_idempotency"),
        ("market", "0005_policies_units_quarantine"),
        ("patterns", "0003_patterns_of_the_house"),
        ("sessions", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "page_stamp.sql").read_text(encoding="utf-8"),
            "DROP FUNCTION portfolios_page_stamp("
            "text, bigint, uuid, text[], uuid[], uuid, boolean, uuid)",
        ),
    ]
