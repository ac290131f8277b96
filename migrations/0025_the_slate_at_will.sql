-- Since when viewers are shown the slate, whatever is sent; and the photo that it shows, if not what is
-- made for all.
ALTER TABLE channels ADD COLUMN slate_since BIGINT;
ALTER TABLE channels ADD COLUMN slate_photo_id UUID REFERENCES photos (id);
