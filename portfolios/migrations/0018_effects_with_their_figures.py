"""The effects of currencies become arrays of the row of figures that they are part of.

A night wrote eight rows of them for each portfolio, each with a key, two checks and its figures'
row locked: ten million rows a year for five thousand portfolios. They go with their figures now
because they are in them, so nothing has to be held together. `CurrencyAttribution` is a view.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from accounts.rls import SERVICE_ROLE, WEB_ROLE

TABLE = "portfolios_currencyattribution"
ARRAYS = {
    "effect_currencies": "currency",
    "local_effects": "local_effect",
    "fx_effects": "fx_effect",
    "interaction_effects": "interaction_effect",
    "effect_errors_bps": "error_bps",
}
EFFECTS = [name for name in ARRAYS if name != "effect_currencies"]

FILL = f"""
SET LOCAL ROLE dawsos_service;
UPDATE portfolios_portfoliometrics m
   SET ({", ".join(ARRAYS)}) = ({", ".join(f"e.{name}" for name in ARRAYS)})
  FROM (SELECT portfolio_id, asof_date, pack_id,
               {", ".join(f"array_agg({of} ORDER BY currency) AS {name}" for name, of in ARRAYS.items())}
          FROM {TABLE} GROUP BY portfolio_id, asof_date, pack_id) e
 WHERE (m.portfolio_id, m.asof_date, m.pack_id) = (e.portfolio_id, e.asof_date, e.pack_id);
RESET ROLE;
"""  # noqa: S608 - names of our own columns

SOUND = f"""
ALTER TABLE portfolios_portfoliometrics ADD CONSTRAINT portfolio_metrics_effects CHECK (
    {" AND ".join(f"cardinality({name}) = cardinality(effect_currencies)" for name in EFFECTS)}
    AND {" AND ".join(f"array_position({name}, NULL) IS NULL" for name in ARRAYS)}
    AND {" AND ".join(f"-1e16 <= ALL ({name}) AND 1e16 >= ALL ({name})" for name in EFFECTS)}
    AND 0 <= ALL (effect_errors_bps)
)
"""

# Of migration 0014, for effects in a table of their own.
FREE = """
DROP TRIGGER currency_attribution_added ON portfolios_currencyattribution;
DROP TRIGGER currency_attribution_changed ON portfolios_currencyattribution;
DROP TRIGGER portfolio_metrics_removed ON portfolios_portfoliometrics;
DROP TRIGGER portfolio_metrics_keep_their_key ON portfolios_portfoliometrics;
DROP TRIGGER portfolio_metrics_not_emptied_below ON portfolios_portfoliometrics;
DROP FUNCTION portfolios_effects_have_figures();
DROP FUNCTION portfolios_effects_go_with_figures();
"""

VIEW = f"""
CREATE VIEW {TABLE} WITH (security_invoker = true) AS
SELECT m.portfolio_id, m.asof_date, m.pack_id, {", ".join(f"e.{of}" for of in ARRAYS.values())}
  FROM portfolios_portfoliometrics m,
       unnest({", ".join(f"m.{name}" for name in ARRAYS)}) e({", ".join(ARRAYS.values())});
GRANT SELECT ON {TABLE} TO {WEB_ROLE}, {SERVICE_ROLE};
"""  # noqa: S608 - names of our own columns


def _floats(name: str) -> migrations.AddField:
    array = django.contrib.postgres.fields.ArrayField(
        base_field=models.FloatField(), default=list, size=None
    )
    return migrations.AddField("portfoliometrics", name, array)


class Migration(migrations.Migration):
    dependencies = [("portfolios", "0017_cheaper_checks_of_months")]

    operations = [
        migrations.AddField(
            "portfoliometrics",
            "effect_currencies",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=3), default=list, size=None
            ),
        ),
        *(_floats(name) for name in EFFECTS),
        migrations.RunSQL(FILL),
        migrations.RunSQL(FREE),
        migrations.DeleteModel("CurrencyAttribution"),
        migrations.RunSQL(SOUND),
        migrations.RunSQL(VIEW),
        migrations.CreateModel(
            name="CurrencyAttribution",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "portfolio_id",
                        "asof_date",
                        "pack_id",
                        "currency",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("asof_date", models.DateField()),
                ("currency", models.CharField(max_length=3)),
                ("local_effect", models.FloatField()),
                ("fx_effect", models.FloatField()),
                ("interaction_effect", models.FloatField()),
                ("error_bps", models.FloatField()),
                (
                    "portfolio",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="portfolios.portfolio",
                    ),
                ),
                (
                    "pack",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="market.pricingpack",
                    ),
                ),
            ],
            options={
                "db_table": TABLE,
                "ordering": ("portfolio_id", "asof_date", "pack_id", "currency"),
                "managed": False,
            },
        ),
    ]
