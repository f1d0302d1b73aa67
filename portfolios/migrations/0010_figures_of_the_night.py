"""Figures of the night, the effects of currencies, flows, and returns by the month.

Rows of daily values come by the million, and a foreign key asks once a row: five times what the
insert itself costs. Here one statement is asked once, for all its rows, by a trigger. The same
trigger keeps the flows in step, and removes the monthly copies of returns that have changed.
"""

from decimal import Decimal

import django.db.models.deletion
from django.db import migrations, models

from accounts.rls import protect

WRITTEN = """
CREATE FUNCTION portfolios_daily_values_written() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT pack_id FROM written) w WHERE NOT EXISTS (
            SELECT FROM market_pricingpack p WHERE p.id = w.pack_id)) THEN
        RAISE EXCEPTION 'A daily value names a pack that does not exist.'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    IF EXISTS (SELECT FROM (SELECT DISTINCT portfolio_id FROM written) w WHERE NOT EXISTS (
            SELECT FROM portfolios_portfolio p WHERE p.id = w.portfolio_id)) THEN
        RAISE EXCEPTION 'A daily value names a portfolio that does not exist.'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    DELETE FROM portfolios_monthlyreturns m
     USING (SELECT portfolio_id, min(asof_date) AS day FROM written GROUP BY portfolio_id) w
     WHERE m.portfolio_id = w.portfolio_id AND m.month > w.day - 31
       AND m.month >= date_trunc('month', w.day);
    INSERT INTO portfolios_portfoliocashflow (portfolio_id, asof_date, pack_id, inflow, outflow)
    SELECT DISTINCT ON (portfolio_id, asof_date, pack_id)
           portfolio_id, asof_date, pack_id, inflow, outflow
      FROM written WHERE inflow > 0 OR outflow > 0
     ORDER BY portfolio_id, asof_date, pack_id, from_head DESC
    ON CONFLICT (portfolio_id, asof_date, pack_id)
    DO UPDATE SET inflow = excluded.inflow, outflow = excluded.outflow;
    RETURN NULL;
END $$;
"""

REMOVED = """
CREATE FUNCTION portfolios_daily_values_removed() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM portfolios_monthlyreturns m
     USING (SELECT portfolio_id, min(asof_date) AS day FROM removed GROUP BY portfolio_id) r
     WHERE m.portfolio_id = r.portfolio_id AND m.month > r.day - 31
       AND m.month >= date_trunc('month', r.day);
    DELETE FROM portfolios_portfoliocashflow f
     USING (SELECT portfolio_id, asof_date, pack_id FROM removed
             WHERE inflow > 0 OR outflow > 0) r
     WHERE (f.portfolio_id, f.asof_date, f.pack_id)
         = (r.portfolio_id, r.asof_date, r.pack_id);
    RETURN NULL;
END $$;
"""

TRIGGERS = """
CREATE TRIGGER daily_values_added AFTER INSERT ON portfolios_portfoliodailyvalue
    REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION portfolios_daily_values_written();
CREATE TRIGGER daily_values_changed AFTER UPDATE ON portfolios_portfoliodailyvalue
    REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION portfolios_daily_values_written();
CREATE TRIGGER daily_values_removed AFTER DELETE ON portfolios_portfoliodailyvalue
    REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION portfolios_daily_values_removed();
"""

UNDO = """
DROP TRIGGER daily_values_added ON portfolios_portfoliodailyvalue;
DROP TRIGGER daily_values_changed ON portfolios_portfoliodailyvalue;
DROP TRIGGER daily_values_removed ON portfolios_portfoliodailyvalue;
DROP FUNCTION portfolios_daily_values_written();
DROP FUNCTION portfolios_daily_values_removed();
"""

# A currency's effects are part of a row of figures, and go with it.
PART = """
ALTER TABLE portfolios_currencyattribution ADD CONSTRAINT currency_attribution_of_figures
    FOREIGN KEY (portfolio_id, asof_date, pack_id)
    REFERENCES portfolios_portfoliometrics (portfolio_id, asof_date, pack_id) ON DELETE CASCADE;
"""
WHOLE = """
ALTER TABLE portfolios_currencyattribution DROP CONSTRAINT currency_attribution_of_figures;
"""

# Flows of the values that are stored already.
FILL = """
SET LOCAL ROLE dawsos_service;
INSERT INTO portfolios_portfoliocashflow (portfolio_id, asof_date, pack_id, inflow, outflow)
SELECT DISTINCT ON (portfolio_id, asof_date, pack_id)
       portfolio_id, asof_date, pack_id, inflow, outflow
  FROM portfolios_portfoliodailyvalue WHERE inflow > 0 OR outflow > 0
 ORDER BY portfolio_id, asof_date, pack_id, from_head DESC;
RESET ROLE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("market", "0004_ledger_of_all_entries"),
        ("portfolios", "0009_values_beside_values"),
    ]

    operations = [
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
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="portfolios.portfolio",
                    ),
                ),
                (
                    "pack",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="market.pricingpack",
                    ),
                ),
            ],
            options={
                "ordering": ("portfolio_id", "asof_date", "pack_id", "currency"),
            },
        ),
        migrations.CreateModel(
            name="MonthlyReturns",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "portfolio_id",
                        "month",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("month", models.DateField()),
                ("days", models.BinaryField()),
                ("returns", models.BinaryField()),
                ("funded_on", models.DateField(null=True)),
                ("observations_before", models.IntegerField()),
                ("wealth_before", models.FloatField(null=True)),
                ("peak_before", models.FloatField(null=True)),
                ("fall_before", models.FloatField(null=True)),
                ("lineage", models.CharField(max_length=64)),
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
                "verbose_name_plural": "monthly returns",
                "ordering": ("portfolio_id", "month"),
            },
        ),
        migrations.CreateModel(
            name="PortfolioCashFlow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "portfolio_id",
                        "asof_date",
                        "pack_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("asof_date", models.DateField()),
                ("inflow", models.DecimalField(decimal_places=10, max_digits=28)),
                ("outflow", models.DecimalField(decimal_places=10, max_digits=28)),
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
                (
                    "pack",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="market.pricingpack",
                    ),
                ),
            ],
            options={
                "ordering": ("portfolio_id", "asof_date", "pack_id"),
            },
        ),
        migrations.CreateModel(
            name="PortfolioMetrics",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asof_date", models.DateField()),
                ("return_1d", models.FloatField(null=True)),
                ("return_mtd", models.FloatField(null=True)),
                ("return_qtd", models.FloatField(null=True)),
                ("return_ytd", models.FloatField(null=True)),
                ("return_1y", models.FloatField(null=True)),
                ("return_3y", models.FloatField(null=True)),
                ("return_5y", models.FloatField(null=True)),
                ("return_since_inception", models.FloatField(null=True)),
                ("volatility_30d", models.FloatField(null=True)),
                ("volatility_60d", models.FloatField(null=True)),
                ("volatility_90d", models.FloatField(null=True)),
                ("volatility_1y", models.FloatField(null=True)),
                ("sharpe_ratio", models.FloatField(null=True)),
                ("sortino_ratio", models.FloatField(null=True)),
                ("max_drawdown", models.FloatField(null=True)),
                ("current_drawdown", models.FloatField(null=True)),
                ("beta", models.FloatField(null=True)),
                ("alpha", models.FloatField(null=True)),
                ("observations", models.IntegerField()),
                ("reasons", models.JSONField(default=dict)),
                ("method_version", models.CharField(max_length=16)),
                ("ledger_commit_hash", models.CharField(max_length=64)),
                (
                    "portfolio",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="portfolios.portfolio",
                    ),
                ),
                (
                    "pack",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="market.pricingpack",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "portfolio metrics",
                "ordering": ("portfolio_id", "asof_date", "pack_id"),
            },
        ),
        migrations.RemoveConstraint(
            model_name="portfoliodailyvalue",
            name="daily_value_once",
        ),
        migrations.AlterField(
            model_name="portfoliodailyvalue",
            name="pack",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="market.pricingpack",
            ),
        ),
        migrations.AlterField(
            model_name="portfoliodailyvalue",
            name="portfolio",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="daily_values",
                to="portfolios.portfolio",
            ),
        ),
        migrations.AddConstraint(
            model_name="portfoliodailyvalue",
            constraint=models.UniqueConstraint(
                condition=models.Q(("to_head__isnull", False)),
                fields=("portfolio", "asof_date", "from_head"),
                name="daily_value_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="currencyattribution",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(("local_effect__gte", -1e16), ("local_effect__lte", 1e16)),
                        ("local_effect__isnull", True),
                        _connector="OR",
                    ),
                    models.Q(
                        models.Q(("fx_effect__gte", -1e16), ("fx_effect__lte", 1e16)),
                        ("fx_effect__isnull", True),
                        _connector="OR",
                    ),
                    models.Q(
                        models.Q(
                            ("interaction_effect__gte", -1e16), ("interaction_effect__lte", 1e16)
                        ),
                        ("interaction_effect__isnull", True),
                        _connector="OR",
                    ),
                ),
                name="currency_attribution_finite",
            ),
        ),
        migrations.AddConstraint(
            model_name="currencyattribution",
            constraint=models.CheckConstraint(
                condition=models.Q(("error_bps__gte", 0), ("error_bps__lte", 1e16)),
                name="currency_attribution_error",
            ),
        ),
        migrations.AddConstraint(
            model_name="portfoliocashflow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(
                            ("inflow__gte", Decimal("-10000000000000000")),
                            ("inflow__lte", Decimal("10000000000000000")),
                        ),
                        ("inflow__isnull", True),
                        _connector="OR",
                    ),
                    models.Q(
                        models.Q(
                            ("outflow__gte", Decimal("-10000000000000000")),
                            ("outflow__lte", Decimal("10000000000000000")),
                        ),
                        ("outflow__isnull", True),
                        _connector="OR",
                    ),
                ),
                name="cash_flow_finite",
            ),
        ),
        migrations.AddConstraint(
            model_name="portfoliocashflow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("inflow__gte", 0),
                    ("outflow__gte", 0),
                    models.Q(("inflow__gt", 0), ("outflow__gt", 0), _connector="OR"),
                ),
                name="cash_flow_moves",
            ),
        ),
        migrations.AddConstraint(
            model_name="portfoliometrics",
            constraint=models.UniqueConstraint(
                fields=("portfolio", "asof_date", "pack"), name="portfolio_metrics_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="portfoliometrics",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(("return_1d__gte", -1e16), ("return_1d__lte", 1e16)),
                        ("return_1d__isnull", True),
                        _connector="OR",
                    ),
                    models.Q(
                        models.Q(("return_mtd__gte", -1e16), ("return_mtd__lte", 1e16)),
                        ("return_mtd__isnull", True),
                        _connector="OR",
                    ),
                    models.Q(
                        models.Q(("return_qtd__gte", -1e16), ("return_qtd__lte", 1e16)),
                        ("return_qtd__isnull", True),
                        _connector="OR",
                    ),
                    models.Q(
                        models.Q(("return_ytd__gte", -1e16), ("return_ytd__lte", 1e16)),
                        ("return_ytd__isnull", True),
                        _connector="OR",
                    ),
                    models.Q(
                        models.Q(("return_1y__gte", -1e16), ("return_1y__lte", 1e16)),
                        ("return_1y__isnull", True),
                        _connector="OR",
                    ),
                    models.Q(
                        models.Q(("return_3y__gte", -1e16), ("return_3y__lte", 1e16)),
                        ("return_3y__isnull", True),
                        _connector="OR",
                    ),
                    models.Q(
                        models.Q(("return_5y__gte", -1e16), ("return_5y__lte", 1e16)),
                        ("return_5y__isnull", True),
                        _connector="OR",
                    ),
                    models.Q(
                        models.Q(
                            ("return_since_inception__gte", -1e16),
                            ("return_since_inception__lte", 1e16),
                        ),
                        ("return_since_inception__isnull", True),
                        _connector="OR",
                    ),
                    models.Q(
                        models.Q(("sharpe_ratio__gte", -1e16), ("sharpe_ratio__lte", 1e16)),
                        ("sharpe_ratio__isnull", True),
                        _connector="OR",
                    ),
                    models.Q(
                        models.Q(("sortino_ratio__gte", -1e16), ("sortino_ratio__lte", 1e16)),
                        ("sortino_ratio__isnull", True),
                        _connector="OR",
                    ),
                    models.Q(
                        models.Q(("beta__gte", -1e16), ("beta__lte", 1e16)),
                        ("beta__isnull", True),
                        _connector="OR",
                    ),
                    models.Q(
                        models.Q(("alpha__gte", -1e16), ("alpha__lte", 1e16)),
                        ("alpha__isnull", True),
                        _connector="OR",
                    ),
                ),
                name="portfolio_metrics_finite",
            ),
        ),
        migrations.AddConstraint(
            model_name="portfoliometrics",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("volatility_30d__gte", 0), ("volatility_30d__lte", 1e16)),
                    ("volatility_30d__isnull", True),
                    _connector="OR",
                ),
                name="portfolio_metrics_volatility",
            ),
        ),
        migrations.AddConstraint(
            model_name="portfoliometrics",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("current_drawdown__isnull", True), ("max_drawdown__isnull", True)),
                    models.Q(
                        ("current_drawdown__gte", 0),
                        ("current_drawdown__lte", models.F("max_drawdown")),
                        ("max_drawdown__lte", 1e16),
                    ),
                    _connector="OR",
                ),
                name="portfolio_metrics_drawdowns",
            ),
        ),
        migrations.AddConstraint(
            model_name="portfoliometrics",
            constraint=models.CheckConstraint(
                condition=models.Q(("observations__gte", 0)), name="portfolio_metrics_observations"
            ),
        ),
        *protect("portfolios_portfoliometrics"),
        *protect("portfolios_currencyattribution"),
        *protect("portfolios_portfoliocashflow"),
        *protect("portfolios_monthlyreturns"),
        migrations.RunSQL(PART, WHOLE),
        migrations.RunSQL(WRITTEN + REMOVED + TRIGGERS, UNDO),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
