-- What tells a link that was made anew from the one before it; NULL: it is the seat's first.
ALTER TABLE meeting_seats ADD COLUMN salt {{bytes}};
