-- Entries as they came, hundreds to a row, until they are moved to the table of entries: see
-- UnsortedEntries for what is in one. Those that are in both tables are the same.
CREATE TABLE unsorted (
  id INTEGER PRIMARY KEY,
  entries BLOB NOT NULL
);
