-- The number of the next seat. It does not go back when a seat is taken away: pages that are in the room
-- know the one before by it.
ALTER TABLE meetings ADD COLUMN next_seat BIGINT NOT NULL DEFAULT 0;

UPDATE meetings SET next_seat =
    (SELECT COUNT(*) FROM meeting_seats WHERE meeting_seats.meeting_id = meetings.id);
