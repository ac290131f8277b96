-- What is sent, who may send it, and what is on when.

CREATE TABLE channels (
    id UUID PRIMARY KEY NOT NULL,
    slug TEXT NOT NULL UNIQUE,
    -- Empty: the site's name.
    title TEXT NOT NULL,
    -- What becomes of a second source of the same rank: `refuse` or `replace`.
    takeover TEXT NOT NULL,
    on_air_since BIGINT
);

CREATE TABLE stream_keys (
    id UUID PRIMARY KEY NOT NULL,
    channel_id UUID NOT NULL REFERENCES channels (id),
    name TEXT NOT NULL,
    -- `main` or `backup`.
    rank TEXT NOT NULL,
    -- SHA-256 of what is typed into the program that sends.
    secret_hash TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    revoked_at BIGINT
);

CREATE INDEX stream_keys_of ON stream_keys (channel_id, created_at);

CREATE TABLE programmes (
    id UUID PRIMARY KEY NOT NULL,
    channel_id UUID NOT NULL REFERENCES channels (id),
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    -- As planned.
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    -- As it was.
    began_at BIGINT,
    ended_at BIGINT
);

CREATE INDEX programmes_planned ON programmes (channel_id, starts_at);
CREATE INDEX programmes_over ON programmes (channel_id, ended_at);
-- One at a time.
CREATE UNIQUE INDEX programmes_on ON programmes (channel_id)
    WHERE began_at IS NOT NULL AND ended_at IS NULL;
