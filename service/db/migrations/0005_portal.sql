-- What the public pages look up on the board: who asked by roll number, and the later ballots of a voting key.
-- Entries are canonical JSON, so a member stands at a place that needs no parsing: `voting_key` is a ballot's last
-- member, and in a request nothing before `credential` can hold a quotation mark.
CREATE INDEX entries_credential ON board.entries
    (substring(raw FROM position('"credential":"'::bytea IN raw) + 14 FOR 43)) WHERE kind = 'request';
CREATE INDEX entries_voting_key ON board.entries
    (substring(raw FROM octet_length(raw) - 44 FOR 43), position) WHERE kind = 'ballot';
