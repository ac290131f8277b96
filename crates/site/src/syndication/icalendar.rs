//! Appointments for calendars (RFC 5545): one by itself, with the clocks that it is told by, and a
//! schedule that calendars subscribe to.

use base::Timestamp;
use jiff::tz::{Offset, TimeZone};

/// Something that takes place at a time.
#[derive(Clone, Debug)]
pub struct Appointment {
    /// Names it, for good: a file of the same name takes the place of one whose sequence is lower.
    pub uid: String,
    /// How often it was told otherwise.
    pub sequence: i64,
    /// Whose it is, as an absolute address (RFC 5546 §3.2.1).
    pub organizer: String,
    /// What it is called.
    pub title: String,
    /// What one should know; lines end with `\n`.
    pub description: String,
    /// Where one goes, as an absolute address.
    pub url: String,
    /// As the IANA time zone database names it.
    pub zone: String,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// Whether it was called off.
    pub cancelled: bool,
    /// Whether whoever has it in their calendar is busy meanwhile.
    pub busy: bool,
    /// When this was written.
    pub written_at: Timestamp,
}

impl Appointment {
    /// What a calendar is to do with it (RFC 5546).
    pub fn method(&self) -> &'static str {
        if self.cancelled { "CANCEL" } else { "PUBLISH" }
    }
}

/// The whole file of one appointment.
pub fn write(producer: &str, appointment: &Appointment) -> String {
    let zone = TimeZone::get(&appointment.zone).unwrap_or(TimeZone::UTC);
    let mut lines = begin(producer, appointment.method());
    if zone != TimeZone::UTC {
        time_zone(&mut lines, appointment, &zone);
    }
    event(&mut lines, producer, appointment, &zone);
    lines.add("END", "VCALENDAR");
    lines.0
}

/// A calendar that is called as its producer, to be fetched again every hour from where it came (RFC 7986 §5). Its times
/// are universal, which calendars show as their readers' clocks have them.
pub fn schedule(producer: &str, appointments: &[Appointment]) -> String {
    let mut lines = begin(producer, "PUBLISH");
    // The second is what calendars read that are older than the first.
    lines.text("NAME", producer);
    lines.text("X-WR-CALNAME", producer);
    lines.add("REFRESH-INTERVAL;VALUE=DURATION", "PT1H");
    for appointment in appointments {
        event(&mut lines, producer, appointment, &TimeZone::UTC);
    }
    lines.add("END", "VCALENDAR");
    lines.0
}

fn begin(producer: &str, method: &str) -> Lines {
    let mut lines = Lines::default();
    lines.add("BEGIN", "VCALENDAR");
    lines.add("VERSION", "2.0");
    lines.text("PRODID", &format!("-//{producer}//Tribune//EN"));
    lines.add("CALSCALE", "GREGORIAN");
    lines.add("METHOD", method);
    lines
}

fn event(lines: &mut Lines, producer: &str, appointment: &Appointment, zone: &TimeZone) {
    lines.add("BEGIN", "VEVENT");
    lines.text("UID", &appointment.uid);
    lines.add("DTSTAMP", &utc(appointment.written_at));
    // A parameter's text has no way to write a quotation mark.
    let name = producer.replace(|it: char| it == '"' || it.is_control(), "");
    lines.add(&format!("ORGANIZER;CN=\"{name}\""), &appointment.organizer);
    for (name, at) in [("DTSTART", appointment.starts_at), ("DTEND", appointment.ends_at)] {
        if *zone == TimeZone::UTC {
            lines.add(name, &utc(at));
        } else {
            let name = format!("{name};TZID={}", appointment.zone);
            let local = at.to_jiff().to_zoned_datetime(zone.clone());
            lines.add(&name, &local.strftime("%Y%m%dT%H%M%S").to_string());
        }
    }
    lines.text("SUMMARY", &appointment.title);
    if !appointment.description.is_empty() {
        lines.text("DESCRIPTION", &appointment.description);
    }
    lines.text("LOCATION", &appointment.url);
    lines.add("URL", &appointment.url);
    lines.add("STATUS", if appointment.cancelled { "CANCELLED" } else { "CONFIRMED" });
    lines.add("SEQUENCE", &appointment.sequence.to_string());
    lines.add("TRANSP", if appointment.busy { "OPAQUE" } else { "TRANSPARENT" });
    lines.add("END", "VEVENT");
}

/// What the zone's clocks do from the last change before the appointment to its end. An appointment needs
/// no more, and each part is a fact instead of a rule that may change.
fn time_zone(lines: &mut Lines, appointment: &Appointment, zone: &TimeZone) {
    let begins = appointment.starts_at.to_jiff();
    lines.add("BEGIN", "VTIMEZONE");
    lines.add("TZID", &appointment.zone);
    let later =
        zone.following(begins).take_while(|it| it.timestamp() < appointment.ends_at.to_jiff());
    let changes: Vec<_> = zone.preceding(begins).take(1).chain(later).collect();
    for change in &changes {
        let before = zone.to_offset(change.timestamp() - jiff::SignedDuration::from_secs(1));
        let at = before.to_datetime(change.timestamp());
        let parts = (before, change.offset(), change.abbreviation(), change.dst().is_dst());
        observance(lines, parts, &at.strftime("%Y%m%dT%H%M%S").to_string());
    }
    if changes.is_empty() {
        // These clocks were never changed.
        let here = begins.to_zoned_datetime(zone.clone());
        let name = here.strftime("%Z").to_string();
        observance(lines, (here.offset(), here.offset(), &name, false), "19700101T000000");
    }
    lines.add("END", "VTIMEZONE");
}

fn observance(lines: &mut Lines, parts: (Offset, Offset, &str, bool), since: &str) {
    let (from, to, name, summer) = parts;
    let kind = if summer { "DAYLIGHT" } else { "STANDARD" };
    lines.add("BEGIN", kind);
    lines.add("DTSTART", since);
    lines.add("TZOFFSETFROM", &offset(from));
    lines.add("TZOFFSETTO", &offset(to));
    lines.text("TZNAME", name);
    lines.add("END", kind);
}

/// Such as `+0300`; seconds only where there are any.
fn offset(offset: Offset) -> String {
    let seconds = offset.seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    let (minutes, rest) = (seconds.abs() / 60, seconds.abs() % 60);
    let seconds = if rest == 0 { String::new() } else { format!("{rest:02}") };
    format!("{sign}{:02}{:02}{seconds}", minutes / 60, minutes % 60)
}

fn utc(at: Timestamp) -> String {
    at.to_jiff().strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Lines of at most 75 bytes, which go on in the next after a space.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn text(&mut self, name: &str, text: &str) {
        let mut escaped = String::with_capacity(text.len());
        for character in text.chars() {
            match character {
                '\\' | ';' | ',' => escaped.extend(['\\', character]),
                '\n' => escaped.push_str("\\n"),
                other if other.is_control() => {}
                other => escaped.push(other),
            }
        }
        self.add(name, &escaped);
    }

    fn add(&mut self, name: &str, value: &str) {
        const BYTES_MAX: usize = 75;
        let mut taken = 0;
        for character in name.chars().chain([':']).chain(value.chars()) {
            let bytes = character.len_utf8();
            if taken + bytes > BYTES_MAX {
                self.0.push_str("\r\n ");
                taken = 1;
            }
            self.0.push(character);
            taken += bytes;
        }
        self.0.push_str("\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from(text.parse::<jiff::Timestamp>().unwrap())
    }

    fn conversation() -> Appointment {
        Appointment {
            uid: "019b79cf@tribune.example".into(),
            sequence: 0,
            organizer: "https://tribune.example".into(),
            title: "Conversation; by video, of two presidents".into(),
            description: "Come with your own link.\nIt is a secret.".into(),
            url: "https://tribune.example/meet/019b79cf".into(),
            zone: "Europe/Moscow".into(),
            starts_at: at("2021-12-07T15:00:00Z"),
            ends_at: at("2021-12-07T17:00:00Z"),
            cancelled: false,
            busy: true,
            written_at: at("2021-12-05T09:30:00Z"),
        }
    }

    /// The lines as a calendar reads them.
    fn unfolded(file: &str) -> Vec<String> {
        file.replace("\r\n ", "").split_terminator("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn an_appointment_has_its_clocks_beside_it() {
        let file = write("The Tribune", &conversation());
        let expected = [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//The Tribune//Tribune//EN",
            "CALSCALE:GREGORIAN",
            "METHOD:PUBLISH",
            "BEGIN:VTIMEZONE",
            "TZID:Europe/Moscow",
            // Since this day Moscow's clocks stay.
            "BEGIN:STANDARD",
            "DTSTART:20141026T020000",
            "TZOFFSETFROM:+0400",
            "TZOFFSETTO:+0300",
            "TZNAME:MSK",
            "END:STANDARD",
            "END:VTIMEZONE",
            "BEGIN:VEVENT",
            "UID:019b79cf@tribune.example",
            "DTSTAMP:20211205T093000Z",
            "ORGANIZER;CN=\"The Tribune\":https://tribune.example",
            "DTSTART;TZID=Europe/Moscow:20211207T180000",
            "DTEND;TZID=Europe/Moscow:20211207T200000",
            "SUMMARY:Conversation\\; by video\\, of two presidents",
            "DESCRIPTION:Come with your own link.\\nIt is a secret.",
            "LOCATION:https://tribune.example/meet/019b79cf",
            "URL:https://tribune.example/meet/019b79cf",
            "STATUS:CONFIRMED",
            "SEQUENCE:0",
            "TRANSP:OPAQUE",
            "END:VEVENT",
            "END:VCALENDAR",
        ];
        assert_eq!(unfolded(&file), expected);
    }

    #[test]
    fn a_night_in_which_the_clocks_change_is_told_with_both() {
        let night = Appointment {
            zone: "Europe/Vienna".into(),
            starts_at: at("2026-03-28T23:00:00Z"),
            ends_at: at("2026-03-29T03:00:00Z"),
            ..conversation()
        };
        let lines = unfolded(&write("The Tribune", &night));
        let told: Vec<&str> = lines.iter().map(String::as_str).collect();
        for expected in [
            "DTSTART:20251026T030000",
            "DTSTART:20260329T020000",
            "TZOFFSETFROM:+0100",
            "TZOFFSETTO:+0200",
            "BEGIN:DAYLIGHT",
            "DTSTART;TZID=Europe/Vienna:20260329T000000",
            "DTEND;TZID=Europe/Vienna:20260329T050000",
        ] {
            assert!(told.contains(&expected), "{expected} in {told:#?}");
        }
    }

    #[test]
    fn universal_time_needs_no_clocks_of_its_own() {
        let file = write("x", &Appointment { zone: "UTC".into(), ..conversation() });
        assert!(!file.contains("VTIMEZONE") && file.contains("\r\nDTSTART:20211207T150000Z\r\n"));
    }

    #[test]
    fn a_schedule_has_a_name_and_all_that_is_planned_in_universal_time() {
        let second = Appointment { uid: "second".into(), busy: false, ..conversation() };
        let file = unfolded(&schedule("Live, all day", &[conversation(), second]));
        let begun = ["METHOD:PUBLISH", "NAME:Live\\, all day", "X-WR-CALNAME:Live\\, all day"];
        assert_eq!(file[4..7], begun);
        let told = |line: &str| file.iter().filter(|it| *it == line).count();
        assert_eq!(told("DTSTART:20211207T150000Z"), 2);
        for once in ["UID:second", "TRANSP:OPAQUE", "TRANSP:TRANSPARENT", "END:VCALENDAR"] {
            assert_eq!(told(once), 1, "{once} in {file:#?}");
        }
        assert!(!schedule("x", &[]).contains("VEVENT"));
    }

    #[test]
    fn what_is_called_off_takes_the_entry_away_that_it_names() {
        let cancelled = Appointment { cancelled: true, sequence: 3, ..conversation() };
        let file = unfolded(&write("x", &cancelled));
        let uid = format!("UID:{}", conversation().uid);
        for expected in ["METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:3", &uid] {
            assert!(file.iter().any(|it| it == expected), "{expected} in {file:#?}");
        }
    }

    #[test]
    fn a_name_is_written_as_a_parameter_can_have_it() {
        let file = unfolded(&write("The \"Tribune\"; Osel\n", &conversation()));
        let expected = "ORGANIZER;CN=\"The Tribune; Osel\":https://tribune.example";
        assert!(file.iter().any(|it| it == expected), "{file:#?}");
    }

    #[test]
    fn no_line_is_too_long_and_none_is_cut_within_a_character() {
        let title = "Разговор о стратегической стабильности ".repeat(8);
        let long = Appointment { title: title.clone(), ..conversation() };
        let file = write("x", &long);
        for line in file.split("\r\n") {
            assert!(line.len() <= 75 && !line.contains(['\r', '\n']), "{line}");
        }
        assert!(unfolded(&file).contains(&format!("SUMMARY:{title}")));
    }
}
