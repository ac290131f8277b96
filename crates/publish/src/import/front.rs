//! Front matter: what stands above the text, in YAML between `---` or TOML between `+++`.

use std::collections::{BTreeMap, BTreeSet};

use base::{Day, Timestamp, is_slug, slugify};
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::date;
use super::report::Notice;
use crate::article::{Kind, is_language};

/// A file, divided.
pub(super) struct Divided<'a> {
    values: BTreeMap<String, Value>,
    front: &'a str,
    /// The Markdown.
    pub(super) body: &'a str,
    /// The line on which it begins, counted from 1.
    pub(super) body_line: usize,
}

/// What front matter says, read but not yet believed.
#[derive(Debug, Default)]
pub(super) struct Front {
    pub(super) title: String,
    pub(super) deck: String,
    pub(super) section: Option<String>,
    pub(super) kind: Option<Kind>,
    pub(super) date: Option<Timestamp>,
    /// When readers may see it for the first time, when that is not its date.
    pub(super) publish_date: Option<Timestamp>,
    /// From when on they may not.
    pub(super) expiry_date: Option<Timestamp>,
    pub(super) updated: Option<Timestamp>,
    pub(super) authors: Vec<(String, Option<String>)>,
    pub(super) dateline: String,
    pub(super) language: Option<String>,
    pub(super) slug: Option<String>,
    pub(super) draft: bool,
    pub(super) photo: Option<PhotoWords>,
    /// What is said of photos within the body.
    pub(super) photos: Vec<PhotoWords>,
    pub(super) related: Vec<RelatedWords>,
    pub(super) corrections: Vec<(Option<Timestamp>, String)>,
    pub(super) aliases: Vec<String>,
    pub(super) notices: Vec<Notice>,
    pub(super) unused_keys: BTreeSet<String>,
}

/// A photo as front matter has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PhotoWords {
    pub(super) file: String,
    pub(super) caption: Option<String>,
    pub(super) credit: Option<String>,
    pub(super) credit_url: Option<String>,
    pub(super) alt: Option<String>,
    pub(super) decorative: Option<bool>,
    pub(super) creator: Option<String>,
    pub(super) copyright: Option<String>,
    pub(super) rights: Option<String>,
    pub(super) usable_until: Option<Option<Day>>,
    pub(super) focal: Option<(u8, u8)>,
    pub(super) line: usize,
}

/// A related story as front matter has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RelatedWords {
    pub(super) title: Option<String>,
    pub(super) address: Option<String>,
}

/// Divides a file into front matter and text.
pub(super) fn divide<'a>(source: &str, text: &'a str) -> Result<Divided<'a>, Notice> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = text.split_inclusive('\n');
    let fence = lines.next().unwrap_or_default();
    let is_toml = match fence.trim_end() {
        "---" => false,
        "+++" => true,
        _ => {
            return Err(Notice::at(
                source,
                1,
                "has no front matter. Begin it with a line ---, a line such as title: The \
                 headline, and another line ---",
            ));
        }
    };
    let start = fence.len();
    let mut end = start;
    for (index, line) in lines.enumerate() {
        let closes = match line.trim_end() {
            "+++" => is_toml,
            "---" | "..." => !is_toml,
            _ => false,
        };
        if closes {
            let front = &text[start..end];
            let values = if is_toml { toml(source, front) } else { yaml(source, front) }?;
            let body = &text[end + line.len()..];
            return Ok(Divided { values: lowered(values), front, body, body_line: index + 3 });
        }
        end += line.len();
    }
    let fence = fence.trim_end();
    Err(Notice::at(source, 1, format!("has front matter without an end. Close it with {fence}")))
}

fn yaml(source: &str, front: &str) -> Result<Map<String, Value>, Notice> {
    if front.trim().is_empty() {
        return Ok(Map::new());
    }
    let options = serde_saphyr::options! { with_snippet: false };
    let read: Result<Value, _> = serde_saphyr::from_str_with_options(front, options);
    match read {
        Ok(Value::Object(values)) => Ok(values),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(_) => Err(Notice::at(source, 2, "has front matter that is no list of key: value")),
        Err(error) => {
            let line = error.location().map_or(1, |it| it.line());
            let line = usize::try_from(line).unwrap_or(1) + 1;
            let what = error.to_string();
            let what = what.lines().next().unwrap_or_default();
            Err(Notice::at(
                source,
                line,
                format!(
                    "has front matter that is not YAML: {what}. Values with a colon or a quote in \
                     them belong between \"quotation marks\""
                ),
            ))
        }
    }
}

fn toml(source: &str, front: &str) -> Result<Map<String, Value>, Notice> {
    let table: toml::Table = front.parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| front.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 2;
        Notice::at(source, line, format!("has front matter that is not TOML: {}", error.message()))
    })?;
    Ok(table.into_iter().map(|(key, value)| (key, plain(value))).collect())
}

/// TOML has dates of its own; here they are texts, as in YAML.
fn plain(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(flag) => flag.into(),
        toml::Value::Datetime(moment) => moment.to_string().into(),
        toml::Value::Array(values) => values.into_iter().map(plain).collect(),
        toml::Value::Table(table) => {
            Value::Object(table.into_iter().map(|(key, value)| (key, plain(value))).collect())
        }
    }
}

/// The keys without regard to case, and with those that Hugo and Zola keep in a table of their own.
fn lowered(values: Map<String, Value>) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    let mut inner = Vec::new();
    for (key, value) in values {
        let key = key.to_lowercase();
        match value {
            Value::Object(table) if matches!(&*key, "extra" | "params" | "taxonomies") => {
                inner.extend(table);
            }
            Value::Null => {}
            value => {
                all.insert(key, value);
            }
        }
    }
    for (key, value) in inner {
        if !value.is_null() {
            all.entry(key.to_lowercase()).or_insert(value);
        }
    }
    all
}

/// Keys that say how a page was to look elsewhere, and nothing of the article.
const OF_NO_CONCERN: &[&str] = &["layout", "template", "type", "weight", "toc", "published"];

impl Divided<'_> {
    /// Reads what the keys say; a failure is for what an article cannot do without.
    pub(super) fn read(self, source: &str, zone: &TimeZone) -> Result<Front, Notice> {
        let mut keys = Keys { source, front: self.front, values: self.values, notices: Vec::new() };
        let title = keys.text(&["title"]).unwrap_or_default();
        if title.trim().is_empty() {
            return Err(Notice::at(
                source,
                1,
                "has no title. Add a line such as title: The headline",
            ));
        }
        let front = Front {
            title,
            deck: keys.text(&["deck", "description", "subtitle", "excerpt"]).unwrap_or_default(),
            section: keys.text(&["section"]),
            kind: keys.kind(),
            date: keys.date(&["date"], zone)?,
            publish_date: keys.date(&["publishdate", "publish_date", "pubdate"], zone)?,
            expiry_date: keys.date(&["expirydate", "expiry_date", "unpublishdate"], zone)?,
            updated: keys.date(&["updated", "lastmod", "last_modified_at"], zone)?,
            authors: keys.authors(),
            dateline: keys.text(&["dateline"]).unwrap_or_default(),
            language: keys.language(),
            slug: keys.slug(),
            draft: keys.flag("draft") || keys.is_unpublished(),
            photo: keys.photo(),
            photos: keys.photos(),
            related: keys.related(),
            corrections: keys.corrections(zone)?,
            aliases: keys.aliases(),
            ..Front::default()
        };
        let left = keys.values.into_keys();
        let unused_keys = left.filter(|key| !OF_NO_CONCERN.contains(&key.as_str())).collect();
        Ok(Front { notices: keys.notices, unused_keys, ..front })
    }
}

impl Front {
    /// When readers may see the article: by both of its dates, so that neither embargo is broken.
    pub(super) fn appears_at(&self) -> Option<Timestamp> {
        self.date.max(self.publish_date)
    }

    /// Whether it has expired, and when.
    pub(super) fn expired(&self, now: Timestamp) -> Option<Timestamp> {
        self.expiry_date.filter(|at| *at <= now)
    }

    /// Whether readers may see the article at once.
    pub(super) fn is_for_now(&self, now: Timestamp) -> bool {
        let waits = self.appears_at().is_some_and(|at| at > now);
        !self.draft && !waits && self.expired(now).is_none()
    }
}

struct Keys<'a> {
    source: &'a str,
    front: &'a str,
    values: BTreeMap<String, Value>,
    notices: Vec<Notice>,
}

impl Keys<'_> {
    /// The first of these keys that is there; the others are done with.
    fn take(&mut self, names: &[&str]) -> Option<(String, Value)> {
        let mut found = None;
        for name in names {
            if let Some(value) = self.values.remove(*name)
                && found.is_none()
                && value.as_str().is_none_or(|text| !text.trim().is_empty())
            {
                found = Some(((*name).to_owned(), value));
            }
        }
        found
    }

    fn line(&self, key: &str) -> usize {
        let is_it = |line: &str| {
            let begins = line.trim_start().get(..key.len());
            begins.is_some_and(|begins| begins.eq_ignore_ascii_case(key))
                && line.trim_start()[key.len()..].trim_start().starts_with([':', '='])
        };
        self.front.lines().position(is_it).map_or(1, |line| line + 2)
    }

    fn notice(&mut self, key: &str, text: impl Into<String>) {
        let line = self.line(key);
        self.notices.push(Notice::at(self.source, line, text));
    }

    fn text(&mut self, names: &[&str]) -> Option<String> {
        let (key, value) = self.take(names)?;
        let text = scalar(&value);
        if text.is_none() {
            self.notice(&key, format!("{key} is no text, and was left out"));
        }
        text
    }

    fn flag(&mut self, key: &str) -> bool {
        let Some((_, value)) = self.take(&[key]) else { return false };
        match value {
            Value::Bool(flag) => flag,
            other => matches!(
                scalar(&other).unwrap_or_default().to_lowercase().as_str(),
                "true" | "yes" | "on" | "1"
            ),
        }
    }

    /// Jekyll says `published: false` of a draft.
    fn is_unpublished(&self) -> bool {
        self.values.get("published") == Some(&Value::Bool(false))
    }

    fn kind(&mut self) -> Option<Kind> {
        let text = self.text(&["kind"])?;
        let kind = Kind::parse(&text);
        if kind.is_none() {
            let known: Vec<&str> = Kind::ALL.into_iter().map(Kind::name).collect();
            let known = known.join(", ");
            let text = format!("the kind {text:?} is unknown, so it is news; known are {known}");
            self.notice("kind", text);
        }
        kind
    }

    fn date(&mut self, names: &[&str], zone: &TimeZone) -> Result<Option<Timestamp>, Notice> {
        let Some((key, value)) = self.take(names) else { return Ok(None) };
        let text = scalar(&value).unwrap_or_else(|| value.to_string());
        match date::parse(&text, zone) {
            Some(at) => Ok(Some(at)),
            None => Err(self.no_date(&key, &text)),
        }
    }

    fn no_date(&self, key: &str, text: &str) -> Notice {
        Notice::at(
            self.source,
            self.line(key),
            format!(
                "{text:?} is no date. Write one such as 2021-12-07, or 2021-12-07T22:15:00+03:00"
            ),
        )
    }

    fn authors(&mut self) -> Vec<(String, Option<String>)> {
        let Some((key, value)) = self.take(&["authors", "author"]) else { return Vec::new() };
        let mut authors: Vec<(String, Option<String>)> = Vec::new();
        for value in many(value) {
            let name = scalar(&value).or_else(|| field(&value, &["name"]));
            match name {
                Some(name) if !base::title_key(&name).is_empty() => {
                    let known = authors
                        .iter()
                        .any(|(known, _)| base::title_key(known) == base::title_key(&name));
                    if !known {
                        authors.push((name, field(&value, &["role"])));
                    }
                }
                _ => {
                    self.notice(&key, "an author without a name was left out");
                }
            }
        }
        authors
    }

    fn language(&mut self) -> Option<String> {
        let text = self.text(&["language", "lang", "locale"])?.replace('_', "-");
        if is_language(&text) {
            return Some(text);
        }
        let problem = format!("{text:?} is no language tag, and was left out; write en or pt-BR");
        self.notice("language", problem);
        None
    }

    fn slug(&mut self) -> Option<String> {
        let text = self.text(&["slug"])?;
        if is_slug(&text) {
            return Some(text);
        }
        let better = slugify(&text);
        if better.is_empty() {
            self.notice("slug", format!("{text:?} cannot be part of an address, and was left out"));
            return None;
        }
        self.notice("slug", format!("{text:?} cannot be part of an address; it became {better:?}"));
        Some(better)
    }

    fn photo(&mut self) -> Option<PhotoWords> {
        let names = ["photo", "image", "cover", "featured_image", "thumbnail"];
        let (key, value) = self.take(&names)?;
        let photo = self.photo_words(&key, &value);
        if photo.is_none() {
            self.notice(&key, format!("{key} names no file, and was left out"));
        }
        photo
    }

    fn photos(&mut self) -> Vec<PhotoWords> {
        let Some((key, value)) = self.take(&["photos"]) else { return Vec::new() };
        many(value).iter().filter_map(|value| self.photo_words(&key, value)).collect()
    }

    fn photo_words(&mut self, key: &str, value: &Value) -> Option<PhotoWords> {
        let line = self.line(key);
        let file = scalar(value).or_else(|| field(value, &["file", "path", "src", "image"]))?;
        if file.trim().is_empty() {
            return None;
        }
        let focal = value.get("focal").and_then(|it| {
            let point = point(it);
            if point.is_none() {
                self.notice(
                    "focal",
                    "the focal point was left out; write two numbers from 0 to 100, such as \"50 30\"",
                );
            }
            point
        });
        let usable_until = field(value, &["usable_until", "usable-until"]).and_then(|text| {
            if text.trim().is_empty() {
                return Some(None);
            }
            let day = text.trim().parse::<Day>().ok();
            if day.is_none() {
                self.notice(
                    "usable_until",
                    "the day until which the photo may be used was left out; write one such as \
                     2026-12-31",
                );
            }
            day.map(Some)
        });
        Some(PhotoWords {
            file: file.trim().to_owned(),
            caption: field(value, &["caption"]),
            credit: field(value, &["credit"]),
            credit_url: field(value, &["credit_url", "credit-url"]),
            alt: field(value, &["alt"]),
            decorative: field(value, &["decorative"]).map(|flag| flag == "true"),
            creator: field(value, &["creator"]),
            copyright: field(value, &["copyright"]),
            rights: field(value, &["rights"]),
            usable_until,
            focal,
            line,
        })
    }

    fn related(&mut self) -> Vec<RelatedWords> {
        let Some((key, value)) = self.take(&["related"]) else { return Vec::new() };
        let mut related = Vec::new();
        for value in many(value) {
            let words = match scalar(&value) {
                Some(text) if is_address(&text) => {
                    RelatedWords { title: None, address: Some(text.trim().to_owned()) }
                }
                Some(text) => RelatedWords { title: Some(text), address: None },
                None => RelatedWords {
                    title: field(&value, &["title"]),
                    address: field(&value, &["address"]),
                },
            };
            if words.title.is_some() || words.address.is_some() {
                related.push(words);
            } else {
                self.notice(&key, "a related story without a title or an address was left out");
            }
        }
        related
    }

    fn corrections(&mut self, zone: &TimeZone) -> Result<Vec<(Option<Timestamp>, String)>, Notice> {
        let Some((key, value)) = self.take(&["corrections"]) else { return Ok(Vec::new()) };
        let mut corrections = Vec::new();
        for value in many(value) {
            let at = match field(&value, &["date", "at"]) {
                Some(text) => {
                    Some(date::parse(&text, zone).ok_or_else(|| self.no_date(&key, &text))?)
                }
                None => None,
            };
            match scalar(&value).or_else(|| field(&value, &["text"])) {
                Some(text) => corrections.push((at, text.trim().to_owned())),
                None => self.notice(&key, "a correction without a text was left out"),
            }
        }
        Ok(corrections)
    }

    /// Every address that the article had elsewhere.
    fn aliases(&mut self) -> Vec<String> {
        let mut aliases = Vec::new();
        for key in ["aliases", "redirect_from", "permalink", "url", "path"] {
            let Some((_, value)) = self.take(&[key]) else { continue };
            for address in many(value).iter().filter_map(scalar) {
                // Jekyll makes addresses of patterns such as /:year/:title/.
                if !address.contains(':') {
                    aliases.push(address);
                }
            }
        }
        aliases
    }
}

/// Whether a related story is named by where it is.
fn is_address(text: &str) -> bool {
    let text = text.trim();
    let one_word = !text.contains(char::is_whitespace);
    let begins = ["/", "./", "../", "@/", "http://", "https://"];
    one_word && (begins.iter().any(|it| text.starts_with(it)) || text.ends_with(".md"))
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

fn many(value: Value) -> Vec<Value> {
    match value {
        Value::Array(values) => values,
        Value::Null => Vec::new(),
        one => vec![one],
    }
}

fn field(value: &Value, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| value.get(name)).and_then(scalar)
}

/// `"50 30"`, `[50, 30]`, or `{ x: 50, y: 30 }`.
fn point(value: &Value) -> Option<(u8, u8)> {
    let numbers: Vec<String> = match value {
        Value::Array(values) => values.iter().filter_map(scalar).collect(),
        Value::Object(_) => {
            [field(value, &["x"]), field(value, &["y"])].into_iter().flatten().collect()
        }
        other => scalar(other)?.split([' ', ',', '%']).map(str::to_owned).collect(),
    };
    let numbers: Vec<u8> = numbers
        .iter()
        .filter(|it| !it.is_empty())
        .map(|it| it.parse().ok())
        .collect::<Option<_>>()?;
    match numbers[..] {
        [x, y] if x <= 100 && y <= 100 => Some((x, y)),
        _ => None,
    }
}
