-- The log of all that happened, and who has read it up to where.
-- Positions grow by commit order: `Store::begin` sees to that.
CREATE TABLE events (
    position {{position}},
    name TEXT NOT NULL,
    payload TEXT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL
);

CREATE TABLE cursors (
    projection TEXT PRIMARY KEY NOT NULL,
    position BIGINT NOT NULL
);

CREATE TABLE jobs (
    id UUID PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    -- Names the effect: the same key is never done twice.
    idempotency_key TEXT NOT NULL UNIQUE,
    payload TEXT NOT NULL,
    run_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    lease_until BIGINT,
    last_error TEXT,
    finished_at BIGINT
);

CREATE INDEX jobs_waiting ON jobs (run_at) WHERE finished_at IS NULL;
