-- A sealed pack never changes: not its prices, not its rates, not its own row.
--
-- Every function pins its search path: otherwise a session could put a temporary table of the
-- same name before ours and let the triggers look at that one.
--
-- The guards lock pack rows, so a seal and a late insert are put in a row, and they count on each
-- statement seeing what was committed before it. Under REPEATABLE READ a seal would digest an old
-- snapshot; sealing is refused there.
--
-- SQLSTATEs of our own, in the class of integrity violations:
--   23D01 the pack is sealed   23D02 the digest is wrong   23D03 sealing out of order or isolation
--   23D04 a listing's identity is in use

CREATE SEQUENCE market_seal_number AS bigint OWNED BY market_pricingpack.seal_number;

-- One canonical line per fact, independent of database ids, revision and clock: JSON arrays of
-- text, sorted by bytes, joined by newlines. market/calc/packs.py writes the same lines.
CREATE FUNCTION market_pack_digests(pack_ids text[])
RETURNS TABLE (pack_id text, digest text)
LANGUAGE sql STABLE SET search_path = public, pg_temp SET datestyle = 'ISO, YMD' AS $$
  WITH wanted AS (
    SELECT p.* FROM market_pricingpack p WHERE p.id = ANY (pack_ids)
  ), line AS (
    SELECT w.id, json_build_array('pack', w.asof_date::text, w.policy)::text AS content
      FROM wanted w
    UNION ALL
    SELECT w.id, json_build_array('price', concat_ws('.', s.symbol, s.exchange, s.price_basis),
             trim_scale(r.close)::text, r.currency, r.asof_date::text, r.source, r.state)::text
      FROM wanted w JOIN market_price r ON r.pack_id = w.id
      JOIN market_security s ON s.id = r.security_id
    UNION ALL
    SELECT w.id, json_build_array('rate', r.base_currency, r.quote_currency,
             trim_scale(r.rate)::text, r.asof_date::text, r.source, r.fixing, r.state)::text
      FROM wanted w JOIN market_fxrate r ON r.pack_id = w.id
    UNION ALL
    SELECT w.id, json_build_array('gap', g.item ->> 'kind', g.item ->> 'key', g.item ->> 'symbol',
             g.item ->> 'reason', g.item ->> 'last_observed_on')::text
      FROM wanted w CROSS JOIN LATERAL jsonb_array_elements(w.gaps) AS g (item)
    UNION ALL
    SELECT w.id, json_build_array('source', s.item ->> 'kind', s.item ->> 'source',
             s.item ->> 'fixing', s.item ->> 'licence_class')::text
      FROM wanted w CROSS JOIN LATERAL jsonb_array_elements(w.sources) AS s (item)
  )
  SELECT id, encode(sha256(convert_to(
           string_agg(content, E'\n' ORDER BY content COLLATE "C"), 'UTF8')), 'hex')
    FROM line GROUP BY id
$$;

CREATE FUNCTION market_pack_digest(pack_id text) RETURNS text
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT d.digest FROM market_pack_digests(ARRAY[pack_id]) AS d
$$;

-- Called with the ids of all packs that a statement touched. The share lock waits for a seal in
-- progress; the second statement then sees its outcome.
CREATE FUNCTION market_refuse_sealed(pack_ids text[]) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  sealed text;
BEGIN
  PERFORM 1 FROM market_pricingpack WHERE id = ANY (pack_ids) ORDER BY id FOR SHARE;
  SELECT id INTO sealed FROM market_pricingpack
    WHERE id = ANY (pack_ids) AND sealed_at IS NOT NULL ORDER BY id LIMIT 1;
  IF sealed IS NOT NULL THEN
    RAISE EXCEPTION 'Pricing pack % is sealed; its prices and rates never change.', sealed
      USING ERRCODE = '23D01', DETAIL = sealed, HINT = 'Supersede it by a new revision.';
  END IF;
END
$$;

CREATE FUNCTION market_guard_added() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM market_refuse_sealed(ARRAY(SELECT DISTINCT pack_id FROM added));
  RETURN NULL;
END
$$;

CREATE FUNCTION market_guard_removed() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM market_refuse_sealed(ARRAY(SELECT DISTINCT pack_id FROM removed));
  RETURN NULL;
END
$$;

-- Both sides: a row may neither leave a sealed pack nor be moved into one.
CREATE FUNCTION market_guard_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM market_refuse_sealed(
    ARRAY(SELECT pack_id FROM removed UNION SELECT pack_id FROM added));
  RETURN NULL;
END
$$;

-- A price names its listing in the digest, so the listing is held until the price is committed;
-- the foreign key itself is checked only at commit.
CREATE FUNCTION market_hold_listings() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM market_security
    WHERE id IN (SELECT security_id FROM added) ORDER BY id FOR KEY SHARE;
  RETURN NULL;
END
$$;

CREATE FUNCTION market_guard_truncate() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM market_pricingpack WHERE sealed_at IS NOT NULL) THEN
    RAISE EXCEPTION 'Table % holds sealed pricing packs and cannot be emptied.', TG_TABLE_NAME
      USING ERRCODE = '23D01', HINT = 'Sealed packs never change.';
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION market_guard_pack_born() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM added WHERE sealed_at IS NOT NULL) THEN
    RAISE EXCEPTION 'A pricing pack is born open: fill it, then seal it.'
      USING ERRCODE = '23D03';
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION market_guard_pack_removed() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  sealed text;
BEGIN
  SELECT id INTO sealed FROM removed WHERE sealed_at IS NOT NULL ORDER BY id LIMIT 1;
  IF sealed IS NOT NULL THEN
    RAISE EXCEPTION 'Pricing pack % is sealed and cannot be removed.', sealed
      USING ERRCODE = '23D01', DETAIL = sealed, HINT = 'Supersede it by a new revision.';
  END IF;
  RETURN NULL;
END
$$;

-- The update of a pack: nothing may touch a sealed one, and one may become sealed only with its
-- true digest, as the newest seal. Seals are put in a row by a lock, so that a reader who has seen
-- number n never finds a smaller one appear afterwards.
CREATE FUNCTION market_guard_pack_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  sealed text;
  wrong text;
  sealing text[];
BEGIN
  SELECT id INTO sealed FROM removed WHERE sealed_at IS NOT NULL ORDER BY id LIMIT 1;
  IF sealed IS NOT NULL THEN
    RAISE EXCEPTION 'Pricing pack % is sealed and cannot be changed or unsealed.', sealed
      USING ERRCODE = '23D01', DETAIL = sealed, HINT = 'Supersede it by a new revision.';
  END IF;
  sealing := ARRAY(SELECT id FROM added WHERE sealed_at IS NOT NULL);
  IF cardinality(sealing) = 0 THEN
    RETURN NULL;
  END IF;
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'Packs are sealed under READ COMMITTED only: a snapshot may be out of date.'
      USING ERRCODE = '23D03';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtext('market_seal'));
  IF EXISTS (
    SELECT 1 FROM added a JOIN market_pricingpack o ON o.id = a.supersedes_id
     WHERE a.sealed_at IS NOT NULL AND ((o.asof_date, o.policy, o.revision + 1) <> (a.asof_date, a.policy, a.revision)
        OR o.sealed_at IS NULL OR o.seal_number >= a.seal_number)
  ) THEN
    RAISE EXCEPTION 'A pack supersedes the sealed revision just before it, of its day and policy.'
      USING ERRCODE = '23D03';
  END IF;
  IF EXISTS (
    SELECT 1 FROM added a WHERE a.sealed_at IS NOT NULL
       AND a.id <> concat(to_char(a.asof_date, 'YYYY-MM-DD'), '-', a.policy, '-r', a.revision)
  ) THEN
    RAISE EXCEPTION 'The id of a pack is its day, policy and revision.' USING ERRCODE = '23D03';
  END IF;
  IF EXISTS (
    SELECT 1 FROM market_pricingpack o
     WHERE o.seal_number >= (SELECT min(seal_number) FROM added WHERE sealed_at IS NOT NULL)
       AND o.id <> ALL (sealing)
  ) THEN
    RAISE EXCEPTION 'A seal takes the next number; a later seal exists already.'
      USING ERRCODE = '23D03';
  END IF;
  SELECT a.id INTO wrong FROM added a JOIN market_pack_digests(sealing) d ON d.pack_id = a.id
    WHERE a.content_hash <> d.digest ORDER BY a.id LIMIT 1;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'Pricing pack % is not what its content hash says.', wrong
      USING ERRCODE = '23D02', DETAIL = wrong;
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION market_guard_listing() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM market_price WHERE security_id = OLD.id) THEN
    RAISE EXCEPTION 'Listing % has prices in packs; its symbol, exchange and basis are fixed.',
      OLD.symbol USING ERRCODE = '23D04', HINT = 'Create a new listing for the new name.';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER price_hold AFTER INSERT ON market_price
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION market_hold_listings();
CREATE TRIGGER price_moved AFTER UPDATE ON market_price
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION market_hold_listings();
CREATE TRIGGER price_added AFTER INSERT ON market_price
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION market_guard_added();
CREATE TRIGGER price_changed AFTER UPDATE ON market_price
  REFERENCING OLD TABLE AS removed NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION market_guard_changed();
CREATE TRIGGER price_removed AFTER DELETE ON market_price
  REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION market_guard_removed();
CREATE TRIGGER price_emptied BEFORE TRUNCATE ON market_price
  FOR EACH STATEMENT EXECUTE FUNCTION market_guard_truncate();

CREATE TRIGGER rate_added AFTER INSERT ON market_fxrate
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION market_guard_added();
CREATE TRIGGER rate_changed AFTER UPDATE ON market_fxrate
  REFERENCING OLD TABLE AS removed NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION market_guard_changed();
CREATE TRIGGER rate_removed AFTER DELETE ON market_fxrate
  REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION market_guard_removed();
CREATE TRIGGER rate_emptied BEFORE TRUNCATE ON market_fxrate
  FOR EACH STATEMENT EXECUTE FUNCTION market_guard_truncate();

CREATE TRIGGER pack_born AFTER INSERT ON market_pricingpack
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION market_guard_pack_born();
CREATE TRIGGER pack_changed AFTER UPDATE ON market_pricingpack
  REFERENCING OLD TABLE AS removed NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION market_guard_pack_changed();
CREATE TRIGGER pack_removed AFTER DELETE ON market_pricingpack
  REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION market_guard_pack_removed();
CREATE TRIGGER pack_emptied BEFORE TRUNCATE ON market_pricingpack
  FOR EACH STATEMENT EXECUTE FUNCTION market_guard_truncate();

CREATE TRIGGER listing_renamed BEFORE UPDATE ON market_security FOR EACH ROW
  WHEN ((OLD.symbol, OLD.exchange, OLD.price_basis)
        IS DISTINCT FROM (NEW.symbol, NEW.exchange, NEW.price_basis))
  EXECUTE FUNCTION market_guard_listing();
