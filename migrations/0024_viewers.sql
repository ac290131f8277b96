-- How many watched in each minute, by rendition, counted from requests: nothing of who they are.

CREATE TABLE viewer_counts (
    channel_id UUID NOT NULL REFERENCES channels (id),
    -- When it began.
    minute BIGINT NOT NULL,
    rendition TEXT NOT NULL,
    viewers BIGINT NOT NULL,
    PRIMARY KEY (channel_id, minute, rendition)
);

CREATE INDEX viewer_counts_old ON viewer_counts (minute);
