use super::{Metadata, clean};
use crate::bytes::{be16, be32, slice};

/// Reads the IPTC-IIM record among Photoshop's image resources.
pub(super) fn read(resources: &[u8]) -> Metadata {
    let Some(record) = resource(resources, IPTC) else { return Metadata::default() };
    let mut utf8 = false;
    let mut found = Metadata::default();
    let mut creators: Vec<String> = Vec::new();
    let mut date = None;
    let mut time = None;
    let mut until = None;
    for (dataset, data) in datasets(record) {
        let text = || {
            let text =
                if utf8 { String::from_utf8_lossy(data).into() } else { utf8_or_latin1(data) };
            clean(&text)
        };
        match dataset {
            (1, 90) => utf8 = data == b"\x1B%G",
            (2, 37) => until = text(),
            (2, 40) => found.terms = text(),
            (2, 55) => date = text(),
            (2, 60) => time = text(),
            (2, 80) => creators.extend(text()),
            (2, 105) => found.headline = text(),
            (2, 110) => found.credit = text(),
            (2, 116) => found.copyright = text(),
            (2, 120) => found.caption = text(),
            _ => {}
        }
    }
    found.creator = clean(&creators.join(", "));
    found.usable_until = until.and_then(|date| iso_time(&date, None));
    found.taken_at = date.and_then(|date| iso_time(&date, time.as_deref()));
    found
}

const IPTC: u16 = 0x0404;

/// Those who declare no character set have written both: valid UTF-8 is hardly ever Latin-1.
pub(super) fn utf8_or_latin1(text: &[u8]) -> String {
    match std::str::from_utf8(text) {
        Ok(text) => text.to_owned(),
        Err(_) => text.iter().copied().map(char::from).collect(),
    }
}

/// Finds one image resource: `8BIM`, a number, a padded name, a length, padded data.
fn resource(resources: &[u8], wanted: u16) -> Option<&[u8]> {
    let mut at = 0;
    while slice(resources, at, 4)? == b"8BIM" {
        let id = be16(resources, at + 4)?;
        let name = usize::from(*resources.get(at + 6)?) + 1;
        let data = at + 6 + name.next_multiple_of(2);
        let length = be32(resources, data)? as usize;
        if id == wanted {
            return slice(resources, data + 4, length);
        }
        at = (data + 4).checked_add(length)?.checked_next_multiple_of(2)?;
    }
    None
}

/// The record's entries as ((record, dataset), data).
fn datasets(record: &[u8]) -> impl Iterator<Item = ((u8, u8), &[u8])> {
    let mut rest = record;
    std::iter::from_fn(move || {
        let [0x1C, number, dataset, ..] = *rest else { return None };
        let length = be16(rest, 3)?;
        // The top bit announces a longer length, which no text of ours needs.
        let data = slice(rest, 5, usize::from(length)).filter(|_| length < 0x8000)?;
        rest = &rest[5 + data.len()..];
        Some(((number, dataset), data))
    })
}

/// `20211207` and `180800+0300` as `2021-12-07T18:08:00+03:00`.
fn iso_time(date: &str, time: Option<&str>) -> Option<String> {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if date.len() != 8 || !digits(date) || date == "00000000" {
        return None;
    }
    let mut iso = format!("{}-{}-{}", &date[..4], &date[4..6], &date[6..]);
    let time = time.filter(|time| time.is_ascii() && time.len() >= 6 && digits(&time[..6]));
    if let Some(time) = time {
        iso += &format!("T{}:{}:{}", &time[..2], &time[2..4], &time[4..6]);
        if let (11, Some(zone)) = (time.len(), time.get(6..)) {
            iso += &format!("{}:{}", &zone[..3], &zone[3..]);
        }
    }
    Some(iso)
}
