"""The invariants as questions in SQL. Every row of an answer is a breach, as a sentence.

Each question looks at all rows at once and at no more than it must; `%(…)s` are filled in by
`checking`. I1, I3 and I5 have a second half in `ledgers`.
"""

from __future__ import annotations

from typing import Final

# Entries that nobody cancelled. A reversal may be reversed in its turn: its target stands again.
STANDING: Final = """
WITH RECURSIVE gone (id, target_id) AS (
    SELECT e.id, e.reverses_id FROM portfolios_transaction r
      JOIN portfolios_transaction e ON e.id = r.reverses_id
     WHERE NOT EXISTS (SELECT FROM portfolios_transaction n WHERE n.reverses_id = r.id)
    UNION ALL
    SELECT f.id, f.reverses_id FROM gone g
      JOIN portfolios_transaction e ON e.id = g.target_id
      JOIN portfolios_transaction f ON f.id = e.reverses_id
), standing AS (
    SELECT t.portfolio_id, t.security_id, t.entry_type, t.quantity, t.carried_lots, t.net_amount,
           t.fees, t.taxes, t.currency, t.security_currency
      FROM portfolios_transaction t
     WHERE t.reverses_id IS NULL AND t.security_id IS NOT NULL
       AND NOT EXISTS (SELECT FROM gone WHERE gone.id = t.id)
), shaped AS (
    SELECT portfolio_id, security_id FROM portfolios_transaction
     WHERE entry_type = ANY (%(shaping)s)
    UNION
    SELECT portfolio_id, to_security_id FROM portfolios_transaction
     WHERE to_security_id IS NOT NULL
)
"""

OPEN_LOTS = f"""{STANDING}
, txn_totals AS (
    SELECT portfolio_id, security_id, sum(
             coalesce(quantity, (SELECT sum((lot ->> 'quantity')::numeric)
                                   FROM jsonb_array_elements(carried_lots) lot), 0)
             * CASE WHEN entry_type = ANY (%(inward)s) THEN 1
                    WHEN entry_type = ANY (%(outward)s) THEN -1 ELSE 0 END) AS quantity
      FROM standing s WHERE NOT EXISTS (SELECT FROM shaped h
         WHERE h.portfolio_id = s.portfolio_id AND h.security_id = s.security_id)
     GROUP BY 1, 2
), lot_totals AS (
    SELECT portfolio_id, security_id,
           sum(CASE WHEN is_short THEN -quantity_open ELSE quantity_open END) AS quantity
      FROM portfolios_lot l WHERE NOT EXISTS (SELECT FROM shaped h
         WHERE h.portfolio_id = l.portfolio_id AND h.security_id = l.security_id)
     GROUP BY 1, 2
)
SELECT portfolio_id || ' ' || security_id || ': lots hold ' || trim_scale(coalesce(l.quantity, 0))
       || ', the ledger ' || trim_scale(coalesce(t.quantity, 0))
  FROM lot_totals l FULL JOIN txn_totals t USING (portfolio_id, security_id)
 WHERE coalesce(l.quantity, 0) <> coalesce(t.quantity, 0)
"""  # noqa: S608 - a part of our own

# What the night keeps of a ledger is of its head, or says nothing.
KEPT_HOLDINGS = """
WITH kept AS MATERIALIZED (
    SELECT k.* FROM portfolios_ledgerholdings k
     WHERE k.ledger_commit_hash = (SELECT entry_hash FROM portfolios_transaction t
                                    WHERE t.portfolio_id = k.portfolio_id
                                    ORDER BY seq DESC LIMIT 1)
), moved AS (
    SELECT portfolio_id, h.security::text AS what, h.shares * 0.00000001 AS amount
      FROM kept, unnest(securities, shares) h(security, shares)
     UNION ALL
    SELECT portfolio_id, h.currency, h.money * 0.0001
      FROM kept, unnest(currencies, money) h(currency, money)
     UNION ALL
    SELECT portfolio_id, security_id::text,
           CASE WHEN is_short THEN quantity_open ELSE -quantity_open END
      FROM portfolios_lot WHERE is_open AND portfolio_id IN (SELECT portfolio_id FROM kept)
     UNION ALL
    SELECT portfolio_id, currency, -balance
      FROM portfolios_cashbalance WHERE portfolio_id IN (SELECT portfolio_id FROM kept)
)
SELECT portfolio_id || ' ' || what || ': what is kept of its ledger and what is stored of it'
       || ' differ by ' || trim_scale(sum(amount))
  FROM moved GROUP BY portfolio_id, what HAVING sum(amount) <> 0
"""

OVERSOLD = """
WITH shaped AS (
    SELECT DISTINCT portfolio_id, security_id FROM portfolios_transaction
     WHERE entry_type = ANY (%(shaping)s)
), relieved AS (
    SELECT lot_id, sum(quantity) AS quantity FROM portfolios_lotclosure GROUP BY lot_id
)
SELECT 'lot ' || l.id || ' of ' || l.portfolio_id || ': more was sold than it had'
  FROM portfolios_lot l LEFT JOIN relieved r ON r.lot_id = l.id
 WHERE l.quantity_open < 0 OR l.quantity_open > l.quantity_original
    OR r.quantity > l.quantity_original
       AND NOT EXISTS (SELECT FROM shaped h WHERE h.portfolio_id = l.portfolio_id
                          AND h.security_id = l.security_id)
"""

COST = f"""{STANDING}
, paid AS (
    SELECT portfolio_id, security_id,
           sum(-net_amount) FILTER (WHERE entry_type = 'BUY') AS amount,
           sum(fees) FILTER (WHERE entry_type = 'BUY') AS fees,
           sum(taxes) FILTER (WHERE entry_type = 'BUY') AS taxes
      FROM standing GROUP BY 1, 2
    HAVING bool_and(entry_type = ANY (%(costed)s) AND security_currency IN ('', currency))
       AND bool_or(entry_type = 'BUY')
), cost_in AS (
    SELECT portfolio_id, security_id,
           amount - CASE WHEN p.fees_in_cost THEN 0 ELSE fees END
                  - CASE WHEN p.taxes_in_cost THEN 0 ELSE taxes END AS amount
      FROM paid JOIN portfolios_portfolio p ON p.id = paid.portfolio_id
), cost_open AS (
    SELECT portfolio_id, security_id, sum(cost_basis_local) AS amount,
           bool_or(cost_basis_local IS NULL OR is_short) AS unsure
      FROM portfolios_lot GROUP BY 1, 2
), cost_out AS (
    SELECT l.portfolio_id, l.security_id, sum(c.cost_local) AS amount,
           bool_or(c.cost_local IS NULL) AS unsure
      FROM portfolios_lotclosure c JOIN portfolios_lot l ON l.id = c.lot_id GROUP BY 1, 2
)
SELECT i.portfolio_id || ' ' || i.security_id || ': cost ' || trim_scale(i.amount)
       || ' came in, ' || trim_scale(coalesce(o.amount, 0)) || ' went out, '
       || trim_scale(coalesce(n.amount, 0)) || ' is open'
  FROM cost_in i
  LEFT JOIN cost_out o USING (portfolio_id, security_id)
  LEFT JOIN cost_open n USING (portfolio_id, security_id)
 WHERE NOT coalesce(o.unsure, false) AND NOT coalesce(n.unsure, false)
   AND abs(i.amount - coalesce(o.amount, 0) - coalesce(n.amount, 0)) > %(rounding)s
"""  # noqa: S608 - a part of our own

LEGS = """
SELECT 'transfer ' || t.link_id || ': its legs leave ' || trim_scale(sum(t.net_amount)) || ' '
       || t.currency
  FROM portfolios_transaction t
 WHERE t.link_id ~ '^[0-9a-f]+[.][0-9a-f]+[.][0-9a-f]+$' AND t.currency <> ''
   AND t.entry_type IN ('DEPOSIT', 'WITHDRAWAL')
 GROUP BY t.link_id, t.currency HAVING sum(t.net_amount) <> 0
UNION ALL
SELECT 'transfer ' || link_id || ': the shares that left are not those that came'
  FROM portfolios_transaction
 WHERE link_id ~ '^[0-9a-f]+[.][0-9a-f]+[.][0-9a-f]+$'
   AND entry_type IN ('TRANSFER_IN', 'TRANSFER_OUT')
 GROUP BY link_id, security_id
HAVING sum(CASE entry_type WHEN 'TRANSFER_IN' THEN quantity ELSE -quantity END) <> 0
UNION ALL
SELECT 'transfer ' || link_id || ': one of its legs is reversed, the other is not'
  FROM portfolios_transaction
 WHERE link_id ~ '^[0-9a-f]+[.][0-9a-f]+[.][0-9a-f]+$'
 GROUP BY link_id HAVING count(*) FILTER (WHERE entry_type = 'REVERSAL') %% 2 <> 0
"""

TAILS = """
SELECT portfolio_id || ': the anchor after entry ' || a.seq || ' has no such entry any more'
  FROM portfolios_ledgeranchor a LEFT JOIN portfolios_transaction t USING (portfolio_id, seq)
 WHERE t.entry_hash IS DISTINCT FROM a.entry_hash
UNION ALL
SELECT portfolio_id || ': its last entry ' || max(t.seq) || ' has no anchor'
  FROM portfolios_transaction t GROUP BY portfolio_id
HAVING max(t.seq) > coalesce((SELECT max(a.seq) FROM portfolios_ledgeranchor a
                               WHERE a.portfolio_id = t.portfolio_id), 0)
"""

REWRITING = """
SELECT role || ' may ' || privilege || ' ' || c.relname
  FROM pg_class c, unnest(%(roles)s::text[]) role,
       unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) privilege
 WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (%(append_only)s)
   AND (has_table_privilege(role, c.oid, privilege)
        OR privilege = 'UPDATE' AND has_any_column_privilege(role, c.oid, 'UPDATE'))
UNION ALL
SELECT c.relname || ': the trigger ' || t.tgname || ' that guards it is switched off'
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
 WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal
   AND t.tgenabled NOT IN ('O', 'A')
"""

DIGESTS = """
SELECT p.id || ': sealed as ' || p.content_hash || ', its rows digest to ' || d.digest
  FROM market_pack_digests(
         ARRAY(SELECT id FROM market_pricingpack WHERE sealed_at IS NOT NULL)) d
  JOIN market_pricingpack p ON p.id = d.pack_id WHERE d.digest <> p.content_hash
"""

CURRENT_PACK = """
SELECT asof_date || ' ' || policy || ': ' || string_agg(id, ', ' ORDER BY id) || ' are all current'
  FROM market_pricingpack p
 WHERE sealed_at IS NOT NULL
   AND NOT EXISTS (SELECT FROM market_pricingpack n
                    WHERE n.supersedes_id = p.id AND n.sealed_at IS NOT NULL)
 GROUP BY asof_date, policy HAVING count(*) > 1
"""

FRESHNESS = """
SELECT f.pack_id || ': fresh, and the night that says so is not done with it'
  FROM market_packfreshness f
 WHERE f.state = 'fresh' AND f.reconciliation_passed
   AND EXISTS (SELECT FROM dawsos_nightlyrun r WHERE r.pack_id = f.pack_id)
   AND (SELECT count(DISTINCT s.stage) FROM dawsos_stagerun s
          JOIN dawsos_nightlyrun r ON r.id = s.run_id
         WHERE r.pack_id = f.pack_id AND s.state = 'done' AND s.stage = ANY (%(first_five)s)) < 5
UNION ALL
SELECT s.id::text || ': stage ' || s.stage || ' is done, a chunk of it is not'
  FROM dawsos_stagerun s JOIN dawsos_stagechunk c ON c.stage_run_id = s.id
 WHERE s.state = 'done' AND c.state <> 'done'
"""

LOOKING_AHEAD = """
SELECT r.pack_id || ': a price of ' || r.asof_date FROM market_price r
  JOIN market_pricingpack p ON p.id = r.pack_id WHERE r.asof_date > p.asof_date
UNION ALL
SELECT r.pack_id || ': a rate of ' || r.asof_date FROM market_fxrate r
  JOIN market_pricingpack p ON p.id = r.pack_id WHERE r.asof_date > p.asof_date
"""

FINITE = """
SELECT pack_id || ': a price is ' || close FROM market_price
 WHERE NOT (close > 0 AND close < 'Infinity')
UNION ALL
SELECT pack_id || ': a rate is ' || rate FROM market_fxrate
 WHERE NOT (rate > 0 AND rate < 'Infinity')
UNION ALL
SELECT source || ' ' || observed_on || ': an observed close is ' || close
  FROM market_priceobservation WHERE NOT (close > 0 AND close < 'Infinity')
"""

ONE_PACK = """
SELECT 'run ' || run_hash || ' stands on several packs' FROM patterns_patternrun
 GROUP BY run_hash HAVING count(DISTINCT pack_id) > 1
"""

IMPORTED_ONCE = """
SELECT portfolio_id || ': entry ' || min(seq) || ' is there ' || count(*) || ' times'
  FROM portfolios_transaction GROUP BY portfolio_id, content_hash, occurrence HAVING count(*) > 1
"""

FORCED = """
SELECT c.relname || ': row-level security is not forced' FROM pg_class c
 WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (%(tenant)s)
   AND c.relkind <> 'v' AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
"""

PLAIN_ROLE = """
SELECT rolname || ' is mightier than an application may be' FROM pg_roles
 WHERE rolname = ANY (%(roles)s) AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)
UNION ALL
SELECT c.relname || ' belongs to ' || pg_get_userbyid(c.relowner) FROM pg_class c
 WHERE pg_get_userbyid(c.relowner) = ANY (%(roles)s)
"""

WAYS_AROUND = """
SELECT 'view ' || relname || ' reads as its owner' FROM pg_class
 WHERE relnamespace = 'public'::regnamespace AND (relkind = 'm' OR relkind = 'v'
       AND NOT coalesce(reloptions @> '{security_invoker=true}', false))
UNION ALL
SELECT 'function ' || p.proname || ' acts as its owner' FROM pg_proc p, unnest(%(roles)s::text[]) r
 WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
   AND has_function_privilege(r, p.oid, 'EXECUTE')
"""

ACTORS = """
WITH written AS (
    SELECT portfolio_id, actor_id, range_agg(int4range((details ->> 'first_seq')::int,
                                             (details ->> 'last_seq')::int, '[]')) AS entries
      FROM accounts_auditevent
     WHERE portfolio_id IS NOT NULL AND details ? 'first_seq' AND details ? 'last_seq'
     GROUP BY 1, 2
)
SELECT t.portfolio_id || ': nobody is on record for entry ' || min(t.seq) || ' (of ' || count(*)
       || ')'
  FROM portfolios_transaction t
  LEFT JOIN written w ON w.portfolio_id = t.portfolio_id AND w.actor_id = t.created_by_id
 WHERE w.entries IS NULL OR NOT w.entries @> t.seq
 GROUP BY t.portfolio_id
"""

TABLES_OF_PACKS = """
SELECT c.relname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
   AND a.attname = 'pack_id' AND c.relname NOT LIKE 'market%' AND c.relname NOT LIKE 'dawsos%'
 ORDER BY 1
"""

# The months of daily values name packs by the numbers of their seals.
NO_SEAL = """
SELECT 'portfolios_monthlyvalues: ' || count(*) || ' values stand on seal ' || m.pack
       || ', which is no pack''s'
  FROM (SELECT unnest(packs) AS pack FROM portfolios_monthlyvalues) m
 WHERE NOT EXISTS (SELECT FROM market_pricingpack p WHERE p.seal_number = m.pack) GROUP BY m.pack
"""

UNSEALED = """
SELECT '{table} ' || m.pack_id || ': ' || count(*) || ' rows stand on an open pack'
  FROM {table} m JOIN market_pricingpack p ON p.id = m.pack_id
 WHERE p.sealed_at IS NULL GROUP BY m.pack_id
"""
