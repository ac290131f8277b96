-- What the newsroom says to itself beside a story. No reader is ever shown any of it.

-- A note about some words of a story.
CREATE TABLE notes (
    id UUID PRIMARY KEY NOT NULL,
    article_id UUID NOT NULL REFERENCES articles (id),
    -- Who began it.
    person_id UUID NOT NULL REFERENCES people (id),
    created_at BIGINT NOT NULL,
    -- Where it begins and ends in the shared document of this epoch (Yjs relative positions).
    epoch UUID NOT NULL,
    anchor_start TEXT NOT NULL,
    anchor_end TEXT NOT NULL,
    -- The words that it was about: they outlive the places.
    quote TEXT NOT NULL,
    resolved_at BIGINT,
    resolved_by UUID REFERENCES people (id)
);

CREATE INDEX notes_of ON notes (article_id, created_at);

-- What is said in a note, the first message included.
CREATE TABLE note_messages (
    id UUID PRIMARY KEY NOT NULL,
    note_id UUID NOT NULL REFERENCES notes (id),
    person_id UUID NOT NULL REFERENCES people (id),
    -- A person who is named stands in it as @{id}.
    text TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE INDEX note_messages_of ON note_messages (note_id, created_at);

-- Who is asked for by name, and when that was seen.
CREATE TABLE mentions (
    message_id UUID NOT NULL REFERENCES note_messages (id),
    person_id UUID NOT NULL REFERENCES people (id),
    seen_at BIGINT,
    PRIMARY KEY (message_id, person_id)
);

CREATE INDEX mentions_of ON mentions (person_id, seen_at);

-- How often the notes beside it have changed: whoever has the story open follows this.
ALTER TABLE drafts ADD COLUMN notes BIGINT NOT NULL DEFAULT 0;
