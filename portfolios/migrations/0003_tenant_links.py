"""Tie the plain portfolio ids of lower apps to portfolios, and hide their rows from strangers.

`accounts` and `patterns` know no domain, so their tables hold a bare UUID. The constraints
are deferred: a portfolio is created by first writing the membership of its owner.
"""

from django.db import migrations

from accounts.rls import protect

LINK = """
ALTER TABLE {table} ADD CONSTRAINT {table}_portfolio_fk FOREIGN KEY (portfolio_id)
    REFERENCES portfolios_portfolio (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
"""
UNLINK = "ALTER TABLE {table} DROP CONSTRAINT {table}_portfolio_fk;"

TABLES = ("accounts_membership", "patterns_patternrun", "patterns_stepresult")


class Migration(migrations.Migration):
    dependencies = [
        ("portfolios", "0002_append_only"),
        ("accounts", "0001_initial"),
        ("patterns", "0001_initial"),
    ]
    operations = [
        *(
            migrations.RunSQL(LINK.format(table=table), UNLINK.format(table=table))
            for table in TABLES
        ),
        # Whoever may look may run, so viewers write runs too. Only the service forgets them.
        *(
            operation
            for table in ("patterns_patternrun", "patterns_stepresult")
            for operation in protect(
                table,
                nullable_public=True,
                web=("SELECT", "INSERT"),
                service=("SELECT", "INSERT", "DELETE"),
                write_roles=("owner", "editor", "viewer"),
            )
        ),
    ]
