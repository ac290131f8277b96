//! Whether readers may be shown a photo.

use base::Day;

use super::Photo;

/// For so many days the end of a photo's rights is announced.
const ANNOUNCED: i64 = 7;

/// What a photo lacks to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// Words for readers.
    Caption,
    /// Whose it is, for readers.
    Credit,
    /// Words for those who cannot see it.
    Alt,
}

impl Lack {
    /// As a sentence names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Caption => "a caption",
            Self::Credit => "a credit",
            Self::Alt => "a text for those who cannot see it",
        }
    }
}

impl Photo {
    /// What it lacks to be shown. A decorative photo needs nothing but a credit.
    pub fn lacks(&self) -> Vec<Lack> {
        let words = !self.decorative;
        [
            (Lack::Caption, words && self.caption.is_empty()),
            (Lack::Credit, self.credit.is_empty()),
            (Lack::Alt, words && self.alt.is_empty()),
        ]
        .into_iter()
        .filter_map(|(lack, lacks)| lacks.then_some(lack))
        .collect()
    }

    /// What those who cannot see it are told: nothing of a decorative photo.
    pub fn told(&self) -> &str {
        if self.decorative { "" } else { &self.alt }
    }

    /// The last day on which it could be used, when that is over.
    pub fn ended(&self, today: Day) -> Option<Day> {
        self.usable_until.filter(|until| *until < today)
    }

    /// The last day on which it may be used, when that is near.
    pub fn ending(&self, today: Day) -> Option<Day> {
        self.usable_until.filter(|until| *until >= today && *until <= today.plus(ANNOUNCED))
    }
}

/// The days between which photos are said to be ending.
pub(super) fn announced(today: Day) -> (Day, Day) {
    (today, today.plus(ANNOUNCED))
}
