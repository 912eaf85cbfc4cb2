-- The nodes of a cluster: a row is a lease, on the database's clock. since: start of an unbroken
-- series of renewals.
CREATE TABLE nodes (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  host TEXT NOT NULL,
  port INTEGER NOT NULL,
  started_at TIMESTAMPTZ NOT NULL,
  renewed_at TIMESTAMPTZ NOT NULL,
  since TIMESTAMPTZ NOT NULL,
  instances INTEGER NOT NULL,
  connections INTEGER NOT NULL,
  cpu DOUBLE PRECISION NOT NULL,
  draining BOOLEAN NOT NULL
);

-- The node that runs the instance; null if none does, and outside of a cluster.
ALTER TABLE instances ADD COLUMN owner TEXT COLLATE "C";
CREATE INDEX instances_owner ON instances (owner, id) WHERE owner IS NOT NULL;

-- Which link's which command made the entry; null outside of a cluster.
ALTER TABLE entries ADD COLUMN link TEXT COLLATE "C", ADD COLUMN number BIGINT;
