"""Everyone may read the market; only the service writes it. Nobody may empty a table."""

from django.db import migrations

from accounts.rls import share

# Observations are evidence: they are added, and never changed or removed.
APPEND_ONLY = ("market_priceobservation", "market_fxobservation")
WRITABLE = (
    "market_security",
    "market_pricingpack",
    "market_packfreshness",
    "market_price",
    "market_fxrate",
    "market_benchmark",
    "market_benchmarkcomponent",
)


class Migration(migrations.Migration):
    dependencies = (("accounts", "0002_row_level_security"), ("market", "0002_sealing"))

    operations = (
        *(
            operation
            for table in APPEND_ONLY
            for operation in share(table, web=("SELECT",), service=("SELECT", "INSERT"))
        ),
        *(
            operation
            for table in WRITABLE
            for operation in share(
                table, web=("SELECT",), service=("SELECT", "INSERT", "UPDATE", "DELETE")
            )
        ),
        migrations.RunSQL(
            "GRANT USAGE ON SEQUENCE market_seal_number TO dawsos_service",
            "REVOKE USAGE ON SEQUENCE market_seal_number FROM dawsos_service",
        ),
    )
