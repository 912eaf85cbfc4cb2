-- Entries in a row: always one here, more in a block of SQLite's.
ALTER TABLE entries ADD COLUMN size INTEGER NOT NULL DEFAULT 1;
