-- What moderators do about networks, and what goes with those who go.

-- Networks from which nothing is taken, for a time. A row goes when its time ends, for it is an
-- address.
CREATE TABLE network_bans (
    id UUID PRIMARY KEY NOT NULL,
    network TEXT NOT NULL UNIQUE,
    -- Who banned it; NULL: the operator.
    person_id UUID REFERENCES people (id),
    -- Why, for the other moderators.
    words TEXT NOT NULL,
    until BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

-- What somebody has reported, to take it along or away.
CREATE INDEX comment_reports_by ON comment_reports (commenter_id);

-- What was told and is old enough to be let go of.
CREATE INDEX follow_news_told ON follow_news (told_at) WHERE told_at IS NOT NULL;
