-- How often calendars were told otherwise: SEQUENCE of RFC 5545.
ALTER TABLE meetings ADD COLUMN sequence BIGINT NOT NULL DEFAULT 0;

UPDATE meetings SET sequence = 1 WHERE cancelled_at IS NOT NULL;
