-- Wipe out in which order waiting ballots arrived: the server keeps with each row the number of the transaction that
-- wrote it, and rows stand in the file as they came. All are made anew in one statement, in an order that follows from
-- the ballots alone, so that all have one number; nothing is done if they have that already. Returns how many.
CREATE FUNCTION box.shuffle() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    written bigint;
BEGIN
    IF (SELECT count(DISTINCT xmin::text) < 2 FROM box.ballots WHERE raw IS NOT NULL) THEN
        RETURN 0;
    END IF;
    WITH taken AS (
        DELETE FROM box.ballots WHERE raw IS NOT NULL
        RETURNING voting_key, revision, entry_hash, style, previous, raw
    )
    INSERT INTO box.ballots (voting_key, revision, entry_hash, style, previous, raw)
        SELECT voting_key, revision, entry_hash, style, previous, raw FROM taken ORDER BY revision, entry_hash;
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written;
END
$$;
GRANT EXECUTE ON FUNCTION box.shuffle TO wijk_sequencer;

-- What such a statement leaves behind in the file is cleaned up soon, and not when a fifth of the table is old.
ALTER TABLE box.ballots SET (autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0);
