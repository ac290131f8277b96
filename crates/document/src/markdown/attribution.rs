//! The line under a quotation that says whose words they are.

use crate::inline::plain;
use crate::limits::TITLE_CHARS_MAX;
use crate::markdown::write::escaped;
use crate::schema::{Inline, Mark, Quotation};

/// Takes `— Speaker, Source` or `— Speaker, Role, Source` off the end of the paragraphs, when they
/// end so and something is left.
pub(crate) fn take(quotation: &mut Quotation) {
    let paragraphs = &mut quotation.paragraphs;
    let Some(last) = paragraphs.last() else { return };
    let (before, line) = last_line(last);
    let Some(words) = words(&line) else { return };
    let before_is_blank = crate::characters::is_blank(&plain(&before, ""));
    if before_is_blank && paragraphs.len() == 1 {
        return;
    }
    let parts: Vec<&str> = words.split(", ").collect();
    let (speaker, role, source) = match parts.as_slice() {
        [speaker] => (*speaker, None, None),
        [speaker, source] => (*speaker, None, Some((*source).to_owned())),
        [speaker, role @ .., source] => {
            (*speaker, Some(role.join(", ")), Some((*source).to_owned()))
        }
        [] => return,
    };
    let fields = [Some(speaker), role.as_deref(), source.as_deref()];
    if fields.into_iter().flatten().any(|field| field.chars().count() > TITLE_CHARS_MAX) {
        return;
    }
    quotation.speaker = Some(speaker.to_owned());
    quotation.role = role;
    quotation.source = source;
    quotation.source_url = line.iter().find_map(|inline| match inline {
        Inline::Text(_, marks) => marks.iter().find_map(|mark| match mark {
            Mark::Link { href, .. } => Some(href.clone()),
            _ => None,
        }),
        Inline::Break => None,
    });
    let paragraphs = &mut quotation.paragraphs;
    paragraphs.pop();
    if !before_is_blank {
        paragraphs.push(before);
    }
}

/// Whether the paragraphs end in what [`take`] would take off.
pub(crate) fn is_at_end(paragraphs: &[Vec<Inline>]) -> bool {
    paragraphs.last().is_some_and(|last| words(&last_line(last).1).is_some())
}

/// The line as Markdown, when [`take`] would read it as it was.
pub(crate) fn line(quotation: &Quotation) -> Option<String> {
    let speaker = quotation.speaker.as_ref()?;
    let fields = [Some(speaker), quotation.role.as_ref(), quotation.source.as_ref()];
    if fields.into_iter().flatten().any(|field| field.contains(',')) {
        return None;
    }
    let speaker = escaped(speaker);
    let role = quotation.role.as_ref().map(|role| format!(", {}", escaped(role)));
    let role = role.unwrap_or_default();
    match (&quotation.source, &quotation.source_url) {
        (None, None) if role.is_empty() => Some(format!("— {speaker}")),
        (None, _) => None,
        (Some(source), None) => Some(format!("— {speaker}{role}, {}", escaped(source))),
        (Some(source), Some(url)) => {
            let link = super::write::link_destination(url);
            Some(format!("— {speaker}{role}, [{}]({link})", escaped(source)))
        }
    }
}

/// What follows the dash that such a line begins with.
fn words(line: &[Inline]) -> Option<String> {
    let words = crate::characters::one_line(&plain(line, " "));
    // A dash that touches the first word opens a line of dialogue.
    let words = ["— ", "– ", "― ", "-- "].iter().find_map(|dash| words.strip_prefix(dash))?;
    (!crate::characters::is_blank(words)).then(|| words.to_owned())
}

/// The paragraph's last line that is not blank, apart from what stands before it. Lines end at a
/// break and at the end of a line of the source, which is still there as `\n`.
fn last_line(paragraph: &[Inline]) -> (Vec<Inline>, Vec<Inline>) {
    let mut before = paragraph.to_vec();
    let mut line = Vec::new();
    while let Some(inline) = before.pop() {
        let blank = crate::characters::is_blank(&plain(&line, ""));
        match inline {
            Inline::Break if blank => line.clear(),
            Inline::Break => break,
            Inline::Text(text, marks) => {
                // What is blank and was written as it is, such as a no-break space, ends a line too.
                let ends = plain(&line, "").is_empty();
                let text = if ends { text.trim_end_matches(['\n', ' ']) } else { text.as_str() };
                match text.rsplit_once('\n') {
                    None => line.insert(0, Inline::Text(text.to_owned(), marks)),
                    Some((above, below)) => {
                        line.insert(0, Inline::Text(below.to_owned(), marks.clone()));
                        before.push(Inline::Text(above.to_owned(), marks));
                        break;
                    }
                }
            }
        }
    }
    (before, line)
}
