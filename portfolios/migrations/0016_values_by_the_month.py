"""The current daily values of a portfolio's month are one row, with an array for each column.

Ended revisions stay rows of their own, and a view shows both as rows of one kind, as before. What
held single rows holds arrays here: checks in C for each row, one question a statement for the rest.
"""

from decimal import Decimal

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from accounts.rls import protect
from patterns.formats import minor_units

DAILY = "portfolios_portfoliodailyvalue"
MONTHS = "portfolios_monthlyvalues"
ENDED = "portfolios_endeddailyvalue"

MONEY = ("totals", "cash", "receivables", "inflows", "outflows")
ALWAYS = ("days", "packs", "heads", "totals", "cash", "returns")
AT_TIMES = ("receivables", "inflows", "outflows", "states", "coverages")
WHOLE = ("days", "packs", "heads", "cash", "states", "coverages")
MOST = "10000000000000000"  # of a currency, or of a return

CHECKS = {
    "first": "extract(day FROM month) = 1",
    "coin": "coin IN (1, 0.1, 0.01, 0.001, 0.0001)",
    "length": "cardinality(days) BETWEEN 1 AND 31 AND "
    + " AND ".join(f"cardinality({name}) = cardinality(days)" for name in (*ALWAYS[1:], *AT_TIMES)),
    "known": " AND ".join(f"array_position({name}, NULL) IS NULL" for name in WHOLE),
    # Coins are counted in 64 bits, which bounds those of a thousandth by themselves.
    "finite": " AND ".join(
        f"least({MOST} / coin, 9000000000000000000)::bigint >= ALL ({name})"
        f" AND -least({MOST} / coin, 9000000000000000000)::bigint <= ALL ({name})"
        for name in MONEY
    )
    + f" AND {MOST}::float8 >= ALL (returns) AND -{MOST}::float8 <= ALL (returns)",
    "states": "0 <= ALL (states) AND 4 >= ALL (states)",
    "coverages": "0 <= ALL (coverages) AND 1 >= ALL (coverages)",
}
CHECK = "".join(
    f"ALTER TABLE {MONTHS} ADD CONSTRAINT monthly_values_{name} CHECK ({condition});\n"
    for name, condition in CHECKS.items()
)

VIEW = f"""
CREATE VIEW {DAILY} WITH (security_invoker = true) AS
SELECT m.portfolio_id, m.month + (d.day - 1) AS asof_date, p.id AS pack_id,
       (d.total * m.coin)::numeric(28, 10) AS total_value,
       ((d.total - d.cash) * m.coin)::numeric(28, 10) AS positions_value,
       (d.cash * m.coin)::numeric(28, 10) AS cash_balance,
       (CASE WHEN m.receivables IS NULL THEN 0 ELSE d.receivable * m.coin END)::numeric(28, 10)
           AS receivable_balance,
       (CASE WHEN m.inflows IS NULL THEN 0 ELSE d.inflow * m.coin END)::numeric(28, 10) AS inflow,
       (CASE WHEN m.outflows IS NULL THEN 0 ELSE d.outflow * m.coin END)::numeric(28, 10)
           AS outflow,
       d.earned AS time_weighted_return,
       CASE coalesce(d.state, 0) WHEN 0 THEN 'exact' WHEN 1 THEN 'partial' WHEN 2 THEN 'stale'
            WHEN 3 THEN 'estimated' ELSE 'withheld' END::varchar(16) AS state,
       coalesce(d.coverage, 1) AS coverage, m.currency, d.head AS from_head,
       NULL::bigint AS to_head, m.month
  FROM {MONTHS} m
 CROSS JOIN LATERAL unnest(m.days, m.packs, m.heads, m.totals, m.cash, m.returns, m.receivables,
                           m.inflows, m.outflows, m.states, m.coverages)
       d(day, pack, head, total, cash, earned, receivable, inflow, outflow, state, coverage)
  LEFT JOIN market_pricingpack p ON p.seal_number = d.pack
UNION ALL
SELECT portfolio_id, asof_date, pack_id, total_value, positions_value, cash_balance,
       receivable_balance, inflow, outflow, time_weighted_return, state, coverage, currency,
       from_head, to_head, date_trunc('month', asof_date)::date
  FROM {ENDED};
"""  # noqa: S608 - names stand above

# What the triggers said of rows, said of months. A function keeps its plans, and the first may be
# made while tables are empty: so single rows are looked up, and what joins is planned each time.
HEAD = """
LANGUAGE plpgsql SET search_path = public, pg_temp
SET enable_nestloop = on SET enable_seqscan = off
"""
WRITTEN = f"""
CREATE FUNCTION portfolios_monthly_values_written() RETURNS trigger {HEAD} AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT u.pack FROM (SELECT DISTINCT packs FROM written) w,
                                   unnest(w.packs) u(pack)) n
                WHERE (SELECT p.id FROM market_pricingpack p
                        WHERE p.seal_number = n.pack) IS NULL) THEN
        RAISE EXCEPTION 'A daily value names a pack that does not exist.'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    IF EXISTS (SELECT FROM (SELECT DISTINCT portfolio_id FROM written) w
                WHERE (SELECT p.id FROM portfolios_portfolio p
                        WHERE p.id = w.portfolio_id) IS NULL) THEN
        RAISE EXCEPTION 'A daily value names a portfolio that does not exist.'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    IF EXISTS (SELECT FROM (SELECT DISTINCT month, days FROM written) w
                WHERE w.days <> ARRAY(
                    SELECT DISTINCT d FROM unnest(w.days) d
                     WHERE d >= 1 AND w.month + (d - 1) < w.month + interval '1 month'
                     ORDER BY d)) THEN
        RAISE EXCEPTION 'The days of a month are not ascending days of that month.'
            USING ERRCODE = 'check_violation';
    END IF;
    EXECUTE 'DELETE FROM portfolios_monthlyreturns r
      USING (SELECT portfolio_id, min(month) AS month FROM written GROUP BY portfolio_id) w
      WHERE r.portfolio_id = w.portfolio_id AND r.month >= w.month';
    IF EXISTS (SELECT FROM written WHERE inflows IS NOT NULL OR outflows IS NOT NULL) THEN
        EXECUTE 'INSERT INTO portfolios_portfoliocashflow
                        (portfolio_id, asof_date, pack_id, inflow, outflow)
        SELECT w.portfolio_id, w.month + (d.day - 1), p.id,
               CASE WHEN w.inflows IS NULL THEN 0 ELSE d.inflow * w.coin END,
               CASE WHEN w.outflows IS NULL THEN 0 ELSE d.outflow * w.coin END
          FROM written w
         CROSS JOIN LATERAL unnest(w.days, w.packs, w.inflows, w.outflows)
               d(day, pack, inflow, outflow)
          JOIN market_pricingpack p ON p.seal_number = d.pack
         WHERE (w.inflows IS NOT NULL OR w.outflows IS NOT NULL)
           AND (d.inflow > 0 OR d.outflow > 0)
        ON CONFLICT (portfolio_id, asof_date, pack_id)
        DO UPDATE SET inflow = excluded.inflow, outflow = excluded.outflow';
    END IF;
    RETURN NULL;
END $$;
"""  # noqa: S608 - names stand above
# A flow stays as long as an ended value of its day has it, in the same pack.
REMOVED = f"""
CREATE FUNCTION portfolios_monthly_values_removed() RETURNS trigger {HEAD} AS $$
BEGIN
    EXECUTE 'DELETE FROM portfolios_monthlyreturns m
      USING (SELECT portfolio_id, min(month) AS month FROM removed GROUP BY portfolio_id) r
      WHERE m.portfolio_id = r.portfolio_id AND m.month >= r.month';
    IF EXISTS (SELECT FROM removed WHERE inflows IS NOT NULL OR outflows IS NOT NULL) THEN
        EXECUTE 'DELETE FROM portfolios_portfoliocashflow f
         USING (SELECT r.portfolio_id, r.month + (d.day - 1) AS asof_date, p.id AS pack_id
                  FROM removed r
                 CROSS JOIN LATERAL unnest(r.days, r.packs, r.inflows, r.outflows)
                       d(day, pack, inflow, outflow)
                  JOIN market_pricingpack p ON p.seal_number = d.pack
                 WHERE (r.inflows IS NOT NULL OR r.outflows IS NOT NULL)
                   AND (d.inflow > 0 OR d.outflow > 0)) r
         WHERE (f.portfolio_id, f.asof_date, f.pack_id)
             = (r.portfolio_id, r.asof_date, r.pack_id)
           AND NOT EXISTS (SELECT FROM {ENDED} e
                            WHERE e.portfolio_id = r.portfolio_id
                              AND e.asof_date = r.asof_date AND e.pack_id = r.pack_id)';
    END IF;
    RETURN NULL;
END $$;
"""  # noqa: S608 - names stand above
# Triggers of one event fire in the order of their names: what was, then what is.
TRIGGERS = f"""
CREATE TRIGGER monthly_values_added AFTER INSERT ON {MONTHS}
    REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION portfolios_monthly_values_written();
CREATE TRIGGER monthly_values_changed_from AFTER UPDATE ON {MONTHS}
    REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION portfolios_monthly_values_removed();
CREATE TRIGGER monthly_values_changed_to AFTER UPDATE ON {MONTHS}
    REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION portfolios_monthly_values_written();
CREATE TRIGGER monthly_values_removed AFTER DELETE ON {MONTHS}
    REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION portfolios_monthly_values_removed();
"""
UNDO = f"""
DROP TRIGGER monthly_values_added ON {MONTHS};
DROP TRIGGER monthly_values_changed_from ON {MONTHS};
DROP TRIGGER monthly_values_changed_to ON {MONTHS};
DROP TRIGGER monthly_values_removed ON {MONTHS};
DROP FUNCTION portfolios_monthly_values_written();
DROP FUNCTION portfolios_monthly_values_removed();
"""

# Arrays with nothing to say are left out.
CARRIED = f"""
INSERT INTO {MONTHS} (portfolio_id, month, currency, coin, days, packs, heads, totals, cash, returns,
                      receivables, inflows, outflows, states, coverages)
SELECT portfolio_id, month, currency, coin, days, packs, heads, totals, cash, returns,
       CASE WHEN 0 = ALL (receivables) THEN NULL ELSE receivables END,
       CASE WHEN 0 = ALL (inflows) THEN NULL ELSE inflows END,
       CASE WHEN 0 = ALL (outflows) THEN NULL ELSE outflows END,
       CASE WHEN 0 = ALL (states) THEN NULL ELSE states END,
       CASE WHEN 1 = ALL (coverages) THEN NULL ELSE coverages END
  FROM (SELECT v.portfolio_id, date_trunc('month', v.asof_date)::date AS month,
               v.currency, c.coin,
               array_agg(extract(day FROM v.asof_date)::smallint ORDER BY v.asof_date) AS days,
               array_agg(p.seal_number ORDER BY v.asof_date) AS packs,
               array_agg(v.from_head ORDER BY v.asof_date) AS heads,
               array_agg((v.total_value / c.coin)::bigint ORDER BY v.asof_date) AS totals,
               array_agg((coalesce(v.cash_balance, 0) / c.coin)::bigint
                         ORDER BY v.asof_date) AS cash,
               array_agg(v.time_weighted_return ORDER BY v.asof_date) AS returns,
               array_agg((v.receivable_balance / c.coin)::bigint
                         ORDER BY v.asof_date) AS receivables,
               array_agg((v.inflow / c.coin)::bigint ORDER BY v.asof_date) AS inflows,
               array_agg((v.outflow / c.coin)::bigint ORDER BY v.asof_date) AS outflows,
               array_agg((array_position(ARRAY['exact', 'partial', 'stale', 'estimated',
                                               'withheld'], v.state::text) - 1)::smallint
                         ORDER BY v.asof_date) AS states,
               array_agg(v.coverage ORDER BY v.asof_date) AS coverages
          FROM {ENDED} v
          JOIN market_pricingpack p ON p.id = v.pack_id AND p.seal_number IS NOT NULL
          JOIN unnest(%s::text[], %s::numeric[]) c(currency, coin) ON c.currency = v.currency
         WHERE v.to_head IS NULL
         GROUP BY v.portfolio_id, date_trunc('month', v.asof_date), v.currency, c.coin) m
"""  # noqa: S608 - names stand above
CARRIED_BACK = f"""
INSERT INTO {ENDED} (portfolio_id, asof_date, pack_id, total_value, positions_value, cash_balance,
                     receivable_balance, inflow, outflow, time_weighted_return, state, coverage,
                     currency, from_head)
SELECT portfolio_id, asof_date, pack_id, total_value, positions_value, cash_balance,
       receivable_balance, inflow, outflow, time_weighted_return, state, coverage, currency,
       from_head
  FROM {DAILY} WHERE to_head IS NULL
"""  # noqa: S608 - names stand above


def carry_over(_apps: object, schema_editor: object) -> None:
    """Neither owner nor login sees a tenant's row: the service does, and triggers have no say."""
    cursor = schema_editor.connection.cursor()  # type: ignore[attr-defined]
    cursor.execute(f"ALTER TABLE {ENDED} DISABLE TRIGGER USER")
    cursor.execute("SET LOCAL ROLE dawsos_service")
    cursor.execute(f"SELECT DISTINCT currency FROM {ENDED} WHERE to_head IS NULL")  # noqa: S608
    currencies = [currency for (currency,) in cursor.fetchall()]
    coins = [Decimal(1).scaleb(-minor_units(currency)) for currency in currencies]
    cursor.execute(CARRIED, [currencies, coins])
    cursor.execute(f"DELETE FROM {ENDED} WHERE to_head IS NULL")  # noqa: S608
    cursor.execute("RESET ROLE")
    cursor.execute(f"ALTER TABLE {ENDED} ENABLE TRIGGER USER")


def carry_back(_apps: object, schema_editor: object) -> None:
    """The flows are there already."""
    cursor = schema_editor.connection.cursor()  # type: ignore[attr-defined]
    cursor.execute(f"ALTER TABLE {ENDED} DISABLE TRIGGER USER")
    cursor.execute("SET LOCAL ROLE dawsos_service")
    cursor.execute(CARRIED_BACK)
    cursor.execute("RESET ROLE")
    cursor.execute(f"ALTER TABLE {ENDED} ENABLE TRIGGER USER")


def _array(
    element: models.Field, *, null: bool = False
) -> django.contrib.postgres.fields.ArrayField:
    return django.contrib.postgres.fields.ArrayField(base_field=element, null=null, size=None)


def _amount() -> models.DecimalField:
    return models.DecimalField(decimal_places=10, max_digits=28, null=True)


STATES = [
    ("exact", "Exact"),
    ("partial", "Partial"),
    ("stale", "Stale"),
    ("estimated", "Estimated"),
    ("withheld", "Withheld"),
]


class Migration(migrations.Migration):
    dependencies = [("portfolios", "0015_triggers_look_up")]

    operations = [
        migrations.RenameModel("PortfolioDailyValue", "EndedDailyValue"),
        migrations.AlterField(
            model_name="endeddailyvalue",
            name="portfolio",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="portfolios.portfolio",
            ),
        ),
        migrations.RemoveConstraint("endeddailyvalue", "daily_value_one_current"),
        migrations.RemoveConstraint("endeddailyvalue", "daily_value_once"),
        migrations.RemoveConstraint("endeddailyvalue", "daily_value_stood"),
        migrations.CreateModel(
            name="MonthlyValues",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField()),
                ("currency", models.CharField(max_length=3)),
                ("coin", models.DecimalField(decimal_places=10, max_digits=11)),
                ("days", _array(models.SmallIntegerField())),
                ("packs", _array(models.BigIntegerField())),
                ("heads", _array(models.BigIntegerField())),
                ("totals", _array(models.BigIntegerField(null=True))),
                ("cash", _array(models.BigIntegerField())),
                ("returns", _array(models.FloatField(null=True))),
                ("receivables", _array(models.BigIntegerField(null=True), null=True)),
                ("inflows", _array(models.BigIntegerField(null=True), null=True)),
                ("outflows", _array(models.BigIntegerField(null=True), null=True)),
                ("states", _array(models.SmallIntegerField(), null=True)),
                ("coverages", _array(models.FloatField(), null=True)),
                (
                    "portfolio",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="portfolios.portfolio",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "monthly values",
                "ordering": ("portfolio_id", "month"),
            },
        ),
        migrations.AddConstraint(
            "monthlyvalues",
            models.UniqueConstraint(fields=("portfolio", "month"), name="monthly_values_once"),
        ),
        *protect(MONTHS),
        migrations.RunSQL(VIEW, f"DROP VIEW {DAILY}"),
        migrations.RunSQL(
            f"GRANT SELECT ON {DAILY} TO dawsos_app, dawsos_web, dawsos_service",
            migrations.RunSQL.noop,
        ),
        migrations.RunPython(carry_over, carry_back),
        migrations.RunSQL(CHECK, migrations.RunSQL.noop),
        migrations.RunSQL(WRITTEN + REMOVED + TRIGGERS, UNDO),
        migrations.AlterField(
            model_name="endeddailyvalue", name="to_head", field=models.BigIntegerField()
        ),
        migrations.AddConstraint(
            "endeddailyvalue",
            models.UniqueConstraint(
                fields=("portfolio", "asof_date", "from_head"), name="daily_value_once"
            ),
        ),
        migrations.AddConstraint(
            "endeddailyvalue",
            models.CheckConstraint(
                condition=models.Q(("to_head__gt", models.F("from_head"))),
                name="daily_value_stood",
            ),
        ),
        migrations.CreateModel(
            name="PortfolioDailyValue",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "portfolio_id",
                        "asof_date",
                        "from_head",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("asof_date", models.DateField()),
                ("total_value", _amount()),
                ("positions_value", _amount()),
                ("cash_balance", _amount()),
                ("receivable_balance", _amount()),
                ("inflow", _amount()),
                ("outflow", _amount()),
                ("time_weighted_return", models.FloatField(null=True)),
                ("state", models.CharField(choices=STATES, max_length=16)),
                ("coverage", models.FloatField()),
                ("currency", models.CharField(max_length=3)),
                ("from_head", models.BigIntegerField()),
                ("to_head", models.BigIntegerField(null=True)),
                ("month", models.DateField()),
                (
                    "pack",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="market.pricingpack",
                    ),
                ),
                (
                    "portfolio",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="daily_values",
                        to="portfolios.portfolio",
                    ),
                ),
            ],
            options={
                "db_table": DAILY,
                "ordering": ("portfolio_id", "asof_date", "from_head"),
                "managed": False,
            },
        ),
    ]
