-- Whether a photo may be used, where it stands, and files that have yet to be whole.

-- It says nothing that a text could say: those who cannot see it are told of none.
ALTER TABLE photos ADD COLUMN decorative BOOLEAN NOT NULL DEFAULT FALSE;
-- What it may be used for, in words; for the newsroom only.
ALTER TABLE photos ADD COLUMN rights TEXT NOT NULL DEFAULT '';
-- The last day on which readers may be shown it, by the site's clocks; in days since 1970-01-01.
ALTER TABLE photos ADD COLUMN usable_until BIGINT;

CREATE INDEX photos_newest ON photos (created_at, id);
CREATE INDEX photos_until ON photos (usable_until) WHERE usable_until IS NOT NULL;

-- When the state took in what was written: what is newer than the newest revision is in no revision.
ALTER TABLE drafts ADD COLUMN written_at BIGINT NOT NULL DEFAULT 0;

CREATE INDEX drafts_written ON drafts (written_at, article_id);

-- A file on its way, in parts. It becomes a photo of the same id, or is forgotten.
CREATE TABLE uploads (
    id UUID PRIMARY KEY NOT NULL,
    person_id UUID NOT NULL,
    -- What the browser calls the file, and when the file was last changed: by these, and its size,
    -- the same file is known again.
    name TEXT NOT NULL,
    modified BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    received BIGINT NOT NULL,
    touched_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX uploads_of ON uploads (person_id, name, modified, bytes);
CREATE INDEX uploads_touched ON uploads (touched_at);

CREATE TABLE upload_parts (
    upload_id UUID NOT NULL REFERENCES uploads (id),
    start BIGINT NOT NULL,
    -- Where its bytes are kept.
    file_key TEXT NOT NULL,
    PRIMARY KEY (upload_id, start)
);
