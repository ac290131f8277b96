-- What moderators need beside the queue.

-- How a comment counts for who wrote it: `shown`, `rejected`, or not at all until a moderator looks.
ALTER TABLE comments ADD COLUMN counted TEXT;

UPDATE comments SET counted = state WHERE state IN ('shown', 'rejected') AND EXISTS (
    SELECT 1 FROM comment_decisions d
    WHERE d.comment_id = comments.id AND d.decision IN ('approve', 'reject'));

-- What was decided at once is undone at once. A decision may also be `feature`, `unfeature` or `undo`.
ALTER TABLE comment_decisions ADD COLUMN batch_id UUID;
-- As the comment was before.
ALTER TABLE comment_decisions ADD COLUMN was_state TEXT;
ALTER TABLE comment_decisions ADD COLUMN was_featured BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE comment_decisions ADD COLUMN was_counted TEXT;
ALTER TABLE comment_decisions ADD COLUMN undone BOOLEAN NOT NULL DEFAULT FALSE;

CREATE INDEX comment_decisions_at_once ON comment_decisions (batch_id) WHERE batch_id IS NOT NULL;

-- The decision that dealt with a report.
ALTER TABLE comment_reports ADD COLUMN settled_by UUID;

CREATE INDEX comment_reports_settled ON comment_reports (settled_by) WHERE settled_by IS NOT NULL;

-- What moderators did about a commenter, and what they noted for one another.
CREATE TABLE commenter_acts (
    id UUID PRIMARY KEY NOT NULL,
    commenter_id UUID NOT NULL REFERENCES commenters (id),
    -- NULL: the operator.
    person_id UUID REFERENCES people (id),
    -- `note`, `ban`, `unban`, `watch` or `unwatch`.
    act TEXT NOT NULL,
    -- What a note says.
    words TEXT NOT NULL,
    -- When a ban ends.
    until BIGINT,
    created_at BIGINT NOT NULL
);

CREATE INDEX commenter_acts_of ON commenter_acts (commenter_id, created_at, id);

-- What was decided last, for those whose queue shows it still.
CREATE INDEX comment_decisions_by_time ON comment_decisions (created_at, id);
