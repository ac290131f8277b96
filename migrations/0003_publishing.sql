CREATE TABLE settings (
    name TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
);

CREATE TABLE sections (
    id UUID PRIMARY KEY NOT NULL,
    parent_id UUID REFERENCES sections (id),
    slug TEXT NOT NULL,
    path TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    rank BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE photos (
    id UUID PRIMARY KEY NOT NULL,
    -- SHA-256 of the upload: the same file is one photo.
    content_hash TEXT NOT NULL UNIQUE,
    original_key TEXT NOT NULL,
    format TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    caption TEXT NOT NULL,
    credit TEXT NOT NULL,
    credit_url TEXT,
    alt TEXT NOT NULL,
    creator TEXT NOT NULL,
    copyright TEXT NOT NULL,
    rights_url TEXT,
    licensor_url TEXT,
    digital_source_type TEXT,
    focal_x BIGINT NOT NULL,
    focal_y BIGINT NOT NULL,
    -- Counts what changes the pixels or the metadata within the renditions.
    edition BIGINT NOT NULL,
    -- The edition that pages show: the newest of which there is anything to show.
    shown_edition BIGINT NOT NULL,
    -- Why no renditions could be made, when that is so.
    failure TEXT,
    created_at BIGINT NOT NULL
);

CREATE TABLE renditions (
    photo_id UUID NOT NULL REFERENCES photos (id),
    edition BIGINT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    PRIMARY KEY (photo_id, edition, name)
);

CREATE TABLE articles (
    id UUID PRIMARY KEY NOT NULL,
    state TEXT NOT NULL,
    section_id UUID NOT NULL REFERENCES sections (id),
    slug TEXT NOT NULL,
    path TEXT NOT NULL UNIQUE,
    -- The newest revision, and the one that readers see.
    newest_revision BIGINT NOT NULL,
    published_revision BIGINT,
    -- When which revision will be published, if it will.
    scheduled_at BIGINT,
    scheduled_revision BIGINT,
    published_at BIGINT,
    updated_at BIGINT,
    withdrawn_at BIGINT,
    withdrawn_note TEXT,
    -- Of the published revision: a related story that is known by title only is found by it.
    title_key TEXT,
    -- Articles that say the same in several languages share this.
    translation_key UUID NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE INDEX articles_scheduled ON articles (scheduled_at) WHERE scheduled_at IS NOT NULL;
CREATE INDEX articles_published ON articles (published_at) WHERE state = 'published';
CREATE INDEX articles_title ON articles (title_key) WHERE state = 'published';
CREATE INDEX articles_translations ON articles (translation_key);
CREATE INDEX articles_newest ON articles (created_at, id);

CREATE TABLE revisions (
    id UUID PRIMARY KEY NOT NULL,
    article_id UUID NOT NULL REFERENCES articles (id),
    number BIGINT NOT NULL,
    kind TEXT NOT NULL,
    language TEXT NOT NULL,
    headline TEXT NOT NULL,
    deck TEXT NOT NULL,
    dateline TEXT NOT NULL,
    body TEXT NOT NULL,
    summary TEXT NOT NULL,
    words BIGINT NOT NULL,
    photo_id UUID REFERENCES photos (id),
    photo_caption TEXT,
    byline TEXT NOT NULL,
    related TEXT NOT NULL,
    actor TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (article_id, number)
);

CREATE TABLE corrections (
    id UUID PRIMARY KEY NOT NULL,
    article_id UUID NOT NULL REFERENCES articles (id),
    text TEXT NOT NULL,
    at BIGINT NOT NULL
);

CREATE INDEX corrections_of ON corrections (article_id, at);

-- Every address that an article ever had; the one it has now is on the article.
CREATE TABLE former_addresses (
    path TEXT PRIMARY KEY NOT NULL,
    article_id UUID NOT NULL REFERENCES articles (id)
);

-- Where published articles are listed, newest first: under a section, each of the sections above
-- it, and each author. A list is named by the id of what it belongs to.
CREATE TABLE listings (
    list_id UUID NOT NULL,
    published_at BIGINT NOT NULL,
    article_id UUID NOT NULL REFERENCES articles (id),
    PRIMARY KEY (list_id, published_at, article_id)
);

CREATE INDEX listings_of ON listings (article_id);

-- Which photos the readers of a published article see, and so may fetch.
CREATE TABLE photo_uses (
    photo_id UUID NOT NULL REFERENCES photos (id),
    article_id UUID NOT NULL REFERENCES articles (id),
    PRIMARY KEY (photo_id, article_id)
);

CREATE INDEX photo_uses_of ON photo_uses (article_id);

-- The editor-ordered top of the front page.
CREATE TABLE front (
    place BIGINT PRIMARY KEY NOT NULL,
    article_id UUID NOT NULL REFERENCES articles (id)
);

-- What an import has taken, so that it can be run again.
CREATE TABLE imports (
    source TEXT PRIMARY KEY NOT NULL,
    article_id UUID NOT NULL REFERENCES articles (id),
    content_hash TEXT NOT NULL
);
