-- One hash over the version of every row that a portfolio's page is made from, or NULL where the
-- session has ended or the user may not log in any more.
--
-- A row's version is (xmin, ctid): whoever changes a row writes it anew. Nothing but equality is
-- asked of the hash, so a row that was only moved costs one page. The seals of packs are numbered
-- in their order, and a sealed pack never changes: the newest number says which packs are live.
--
-- In PL/pgSQL, because its plan is made once a connection and not once a request; it runs with the
-- rights of whoever calls it, so row security holds inside.

CREATE FUNCTION portfolios_page_stamp(
  asked_session text, asked_user bigint, asked_portfolio uuid, asked_packs text[],
  asked_securities uuid[], asked_run uuid, asked_benchmarks boolean, asked_benchmark uuid
) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
BEGIN
  RETURN (
    SELECT md5(ROW(
      s.xmin, s.ctid, u.xmin, u.ctid,
      -- What is opened to the reader: the portfolio itself, and the names in search and palette.
      (SELECT string_agg(ROW(m.xmin, m.ctid, p.xmin, p.ctid)::text, '' ORDER BY m.id)
        FROM accounts_membership m JOIN portfolios_portfolio p ON p.id = m.portfolio_id
        WHERE m.user_id = asked_user),
      (SELECT t.entry_hash FROM portfolios_transaction t WHERE t.portfolio_id = asked_portfolio
        ORDER BY t.seq DESC LIMIT 1),
      (SELECT string_agg(ROW(c.xmin, c.ctid)::text, '' ORDER BY c.id)
        FROM portfolios_costmethodchange c WHERE c.portfolio_id = asked_portfolio),
      (SELECT max(k.seal_number) FROM market_pricingpack k),
      (SELECT string_agg(ROW(k.xmin, k.ctid)::text, '' ORDER BY k.id)
        FROM market_pricingpack k
        WHERE k.id = ANY (asked_packs) OR k.supersedes_id = ANY (asked_packs)),
      (SELECT string_agg(ROW(f.xmin, f.ctid)::text, '' ORDER BY f.pack_id)
        FROM market_packfreshness f WHERE f.pack_id = ANY (asked_packs)),
      (SELECT string_agg(ROW(l.xmin, l.ctid)::text, '' ORDER BY l.id)
        FROM market_security l WHERE l.id = ANY (asked_securities)),
      (SELECT ROW(r.xmin, r.ctid)::text FROM patterns_patternrun r WHERE r.id = asked_run),
      (SELECT string_agg(h.digest, '' ORDER BY h.pattern_id)
        FROM patterns_uploadedpattern h WHERE h.is_active),
      CASE WHEN asked_benchmarks THEN
        (SELECT string_agg(ROW(b.xmin, b.ctid, l.xmin, l.ctid)::text, '' ORDER BY b.id)
          FROM market_benchmark b LEFT JOIN market_security l ON l.id = b.security_id)
      END,
      CASE WHEN asked_benchmarks THEN
        (SELECT string_agg(ROW(c.xmin, c.ctid, l.xmin, l.ctid)::text, '' ORDER BY c.id)
          FROM market_benchmarkcomponent c JOIN market_security l ON l.id = c.security_id)
      END,
      CASE WHEN asked_benchmark IS NOT NULL THEN
        (SELECT string_agg(ROW(a.xmin, a.ctid)::text, '' ORDER BY a.id)
          FROM market_corporateaction a
          WHERE a.security_id IN (
            SELECT b.security_id FROM market_benchmark b WHERE b.id = asked_benchmark
            UNION ALL
            SELECT c.security_id FROM market_benchmarkcomponent c
              WHERE c.benchmark_id = asked_benchmark
          ))
      END
    )::text)
    FROM django_session s JOIN accounts_user u ON u.id = asked_user
    WHERE s.session_key = asked_session AND s.expire_date > now() AND u.is_active
  );
END $$;
