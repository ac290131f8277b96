-- How staff show who they are, and what they may do in which section.

ALTER TABLE people ADD COLUMN email TEXT;
ALTER TABLE people ADD COLUMN suspended_at BIGINT;
CREATE UNIQUE INDEX people_email ON people (email);

-- A role in one section and those below it, beside the one in the whole site.
CREATE TABLE grants (
    person_id UUID NOT NULL REFERENCES people (id),
    section_id UUID NOT NULL REFERENCES sections (id),
    role TEXT NOT NULL,
    PRIMARY KEY (person_id, section_id)
);

CREATE TABLE passwords (
    person_id UUID PRIMARY KEY NOT NULL REFERENCES people (id),
    -- Argon2id, as a PHC string.
    hash TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);

-- What shows six digits on a telephone (RFC 6238).
CREATE TABLE authenticators (
    person_id UUID PRIMARY KEY NOT NULL REFERENCES people (id),
    secret TEXT NOT NULL,
    -- Without it, the person has yet to show the first code.
    confirmed_at BIGINT,
    -- The last step of which a code was taken: none is taken twice.
    used_step BIGINT NOT NULL
);

CREATE TABLE recovery_codes (
    person_id UUID NOT NULL REFERENCES people (id),
    hash TEXT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (person_id, hash)
);

CREATE TABLE passkeys (
    id UUID PRIMARY KEY NOT NULL,
    person_id UUID NOT NULL REFERENCES people (id),
    name TEXT NOT NULL,
    credential_id TEXT NOT NULL UNIQUE,
    -- As webauthn-rs keeps it.
    credential TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT
);

CREATE INDEX passkeys_of ON passkeys (person_id);

-- Whom an OpenID Connect provider means by a subject.
CREATE TABLE identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    person_id UUID NOT NULL REFERENCES people (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);

-- What a sign-in waits for between two requests; each is taken once.
CREATE TABLE ceremonies (
    secret_hash TEXT PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    person_id UUID,
    state TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE sessions (
    id UUID PRIMARY KEY NOT NULL,
    person_id UUID NOT NULL REFERENCES people (id),
    -- SHA-256 of what the cookie holds.
    secret_hash TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    -- When the person last showed who it is.
    shown_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- The person's rights have changed: the next request is given a new secret.
    renew BOOLEAN NOT NULL DEFAULT FALSE,
    method TEXT NOT NULL,
    agent TEXT NOT NULL,
    address TEXT NOT NULL,
    ended_at BIGINT
);

CREATE INDEX sessions_of ON sessions (person_id);

-- A link that lets somebody in once: to become the first administrator, or to set up a sign-in.
CREATE TABLE invitations (
    id UUID PRIMARY KEY NOT NULL,
    -- None invites the first administrator.
    person_id UUID REFERENCES people (id),
    secret_hash TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    revoked_at BIGINT
);

-- Failed sign-ins by account and by address.
CREATE TABLE attempts (
    subject TEXT PRIMARY KEY NOT NULL,
    failures BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    -- Before this nobody is let try.
    blocked_until BIGINT NOT NULL
);

-- The log, sealed: each hash holds all events up to a position and the seal before it, so that
-- nobody can change or remove one unnoticed.
CREATE TABLE seals (
    through BIGINT PRIMARY KEY NOT NULL,
    hash TEXT NOT NULL
);
