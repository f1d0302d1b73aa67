"""Nobody rewrites the ledger: grants keep the application out, a trigger everyone else."""

from django.db import migrations

TABLES = ("portfolios_transaction", "portfolios_ledgeranchor")

FUNCTION = """
CREATE FUNCTION portfolios_refuse_rewrite() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: the ledger is append-only; write a reversal.',
        TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""

TRIGGERS = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION portfolios_refuse_rewrite();
CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION portfolios_refuse_rewrite();
"""

REMOVE = """
DROP TRIGGER {table}_append_only ON {table};
DROP TRIGGER {table}_not_emptied ON {table};
"""


class Migration(migrations.Migration):
    dependencies = [("portfolios", "0001_initial")]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION portfolios_refuse_rewrite()"),
        *(
            migrations.RunSQL(TRIGGERS.format(table=table), REMOVE.format(table=table))
            for table in TABLES
        ),
    ]
