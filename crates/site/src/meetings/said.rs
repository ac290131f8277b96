//! What a browser says on the socket, and what it is told.

use std::collections::BTreeMap;

use base::{AgendaItemId, OfficialPhotoId, SeatId};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::bytes::Bytes64;

/// One thing that a browser says, with a number of its own choice.
#[derive(Debug, Deserialize)]
pub(super) struct Said {
    pub(super) id: u64,
    #[serde(flatten)]
    pub(super) verb: Verb,
}

/// All that can be said.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verb {
    Hello(Hello),
    Ask {
        name: String,
        identity: Bytes64,
        key_package: Bytes64,
        mac: Bytes64,
    },
    Withdraw {},
    Found {},
    Commit {
        group: i64,
        epoch: i64,
        commit: Bytes64,
        welcome: Bytes64,
        #[serde(default)]
        admit: Vec<SeatId>,
        #[serde(default)]
        remove: Vec<SeatId>,
    },
    Admit {
        seat: SeatId,
    },
    Refuse {
        seat: SeatId,
    },
    Remove {
        seat: SeatId,
    },
    Free {
        seat: SeatId,
    },
    Lock {
        locked: bool,
    },
    Begin {},
    End {},
    Air {
        on: bool,
    },
    Item {
        item: AgendaItemId,
        state: String,
    },
    Hand {
        up: bool,
    },
    Floor {
        seat: Option<SeatId>,
    },
    Sending(Sending),
    Message {
        payload: String,
        #[serde(rename = "for", default)]
        to: Option<SeatId>,
    },
    Confirm {
        code: String,
    },
    Propose {
        sha256: String,
    },
    Approve {
        proposal: OfficialPhotoId,
    },
    Decline {
        proposal: OfficialPhotoId,
    },
    Release {
        proposal: OfficialPhotoId,
        jpeg: Bytes64,
        caption: String,
        credit: String,
    },
    Readout {
        headline: String,
        body: String,
        release: bool,
    },
    ReadReadout {},
    Relay {},
    Media {
        session: u64,
        offer: String,
    },
    Watch {
        #[serde(deserialize_with = "by_number")]
        seats: BTreeMap<u8, String>,
    },
    Leave {},
}

/// What comes first.
#[derive(Debug, Deserialize)]
pub(super) struct Hello {
    pub(super) seat: SeatId,
    pub(super) token: Bytes64,
    /// Drawn anew when the page is loaded.
    pub(super) instance: String,
    /// The number of the last mail that it has.
    #[serde(default)]
    pub(super) after: i64,
}

/// What a seat sends at this moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Sending {
    pub(super) audio: bool,
    pub(super) video: bool,
    pub(super) screen: bool,
}

/// Names are texts in JSON, and what is flattened is not told that these are numbers.
fn by_number<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<u8, String>, D::Error> {
    let named = BTreeMap::<String, String>::deserialize(from)?;
    let numbered =
        named.into_iter().map(|(name, wish)| Ok((name.parse().map_err(D::Error::custom)?, wish)));
    numbered.collect()
}

/// The answer to what was said under this number.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    pub(super) re: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ok: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<&'static str>,
}

#[cfg(test)]
mod tests {
    use super::{Said, Verb};

    #[test]
    fn wishes_are_read_by_the_number_of_the_seat() {
        let text = r#"{"id": 7, "watch": {"seats": {"3": "f", "12": "off"}}}"#;
        let said: Said = serde_json::from_str(text).unwrap();
        let Verb::Watch { seats } = said.verb else { panic!("something else was heard") };
        let seats: Vec<(u8, &str)> =
            seats.iter().map(|(seat, wish)| (*seat, wish.as_str())).collect();
        assert_eq!(seats, [(3, "f"), (12, "off")]);
        let text = r#"{"id": 7, "watch": {"seats": {"300": "f"}}}"#;
        assert!(serde_json::from_str::<Said>(text).is_err());
    }
}
