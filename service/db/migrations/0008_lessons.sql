-- Lessons: a class votes on its tablets, and the teacher sees how many have. No row knows a school, a name, a code of
-- a child or a ballot, and none says when somebody voted. A lesson decides nothing: who may vote is the box's to say.
--
-- Promises that this file keeps, whoever writes: the count grows by one ballot at a time, only while the lesson runs,
-- and once for a ticket; what has ended stays ended; with a lesson its tickets go. The processes reach no table, only
-- the functions below.
CREATE SCHEMA lesson;

CREATE FUNCTION lesson.longest() RETURNS interval LANGUAGE sql IMMUTABLE AS $$ SELECT interval '3 hours' $$;

CREATE TABLE lesson.lessons (
    teacher   bytea       PRIMARY KEY CHECK (octet_length(teacher) = 32),
    join_code bytea       NOT NULL UNIQUE CHECK (octet_length(join_code) = 32),
    started   timestamptz NOT NULL DEFAULT now(),
    ended     timestamptz CHECK (ended >= started),
    voted     smallint    NOT NULL DEFAULT 0 CONSTRAINT voted_in_range CHECK (voted BETWEEN 0 AND 500)
);
COMMENT ON TABLE lesson.lessons IS 'Both secrets are kept as hashes alone. A lesson that nobody ended is over after three hours.';

CREATE TABLE lesson.tickets (
    teacher bytea NOT NULL REFERENCES lesson.lessons ON DELETE CASCADE,
    ticket  bytea NOT NULL CHECK (octet_length(ticket) = 32),
    PRIMARY KEY (teacher, ticket)
);
COMMENT ON TABLE lesson.tickets IS 'Hashes of what a tablet drew for a visit, so that a retry counts once; gone when the lesson ends.';

CREATE FUNCTION lesson.runs(lesson.lessons) RETURNS boolean LANGUAGE sql STABLE SET search_path = '' AS $$
    SELECT $1.ended IS NULL AND $1.started > now() - lesson.longest()
$$;

-- A new lesson runs, and has no voter. As many as start in three hours are no more than a large town has classes.
CREATE FUNCTION lesson.check_start() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('wijkaandeel lessons', 0));
    IF NEW.ended IS NOT NULL OR NEW.voted <> 0 OR NEW.started <> now() THEN
        RAISE EXCEPTION 'a lesson starts now and empty' USING ERRCODE = 'check_violation', CONSTRAINT = 'starts_empty';
    END IF;
    IF (SELECT count(*) FROM lesson.lessons WHERE started > now() - lesson.longest()) >= 500 THEN
        RAISE EXCEPTION 'too many lessons' USING ERRCODE = 'check_violation', CONSTRAINT = 'at_most_at_once';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER check_start BEFORE INSERT ON lesson.lessons FOR EACH ROW EXECUTE FUNCTION lesson.check_start();

CREATE FUNCTION lesson.check_step() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    IF (OLD.teacher, OLD.join_code, OLD.started) IS DISTINCT FROM (NEW.teacher, NEW.join_code, NEW.started)
        OR NOT lesson.runs(OLD)
        OR NOT (NEW.voted = OLD.voted + 1 AND NEW.ended IS NULL OR NEW.voted = OLD.voted AND NEW.ended IS NOT DISTINCT FROM now())
    THEN
        RAISE EXCEPTION 'a lesson that runs counts one more, or ends'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'one_step';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER check_step BEFORE UPDATE ON lesson.lessons FOR EACH ROW EXECUTE FUNCTION lesson.check_step();

-- A ticket counts, and in no other way does anything count.
CREATE FUNCTION lesson.count_ticket() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    UPDATE lesson.lessons SET voted = voted + 1 WHERE teacher = NEW.teacher;
    RETURN NULL;
END
$$;
CREATE TRIGGER count_ticket AFTER INSERT ON lesson.tickets FOR EACH ROW EXECUTE FUNCTION lesson.count_ticket();

CREATE FUNCTION lesson.tidy() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
    DELETE FROM lesson.lessons WHERE started < now() - interval '1 day';
    DELETE FROM lesson.tickets t USING lesson.lessons l WHERE l.teacher = t.teacher AND NOT lesson.runs(l)
$$;
COMMENT ON FUNCTION lesson.tidy IS 'Forget the tickets of lessons that are over, and lessons of yesterday.';

CREATE FUNCTION lesson.start(bytea, bytea) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
    SELECT lesson.tidy();
    INSERT INTO lesson.lessons (teacher, join_code) VALUES ($1, $2)
$$;
COMMENT ON FUNCTION lesson.start IS 'Start a lesson: hash of the teacher''s secret, hash of the join code.';

CREATE FUNCTION lesson.find_running(bytea) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT lesson.runs(l) FROM lesson.lessons l WHERE l.join_code = $1
$$;
COMMENT ON FUNCTION lesson.find_running IS 'Whether the lesson with this join code runs, null if there is none. It tells a tablet no count.';

CREATE FUNCTION lesson.find_count(bytea, OUT running boolean, OUT voted smallint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT lesson.runs(l), l.voted FROM lesson.lessons l WHERE l.teacher = $1
$$;
COMMENT ON FUNCTION lesson.find_count IS 'What the teacher sees; nulls if there is no such lesson.';

CREATE FUNCTION lesson.finish(bytea) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
    UPDATE lesson.lessons l SET ended = now() WHERE l.teacher = $1 AND lesson.runs(l);
    SELECT lesson.tidy()
$$;
COMMENT ON FUNCTION lesson.finish IS 'End the teacher''s lesson, if it runs, and forget its tickets.';

CREATE FUNCTION lesson.take_ticket(bytea, bytea) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    found lesson.lessons;
BEGIN
    SELECT * INTO found FROM lesson.lessons WHERE join_code = $1 FOR UPDATE;
    IF found.teacher IS NULL THEN
        RETURN NULL;
    ELSIF NOT lesson.runs(found) THEN
        RETURN false;
    END IF;
    IF found.voted < 500 THEN
        INSERT INTO lesson.tickets (teacher, ticket) VALUES (found.teacher, $2) ON CONFLICT DO NOTHING;
    END IF;
    RETURN true;
END
$$;
COMMENT ON FUNCTION lesson.take_ticket IS 'Count a ticket once, up to 500 in a lesson. Whether the lesson runs, null if there is none.';

GRANT USAGE ON SCHEMA lesson TO wijk_service;
GRANT EXECUTE ON FUNCTION lesson.start, lesson.find_running, lesson.find_count, lesson.finish, lesson.take_ticket,
    lesson.tidy TO wijk_service;
