//! Front matter, as [`crate::import`] reads it.

use std::fmt::Write as _;

use base::Timestamp;

use super::{Entry, Written};
use crate::article::State;
use crate::photo::Photo;

pub(super) fn write(entry: &Entry<'_>) -> String {
    let Entry { article, revision, .. } = entry;
    let content = &revision.content;
    let mut yaml = Yaml("---\n".to_owned());
    yaml.text("title", &content.headline);
    yaml.text_if_any("deck", &content.deck);
    yaml.text("section", entry.section);
    yaml.text("slug", &article.slug);
    yaml.text("kind", content.kind.name());
    yaml.date("date", article.published_at.or(article.scheduled_at));
    yaml.date("updated", article.updated_at);
    if article.state == State::Draft && article.scheduled_at.is_none() {
        yaml.line("draft: true");
    }
    if !content.byline.is_empty() {
        yaml.line("authors:");
    }
    for author in &content.byline {
        let name = entry.names.get(&author.person).map_or("", String::as_str);
        match &author.role {
            None => yaml.line(&format!("  - {}", quoted(name))),
            Some(role) => {
                yaml.line(&format!("  - name: {}", quoted(name)));
                yaml.text("    role", role);
            }
        }
    }
    yaml.text_if_any("dateline", &content.dateline);
    yaml.text("language", &content.language);
    if let Some((photo, written)) = entry.lead {
        yaml.line("photo:");
        let caption = content.photo.as_ref().and_then(|lead| lead.caption.as_deref());
        yaml.photo(["  ", "  "], photo, written, caption);
    }
    if !entry.shown.is_empty() {
        yaml.line("photos:");
    }
    for (photo, written) in &entry.shown {
        yaml.photo(["  - ", "    "], photo, written, None);
    }
    if !entry.related.is_empty() {
        yaml.line("related:");
    }
    for related in &entry.related {
        let mut indent = "  - ";
        for (key, value) in [("title", &related.title), ("address", &related.address)] {
            if let Some(value) = value {
                yaml.text(&format!("{indent}{key}"), value);
                indent = "    ";
            }
        }
    }
    if !entry.corrections.is_empty() {
        yaml.line("corrections:");
    }
    for correction in &entry.corrections {
        yaml.line(&format!("  - date: {}", correction.at));
        yaml.text("    text", &correction.text);
    }
    if !entry.aliases.is_empty() {
        yaml.line("aliases:");
    }
    for alias in &entry.aliases {
        yaml.line(&format!("  - {}", quoted(alias)));
    }
    yaml.line("---");
    yaml.0
}

struct Yaml(String);

impl Yaml {
    fn line(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    fn text(&mut self, key: &str, text: &str) {
        let _ = writeln!(self.0, "{key}: {}", quoted(text));
    }

    fn text_if_any(&mut self, key: &str, text: &str) {
        if !text.is_empty() {
            self.text(key, text);
        }
    }

    fn date(&mut self, key: &str, at: Option<Timestamp>) {
        if let Some(at) = at {
            let _ = writeln!(self.0, "{key}: {at}");
        }
    }

    fn photo(
        &mut self,
        [first, next]: [&str; 2],
        photo: &Photo,
        written: &Written,
        caption: Option<&str>,
    ) {
        self.text(&format!("{first}file"), &written.path);
        let own = &written.own;
        let own_credit = own.credit.as_ref().or(own.creator.as_ref());
        let until = photo.usable_until.map(|day| day.to_string()).unwrap_or_default();
        let words = [
            ("caption", caption.unwrap_or(&photo.caption), own.caption.as_ref()),
            ("credit", &photo.credit, own_credit),
            ("credit_url", photo.credit_url.as_deref().unwrap_or_default(), None),
            ("alt", &photo.alt, own.alt.as_ref()),
            ("creator", &photo.creator, own.creator.as_ref()),
            ("copyright", &photo.copyright, own.copyright.as_ref()),
            ("rights", &photo.rights, own.terms.as_ref()),
            ("usable_until", &until, own.usable_until.as_ref()),
        ];
        for (key, text, own) in words {
            // An import believes the file where front matter is silent.
            if !text.is_empty() || own.is_some_and(|own| !own.is_empty()) {
                self.text(&format!("{next}{key}"), text);
            }
        }
        if photo.decorative {
            self.line(&format!("{next}decorative: true"));
        }
        let usual = ::photo::Focal::default();
        if (photo.focal_x, photo.focal_y) != (usual.x.into(), usual.y.into()) {
            self.text(&format!("{next}focal"), &format!("{} {}", photo.focal_x, photo.focal_y));
        }
    }
}

/// A JSON string is a YAML string that nothing can be mistaken for.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
