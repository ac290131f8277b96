-- What a newsroom keeps of a story's revisions.

-- A name that somebody gave it; empty for none.
ALTER TABLE revisions ADD COLUMN name TEXT NOT NULL DEFAULT '';
-- When readers first saw it.
ALTER TABLE revisions ADD COLUMN shown_at BIGINT;

UPDATE revisions SET shown_at = (
    SELECT COALESCE(a.updated_at, a.published_at) FROM articles a
    WHERE a.id = revisions.article_id AND a.published_revision = revisions.number
);
