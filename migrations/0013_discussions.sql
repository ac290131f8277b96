-- What readers say under stories.

-- Whoever says something: a person who is signed in, or a guest, known by a secret of the browser.
CREATE TABLE commenters (
    id UUID PRIMARY KEY NOT NULL,
    person_id UUID UNIQUE REFERENCES people (id),
    -- SHA-256 of the browser's secret; NULL for one with an account.
    secret_hash TEXT UNIQUE,
    -- As it was last given. A comment keeps the name that it was written under.
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- How many comments moderators have let stand, and how many they have refused.
    approved BIGINT NOT NULL DEFAULT 0,
    rejected BIGINT NOT NULL DEFAULT 0,
    -- No comment is taken before this moment.
    banned_until BIGINT,
    -- Every comment waits for a moderator, whatever the discussion's mode is.
    watched BOOLEAN NOT NULL DEFAULT FALSE
);

-- How a discussion is moderated: of the whole site, of a section and those below, of one story.
CREATE TABLE discussion_rules (
    -- `site`, `section` or `story`.
    scope TEXT NOT NULL,
    -- Nil for the site.
    object_id UUID NOT NULL,
    -- `after`, `before`, `newcomers`, `read_only` or `closed`; NULL: as what is around it.
    mode TEXT,
    -- Days after publication; 0 is never, NULL as what is around it.
    closes_after BIGINT,
    PRIMARY KEY (scope, object_id)
);

-- What readers are shown of a story's discussion, counted.
CREATE TABLE discussions (
    article_id UUID PRIMARY KEY NOT NULL,
    shown BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE comments (
    id UUID PRIMARY KEY NOT NULL,
    -- Of another product, and never deleted.
    article_id UUID NOT NULL,
    commenter_id UUID NOT NULL REFERENCES commenters (id),
    -- What it answers.
    parent_id UUID REFERENCES comments (id),
    -- The comment that began the thread: itself, when it answers none.
    thread_id UUID NOT NULL,
    -- The ids of those above it and its own, 32 hexadecimal digits each: the order of a thread.
    path TEXT NOT NULL,
    depth BIGINT NOT NULL,
    name TEXT NOT NULL,
    -- Markdown, as it was written; empty once it is removed.
    text TEXT NOT NULL,
    -- `waiting`, `shown`, `rejected` or `removed`.
    state TEXT NOT NULL,
    featured BOOLEAN NOT NULL DEFAULT FALSE,
    created_at BIGINT NOT NULL,
    edited_at BIGINT,
    -- How many readers recommend it, and how many comments below it are shown.
    recommended BIGINT NOT NULL DEFAULT 0,
    replies BIGINT NOT NULL DEFAULT 0,
    -- Reports that nobody has dealt with.
    reports BIGINT NOT NULL DEFAULT 0,
    -- What each step of the pipeline said, as JSON.
    verdicts TEXT NOT NULL,
    -- Network that it came from; forgotten after a while.
    network TEXT,
    -- A moderator has it on the screen.
    claimed_by UUID REFERENCES people (id),
    claimed_until BIGINT
);

CREATE INDEX comments_by_time ON comments (article_id, created_at, id) WHERE depth = 0;
CREATE INDEX comments_by_recommendation ON comments (article_id, recommended, id) WHERE depth = 0;
CREATE INDEX comments_by_replies ON comments (article_id, replies, id) WHERE depth = 0;
CREATE INDEX comments_of_thread ON comments (thread_id, path);
CREATE INDEX comments_of_commenter ON comments (commenter_id, created_at);
CREATE INDEX comments_of_network ON comments (network, created_at);
CREATE INDEX comments_waiting ON comments (created_at, id) WHERE state = 'waiting';
CREATE INDEX comments_reported ON comments (created_at, id) WHERE reports > 0;

-- How a comment read before it was edited.
CREATE TABLE comment_editions (
    comment_id UUID NOT NULL REFERENCES comments (id),
    text TEXT NOT NULL,
    until BIGINT NOT NULL,
    PRIMARY KEY (comment_id, until)
);

CREATE TABLE recommendations (
    comment_id UUID NOT NULL REFERENCES comments (id),
    commenter_id UUID NOT NULL REFERENCES commenters (id),
    PRIMARY KEY (comment_id, commenter_id)
);

CREATE INDEX recommendations_of ON recommendations (commenter_id);

-- A reader says that a comment should not stand.
CREATE TABLE comment_reports (
    comment_id UUID NOT NULL REFERENCES comments (id),
    commenter_id UUID NOT NULL REFERENCES commenters (id),
    reason TEXT NOT NULL,
    words TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    settled_at BIGINT,
    PRIMARY KEY (comment_id, commenter_id)
);

-- What moderators decided, with what the commenter is told; and what the commenter said to that.
CREATE TABLE comment_decisions (
    id UUID PRIMARY KEY NOT NULL,
    comment_id UUID NOT NULL REFERENCES comments (id),
    -- NULL: the commenter, who appeals.
    person_id UUID REFERENCES people (id),
    -- `approve`, `reject`, `wait` or `appeal`.
    decision TEXT NOT NULL,
    reason TEXT,
    words TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE INDEX comment_decisions_of ON comment_decisions (comment_id, created_at);

-- Words that are looked for: `banned` ones are refused, `suspect` ones wait for a moderator.
CREATE TABLE discussion_words (
    -- BCP 47 of the stories under which it counts; empty for all.
    language TEXT NOT NULL,
    -- In small letters; several words stand for themselves in this order.
    words TEXT NOT NULL,
    kind TEXT NOT NULL,
    PRIMARY KEY (language, words)
);
