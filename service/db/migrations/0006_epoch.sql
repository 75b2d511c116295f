-- Which start of the service this database was prepared by. A backup that is restored brings an older value back, and
-- a service that goes on working upon it sees that the value is not its own.
ALTER TABLE box.phase ADD COLUMN epoch bytea CHECK (octet_length(epoch) = 32);
COMMENT ON COLUMN box.phase.epoch IS 'Drawn at every start of the service, which keeps it in its state folder too.';
GRANT UPDATE (epoch) ON box.phase TO wijk_service;
