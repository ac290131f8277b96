-- What looks at a comment before readers do.

-- In how many comments a word stood that moderators have decided about. Only the word's hash is kept:
-- a rare one may name somebody. The word 0 stands in every comment, and so counts them.
CREATE TABLE learned_words (
    word BIGINT PRIMARY KEY NOT NULL,
    -- Those that were let stand, refused as spam, and refused as abuse.
    good BIGINT NOT NULL DEFAULT 0,
    spam BIGINT NOT NULL DEFAULT 0,
    abuse BIGINT NOT NULL DEFAULT 0
);

-- What the decision about this comment has taught: `good`, `spam` or `abuse`.
ALTER TABLE comments ADD COLUMN lesson TEXT;

-- How much it reads like abuse, in thousandths. It orders what waits, and decides nothing.
ALTER TABLE comments ADD COLUMN toxicity BIGINT NOT NULL DEFAULT 0;

CREATE INDEX comments_worst ON comments (toxicity DESC, created_at, id) WHERE state = 'waiting';

-- What a challenge is signed with, so that each node knows those of the others. There is one.
CREATE TABLE proof_key (
    id BIGINT PRIMARY KEY NOT NULL,
    key TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- Proofs of work that came with a comment: none counts twice.
CREATE TABLE proofs_spent (
    challenge TEXT PRIMARY KEY NOT NULL,
    expires_at BIGINT NOT NULL
);

-- How often something was done since a moment, by a commenter or from a network.
CREATE TABLE paces (
    act TEXT NOT NULL,
    who TEXT NOT NULL,
    since BIGINT NOT NULL,
    times BIGINT NOT NULL,
    PRIMARY KEY (act, who)
);

-- What the comment had taught before, for when the decision is undone.
ALTER TABLE comment_decisions ADD COLUMN was_lesson TEXT;
