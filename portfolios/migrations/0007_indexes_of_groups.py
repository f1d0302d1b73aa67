"""Indexes by which one entry's neighbours are found, however long the ledger is, and the right to
have the planner's statistics taken: after many rows at once it would not choose them otherwise.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Only the owner may ANALYZE; the function does, for whoever wrote the rows. It takes nothing and
# tells nothing. Of 60 columns those count that rows are looked for by.
FUNCTION = """
CREATE FUNCTION portfolios_take_statistics() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    ANALYZE portfolios_transaction
        (portfolio_id, seq, security_id, to_security_id, account, content_hash, transaction_date);
    ANALYZE portfolios_lot (id, portfolio_id, security_id, account, open_entry_id, is_open);
    ANALYZE portfolios_lotclosure (id, portfolio_id, lot_id, close_entry_id);
END $$;
REVOKE EXECUTE ON FUNCTION portfolios_take_statistics() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portfolios_take_statistics() TO dawsos_web, dawsos_service;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("market", "0004_ledger_of_all_entries"),
        ("portfolios", "0006_plainer_hash_check"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="transaction",
            name="transaction_of_security",
        ),
        migrations.AlterField(
            model_name="lot",
            name="portfolio",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lots",
                to="portfolios.portfolio",
            ),
        ),
        migrations.AlterField(
            model_name="transaction",
            name="portfolio",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transactions",
                to="portfolios.portfolio",
            ),
        ),
        migrations.AddIndex(
            model_name="transaction",
            index=models.Index(
                condition=models.Q(("security__isnull", False)),
                fields=["portfolio", "security", "account"],
                name="transaction_of_lots",
            ),
        ),
        migrations.AddIndex(
            model_name="transaction",
            index=models.Index(
                condition=models.Q(
                    (
                        "entry_type__in",
                        [
                            "MERGER",
                            "RETURN_OF_CAPITAL",
                            "REVERSE_SPLIT",
                            "SPINOFF",
                            "SPLIT",
                            "STOCK_DIVIDEND",
                            "SYMBOL_CHANGE",
                        ],
                    ),
                    models.Q(("to_account", ""), _negated=True),
                    _connector="OR",
                ),
                fields=["portfolio", "security"],
                name="transaction_joins_accounts",
            ),
        ),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION portfolios_take_statistics()"),
    ]
