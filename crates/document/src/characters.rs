//! Which characters text may hold.
//!
//! Refused are those that no reader can see and that change how the text around them is shown or
//! processed: control characters, the bidirectional *overrides and embeddings* (they can make a
//! sentence read other than it is stored), separators that some programs take for the end of a
//! line, byte order marks, and code points that are no characters. Allowed, because right-to-left
//! and Indic scripts and emoji need them: directional marks (U+200E, U+200F, U+061C), isolates
//! (U+2066 to U+2069, whose effect ends with their block) and joiners (U+200C, U+200D).

/// Why `c` may not stand in text, or `None` when it may.
pub(crate) fn objection(c: char) -> Option<&'static str> {
    match c {
        '\t' | '\n' | '\r' => None,
        _ if c.is_control() => Some("a control character"),
        '\u{202A}'..='\u{202E}' => {
            Some("a bidirectional override or embedding, which can make text read falsely")
        }
        '\u{2028}' | '\u{2029}' => Some("a line separator"),
        '\u{FEFF}' => Some("a byte order mark"),
        '\u{FFF9}'..='\u{FFFB}' => Some("an interlinear annotation mark"),
        '\u{FDD0}'..='\u{FDEF}' => Some("not a character"),
        _ if u32::from(c) & 0xFFFE == 0xFFFE => Some("not a character"),
        _ => None,
    }
}

/// White space that HTML collapses. Other spaces (no-break, thin, ideographic) are typography.
pub(crate) fn collapses(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// `text` on one line, with runs of collapsible white space made one space and none at the ends.
pub(crate) fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split(collapses).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// Whether a reader would see nothing.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}
