-- What would be read row by row otherwise.

-- What holds for a story is asked for each comment, by section and story.
CREATE INDEX discussion_rules_about ON discussion_rules (object_id);

-- The queue of all comments, whatever their state.
CREATE INDEX comments_by_age ON comments (created_at, id);
