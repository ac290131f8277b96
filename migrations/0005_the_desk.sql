-- The way of an article to its readers, and what several people write at once.

-- draft, review or ready: how far the newest words have come.
ALTER TABLE articles ADD COLUMN stage TEXT NOT NULL DEFAULT 'draft';
-- Who began it.
ALTER TABLE articles ADD COLUMN owner_id UUID;
-- When anything about it last changed: the order of the desk.
ALTER TABLE articles ADD COLUMN touched_at BIGINT NOT NULL DEFAULT 0;

UPDATE articles SET touched_at = created_at;

CREATE INDEX articles_touched ON articles (touched_at, id);
CREATE INDEX articles_owner ON articles (owner_id, touched_at);

-- A shared document (Yjs) for each article that somebody has opened.
CREATE TABLE drafts (
    article_id UUID PRIMARY KEY NOT NULL REFERENCES articles (id),
    -- Another one means another document: copies of the one before must not be merged into it.
    epoch UUID NOT NULL,
    -- The revision that the document was begun from, or last became.
    revision BIGINT NOT NULL,
    state {{bytes}} NOT NULL,
    -- Up to which of the updates the state holds them.
    position BIGINT NOT NULL
);

-- What was written since, in the order in which it was kept.
CREATE TABLE draft_updates (
    position {{position}},
    article_id UUID NOT NULL REFERENCES articles (id),
    epoch UUID NOT NULL,
    person_id UUID,
    bytes {{bytes}} NOT NULL
);

CREATE INDEX draft_updates_of ON draft_updates (article_id, position);
