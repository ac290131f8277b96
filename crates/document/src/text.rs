//! The body as plain text.

use unicode_segmentation::UnicodeSegmentation;

use crate::inline::plain;
use crate::schema::{Block, Document, Inline, Quotation};

impl Document {
    /// The words, for search and mail: blocks apart by an empty line, a break as a line's end.
    ///
    /// Related stories are left out, since their titles are not this article's words.
    pub fn to_text(&self) -> String {
        blocks(self.blocks())
    }

    /// The beginning, in at most `chars_max` characters: whole sentences when they fill at least
    /// half of it, or else whole words and "…".
    ///
    /// Taken from the paragraphs of the top level; when there are none, from all of the text.
    pub fn summary(&self, chars_max: usize) -> String {
        let mut text = String::new();
        for block in self.blocks() {
            if let Block::Paragraph(content) = block {
                if !text.is_empty() {
                    text.push(' ');
                }
                text.push_str(&plain(content, " "));
            }
            if text.len() > chars_max.saturating_mul(4) {
                break;
            }
        }
        if text.is_empty() {
            text = self.to_text();
        }
        cut(&crate::characters::one_line(&text), chars_max)
    }

    /// How many words there are, as Unicode divides text into words (UAX #29).
    pub fn word_count(&self) -> usize {
        self.to_text().unicode_words().count()
    }
}

fn blocks(blocks: &[Block]) -> String {
    let texts: Vec<String> = blocks.iter().map(block).filter(|text| !text.is_empty()).collect();
    texts.join("\n\n")
}

fn block(block: &Block) -> String {
    match block {
        Block::Paragraph(content) => line(content),
        Block::Heading(heading) => line(&heading.content),
        Block::Quotation(quotation) => self::quotation(quotation),
        Block::BulletList(list) => items(list, |_| "- ".into()),
        Block::OrderedList(order, list) => {
            items(list, |index| format!("{}. ", u64::from(*order) + index as u64))
        }
        Block::Photo(photo) => photo.caption.clone().unwrap_or_default(),
        Block::Gallery(photos) => {
            let captions: Vec<&str> =
                photos.iter().filter_map(|photo| photo.caption.as_deref()).collect();
            captions.join("\n")
        }
        Block::Related(_) | Block::Divider => String::new(),
        Block::Embed(embed) => match &embed.title {
            Some(title) => format!("{title}: {}", embed.url),
            None => embed.url.clone(),
        },
        Block::Table(table) => {
            let row = |cells: &Vec<Vec<Inline>>| {
                let cells: Vec<String> = cells.iter().map(|cell| plain(cell, " ")).collect();
                cells.join(" | ")
            };
            let rows = table.rows.iter().map(row);
            let lines: Vec<String> = table.caption.iter().cloned().chain(rows).collect();
            lines.join("\n")
        }
        Block::FactBox(fact_box) => {
            let inside = blocks(&fact_box.blocks);
            match &fact_box.title {
                Some(title) => format!("{title}\n\n{inside}"),
                None => inside,
            }
        }
        Block::Code(code) => code.text.clone(),
    }
}

fn line(content: &[Inline]) -> String {
    plain(content, "\n")
}

fn quotation(quotation: &Quotation) -> String {
    let mut paragraphs: Vec<String> = quotation.paragraphs.iter().map(|p| line(p)).collect();
    let parts = [&quotation.speaker, &quotation.role, &quotation.source];
    let parts: Vec<&str> = parts.into_iter().filter_map(|part| part.as_deref()).collect();
    if !parts.is_empty() {
        paragraphs.push(format!("— {}", parts.join(", ")));
    }
    paragraphs.join("\n\n")
}

fn items(items: &[Vec<Block>], marker: impl Fn(usize) -> String) -> String {
    let mut lines = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let marker = marker(index);
        let text = blocks(item);
        for (number, line) in text.lines().enumerate() {
            lines.push(match (number, line) {
                (0, line) => format!("{marker}{line}"),
                (_, "") => String::new(),
                (_, line) => format!("{}{line}", " ".repeat(marker.len())),
            });
        }
    }
    lines.join("\n")
}

fn cut(text: &str, chars_max: usize) -> String {
    let Some((fits, _)) = text.char_indices().nth(chars_max) else { return text.to_owned() };
    let half = text.char_indices().nth(chars_max / 2).map_or(0, |(half, _)| half);
    if let Some(end) = last_sentence_end(text, fits).filter(|&end| end >= half) {
        return text[..end].to_owned();
    }
    if chars_max == 0 {
        return String::new();
    }
    // One character is for the ellipsis.
    let fits = text.char_indices().nth(chars_max - 1).map_or(0, |(fits, _)| fits);
    let whole_word = match text[fits..].starts_with(' ') {
        true => Some(fits),
        false => text[..fits].rfind(' '),
    };
    let whole_word = whole_word.filter(|&space| space >= half);
    let end = whole_word.unwrap_or_else(|| {
        // One very long word, or a script without spaces: cut between what readers see as letters.
        text.grapheme_indices(true)
            .map(|(at, _)| at)
            .take_while(|&at| at <= fits)
            .last()
            .unwrap_or(0)
    });
    let kept = text[..end].trim_end_matches(|c: char| {
        c.is_whitespace() || matches!(c, ',' | ';' | ':' | '–' | '—' | '-')
    });
    format!("{kept}…")
}

/// The end of the last sentence that ends at or before `fits`, with its closing quotation marks.
fn last_sentence_end(text: &str, fits: usize) -> Option<usize> {
    let mut best = None;
    for (start, sentence) in text.split_sentence_bound_indices() {
        let end = start + sentence.trim_end().len();
        if end > fits {
            break;
        }
        let ending = sentence.trim_end().trim_end_matches(['"', '\'', '”', '’', '»', ')', ']']);
        // A single capital before the full stop is an initial ("J. Biden", "the U.S. side").
        let initial = ending.strip_suffix('.').is_some_and(|before| {
            let last = before.rsplit([' ', '.']).next().unwrap_or_default();
            last.chars().count() == 1 && last.chars().all(char::is_uppercase)
        });
        if ending.ends_with(['.', '!', '?', '…', '。', '！', '？', '؟', '।']) && !initial {
            best = Some(end);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn a_short_text_is_its_own_summary() {
        assert_eq!(cut("It ended.", 9), "It ended.");
    }

    #[test]
    fn whole_sentences_when_they_fill_half() {
        assert_eq!(cut("They met for hours. Then they left the room.", 30), "They met for hours.");
        assert_eq!(cut("“They met for hours.” Then they left.", 25), "“They met for hours.”");
    }

    #[test]
    fn whole_words_when_a_sentence_would_be_too_little() {
        assert_eq!(
            cut("Yes. The meeting went on for two hours and more.", 30),
            "Yes. The meeting went on for…"
        );
    }

    #[test]
    fn an_initial_ends_no_sentence() {
        assert_eq!(
            cut("The president, J. Biden of the States, spoke", 24),
            "The president, J. Biden…"
        );
    }

    #[test]
    fn never_longer_than_asked_and_never_inside_a_letter() {
        let text = "नमस्ते दुनिया 会談は終わった e\u{301}e\u{301}e\u{301}e\u{301} 👩‍👩‍👧 the end of it";
        for chars_max in 0..60 {
            assert!(cut(text, chars_max).chars().count() <= chars_max, "{chars_max}");
        }
        assert_eq!(cut("e\u{301}e\u{301}e\u{301}e\u{301}", 4), "e\u{301}…");
    }
}
