"""Figures of histories of more than three years are forgotten, and made again by the next night.

A night took the month of three or five years ago for one of the last year's where it had as many
days, and went on from there: periods, drawdowns and the copies that the next night stands on were
wrong. Copies of returns come again from the values. Figures of the past are missing until a
restatement or a rebuild measures them; none is better than a wrong one.
"""

from django.db import migrations

FORGET = """
SET LOCAL ROLE dawsos_service;
DELETE FROM portfolios_portfoliometrics m
 USING (SELECT portfolio_id, min(month) AS began FROM portfolios_monthlyreturns
         GROUP BY portfolio_id) c
 WHERE c.portfolio_id = m.portfolio_id AND m.asof_date >= c.began + interval '35 months';
DELETE FROM portfolios_monthlyreturns r
 USING (SELECT portfolio_id FROM portfolios_monthlyreturns
         GROUP BY portfolio_id HAVING max(month) >= min(month) + interval '35 months') c
 WHERE c.portfolio_id = r.portfolio_id;
RESET ROLE;
"""


class Migration(migrations.Migration):
    dependencies = [("portfolios", "0018_effects_with_their_figures")]

    operations = [migrations.RunSQL(FORGET, migrations.RunSQL.noop)]
