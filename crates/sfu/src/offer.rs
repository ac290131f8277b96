//! What an offer's lines are for: microphone, camera, screen, then the others by number, at the end the
//! screen that is shown.

use std::collections::BTreeMap;

use str0m::media::Mid;

use crate::{MAX_SEATS, SeatNumber};

/// An offer with all the codecs of a browser, for a full meeting, is well below this.
const MAX_BYTES: usize = 1 << 20;
/// Three of one's own, two for each other seat, the screen that is shown; and as many again for seats
/// that came and went.
const MAX_LINES: usize = 2 * (4 + 2 * MAX_SEATS);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// The seat is not among the seats of the meeting.
    #[error("Seat {0} is not in this meeting. Join with a seat of the meeting.")]
    NoSuchSeat(SeatNumber),
    /// More seats than one room carries.
    #[error("A meeting has at most {MAX_SEATS} seats. Invite fewer.")]
    TooManySeats,
    /// The lines are not those of a meeting.
    #[error(
        "The offer cannot be answered: {0} Offer the lines that docs/meeting-protocol.md names."
    )]
    Lines(String),
    /// It is no offer at all.
    #[error("The offer cannot be read: {0} Send the SDP as the browser made it.")]
    Unreadable(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Medium {
    Sound,
    Picture,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Line {
    medium: Medium,
    mid: Mid,
}

/// Which line is for what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) sound: Option<Mid>,
    pub(crate) camera: Option<Mid>,
    pub(crate) screen: Option<Mid>,
    /// Sound and camera of each other seat.
    pub(crate) others: BTreeMap<SeatNumber, (Mid, Mid)>,
    pub(crate) shown: Option<Mid>,
    taken: Vec<Mid>,
}

impl Plan {
    /// Reads what an offer has beyond what it had before. A first offer has everything; one that is made
    /// when the meeting has got more seats has two more lines for each at its end. Whoever offers fewer
    /// receives fewer.
    pub(crate) fn extended(
        mut self,
        offer: &str,
        me: SeatNumber,
        seats: &[SeatNumber],
    ) -> Result<Self, JoinError> {
        let lines = lines(offer)?;
        if !lines.iter().map(|line| line.mid).take(self.taken.len()).eq(self.taken.iter().copied())
        {
            return Err(wrong("lines that were agreed upon have changed their places."));
        }
        let mut new = lines[self.taken.len()..].iter().copied().peekable();
        self.taken = lines.iter().map(|line| line.mid).collect();

        if self.sound.is_none() {
            let own = [Medium::Sound, Medium::Picture, Medium::Picture]
                .map(|medium| new.next_if(|line| line.medium == medium).map(|line| line.mid));
            [self.sound, self.camera, self.screen] = own;
            if own.contains(&None) {
                return Err(wrong("it has to begin with a microphone, a camera and a screen."));
            }
        }
        let mut others: Vec<_> = seats
            .iter()
            .copied()
            .filter(|seat| *seat != me && !self.others.contains_key(seat))
            .collect();
        others.sort_unstable();
        let mut others = others.into_iter();
        while let Some(first) = new.next() {
            match (first.medium, new.next_if(|line| line.medium == Medium::Picture)) {
                (Medium::Sound, Some(second)) => {
                    let Some(seat) = others.next() else {
                        return Err(wrong("it has lines for more seats than the meeting has."));
                    };
                    self.others.insert(seat, (first.mid, second.mid));
                }
                (Medium::Picture, None) if new.peek().is_none() && self.shown.is_none() => {
                    self.shown = Some(first.mid);
                }
                _ => return Err(wrong("sound and camera of the others have to stand in pairs.")),
            }
        }
        Ok(self)
    }
}

fn lines(offer: &str) -> Result<Vec<Line>, JoinError> {
    if offer.len() > MAX_BYTES {
        return Err(wrong("it is longer than a megabyte."));
    }
    let mut lines: Vec<Line> = Vec::new();
    let mut open: Option<Medium> = None;
    for text in offer.lines() {
        if let Some(media) = text.strip_prefix("m=") {
            if open.is_some() {
                return Err(wrong("one of its lines has no a=mid."));
            }
            open = Some(match media.split(' ').next() {
                Some("audio") => Medium::Sound,
                Some("video") => Medium::Picture,
                _ => {
                    return Err(wrong("it has a line for something else than sound and pictures."));
                }
            });
        } else if let Some(mid) = text.strip_prefix("a=mid:") {
            let mid = mid.trim_end();
            let Some(medium) = open.take() else {
                return Err(wrong("one of its lines has two a=mid."));
            };
            if mid.is_empty() || mid.len() > 16 || !mid.bytes().all(|b| b.is_ascii_alphanumeric()) {
                return Err(wrong("a=mid has to be letters and digits, at most 16."));
            }
            let mid = Mid::from(mid);
            if lines.iter().any(|line| line.mid == mid) || lines.len() >= MAX_LINES {
                return Err(wrong("it has too many lines, or two of the same name."));
            }
            lines.push(Line { medium, mid });
        }
    }
    if open.is_some() {
        return Err(wrong("one of its lines has no a=mid."));
    }
    Ok(lines)
}

fn wrong(what: &str) -> JoinError {
    JoinError::Lines(what.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SEATS: [SeatNumber; 3] = [SeatNumber(0), SeatNumber(1), SeatNumber(2)];

    /// `avv` is an offer of a microphone, a camera and a screen.
    fn offer(lines: &str) -> String {
        let line = |(number, letter)| {
            let medium = if letter == 'a' { "audio" } else { "video" };
            format!("m={medium} 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:{number}\r\n")
        };
        format!("v=0\r\n{}", lines.chars().enumerate().map(line).collect::<String>())
    }

    fn mid(number: u8) -> Mid {
        Mid::from(number.to_string().as_str())
    }

    #[test]
    fn each_line_is_for_what_stands_at_its_place() {
        let plan = Plan::default().extended(&offer("avvavavv"), SeatNumber(1), &SEATS).unwrap();
        assert_eq!(plan.sound, Some(mid(0)));
        assert_eq!(plan.camera, Some(mid(1)));
        assert_eq!(plan.screen, Some(mid(2)));
        let others = [(SeatNumber(0), (mid(3), mid(4))), (SeatNumber(2), (mid(5), mid(6)))];
        assert_eq!(plan.others, BTreeMap::from(others));
        assert_eq!(plan.shown, Some(mid(7)));
    }

    #[test]
    fn seats_that_are_added_later_have_their_lines_at_the_end() {
        let first = Plan::default().extended(&offer("avvavv"), SeatNumber(0), &SEATS[..2]).unwrap();
        let plan = first.extended(&offer("avvavvav"), SeatNumber(0), &SEATS).unwrap();
        assert_eq!(plan.others[&SeatNumber(1)], (mid(3), mid(4)));
        assert_eq!(plan.others[&SeatNumber(2)], (mid(6), mid(7)));
        assert_eq!(plan.shown, Some(mid(5)));
    }

    #[test]
    fn who_offers_fewer_lines_receives_fewer() {
        let plan = Plan::default().extended(&offer("avvav"), SeatNumber(0), &SEATS).unwrap();
        assert_eq!(plan.others.len(), 1);
        assert_eq!(plan.shown, None);
    }

    #[test]
    fn what_is_no_meeting_is_refused() {
        for lines in ["", "a", "vav", "avvaa", "avvavavavv", "avvvv", "avvavva"] {
            let refused = Plan::default().extended(&offer(lines), SeatNumber(0), &SEATS);
            assert!(refused.is_err(), "{lines}");
        }
        let twice = offer("avv").replace("a=mid:1", "a=mid:0");
        assert!(Plan::default().extended(&twice, SeatNumber(0), &SEATS).is_err());
    }

    proptest! {
        #[test]
        fn whatever_is_offered_is_read_without_a_panic(
            text in "(m=audio 9\n|m=video 9\n|a=mid:[0-9a-z]{0,20}\n|m=|a=mid:|\\PC{0,9}\n){0,40}",
        ) {
            let _ = Plan::default().extended(&text, SeatNumber(0), &SEATS);
        }
    }
}
