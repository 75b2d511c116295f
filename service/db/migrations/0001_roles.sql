-- The roles of the processes. They cannot log in; how a process takes one stands in service/db/roles.py.
-- Roles belong to the whole server, so another database may have made them already.
-- An owner who may not create roles lets the administrator make these five beforehand.
DO $$
DECLARE
    role_name text;
    is_superuser boolean := (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user);
BEGIN
    FOREACH role_name IN ARRAY
        ARRAY['wijk_service', 'wijk_sequencer', 'wijk_public', 'wijk_desk', 'wijk_ledger']
    LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = role_name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE', role_name);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL;  -- another database of this server made it a moment ago
            END;
        END IF;
        -- A superuser can take every role; any other owner must be a member.
        IF NOT is_superuser THEN
            BEGIN
                EXECUTE format('GRANT %I TO %I', role_name, current_user);
            EXCEPTION WHEN insufficient_privilege THEN
                IF NOT pg_has_role(current_user, role_name, 'MEMBER') THEN
                    RAISE EXCEPTION 'owner % is no member of role %', current_user, role_name
                        USING HINT = format('As administrator: GRANT %I TO %I', role_name, current_user);
                END IF;
            END;
        END IF;
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), role_name);
        EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', role_name);
        EXECUTE format('GRANT SELECT ON public.migrations TO %I', role_name);
    END LOOP;
    -- Nobody else connects, and nobody makes tables where they were not meant to be.
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
-- What a migration does not grant by name, nobody gets: functions too, which PostgreSQL opens to all.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
