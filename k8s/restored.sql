-- Run once after pg_restore, before a node starts: psql --set ON_ERROR_STOP=1 -f k8s/restored.sql DATABASE
-- Clients may have seen entries that are not in the backup, and the rooms are about to give their numbers to others. So each
-- room's history gets a name of its own from here on: a client resumes from what both have, and gets the state otherwise.
BEGIN;
CREATE TEMPORARY TABLE forked ON COMMIT DROP AS
SELECT instance, room, epoch, substr(replace(gen_random_uuid()::text, '-', ''), 1, 16) AS own,
  greatest(
    coalesce((SELECT max(seq) FROM entries e WHERE e.instance = r.instance AND e.room = r.room), 0),
    coalesce((SELECT max(seq) FROM snapshots s WHERE s.instance = r.instance AND s.room = r.room), 0)) AS last
FROM rooms r;
-- The server keeps names of up to 160 characters; beyond that the room starts anew for everybody.
UPDATE forked SET own = own || '~' || last || '~' || epoch WHERE length(own || '~' || last || '~' || epoch) <= 160;
UPDATE rooms r SET epoch = f.own FROM forked f WHERE f.instance = r.instance AND f.room = r.room;
UPDATE snapshots s SET epoch = f.own FROM forked f WHERE f.instance = s.instance AND f.room = s.room AND f.epoch = s.epoch;
-- Leases of the moment of the backup.
UPDATE instances SET owner = NULL WHERE owner IS NOT NULL;
DELETE FROM nodes;
COMMIT;
