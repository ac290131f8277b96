-- Since when an open meeting is on air.
ALTER TABLE meetings ADD COLUMN on_air_since BIGINT;
