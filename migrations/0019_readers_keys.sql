-- Further keys of readers, beside the link that is mailed: passkeys, and accounts at a provider.
-- `discussion_rules.speak` may be `accounts` from now on: readers who have one of these.

CREATE TABLE reader_passkeys (
    id UUID PRIMARY KEY NOT NULL,
    reader_id UUID NOT NULL REFERENCES readers (id),
    name TEXT NOT NULL,
    credential_id TEXT NOT NULL UNIQUE,
    -- As webauthn-rs keeps it.
    credential TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT
);

CREATE INDEX reader_passkeys_of ON reader_passkeys (reader_id);

-- Which reader an OpenID Connect provider means by a subject.
CREATE TABLE reader_identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    reader_id UUID NOT NULL REFERENCES readers (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject),
    UNIQUE (reader_id, issuer)
);

ALTER TABLE ceremonies ADD COLUMN reader_id UUID;
