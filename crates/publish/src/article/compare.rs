use document::Document;
use document::markdown::{PhotoFile, PhotoNames, to_markdown};
use similar::{Algorithm, ChangeTag, DiffOp, TextDiff, capture_diff_slices, get_diff_ratio};

use super::Content;

/// Paragraphs with less in common than this were not changed into each other.
const ALIKE: f32 = 0.3;
/// To compare longer ones word by word takes longer than anybody waits.
const WORDS_MAX: usize = 5_000;

/// What differs between two contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// The headline, the deck and the dateline, those that differ; then the body.
    pub parts: Vec<(Part, Vec<Row>)>,
    /// What else differs, by name: `kind`, `language`, `byline`, `photo`, `related`.
    pub also: Vec<&'static str>,
}

/// A part of a content that people read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The headline.
    Headline,
    /// The deck.
    Deck,
    /// The dateline.
    Dateline,
    /// The body, paragraph by paragraph, as Markdown.
    Body,
}

/// A paragraph as it was, and as it is. One that was added has nothing on the left, one that was
/// removed nothing on the right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// As it was.
    pub old: Vec<Piece>,
    /// As it is.
    pub new: Vec<Piece>,
}

/// Some words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The words.
    pub text: String,
    /// Whether only this side has them.
    pub changed: bool,
}

impl Row {
    /// Whether both sides say the same.
    pub fn is_same(&self) -> bool {
        self.old == self.new
    }
}

/// Compares what two contents say, for people who read them side by side.
pub fn compare(old: &Content, new: &Content) -> Compared {
    let lines = [
        (Part::Headline, &old.headline, &new.headline),
        (Part::Deck, &old.deck, &new.deck),
        (Part::Dateline, &old.dateline, &new.dateline),
    ];
    let mut parts: Vec<_> = lines
        .into_iter()
        .filter(|(_, old, new)| old != new)
        .map(|(part, old, new)| (part, vec![changed(old, new)]))
        .collect();
    parts.push((Part::Body, rows(&paragraphs(&old.body), &paragraphs(&new.body))));
    let also = [
        ("kind", old.kind != new.kind),
        ("language", old.language != new.language),
        ("byline", old.byline != new.byline),
        ("photo", old.photo != new.photo),
        ("related", old.related != new.related),
    ];
    let also = also.into_iter().filter_map(|(name, differs)| differs.then_some(name)).collect();
    Compared { parts, also }
}

fn paragraphs(body: &Document) -> Vec<String> {
    let blocks = body.blocks().iter();
    let texts = blocks.filter_map(|block| {
        let alone = Document::from_blocks(std::slice::from_ref(block)).ok()?;
        Some(to_markdown(&alone, &ById).trim_end().to_owned())
    });
    texts.collect()
}

/// A photo is written by its id.
struct ById;

impl PhotoNames for ById {
    fn photo(&self, _: base::PhotoId) -> Option<PhotoFile> {
        None
    }
}

fn rows(old: &[String], new: &[String]) -> Vec<Row> {
    let mut rows = Vec::new();
    for op in capture_diff_slices(Algorithm::Patience, old, new) {
        match op {
            DiffOp::Equal { old_index, len, .. } => {
                rows.extend(old[old_index..][..len].iter().map(|text| same(text)));
            }
            DiffOp::Delete { old_index, old_len, .. } => {
                rows.extend(old[old_index..][..old_len].iter().map(|text| removed(text)));
            }
            DiffOp::Insert { new_index, new_len, .. } => {
                rows.extend(new[new_index..][..new_len].iter().map(|text| added(text)));
            }
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                replaced(&old[old_index..][..old_len], &new[new_index..][..new_len], &mut rows);
            }
        }
    }
    rows
}

/// Paragraphs that stand where others stood: each beside the one that became it.
fn replaced(old: &[String], new: &[String], rows: &mut Vec<Row>) {
    let mut waiting = new.iter();
    for text in old {
        let rest = waiting.as_slice();
        match rest.iter().position(|it| are_alike(text, it)) {
            Some(at) => {
                rows.extend(waiting.by_ref().take(at).map(|it| added(it)));
                rows.extend(waiting.next().map(|it| changed(text, it)));
            }
            None => rows.push(removed(text)),
        }
    }
    rows.extend(waiting.map(|it| added(it)));
}

fn are_alike(old: &str, new: &str) -> bool {
    let words =
        |text: &str| -> Vec<String> { text.split_whitespace().map(str::to_owned).collect() };
    let (old, new) = (words(old), words(new));
    if old.len().max(new.len()) > WORDS_MAX {
        return false;
    }
    let ops = capture_diff_slices(Algorithm::Myers, &old, &new);
    get_diff_ratio(&ops, old.len(), new.len()) >= ALIKE
}

fn changed(old: &str, new: &str) -> Row {
    let mut row = Row { old: Vec::new(), new: Vec::new() };
    for change in TextDiff::from_unicode_words(old, new).iter_all_changes() {
        let text = change.value();
        match change.tag() {
            ChangeTag::Equal => {
                push(&mut row.old, text, false);
                push(&mut row.new, text, false);
            }
            ChangeTag::Delete => push(&mut row.old, text, true),
            ChangeTag::Insert => push(&mut row.new, text, true),
        }
    }
    row
}

fn push(pieces: &mut Vec<Piece>, text: &str, changed: bool) {
    match pieces.last_mut() {
        Some(last) if last.changed == changed => last.text.push_str(text),
        _ => pieces.push(Piece { text: text.to_owned(), changed }),
    }
}

fn same(text: &str) -> Row {
    let pieces = vec![Piece { text: text.to_owned(), changed: false }];
    Row { old: pieces.clone(), new: pieces }
}

fn removed(text: &str) -> Row {
    Row { old: vec![Piece { text: text.to_owned(), changed: true }], new: Vec::new() }
}

fn added(text: &str) -> Row {
    Row { old: Vec::new(), new: vec![Piece { text: text.to_owned(), changed: true }] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    /// `-removed-`, `+added+`, and `|` between the sides.
    fn shown(rows: &[Row]) -> Vec<String> {
        let side = |pieces: &[Piece], sign: &str| -> String {
            let shown = pieces.iter().map(|piece| match piece.changed {
                true => format!("{sign}{}{sign}", piece.text),
                false => piece.text.clone(),
            });
            shown.collect()
        };
        rows.iter().map(|row| format!("{}|{}", side(&row.old, "-"), side(&row.new, "+"))).collect()
    }

    #[test]
    fn a_changed_word_is_the_only_one_that_is_marked() {
        let old = body(&["One.", "They met for an hour.", "End."]);
        let new = body(&["One.", "They met for two hours.", "End."]);
        assert_eq!(
            shown(&rows(&old, &new)),
            ["One.|One.", "They met for -an- -hour-.|They met for +two+ +hours+.", "End.|End."]
        );
    }

    #[test]
    fn a_paragraph_that_was_put_in_stands_alone() {
        let old = body(&["The first of all.", "The second of all."]);
        let new = body(&["Quite another thing", "The first of them all.", "The second of all."]);
        let rows = rows(&old, &new);
        assert_eq!(shown(&rows)[0], "|+Quite another thing+");
        assert_eq!(rows.len(), 3);
        assert!(rows[2].is_same());
    }

    #[test]
    fn nothing_of_either_side_is_lost() {
        let old = body(&["a b c", "d e f", "x", "g h i j"]);
        let new = body(&["g h i k", "a b d", "y", "z"]);
        let rows = rows(&old, &new);
        let side = |pick: fn(&Row) -> &Vec<Piece>| -> Vec<String> {
            let sides = rows.iter().map(pick).filter(|side| !side.is_empty());
            sides.map(|side| side.iter().map(|piece| piece.text.as_str()).collect()).collect()
        };
        assert_eq!(side(|row| &row.old), old);
        assert_eq!(side(|row| &row.new), new);
    }
}
