-- Readers with an account. They are no staff and no authors, so they stand apart from people.

CREATE TABLE readers (
    id UUID PRIMARY KEY NOT NULL,
    -- In small letters; mail that was sent there has been read.
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- Links that were mailed to let somebody in once.
CREATE TABLE reader_links (
    -- SHA-256 of what the link holds.
    secret_hash TEXT PRIMARY KEY NOT NULL,
    -- SHA-256 of what the browser holds that asked for it.
    browser_hash TEXT NOT NULL,
    email TEXT NOT NULL,
    -- Where one was, and what one was about to say there.
    back TEXT NOT NULL,
    draft TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);

CREATE INDEX reader_links_by_end ON reader_links (expires_at);

CREATE TABLE reader_sessions (
    id UUID PRIMARY KEY NOT NULL,
    reader_id UUID NOT NULL REFERENCES readers (id),
    -- SHA-256 of what the cookie holds.
    secret_hash TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    agent TEXT NOT NULL,
    -- Where one was about to say something when one was asked to sign in, and what.
    back TEXT NOT NULL,
    draft TEXT NOT NULL
);

CREATE INDEX reader_sessions_of ON reader_sessions (reader_id);

ALTER TABLE commenters ADD COLUMN reader_id UUID REFERENCES readers (id);
CREATE UNIQUE INDEX commenters_reader ON commenters (reader_id);

-- Who may speak: `guests` or `confirmed`; NULL: as what is around it.
ALTER TABLE discussion_rules ADD COLUMN speak TEXT;

-- Who is told by mail of what is said.
CREATE TABLE follows (
    -- Never guessed, so whoever holds it may end it.
    id UUID PRIMARY KEY NOT NULL,
    reader_id UUID NOT NULL REFERENCES readers (id),
    article_id UUID NOT NULL,
    -- The comment that began the thread; nil for the whole discussion.
    thread_id UUID NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (reader_id, article_id, thread_id)
);

CREATE INDEX follows_of_article ON follows (article_id);

-- What a follower is told of, each comment once: gathered until the mail is due.
CREATE TABLE follow_news (
    reader_id UUID NOT NULL REFERENCES readers (id),
    comment_id UUID NOT NULL REFERENCES comments (id),
    article_id UUID NOT NULL,
    told_at BIGINT,
    PRIMARY KEY (reader_id, comment_id)
);

-- When the next mail about a discussion may go to a reader.
CREATE TABLE follow_mails (
    reader_id UUID NOT NULL REFERENCES readers (id),
    article_id UUID NOT NULL,
    due_at BIGINT NOT NULL,
    -- Whether it is asked for.
    waiting BOOLEAN NOT NULL,
    PRIMARY KEY (reader_id, article_id)
);
