-- Who does what next.

-- What was said with the last step of a story, and by whom.
ALTER TABLE articles ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE articles ADD COLUMN noted_by UUID;

CREATE INDEX articles_stage ON articles (state, stage, touched_at);

-- Whose work a story is beside those who write it, until it is done.
CREATE TABLE assignments (
    article_id UUID NOT NULL REFERENCES articles (id),
    person_id UUID NOT NULL REFERENCES people (id),
    -- What is to be done; empty where the story says it.
    task TEXT NOT NULL,
    due_at BIGINT,
    assigned_at BIGINT NOT NULL,
    done_at BIGINT,
    PRIMARY KEY (article_id, person_id)
);

CREATE INDEX assignments_of ON assignments (person_id) WHERE done_at IS NULL;
CREATE INDEX assignments_due ON assignments (due_at) WHERE done_at IS NULL;
