"""The effects of currencies are held to their figures by the statement, as entries are (0013).

A night writes eight of them for each portfolio, and the composite key asked once a row, more than
twice what the row itself costs. As tight as the key was:

- Figures that effects name must be there after each INSERT and UPDATE. They are locked as the key
  locked them, once for all their effects: who deletes them waits, or has been waited for.
- Effects go with their figures.
- Figures keep the columns that effects know them by, and are not emptied away.
"""

from django.db import migrations

KEY = """
ALTER TABLE portfolios_currencyattribution ADD CONSTRAINT currency_attribution_of_figures
    FOREIGN KEY (portfolio_id, asof_date, pack_id)
    REFERENCES portfolios_portfoliometrics (portfolio_id, asof_date, pack_id) ON DELETE CASCADE;
"""
NO_KEY = (
    "ALTER TABLE portfolios_currencyattribution DROP CONSTRAINT currency_attribution_of_figures"
)

HELD = """
CREATE FUNCTION portfolios_effects_have_figures() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    named bigint;
    there bigint;
BEGIN
    SELECT count(*) INTO named
      FROM (SELECT DISTINCT portfolio_id, asof_date, pack_id FROM fresh) f;
    PERFORM FROM portfolios_portfoliometrics m
       JOIN (SELECT DISTINCT portfolio_id, asof_date, pack_id FROM fresh) f
            USING (portfolio_id, asof_date, pack_id)
        FOR KEY SHARE OF m;
    GET DIAGNOSTICS there = ROW_COUNT;
    IF there < named THEN
        RAISE EXCEPTION 'Effects of currencies name figures that do not exist.'
            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION portfolios_effects_go_with_figures() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION '% on % needs READ COMMITTED: effects go with their figures as of now.',
            TG_OP, TG_TABLE_NAME USING ERRCODE = 'feature_not_supported';
    END IF;
    DELETE FROM portfolios_currencyattribution e USING gone g
     WHERE (e.portfolio_id, e.asof_date, e.pack_id) = (g.portfolio_id, g.asof_date, g.pack_id);
    RETURN NULL;
END $$;

CREATE TRIGGER currency_attribution_added AFTER INSERT ON portfolios_currencyattribution
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION portfolios_effects_have_figures();
CREATE TRIGGER currency_attribution_changed AFTER UPDATE ON portfolios_currencyattribution
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION portfolios_effects_have_figures();
CREATE TRIGGER portfolio_metrics_removed AFTER DELETE ON portfolios_portfoliometrics
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION portfolios_effects_go_with_figures();
CREATE TRIGGER portfolio_metrics_keep_their_key
    BEFORE UPDATE OF portfolio_id, asof_date, pack_id ON portfolios_portfoliometrics
    FOR EACH ROW WHEN ((OLD.portfolio_id, OLD.asof_date, OLD.pack_id)
                       IS DISTINCT FROM (NEW.portfolio_id, NEW.asof_date, NEW.pack_id))
    EXECUTE FUNCTION portfolios_refuse_to_leave_rows();
CREATE TRIGGER portfolio_metrics_not_emptied_below BEFORE TRUNCATE ON portfolios_portfoliometrics
    FOR EACH STATEMENT EXECUTE FUNCTION portfolios_refuse_to_leave_rows();
"""
FREE = """
DROP TRIGGER currency_attribution_added ON portfolios_currencyattribution;
DROP TRIGGER currency_attribution_changed ON portfolios_currencyattribution;
DROP TRIGGER portfolio_metrics_removed ON portfolios_portfoliometrics;
DROP TRIGGER portfolio_metrics_keep_their_key ON portfolios_portfoliometrics;
DROP TRIGGER portfolio_metrics_not_emptied_below ON portfolios_portfoliometrics;
DROP FUNCTION portfolios_effects_have_figures();
DROP FUNCTION portfolios_effects_go_with_figures();
"""


class Migration(migrations.Migration):
    dependencies = [("portfolios", "0013_held_by_the_statement")]

    operations = [
        migrations.RunSQL(NO_KEY, KEY),
        migrations.RunSQL(HELD, FREE),
    ]
