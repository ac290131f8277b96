-- When a story leaves the top of the front page by itself; none stays until an editor moves it.
ALTER TABLE front ADD COLUMN until BIGINT;
