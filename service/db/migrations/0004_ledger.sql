-- The ledger: double entry in whole cents of euro. What stands here is never changed, only added to.
--
-- Promises that this file keeps, whoever writes: every transaction balances and is complete when it commits; no
-- line can be added to it later; no account of money goes below zero; a pot is granted once; an election is
-- booked once; a pot about which residents only advise does not exist here.
CREATE SCHEMA ledger;

-- A pot of one election. Its id is the start of its accounts' names.
CREATE TABLE ledger.pots (
    id       text PRIMARY KEY,
    election bytea NOT NULL CHECK (octet_length(election) = 32),  -- the manifest hash
    contest  text NOT NULL CHECK (contest ~ '^[a-z][a-z0-9-]{0,39}$'),
    pot      text NOT NULL CHECK (pot ~ '^[a-z][a-z0-9-]{0,39}$'),
    "right"  text NOT NULL CONSTRAINT residents_decide CHECK ("right" IN ('decide', 'labelled')),
    label    text NOT NULL,
    title    text NOT NULL,
    CONSTRAINT named_by_parts CHECK (id = left(encode(election, 'hex'), 16) || ':' || contest || ':' || pot),
    CONSTRAINT label_if_labelled CHECK ((label <> '') = ("right" = 'labelled'))
);

-- Accounts have names of parts with colons between, the type first:
--   income:grants:FUNDER
--   assets:pots:ELECTION:CONTEST:POT:free:FUNDER
--   assets:pots:ELECTION:CONTEST:POT:committed:PROJECT:FUNDER
CREATE TABLE ledger.accounts (
    name    text PRIMARY KEY
            CHECK (name ~ '^(assets|liabilities|equity|income|expenses)(:[a-z0-9][a-z0-9-]*)+$'),
    type    text NOT NULL GENERATED ALWAYS AS (split_part(name, ':', 1)) STORED,
    pot     text CONSTRAINT granted_pot REFERENCES ledger.pots,
    project text,
    funder  text,
    title   text NOT NULL,
    CHECK (pot IS NULL OR starts_with(name, 'assets:pots:' || pot || ':')),
    CHECK (project IS NULL OR pot IS NOT NULL)
);

CREATE TABLE ledger.transactions (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('grant', 'commitment')),
    booked_on   date NOT NULL,
    description text NOT NULL CHECK (description <> ''),
    certify     bytea CONSTRAINT booked_once UNIQUE CHECK (octet_length(certify) = 32),
    pot         text REFERENCES ledger.pots,
    lines       integer NOT NULL CHECK (lines >= 2),
    CHECK ((certify IS NOT NULL) = (kind = 'commitment')),
    CHECK ((pot IS NOT NULL) = (kind = 'grant'))
);
CREATE UNIQUE INDEX granted_once ON ledger.transactions (pot) WHERE kind = 'grant';

-- A line: positive cents come into the account, negative cents leave it.
CREATE TABLE ledger.postings (
    transaction bigint NOT NULL REFERENCES ledger.transactions,
    line        integer NOT NULL CHECK (line >= 1),
    account     text NOT NULL REFERENCES ledger.accounts,
    cents       bigint NOT NULL CHECK (cents <> 0),
    PRIMARY KEY (transaction, line)
);
CREATE INDEX postings_by_account ON ledger.postings (account);

-- A transaction says beforehand how many lines it has, so none can be added when those stand.
CREATE FUNCTION ledger.check_line() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    IF NEW.line > (SELECT lines FROM ledger.transactions WHERE id = NEW.transaction) THEN
        RAISE EXCEPTION 'transaction % has no line %', NEW.transaction, NEW.line
            USING ERRCODE = 'check_violation', CONSTRAINT = 'complete',
                  HINT = 'Book a transaction of its own instead.';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER check_line BEFORE INSERT ON ledger.postings
    FOR EACH ROW EXECUTE FUNCTION ledger.check_line();

-- Runs when the transaction commits. One booking at a time passes, so that two cannot overdraw together.
CREATE FUNCTION ledger.check_transaction() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE
    written record;
    short   record;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'bookings need the isolation level READ COMMITTED'
            USING ERRCODE = 'invalid_transaction_state';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('ledger.check_transaction', 0));
    SELECT count(*) AS lines, coalesce(sum(cents), 0) AS cents INTO written
        FROM ledger.postings WHERE transaction = NEW.id;
    IF written.lines <> NEW.lines THEN
        RAISE EXCEPTION 'transaction % has % lines of %', NEW.id, written.lines, NEW.lines
            USING ERRCODE = 'check_violation', CONSTRAINT = 'complete';
    END IF;
    IF written.cents <> 0 THEN
        RAISE EXCEPTION 'transaction % is out of balance by % cents', NEW.id, written.cents
            USING ERRCODE = 'check_violation', CONSTRAINT = 'balanced';
    END IF;
    SELECT a.name, sum(p.cents) AS cents INTO short
        FROM ledger.accounts a JOIN ledger.postings p ON p.account = a.name
        WHERE a.type = 'assets' AND a.name IN (SELECT account FROM ledger.postings WHERE transaction = NEW.id)
        GROUP BY a.name HAVING sum(p.cents) < 0
        ORDER BY a.name LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'account % would stand at % cents', short.name, short.cents
            USING ERRCODE = 'check_violation', CONSTRAINT = 'never_overdrawn';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER check_transaction AFTER INSERT ON ledger.transactions
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.check_transaction();

-- Nothing is changed or removed, by nobody: not by the owner, and not in a session that plays a replica.
CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    RAISE EXCEPTION 'the ledger only grows: % of ledger.% refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', HINT = 'Book a correcting transaction instead.';
END
$$;
DO $$
DECLARE
    table_name text;
BEGIN
    FOREACH table_name IN ARRAY ARRAY['pots', 'accounts', 'transactions', 'postings'] LOOP
        EXECUTE format(
            'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.%I'
            ' FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()', table_name);
        EXECUTE format('ALTER TABLE ledger.%I ENABLE ALWAYS TRIGGER append_only', table_name);
    END LOOP;
END
$$;
ALTER TABLE ledger.transactions ENABLE ALWAYS TRIGGER check_transaction;
ALTER TABLE ledger.postings ENABLE ALWAYS TRIGGER check_line;

GRANT USAGE ON SCHEMA ledger TO wijk_ledger, wijk_public;
GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO wijk_ledger, wijk_public;
GRANT INSERT ON ALL TABLES IN SCHEMA ledger TO wijk_ledger;

-- What follows the board in the role of the ledger also reads the outcome file that a tally names.
GRANT SELECT ON board.files TO wijk_ledger;
