-- The box: requests for shares, blind signatures, and ballots until they stand on the board.
--
-- Promises that this file keeps, whoever writes: a credential asks once; a voting key has one ballot a revision,
-- and every revision follows the one before; nothing comes in while voting is closed to the one who asks first.
-- No row holds a time, a sequence or an address. What the server itself keeps of the order (transaction numbers,
-- places in the file) is written anew when a release takes the ballots, in the order of the board.
CREATE SCHEMA box;

CREATE TABLE box.phase (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    open   boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE box.phase IS
    'One row. Requests and casts hold it FOR SHARE while they write; who opens or closes the voting takes it FOR UPDATE.';
INSERT INTO box.phase DEFAULT VALUES;
CREATE TRIGGER one_row BEFORE INSERT OR DELETE OR TRUNCATE ON box.phase
    FOR EACH STATEMENT EXECUTE FUNCTION board.refuse();

-- The roll by key, as the board has it.
CREATE TABLE box.credentials (
    key         bytea   PRIMARY KEY CHECK (octet_length(key) = 32),
    style       text    NOT NULL,
    roll_number bigint  NOT NULL UNIQUE CHECK (roll_number >= 1),
    revoked     boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE box.credentials IS 'What roll and replace entries say; written by the board itself, in the same transaction.';

CREATE FUNCTION box.bytes(text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = '' AS $$
    SELECT decode(translate($1, '-_', '+/') || repeat('=', -length($1) & 3), 'base64')
$$;
COMMENT ON FUNCTION box.bytes IS 'The bytes behind unpadded base64url.';

CREATE FUNCTION box.follow_roll() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    entry jsonb  := convert_from(NEW.raw, 'UTF8')::jsonb;
    last  bigint := (SELECT coalesce(max(roll_number), 0) FROM box.credentials);
BEGIN
    IF NEW.kind = 'roll' THEN
        INSERT INTO box.credentials (key, style, roll_number)
            SELECT box.bytes(line.value ->> 'key'), line.value ->> 'style', last + line.ordinality
            FROM jsonb_array_elements(entry -> 'credentials') WITH ORDINALITY AS line;
    ELSE
        UPDATE box.credentials SET revoked = true
            WHERE key IN (SELECT box.bytes(gone) FROM jsonb_array_elements_text(entry -> 'revokes') AS gone);
        INSERT INTO box.credentials (key, style, roll_number)
            VALUES (box.bytes(entry ->> 'adds'), entry ->> 'style', last + 1);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER follow_roll AFTER INSERT ON board.entries
    FOR EACH ROW WHEN (NEW.kind IN ('roll', 'replace')) EXECUTE FUNCTION box.follow_roll();

CREATE TABLE box.requests (
    credential bytea   PRIMARY KEY REFERENCES box.credentials,
    style      text    NOT NULL,
    entry_hash bytea   NOT NULL UNIQUE CHECK (entry_hash = sha256('\x00'::bytea || raw)),
    raw        bytea   NOT NULL CHECK (octet_length(raw) BETWEEN 1 AND 65535),
    blinded    bytea[] NOT NULL CHECK (cardinality(blinded) BETWEEN 2 AND 3),
    position   bigint  UNIQUE CHECK (position >= 0)
);
COMMENT ON COLUMN box.requests.position IS 'The place on the board, set by the sequencer; none while it waits.';
CREATE INDEX requests_waiting ON box.requests (entry_hash) WHERE position IS NULL;
CREATE TRIGGER wake_sequencer AFTER INSERT ON box.requests
    FOR EACH STATEMENT EXECUTE FUNCTION board.wake_sequencer();

CREATE TABLE box.blind_signatures (
    credential bytea NOT NULL REFERENCES box.requests,
    partner    text  NOT NULL,
    signature  bytea NOT NULL CHECK (octet_length(signature) = 384),
    PRIMARY KEY (credential, partner)
);

CREATE TABLE box.ballots (
    voting_key bytea    NOT NULL CHECK (octet_length(voting_key) = 32),
    revision   smallint NOT NULL CHECK (revision BETWEEN 1 AND 9),
    entry_hash bytea    NOT NULL UNIQUE CHECK (octet_length(entry_hash) = 32),
    style      text     NOT NULL,
    previous   bytea    NOT NULL CHECK (octet_length(previous) = 32),
    raw        bytea    CHECK (octet_length(raw) BETWEEN 1 AND 65535),
    PRIMARY KEY (voting_key, revision),
    CONSTRAINT first_has_none_before
        CHECK ((revision = 1) = (previous = '\x0000000000000000000000000000000000000000000000000000000000000000'))
) WITH (toast_tuple_target = 8160);
COMMENT ON COLUMN box.ballots.raw IS 'The entry; emptied by the sequencer once it stands on the board.';
ALTER TABLE box.ballots ALTER COLUMN raw SET STORAGE EXTERNAL;  -- ciphertext does not compress
CREATE INDEX ballots_waiting ON box.ballots (style, revision, entry_hash) WHERE raw IS NOT NULL;

-- The statement that stores ballots leaves out what does not follow; this is for whoever writes another one.
CREATE FUNCTION box.follow_revision() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM box.ballots AS before
        WHERE before.voting_key = NEW.voting_key AND before.revision = NEW.revision - 1
          AND before.entry_hash = NEW.previous AND before.style = NEW.style
    ) THEN
        RAISE EXCEPTION 'revision % does not follow the one before', NEW.revision
            USING ERRCODE = 'check_violation', CONSTRAINT = 'follows';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER follows BEFORE INSERT ON box.ballots
    FOR EACH ROW WHEN (NEW.revision > 1) EXECUTE FUNCTION box.follow_revision();

CREATE FUNCTION box.only_empty() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    RAISE EXCEPTION 'a ballot may only be emptied' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER only_empty BEFORE UPDATE ON box.ballots FOR EACH ROW
    WHEN (NEW.raw IS NOT NULL OR (OLD.voting_key, OLD.revision, OLD.entry_hash, OLD.style, OLD.previous)
          IS DISTINCT FROM (NEW.voting_key, NEW.revision, NEW.entry_hash, NEW.style, NEW.previous))
    EXECUTE FUNCTION box.only_empty();

-- An empty row says that the ballot stands on the board; of any other the bytes are the ballot itself.
CREATE FUNCTION box.need_raw() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM board.entries WHERE entry_hash = NEW.entry_hash AND kind = 'ballot') THEN
        RAISE EXCEPTION 'a ballot that is not on the board may not be empty'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'raw_needed';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER raw_needed BEFORE INSERT ON box.ballots
    FOR EACH ROW WHEN (NEW.raw IS NULL) EXECUTE FUNCTION box.need_raw();

-- Officials may offer an entry again, and then its refusal goes; what residents sent stays refused.
CREATE FUNCTION box.keep_refusal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF EXISTS (SELECT FROM box.requests WHERE entry_hash = OLD.entry_hash)
        OR EXISTS (SELECT FROM box.ballots WHERE entry_hash = OLD.entry_hash) THEN
        RAISE EXCEPTION 'the refusal of a request or ballot stays' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END
$$;
CREATE TRIGGER keep_refusal BEFORE DELETE ON board.refused
    FOR EACH ROW EXECUTE FUNCTION box.keep_refusal();

GRANT USAGE ON SCHEMA box TO wijk_service, wijk_sequencer, wijk_public;
GRANT SELECT ON box.credentials TO wijk_service, wijk_sequencer, wijk_public;
GRANT SELECT ON box.phase, box.requests, box.blind_signatures, box.ballots TO wijk_service, wijk_sequencer;
GRANT UPDATE (single) ON box.phase TO wijk_service;  -- the right to hold the row, not to open or close
GRANT INSERT (credential, style, entry_hash, raw, blinded) ON box.requests TO wijk_service;  -- not the position
GRANT INSERT ON box.blind_signatures, box.ballots TO wijk_service;

GRANT UPDATE (open) ON box.phase TO wijk_sequencer;
GRANT UPDATE (position) ON box.requests TO wijk_sequencer;
