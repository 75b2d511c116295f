-- The board: one append-only log, its head, and what waits to be put on it.
-- Contiguous positions, true hashes and "only ever longer" are promised here and not only in the program.
CREATE SCHEMA board;

CREATE TABLE board.head (
    single         boolean PRIMARY KEY DEFAULT true CHECK (single),
    size           bigint  NOT NULL DEFAULT 0 CHECK (size >= 0),
    root           bytea   NOT NULL DEFAULT sha256('') CHECK (octet_length(root) = 32),
    signed         bytea,
    witnessed      bytea,
    witnessed_size bigint  NOT NULL DEFAULT 0 CHECK (witnessed_size <= size),
    phase          text    NOT NULL DEFAULT 'set-up',
    released       integer NOT NULL DEFAULT 0 CHECK (released >= 0),
    drained        boolean NOT NULL DEFAULT false,
    CHECK ((witnessed IS NULL) = (witnessed_size = 0))
);
COMMENT ON TABLE board.head IS 'One row: the tree head. Whoever locks it is the one writer.';
COMMENT ON COLUMN board.head.signed IS 'The operator''s checkpoint of this size and root.';
COMMENT ON COLUMN board.head.witnessed IS 'The last checkpoint with enough cosignatures; the one that is published.';
COMMENT ON COLUMN board.head.released IS 'The number of the last release that has been decided, for all styles at once.';
COMMENT ON COLUMN board.head.drained IS
    'Whether all that was cast or asked for stands on the board, the last release too; only then may it be closed.';
INSERT INTO board.head DEFAULT VALUES;

CREATE TABLE board.entries (
    position   bigint PRIMARY KEY CHECK (position >= 0),
    entry_hash bytea  NOT NULL UNIQUE CHECK (entry_hash = sha256('\x00'::bytea || raw)),
    kind       text   NOT NULL,
    raw        bytea  NOT NULL CHECK (octet_length(raw) BETWEEN 1 AND 65535)
);
ALTER TABLE board.entries ALTER COLUMN raw SET STORAGE EXTERNAL;  -- ciphertext does not compress

CREATE TABLE board.inbox (
    place      bigint GENERATED ALWAYS AS IDENTITY,
    entry_hash bytea  PRIMARY KEY CHECK (entry_hash = sha256('\x00'::bytea || raw)),
    kind       text   NOT NULL,
    raw        bytea  NOT NULL CHECK (octet_length(raw) BETWEEN 1 AND 65535)
);
COMMENT ON TABLE board.inbox IS 'Entries of officials, registrar, trustees and operator; residents'' entries wait in schema box.';

CREATE TABLE board.refused (
    entry_hash bytea PRIMARY KEY CHECK (octet_length(entry_hash) = 32),
    reason     text  NOT NULL
);

CREATE TABLE board.files (
    hash bytea PRIMARY KEY CHECK (hash = sha256(raw)),
    raw  bytea NOT NULL
);
COMMENT ON TABLE board.files IS 'Texts, pictures, outcome and reports; published once an entry on the board names them.';

CREATE TABLE board.releasing (
    entry_hash bytea    PRIMARY KEY,
    style      text     NOT NULL,
    revision   smallint NOT NULL
);
CREATE INDEX releasing_order ON board.releasing (style, revision, entry_hash);
COMMENT ON TABLE board.releasing IS 'The ballots of release head.released that are not on the board yet.';

CREATE FUNCTION board.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%.% is append-only: % refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON board.entries
    FOR EACH STATEMENT EXECUTE FUNCTION board.refuse();
CREATE TRIGGER one_row BEFORE INSERT OR DELETE OR TRUNCATE ON board.head
    FOR EACH STATEMENT EXECUTE FUNCTION board.refuse();
CREATE TRIGGER kept BEFORE UPDATE ON board.files
    FOR EACH STATEMENT EXECUTE FUNCTION board.refuse();

-- New entries continue exactly where the tree ends, and lengthen it.
CREATE FUNCTION board.lengthen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    first bigint;
    last  bigint;
    added bigint;
BEGIN
    SELECT min(position), max(position), count(*) INTO first, last, added FROM added_entries;
    IF added = 0 THEN
        RETURN NULL;
    END IF;
    UPDATE board.head SET size = size + added WHERE size = first;
    IF NOT FOUND OR last - first + 1 <> added THEN
        RAISE EXCEPTION 'entries must continue at the size of the board, got % to %', first, last
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER contiguous AFTER INSERT ON board.entries
    REFERENCING NEW TABLE AS added_entries
    FOR EACH STATEMENT EXECUTE FUNCTION board.lengthen();

CREATE FUNCTION board.only_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.size < OLD.size OR NEW.witnessed_size < OLD.witnessed_size OR NEW.released < OLD.released THEN
        RAISE EXCEPTION 'the head of the board only moves forward' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER only_forward BEFORE UPDATE ON board.head
    FOR EACH ROW EXECUTE FUNCTION board.only_forward();

CREATE FUNCTION board.wake_sequencer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('board_inbox', '');
    RETURN NULL;
END
$$;
CREATE TRIGGER wake_sequencer AFTER INSERT ON board.inbox
    FOR EACH STATEMENT EXECUTE FUNCTION board.wake_sequencer();

-- Take ballots out of the urn, in this order. The rows are made anew and not changed in place, because the server
-- would leave them where they were: in the order in which they were cast. Only what stands on the board goes: the
-- trigger box.raw_needed refuses an empty row of anything else, and with it the whole statement.
CREATE FUNCTION board.empty_ballots(hashes bytea[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    keys      bytea[];
    revisions smallint[];
    styles    text[];
    before    bytea[];
BEGIN
    SELECT array_agg(b.voting_key ORDER BY h.place), array_agg(b.revision ORDER BY h.place),
           array_agg(b.style ORDER BY h.place), array_agg(b.previous ORDER BY h.place)
        INTO keys, revisions, styles, before
        FROM unnest(hashes) WITH ORDINALITY AS h (entry_hash, place)
        JOIN box.ballots AS b ON b.entry_hash = h.entry_hash;
    IF coalesce(cardinality(keys), 0) <> cardinality(hashes) THEN
        RAISE EXCEPTION 'expected % ballots in the urn, found %', cardinality(hashes), cardinality(keys);
    END IF;
    DELETE FROM box.ballots WHERE entry_hash = ANY (hashes);
    INSERT INTO box.ballots (voting_key, revision, entry_hash, style, previous)
        SELECT * FROM unnest(keys, revisions, hashes, styles, before);
    DELETE FROM board.releasing WHERE entry_hash = ANY (hashes);
END
$$;

GRANT USAGE ON SCHEMA board TO wijk_service, wijk_sequencer, wijk_public, wijk_desk, wijk_ledger;
GRANT SELECT ON board.entries, board.head TO wijk_service, wijk_sequencer, wijk_public, wijk_desk, wijk_ledger;
GRANT SELECT ON board.files TO wijk_service, wijk_sequencer, wijk_public, wijk_desk;
GRANT SELECT ON board.inbox, board.refused TO wijk_service, wijk_sequencer, wijk_desk;

GRANT INSERT ON board.entries TO wijk_sequencer;
GRANT UPDATE ON board.head TO wijk_sequencer;
GRANT DELETE ON board.inbox TO wijk_sequencer;
GRANT INSERT, UPDATE ON board.refused TO wijk_sequencer;
GRANT SELECT, INSERT, DELETE ON board.releasing TO wijk_sequencer;
GRANT EXECUTE ON FUNCTION board.empty_ballots TO wijk_sequencer;

GRANT INSERT ON board.inbox TO wijk_service, wijk_desk;
GRANT DELETE ON board.refused TO wijk_service, wijk_desk;  -- offered again
GRANT INSERT ON board.files TO wijk_desk;
