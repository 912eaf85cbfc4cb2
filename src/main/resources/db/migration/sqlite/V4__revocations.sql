-- Which tokens count no more: texts are empty where the rule does not name them, times in seconds
-- since 1970.
CREATE TABLE revocations (
  tenant TEXT NOT NULL,
  token TEXT NOT NULL,
  usr TEXT NOT NULL,
  issued_before INTEGER NOT NULL,
  until INTEGER NOT NULL,
  PRIMARY KEY (tenant, token, usr, issued_before, until)
) WITHOUT ROWID;
