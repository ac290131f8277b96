CREATE TABLE people (
    id UUID PRIMARY KEY NOT NULL,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    -- As a byline may spell it: lower case, one space between words.
    name_key TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    bio TEXT NOT NULL,
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE tokens (
    id UUID PRIMARY KEY NOT NULL,
    person_id UUID NOT NULL REFERENCES people (id),
    name TEXT NOT NULL,
    -- SHA-256 of the secret: a token has 256 random bits, so a slow hash would add nothing.
    secret_hash TEXT NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT
);
