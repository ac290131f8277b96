-- Meetings: who meets whom about what, the room while they do, and the record that is left.

CREATE TABLE meetings (
    id UUID PRIMARY KEY NOT NULL,
    title TEXT NOT NULL,
    -- closed, open.
    profile TEXT NOT NULL,
    -- As the IANA time zone database names it: all of the meeting's times are told in it.
    zone TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    -- NULL: the operator.
    planned_by UUID REFERENCES people (id),
    began_at BIGINT,
    ended_at BIGINT,
    held_elsewhere BOOLEAN NOT NULL DEFAULT FALSE,
    cancelled_at BIGINT,
    -- Who has the floor, and since when.
    floor_seat_id UUID,
    floor_since BIGINT,
    -- Nobody new may ask.
    locked BOOLEAN NOT NULL DEFAULT FALSE,
    -- The closed group: which one since the first, and its epoch. 0: none yet.
    group_number BIGINT NOT NULL DEFAULT 0,
    epoch BIGINT NOT NULL DEFAULT 0,
    -- The number of the last mail, which does not go back when mail goes.
    mail_count BIGINT NOT NULL DEFAULT 0,
    -- What is told before, and since when readers see it.
    advisory TEXT NOT NULL DEFAULT '',
    advised_at BIGINT,
    -- What the record tells of who was there: names, parties.
    tells TEXT NOT NULL,
    -- Since when readers see the record.
    recorded_at BIGINT,
    -- The official photo, once it is released.
    photo_id UUID REFERENCES photos (id)
);

CREATE INDEX meetings_by_time ON meetings (starts_at);

CREATE TABLE meeting_parties (
    id UUID PRIMARY KEY NOT NULL,
    meeting_id UUID NOT NULL REFERENCES meetings (id),
    position BIGINT NOT NULL,
    name TEXT NOT NULL,
    -- #rrggbb
    colour TEXT NOT NULL,
    -- How long it had the floor, in microseconds, without who has it now.
    spoken BIGINT NOT NULL DEFAULT 0,
    readout_headline TEXT NOT NULL DEFAULT '',
    -- Markdown, as it was written.
    readout_body TEXT NOT NULL DEFAULT '',
    readout_released_at BIGINT,
    UNIQUE (meeting_id, position)
);

CREATE TABLE meeting_seats (
    id UUID PRIMARY KEY NOT NULL,
    meeting_id UUID NOT NULL REFERENCES meetings (id),
    party_id UUID NOT NULL REFERENCES meeting_parties (id),
    -- From 0, in the room's order.
    number BIGINT NOT NULL,
    title TEXT NOT NULL,
    chair BOOLEAN NOT NULL,
    -- SHA-256 of what the seat's invitation shows; NULL: not invited yet.
    verifier {{bytes}},
    -- Of an invitation whose holder was sent out: it is not taken again.
    refused_verifier {{bytes}},
    -- free, asking, in.
    state TEXT NOT NULL,
    -- Of whom the chair let in; another device cannot use the invitation.
    identity {{bytes}},
    -- As who sits there said.
    name TEXT NOT NULL DEFAULT '',
    -- What a page that asks has shown; gone when it is let in.
    asked_at BIGINT,
    asked_identity {{bytes}},
    key_package {{bytes}},
    mac {{bytes}},
    asked_instance TEXT NOT NULL DEFAULT '',
    -- The page that has the group's keys.
    keyed_instance TEXT NOT NULL DEFAULT '',
    -- When it was let in first.
    joined_at BIGINT,
    hand_at BIGINT,
    -- The membership code that was read aloud and found the same.
    confirmed TEXT NOT NULL DEFAULT '',
    UNIQUE (meeting_id, number)
);

CREATE TABLE meeting_agenda (
    id UUID PRIMARY KEY NOT NULL,
    meeting_id UUID NOT NULL REFERENCES meetings (id),
    position BIGINT NOT NULL,
    title TEXT NOT NULL,
    minutes BIGINT NOT NULL,
    -- open, on, dealt, left.
    state TEXT NOT NULL,
    began_at BIGINT,
    -- How long it took before that, in microseconds.
    spent BIGINT NOT NULL DEFAULT 0,
    UNIQUE (meeting_id, position)
);

-- Decisions and follow-ups.
CREATE TABLE meeting_outcomes (
    id UUID PRIMARY KEY NOT NULL,
    meeting_id UUID NOT NULL REFERENCES meetings (id),
    position BIGINT NOT NULL,
    -- decision, follow_up.
    kind TEXT NOT NULL,
    words TEXT NOT NULL,
    -- Of a follow-up: who sees to it, and the day by which.
    owner TEXT NOT NULL DEFAULT '',
    due TEXT,
    UNIQUE (meeting_id, position)
);

-- What the closed group's members tell each other of its keys, sealed, in its order; gone with the
-- meeting's end.
CREATE TABLE meeting_mail (
    meeting_id UUID NOT NULL REFERENCES meetings (id),
    number BIGINT NOT NULL,
    group_number BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    -- commit, welcome.
    kind TEXT NOT NULL,
    from_seat UUID NOT NULL,
    -- NULL: all.
    for_seat UUID,
    payload {{bytes}} NOT NULL,
    PRIMARY KEY (meeting_id, number)
);

-- Pictures that a chair would have leave the room: of each only its hash, until every party agrees.
CREATE TABLE meeting_photos (
    id UUID PRIMARY KEY NOT NULL,
    meeting_id UUID NOT NULL REFERENCES meetings (id),
    seat_id UUID NOT NULL REFERENCES meeting_seats (id),
    sha256 TEXT NOT NULL,
    -- proposed, approved, released, dropped.
    state TEXT NOT NULL,
    proposed_at BIGINT NOT NULL
);

CREATE TABLE meeting_photo_words (
    photo_id UUID NOT NULL REFERENCES meeting_photos (id),
    party_id UUID NOT NULL REFERENCES meeting_parties (id),
    approves BOOLEAN NOT NULL,
    PRIMARY KEY (photo_id, party_id)
);

-- Stories about meetings.
CREATE TABLE meeting_stories (
    article_id UUID PRIMARY KEY NOT NULL REFERENCES articles (id),
    meeting_id UUID NOT NULL REFERENCES meetings (id)
);

CREATE INDEX meeting_stories_of ON meeting_stories (meeting_id);
