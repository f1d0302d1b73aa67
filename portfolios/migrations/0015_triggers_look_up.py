"""What follows a statement looks each portfolio up, whatever the statement was planned for.

Bulk work plans for whole tables, without loops, and its triggers inherited that: to remove the
monthly copies of a thousand portfolios, or to see whether their figures are there, they read the
whole table, which grows every night.
"""

from django.db import migrations

FUNCTIONS = (
    "portfolios_daily_values_written",
    "portfolios_daily_values_removed",
    "portfolios_effects_have_figures",
    "portfolios_effects_go_with_figures",
)


class Migration(migrations.Migration):
    dependencies = [("portfolios", "0014_effects_of_figures_by_the_statement")]

    operations = [
        migrations.RunSQL(
            f"ALTER FUNCTION {name}() SET enable_nestloop = on",
            f"ALTER FUNCTION {name}() RESET enable_nestloop",
        )
        for name in FUNCTIONS
    ]
