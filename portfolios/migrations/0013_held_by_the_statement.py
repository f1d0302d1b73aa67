"""Rows are held to what they refer to by the statement that writes them, not one by one.

A foreign key asks its question anew for each row: of an import of 100,000 entries 900,000 times
whether the same portfolio, the same user, the same run and the same fifty securities are there, two
fifths of all that PostgreSQL had to do. Here each statement asks once for what its rows name.

As tight as the keys were, for every role and whatever the order:

- What is named must be there: after each INSERT and UPDATE, before anything else sees the rows.
- What is referred to stays: a DELETE that would leave a row without is refused, and so are another
  id and TRUNCATE.
- At the same time: whoever writes holds one lock together with all other writers; whoever deletes
  holds it alone, from before the first row is touched, until the transaction ends. So of the two
  one comes second and sees what the first has done. It would not in a transaction that looks at
  an older state of the database throughout, so these are refused.

The functions act as whoever calls them, under that role's policies: what somebody may not see they
cannot refer to. Only the service may delete what is referred to, and it sees every row.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

LOCK = 4_130_276_118  # any number that no other lock of ours has

REFERENCES = {
    "portfolios_transaction": {
        "portfolio_id": "portfolios_portfolio",
        "security_id": "market_security",
        "to_security_id": "market_security",
        "corporate_action_id": "market_corporateaction",
        "import_run_id": "portfolios_importrun",
        "created_by_id": "accounts_user",
    },
    "portfolios_lot": {
        "portfolio_id": "portfolios_portfolio",
        "security_id": "market_security",
    },
    "portfolios_lotclosure": {"portfolio_id": "portfolios_portfolio"},
}
# Entries are never deleted, renumbered or emptied away (migration 0002), so there is no race.
ENTRIES = {"portfolios_lot": "open_entry_id", "portfolios_lotclosure": "close_entry_id"}
TARGETS = sorted({target for columns in REFERENCES.values() for target in columns.values()})

COMMITTED = """
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION '% on % needs READ COMMITTED: rows are held to what is there by now.',
            TG_OP, TG_TABLE_NAME USING ERRCODE = 'feature_not_supported';
    END IF;
"""
NAMED = """
CREATE FUNCTION {table}_names_what_is_there() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    missing record;
BEGIN
    {committed}
    PERFORM pg_advisory_xact_lock_shared({lock});
    SELECT said.* INTO missing
    FROM (SELECT DISTINCT {columns} FROM fresh) named, LATERAL (VALUES {questions})
        AS said (name, id, target, is_there)
    WHERE said.id IS NOT NULL AND NOT said.is_there
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% of % is %, which is not in %.',
            missing.name, TG_TABLE_NAME, missing.id, missing.target
            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME, COLUMN = missing.name;
    END IF;
    {entries}
    RETURN NULL;
END $$;
CREATE TRIGGER {table}_insert_names_what_is_there AFTER INSERT ON {table}
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION {table}_names_what_is_there();
CREATE TRIGGER {table}_update_names_what_is_there AFTER UPDATE ON {table}
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION {table}_names_what_is_there();
"""
ENTRY = """
    SELECT fresh.{column} AS id INTO missing FROM fresh
    WHERE (SELECT t.id FROM portfolios_transaction t WHERE t.id = fresh.{column}) IS NULL
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '{column} of % is %, which is no entry.', TG_TABLE_NAME, missing.id
            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME, COLUMN = '{column}';
    END IF;
"""
# Not EXISTS: for that the planner might read a whole table, and keep to it for a single row.
QUESTION = (
    "('{column}', named.{column}::text, '{target}',"
    " (SELECT t.id FROM {target} t WHERE t.id = named.{column}) IS NOT NULL)"
)
STAYS = f"""
CREATE FUNCTION portfolios_wait_for_those_who_refer() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    {COMMITTED}
    PERFORM pg_advisory_xact_lock({LOCK});
    RETURN NULL;
END $$;

CREATE FUNCTION portfolios_keep_what_is_referred_to() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    found boolean;
BEGIN
    FOR place IN 0 .. TG_NARGS / 2 - 1 LOOP
        EXECUTE format(
            'SELECT EXISTS (SELECT FROM %I r WHERE r.%I IN (SELECT id FROM gone))',
            TG_ARGV[2 * place], TG_ARGV[2 * place + 1]
        ) INTO found;
        IF found THEN
            RAISE EXCEPTION '% is still referred to by % of %.',
                TG_TABLE_NAME, TG_ARGV[2 * place + 1], TG_ARGV[2 * place]
                USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

CREATE FUNCTION portfolios_refuse_to_leave_rows() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: other rows refer to its ids.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;
END $$;
"""  # noqa: S608 - the names stand above
KEPT = """
CREATE TRIGGER {table}_waits_for_those_who_refer BEFORE DELETE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION portfolios_wait_for_those_who_refer();
CREATE TRIGGER {table}_is_kept AFTER DELETE ON {table} REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION portfolios_keep_what_is_referred_to({places});
CREATE TRIGGER {table}_keeps_its_id BEFORE UPDATE OF id ON {table}
    FOR EACH ROW WHEN (OLD.id IS DISTINCT FROM NEW.id)
    EXECUTE FUNCTION portfolios_refuse_to_leave_rows();
CREATE TRIGGER {table}_not_emptied_below BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION portfolios_refuse_to_leave_rows();
"""


def _named(table: str) -> str:
    columns = REFERENCES[table]
    return NAMED.format(
        table=table,
        committed=COMMITTED,
        lock=LOCK,
        entries=ENTRY.format(column=ENTRIES[table]) if table in ENTRIES else "",
        columns=", ".join(columns),
        questions=", ".join(
            QUESTION.format(column=column, target=target) for column, target in columns.items()
        ),
    )


def _unnamed(table: str) -> str:
    return f"""
        DROP TRIGGER {table}_insert_names_what_is_there ON {table};
        DROP TRIGGER {table}_update_names_what_is_there ON {table};
        DROP FUNCTION {table}_names_what_is_there();
    """


def _kept(target: str) -> str:
    places = [
        f"'{table}', '{column}'"
        for table, columns in REFERENCES.items()
        for column, referred in columns.items()
        if referred == target
    ]
    return KEPT.format(table=target, places=", ".join(places))


def _left(target: str) -> str:
    return f"""
        DROP TRIGGER {target}_waits_for_those_who_refer ON {target};
        DROP TRIGGER {target}_is_kept ON {target};
        DROP TRIGGER {target}_keeps_its_id ON {target};
        DROP TRIGGER {target}_not_emptied_below ON {target};
    """


UNDONE = """
    DROP FUNCTION portfolios_wait_for_those_who_refer();
    DROP FUNCTION portfolios_keep_what_is_referred_to();
    DROP FUNCTION portfolios_refuse_to_leave_rows();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("market", "0005_policies_units_quarantine"),
        ("portfolios", "0012_page_stamp"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="lot",
            name="portfolio",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lots",
                to="portfolios.portfolio",
            ),
        ),
        migrations.AlterField(
            model_name="lot",
            name="security",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="market.security",
            ),
        ),
        migrations.AlterField(
            model_name="lotclosure",
            name="portfolio",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="closures",
                to="portfolios.portfolio",
            ),
        ),
        migrations.AlterField(
            model_name="transaction",
            name="corporate_action",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="market.corporateaction",
            ),
        ),
        migrations.AlterField(
            model_name="transaction",
            name="created_by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="transaction",
            name="import_run",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transactions",
                to="portfolios.importrun",
            ),
        ),
        migrations.AlterField(
            model_name="transaction",
            name="portfolio",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transactions",
                to="portfolios.portfolio",
            ),
        ),
        migrations.AlterField(
            model_name="transaction",
            name="security",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="market.security",
            ),
        ),
        migrations.AlterField(
            model_name="transaction",
            name="to_security",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="market.security",
            ),
        ),
        migrations.AlterField(
            model_name="lot",
            name="open_entry",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="opened_lots",
                to="portfolios.transaction",
            ),
        ),
        migrations.AlterField(
            model_name="lotclosure",
            name="close_entry",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="closures",
                to="portfolios.transaction",
            ),
        ),
        migrations.RunSQL(STAYS, UNDONE),
        *(migrations.RunSQL(_kept(target), _left(target)) for target in TARGETS),
        *(migrations.RunSQL(_named(table), _unnamed(table)) for table in REFERENCES),
    ]
