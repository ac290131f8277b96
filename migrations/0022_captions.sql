-- What is said on the channel, in writing.

CREATE TABLE channel_captions (
    channel_id UUID PRIMARY KEY NOT NULL REFERENCES channels (id),
    -- Of the captions that come with the pictures; empty: the site's language.
    source_language TEXT NOT NULL,
    -- Of those that are written here, with blanks between; empty: none are.
    languages TEXT NOT NULL
);

CREATE TABLE captions (
    -- The position of its event.
    number BIGINT PRIMARY KEY NOT NULL,
    channel_id UUID NOT NULL REFERENCES channels (id),
    language TEXT NOT NULL,
    text TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    written_at BIGINT NOT NULL
);

CREATE INDEX captions_of ON captions (channel_id, number);
CREATE INDEX captions_written ON captions (channel_id, written_at);
