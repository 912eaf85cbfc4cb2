-- The register of instances; generation fences older writers. folded: the name in lower case.
CREATE TABLE instances (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  folded TEXT NOT NULL,
  type TEXT NOT NULL,
  spec TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  failed INTEGER NOT NULL DEFAULT 0,
  last_error TEXT
) WITHOUT ROWID;
CREATE INDEX instances_type ON instances (type, id);
CREATE INDEX instances_failed ON instances (id) WHERE failed = 1;

-- A room of which anything is kept; epoch names its history. Entries before oldest are gone, though
-- their rows may still be there for a while.
CREATE TABLE rooms (
  instance TEXT NOT NULL,
  room TEXT NOT NULL,
  epoch TEXT NOT NULL,
  oldest INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (instance, room)
) WITHOUT ROWID;

-- kind: 0 JSON text, 1 binary. at: milliseconds since 1970 (UTC).
CREATE TABLE entries (
  instance TEXT NOT NULL,
  room TEXT NOT NULL,
  seq INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  at INTEGER NOT NULL,
  event TEXT NOT NULL,
  usr TEXT,
  kind INTEGER NOT NULL,
  payload BLOB NOT NULL,
  once TEXT,
  PRIMARY KEY (instance, room, seq)
) WITHOUT ROWID;

-- Keys of push_once within the window, which may reach further back than the entries.
CREATE TABLE push_keys (
  instance TEXT NOT NULL,
  room TEXT NOT NULL,
  seq INTEGER NOT NULL,
  once TEXT NOT NULL,
  PRIMARY KEY (instance, room, seq)
) WITHOUT ROWID;

CREATE TABLE snapshots (
  instance TEXT NOT NULL,
  room TEXT NOT NULL,
  seq INTEGER NOT NULL,
  epoch TEXT NOT NULL,
  at INTEGER NOT NULL,
  tick_at INTEGER NOT NULL,
  closed_by INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  state BLOB NOT NULL,
  PRIMARY KEY (instance, room, seq)
);

-- What is being deleted, a part at a time; room is empty for the whole instance.
CREATE TABLE deletions (
  instance TEXT NOT NULL,
  room TEXT NOT NULL,
  PRIMARY KEY (instance, room)
) WITHOUT ROWID;
