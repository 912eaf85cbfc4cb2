-- A row of kind 2 is a block: its payload has the size consecutive entries up to seq, and at is the
-- latest of their times; event, usr and once say nothing. See EntryBlocks for what is in one. Rows
-- may overlap: those of the same sequence are the same entry. What is before a row's first entry is
-- in rows before it.
ALTER TABLE entries ADD COLUMN size INTEGER NOT NULL DEFAULT 1;
