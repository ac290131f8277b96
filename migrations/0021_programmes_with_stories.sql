-- What a programme is about, and whether somebody has to begin it.

-- Readers discuss this story below the channel.
ALTER TABLE programmes ADD COLUMN article_id UUID REFERENCES articles (id);
-- It begins at its time if the channel is on air then.
ALTER TABLE programmes ADD COLUMN begins_alone BOOLEAN NOT NULL DEFAULT FALSE;
