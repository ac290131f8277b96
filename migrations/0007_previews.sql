-- A link that shows a story, as it is being written, to whoever has it.
CREATE TABLE previews (
    id UUID PRIMARY KEY NOT NULL,
    article_id UUID NOT NULL REFERENCES articles (id),
    person_id UUID NOT NULL REFERENCES people (id),
    -- SHA-256 of what the link holds.
    secret_hash TEXT NOT NULL UNIQUE,
    -- For whom it is, in the words of who made it.
    label TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);

CREATE INDEX previews_of ON previews (article_id);
