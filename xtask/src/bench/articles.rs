//! An archive of articles that nobody wrote: varied enough to search, the same on every machine.

use std::path::{Path, PathBuf};

use anyhow::Result;

/// One section holds a good part, so that it can be read far down.
const SECTIONS: &[&str] = &[
    "news/world",
    "news/world",
    "news/world",
    "news/world",
    "news/cities",
    "politics",
    "economy",
    "science",
    "culture",
    "sport",
];
const KINDS: &[&str] = &["news", "news", "news", "news", "analysis", "opinion", "explainer"];
const SYLLABLES: &[&str] = &[
    "ba", "cor", "del", "fen", "gar", "hul", "in", "jor", "kel", "lam", "mor", "nis", "ost", "pra",
    "ren", "sul", "tar", "und", "ver", "wal", "yor", "zen",
];
const WORDS: usize = 6000;

pub(super) struct Archive {
    folder: PathBuf,
    articles: usize,
}

impl Archive {
    /// Writes the files, unless an earlier run has.
    pub(super) fn generate(folder: &Path, articles: usize) -> Result<Self> {
        let archive = Self { folder: folder.join(format!("articles-{articles}")), articles };
        let finished = folder.join(format!("articles-{articles}.finished"));
        if !finished.exists() {
            println!("writing {articles} articles into {}", archive.folder.display());
            for number in 0..articles {
                let shelf = archive.folder.join((number / 1000).to_string());
                if number % 1000 == 0 {
                    std::fs::create_dir_all(&shelf)?;
                }
                std::fs::write(shelf.join(format!("{number}.md")), article(number))?;
            }
            std::fs::write(finished, "")?;
        }
        Ok(archive)
    }

    pub(super) fn len(&self) -> usize {
        self.articles
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The address of an article.
    pub(super) fn address(&self, number: usize) -> String {
        format!("/{}/story-{number}", section(number))
    }

    /// Numbers of articles, scattered over the archive, none of them twice.
    pub(super) fn scattered(&self, count: usize) -> impl Iterator<Item = usize> + use<> {
        // A step without a common divisor with the length visits each once.
        let (articles, step) = (self.articles, 7919);
        (0..count.min(articles)).map(move |index| (index * step + 13) % articles)
    }

    /// What the largest section is called.
    pub(super) fn largest_section(&self) -> &'static str {
        SECTIONS[0]
    }

    /// A question as readers ask them: one to three words, every third one with a slip.
    pub(super) fn question(&self, number: usize) -> String {
        let mut dice = Dice::new(number as u64 + 1_000_003);
        let mut words: Vec<String> = (0..=number % 3).map(|_| word(dice.rank())).collect();
        if number % 3 == 2 {
            let slip = &mut words[0];
            let middle = slip.len() / 2;
            slip.remove(middle);
        }
        words.join(" ")
    }
}

/// What a reader says: a paragraph or three, another for each number.
pub(super) fn comment(number: usize) -> String {
    let mut dice = Dice::new(number as u64 + 2_000_003);
    let paragraphs: Vec<String> = (0..=dice.roll(3))
        .map(|_| {
            let sentences: Vec<String> = (0..2 + dice.roll(3))
                .map(|_| format!("{}.", capitalised(&dice.sentence(6, 14))))
                .collect();
            sentences.join(" ")
        })
        .collect();
    paragraphs.join("\n\n")
}

fn section(number: usize) -> &'static str {
    SECTIONS[number % SECTIONS.len()]
}

fn article(number: usize) -> String {
    let mut dice = Dice::new(number as u64 + 1);
    let headline = capitalised(&dice.sentence(5, 9));
    let deck = capitalised(&dice.sentence(12, 20));
    // Backwards in time, one each eleven minutes, from a day that has passed.
    let minutes = number * 11;
    let (days, minute) = (minutes / 1440, minutes % 1440);
    let (year, month, day) = (2024 - days / 336, 12 - days % 336 / 28, 28 - days % 28);
    let mut text = format!(
        "---\ntitle: {headline} {number}\nslug: story-{number}\ndeck: {deck}.\nsection: {}\n\
         kind: {}\ndate: {year}-{month:02}-{day:02}T{:02}:{:02}:00Z\nauthors:\n  - Author {}\n\
         language: en\n---\n",
        section(number),
        KINDS[number % KINDS.len()],
        minute / 60,
        minute % 60,
        number % 97,
    );
    for paragraph in 0..6 + number % 5 {
        if paragraph == 3 {
            text.push_str(&format!("\n## {}\n", capitalised(&dice.sentence(3, 5))));
        }
        text.push('\n');
        for _ in 0..3 {
            text.push_str(&format!("{}. ", capitalised(&dice.sentence(9, 18))));
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}

/// The word of a rank: short ones are frequent, as in a language.
fn word(rank: usize) -> String {
    let mut word = String::new();
    let mut rest = rank + SYLLABLES.len();
    while rest > 0 {
        word.push_str(SYLLABLES[rest % SYLLABLES.len()]);
        rest /= SYLLABLES.len();
    }
    word
}

fn capitalised(text: &str) -> String {
    text[..1].to_uppercase() + &text[1..]
}

/// Numbers that look random and are the same in every run (splitmix64).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    pub(super) fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % below as u64).unwrap_or_default()
    }

    /// Few words are frequent and many are rare: the product of two rolls leans low.
    fn rank(&mut self) -> usize {
        self.roll(WORDS) * self.roll(WORDS) / WORDS
    }

    fn sentence(&mut self, least: usize, most: usize) -> String {
        let words: Vec<String> =
            (0..least + self.roll(most - least)).map(|_| word(self.rank())).collect();
        words.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_number_is_the_same_article_and_another_is_another() {
        assert_eq!(article(17), article(17));
        assert_ne!(article(17), article(18));
        assert!(article(99_999).contains("slug: story-99999\n"));
    }

    #[test]
    fn scattered_numbers_are_distinct() {
        let archive = Archive { folder: PathBuf::new(), articles: 3000 };
        let mut numbers: Vec<usize> = archive.scattered(3000).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 3000);
    }
}
