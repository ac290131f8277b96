-- What was on air and can be seen again.

-- What becomes of it when it has ended: `publish`, `keep` for the newsroom alone, or `none`.
ALTER TABLE programmes ADD COLUMN recording TEXT NOT NULL DEFAULT 'publish';

CREATE TABLE recordings (
    id UUID PRIMARY KEY NOT NULL,
    channel_id UUID NOT NULL REFERENCES channels (id),
    -- One recording of each, not one for each time that the line was lost.
    programme_id UUID NOT NULL UNIQUE REFERENCES programmes (id),
    began_at BIGINT NOT NULL,
    ended_at BIGINT,
    -- When all of it was in the file store.
    kept_at BIGINT,
    poster BOOLEAN NOT NULL DEFAULT FALSE,
    -- What readers see of it, in milliseconds from its beginning; NULL for all.
    trim_from BIGINT,
    trim_to BIGINT,
    -- The same in channel time, in ticks of 90 kHz: which segments that is.
    shown_from BIGINT,
    shown_to BIGINT,
    published_at BIGINT,
    -- Its files are taken away after this.
    deleted_at BIGINT
);

CREATE INDEX recordings_unfinished ON recordings (channel_id, began_at) WHERE kept_at IS NULL;
CREATE INDEX recordings_published ON recordings (channel_id, began_at)
    WHERE published_at IS NOT NULL;
CREATE INDEX recordings_deleted ON recordings (deleted_at) WHERE deleted_at IS NOT NULL;

-- The index of a recording: a segment is in it once the file store has it.
CREATE TABLE recording_segments (
    recording_id UUID NOT NULL REFERENCES recordings (id),
    rendition TEXT NOT NULL,
    number BIGINT NOT NULL,
    name TEXT NOT NULL,
    init TEXT NOT NULL,
    -- In channel time, in ticks of 90 kHz.
    starts BIGINT NOT NULL,
    -- How long it is, in units of which `clock` make a second.
    units BIGINT NOT NULL,
    clock BIGINT NOT NULL,
    aired_at BIGINT NOT NULL,
    discontinuities BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    PRIMARY KEY (recording_id, rendition, number),
    UNIQUE (recording_id, rendition, name)
);

CREATE TABLE chapters (
    recording_id UUID NOT NULL REFERENCES recordings (id),
    -- In milliseconds from the beginning of the recording.
    at BIGINT NOT NULL,
    title TEXT NOT NULL,
    PRIMARY KEY (recording_id, at)
);

-- The video that leads a story.
CREATE TABLE article_videos (
    article_id UUID PRIMARY KEY NOT NULL REFERENCES articles (id),
    -- One that is not published, or not there any more, is not shown.
    recording_id UUID NOT NULL
);

CREATE INDEX article_videos_of ON article_videos (recording_id);
