-- The desk finds a few stories among many.

-- An index that begins with the state drew queries about published stories away from their own.
DROP INDEX articles_stage;
CREATE INDEX articles_in_work ON articles (stage, touched_at, id) WHERE state = 'draft';
CREATE INDEX articles_withdrawn ON articles (touched_at, id) WHERE state = 'withdrawn';
CREATE INDEX articles_of_section ON articles (section_id, touched_at, id);

-- The newest headline in small letters, to be looked through without the stories themselves.
ALTER TABLE articles ADD COLUMN desk_key TEXT NOT NULL DEFAULT '';

UPDATE articles SET desk_key = COALESCE(
    (SELECT LOWER(r.headline) FROM revisions r
     WHERE r.article_id = articles.id AND r.number = articles.newest_revision), '');

CREATE INDEX articles_on_the_desk ON articles (touched_at, id, desk_key);
DROP INDEX articles_touched;
