//! The templates, built in or a theme's, and how a page becomes HTML.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Serde, ValueKind};
use minijinja::{AutoEscape, Environment, ErrorKind, Output, State, UndefinedBehavior, Value};
use serde::Serialize;

use super::assets::{self, style_hash};
use super::dates;
use super::theme::{Theme, ThemeError};
use super::words::{Words, WordsError};
use super::{NewsroomFrame, Page, Site, newsroom, samples};

/// Every template that is embedded in the binary, by the name other templates call it by.
pub(super) const BUILT_IN: &[(&str, &str)] = &[
    ("base.html", include_str!("../../../../templates/base.html")),
    ("pages/front.html", include_str!("../../../../templates/pages/front.html")),
    ("pages/section.html", include_str!("../../../../templates/pages/section.html")),
    ("pages/article.html", include_str!("../../../../templates/pages/article.html")),
    ("pages/author.html", include_str!("../../../../templates/pages/author.html")),
    ("pages/discussion.html", include_str!("../../../../templates/pages/discussion.html")),
    ("pages/comment.html", include_str!("../../../../templates/pages/comment.html")),
    ("pages/profile.html", include_str!("../../../../templates/pages/profile.html")),
    ("pages/own_comments.html", include_str!("../../../../templates/pages/own_comments.html")),
    ("pages/account.html", include_str!("../../../../templates/pages/account.html")),
    ("pages/account_leave.html", include_str!("../../../../templates/pages/account_leave.html")),
    ("pages/account_link.html", include_str!("../../../../templates/pages/account_link.html")),
    ("pages/follow.html", include_str!("../../../../templates/pages/follow.html")),
    ("pages/embed.html", include_str!("../../../../templates/pages/embed.html")),
    ("pages/live.html", include_str!("../../../../templates/pages/live.html")),
    ("pages/meet.html", include_str!("../../../../templates/pages/meet.html")),
    ("pages/meeting.html", include_str!("../../../../templates/pages/meeting.html")),
    ("pages/meetings.html", include_str!("../../../../templates/pages/meetings.html")),
    ("pages/programme.html", include_str!("../../../../templates/pages/programme.html")),
    ("pages/self_test.html", include_str!("../../../../templates/pages/self_test.html")),
    ("pages/search.html", include_str!("../../../../templates/pages/search.html")),
    ("pages/error.html", include_str!("../../../../templates/pages/error.html")),
    ("partials/head.html", include_str!("../../../../templates/partials/head.html")),
    ("partials/masthead.html", include_str!("../../../../templates/partials/masthead.html")),
    ("partials/footer.html", include_str!("../../../../templates/partials/footer.html")),
    ("partials/breadcrumb.html", include_str!("../../../../templates/partials/breadcrumb.html")),
    ("partials/card.html", include_str!("../../../../templates/partials/card.html")),
    ("partials/comment.html", include_str!("../../../../templates/partials/comment.html")),
    (
        "partials/comment_form.html",
        include_str!("../../../../templates/partials/comment_form.html"),
    ),
    ("partials/discussion.html", include_str!("../../../../templates/partials/discussion.html")),
    ("partials/meeting.html", include_str!("../../../../templates/partials/meeting.html")),
    (
        "partials/meeting_times.html",
        include_str!("../../../../templates/partials/meeting_times.html"),
    ),
    ("partials/pagination.html", include_str!("../../../../templates/partials/pagination.html")),
    ("partials/photo.html", include_str!("../../../../templates/partials/photo.html")),
    ("partials/player.html", include_str!("../../../../templates/partials/player.html")),
    ("partials/share.html", include_str!("../../../../templates/partials/share.html")),
    ("partials/watch.html", include_str!("../../../../templates/partials/watch.html")),
    ("partials/video.html", include_str!("../../../../templates/partials/video.html")),
];

/// The templates of one site, checked.
#[derive(Debug)]
pub struct Templates {
    environment: Environment<'static>,
    words: Arc<Words>,
    /// By name; ready to be written as they are.
    styles: BTreeMap<&'static str, Value>,
    style_hashes: String,
}

/// A page that could not be rendered, with the template and the line where it went wrong.
#[derive(Debug, thiserror::Error)]
#[error("{}", describe(.0))]
pub struct RenderError(#[from] minijinja::Error);

impl Templates {
    /// The built-in templates with what `theme` puts in their place or beside them.
    ///
    /// A theme is a folder with `templates/`, `styles/` and `translations/`, each optional. Every
    /// template is tried with every sample in every language, so that a theme that cannot work
    /// never starts.
    pub fn load(theme: Option<&Path>) -> Result<Self, ThemeError> {
        let theme = theme.map(Theme::read).transpose()?.unwrap_or_default();
        let words = Arc::new(theme.words()?);
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_syntax(syntax());
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        environment.set_formatter(write_escaped);
        add_functions(&mut environment, &words);
        for (name, source) in BUILT_IN {
            if !theme.templates.contains_key(*name) {
                environment.add_template(name, source).map_err(|error| theme.blame(&error))?;
            }
        }
        for (name, source) in newsroom::TEMPLATES {
            environment.add_template(name, source).map_err(|error| theme.blame(&error))?;
        }
        for (name, file) in &theme.templates {
            environment
                .add_template_owned(name.clone(), file.source.clone())
                .map_err(|error| theme.blame(&error))?;
        }
        let (mut styles, mut hashes) = (BTreeMap::new(), Vec::new());
        let theme_style = theme.style()?;
        for (name, style) in assets::STYLES {
            let style = format!("{}{theme_style}", style.trim_end());
            hashes.push(style_hash(&style));
            styles.insert(*name, Value::from_safe_string(style));
        }
        let templates = Self { environment, words, styles, style_hashes: hashes.join(" ") };
        templates.try_all().map_err(|error| theme.blame(&error.0))?;
        Ok(templates)
    }

    /// The page's HTML, whole.
    pub fn render(&self, site: &Site, page: &Page) -> Result<String, RenderError> {
        let head = page.head();
        let words_language = self.words.closest(&head.language, &site.language);
        let context = minijinja::context! {
            site => Value::from(Serde(site)),
            page => page.to_value(),
            head => Value::from(Serde(head)),
            language => head.language.as_str(),
            direction => direction(&head.language),
            words_language,
            words_direction => direction(words_language),
            style => self.styles.get(page.style()),
            here => here(site, head.canonical.as_deref()),
            script => assets::script_url(),
            player_script => assets::player_script_url(),
            meet_script => assets::meet_script_url(),
            self_test_script => assets::self_test_script_url(),
            sealing_script => assets::sealing_script_url(),
            video_style => assets::video_style_url(),
            meeting_style => assets::meeting_style_url(),
            account_script => assets::account_script_url(),
            icon => assets::icon_url(),
        };
        Ok(self.environment.get_template(page.template())?.render(context)?)
    }

    /// A page of the newsroom: `template` is one below `newsroom/`.
    pub fn render_newsroom(
        &self,
        template: &str,
        frame: &NewsroomFrame,
        page: &impl Serialize,
    ) -> Result<String, RenderError> {
        let context = minijinja::context! {
            frame => Value::from(Serde(frame)),
            page => Value::from(Serde(page)),
            // What words and dates go by.
            site => minijinja::context! { zone => frame.zone.as_str() },
            words_language => frame.language.as_str(),
            direction => direction(&frame.language),
            style => assets::newsroom_style_url(),
            script => assets::newsroom_script_url(),
            invitations_script => assets::invitations_script_url(),
            editor_script => assets::editor_script_url(),
            editor_style => assets::editor_style_url(),
            icon => assets::icon_url(),
        };
        let name = format!("newsroom/{template}");
        Ok(self.environment.get_template(&name)?.render(context)?)
    }

    /// What the Content-Security-Policy's `style-src` must allow for the style inside any page:
    /// `'sha256-…' 'sha256-…'`, with their quotes.
    pub fn style_hashes(&self) -> &str {
        &self.style_hashes
    }

    /// The interface's words, for what is written outside templates.
    pub fn words(&self) -> &Words {
        &self.words
    }

    fn try_all(&self) -> Result<(), RenderError> {
        // A template that no sample reaches must at least have compiled; `add_template` saw to it.
        for language in self.words.languages() {
            let site = samples::site_in(language);
            for (_, page) in samples::pages(language) {
                self.render(&site, &page)?;
            }
        }
        Ok(())
    }
}

/// The address of the section at the tree's root that the page stands in; empty for none.
fn here<'s>(site: &'s Site, canonical: Option<&str>) -> &'s str {
    let path = canonical.and_then(|url| url.strip_prefix(&site.address)).unwrap_or_default();
    if let Some(live) = ["/live", "/live/audio"].into_iter().find(|live| *live == path) {
        return live;
    }
    site.sections
        .iter()
        .find(|section| path.starts_with(&section.url))
        .map_or("", |section| &section.url)
}

/// Lines that hold nothing but a tag leave no line behind.
fn syntax() -> SyntaxConfig {
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true);
    syntax.build().unwrap_or_default()
}

/// Which way a language is written, by its subtags alone.
pub(super) fn direction(language: &str) -> &'static str {
    const RIGHT_TO_LEFT: &[&str] = &[
        "ar", "arc", "ckb", "dv", "fa", "ha-arab", "he", "khw", "ks", "ku-arab", "nqo", "prs",
        "ps", "sd", "syr", "ug", "ur", "yi",
    ];
    let language = language.to_ascii_lowercase();
    let mut subtags = language.split('-');
    let primary = subtags.next().unwrap_or_default();
    let written_in = |script: &str| language.split('-').any(|subtag| subtag == script);
    if written_in("latn") || written_in("cyrl") {
        return "ltr";
    }
    if RIGHT_TO_LEFT.contains(&primary) || ["arab", "hebr", "thaa"].iter().any(|s| written_in(s)) {
        "rtl"
    } else {
        "ltr"
    }
}

fn add_functions(environment: &mut Environment<'static>, words: &Arc<Words>) {
    let spoken = Arc::clone(words);
    environment.add_function("t", move |state: &State, key: &str, named: Kwargs| {
        let language = context_text(state, "words_language")?;
        let mut arguments = Vec::new();
        for name in named.args() {
            arguments.push((name, named.get::<Value>(name)?));
        }
        spoken
            .say_values(&language, key, &arguments)
            .map_err(|error| minijinja::Error::new(ErrorKind::InvalidOperation, error.to_string()))
    });
    let dated = Arc::clone(words);
    environment.add_filter("date", move |state: &State, instant: &str| {
        let zoned = zoned(state, instant)?;
        dates::date(&dated, &context_text(state, "words_language")?, &zoned)
            .map_err(|error| minijinja::Error::new(ErrorKind::InvalidOperation, error.to_string()))
    });
    environment.add_filter("clock", |state: &State, instant: &str| {
        Ok::<_, minijinja::Error>(dates::clock(&zoned(state, instant)?))
    });
    environment.add_filter("local", |state: &State, instant: &str| {
        Ok::<_, minijinja::Error>(dates::machine(&zoned(state, instant)?))
    });
    // What has a zone of its own, such as a meeting, is told in it.
    let dated = Arc::clone(words);
    environment.add_filter("date_in", move |state: &State, instant: &str, zone: &str| {
        let zoned = dates::zoned(instant, zone).map_err(|error| unreadable(&error))?;
        dates::date(&dated, &context_text(state, "words_language")?, &zoned)
            .map_err(|error| unsayable(&error))
    });
    environment.add_filter("clock_in", |instant: &str, zone: &str| {
        Ok::<_, minijinja::Error>(dates::hours_and_minutes(
            &dates::zoned(instant, zone).map_err(|error| unreadable(&error))?,
        ))
    });
    environment.add_filter("local_in", |instant: &str, zone: &str| {
        Ok::<_, minijinja::Error>(dates::machine_exact(
            &dates::zoned(instant, zone).map_err(|error| unreadable(&error))?,
        ))
    });
    let named = Arc::clone(words);
    environment.add_filter("zone_time", move |state: &State, zone: &str| {
        dates::zone_time(&named, &context_text(state, "words_language")?, zone)
            .map_err(|error| unsayable(&error))
    });
    let long = Arc::clone(words);
    environment.add_filter("duration", move |state: &State, seconds: u64| {
        dates::length(&long, &context_text(state, "words_language")?, seconds)
            .map_err(|error| unsayable(&error))
    });
    environment.add_filter("direction", direction);
    environment.add_filter("focus", |picture: Value| focus(&picture));
    environment.add_filter("json_ld", |json: &str| {
        // Inside a script element only `<` can do harm, and JSON can spell it otherwise.
        Value::from_safe_string(json.replace('<', "\\u003c"))
    });
}

fn unreadable(error: &jiff::Error) -> minijinja::Error {
    minijinja::Error::new(ErrorKind::InvalidOperation, error.to_string())
}

fn unsayable(error: &WordsError) -> minijinja::Error {
    minijinja::Error::new(ErrorKind::InvalidOperation, error.to_string())
}

fn zoned(state: &State, instant: &str) -> Result<jiff::ZonedDateTime, minijinja::Error> {
    let zone = state.lookup("site").map(|site| site.get_attr("zone")).transpose()?;
    let zone = zone.as_ref().and_then(Value::as_str).unwrap_or("UTC");
    dates::zoned(instant, zone)
        .map_err(|error| minijinja::Error::new(ErrorKind::InvalidOperation, error.to_string()))
}

fn context_text(state: &State, name: &str) -> Result<String, minijinja::Error> {
    state.lookup(name).and_then(|value| value.as_str().map(str::to_owned)).ok_or_else(|| {
        minijinja::Error::new(ErrorKind::UndefinedError, format!("`{name}` is not in the context"))
    })
}

/// The classes that keep a cropped picture's focal point in view, as `document` names them. They
/// are classes because the Content-Security-Policy forbids inline styles.
fn focus(picture: &Value) -> Result<String, minijinja::Error> {
    let step = |name: &str| -> Result<i64, minijinja::Error> {
        let per_cent = picture.get_attr(name)?.as_i64().unwrap_or(50).clamp(0, 100);
        Ok((per_cent + 5) / 10 * 10)
    };
    Ok(match (step("focal_x")?, step("focal_y")?) {
        (50, 50) => String::new(),
        (x, y) => format!("focal-x-{x} focal-y-{y}"),
    })
}

/// Escapes what HTML needs escaped, and not the `/` of every address as minijinja does.
fn write_escaped(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), minijinja::Error> {
    let plain = value.is_safe() || matches!(value.kind(), ValueKind::Number | ValueKind::Bool);
    match value.as_str() {
        Some(text) if plain => out.write_str(text)?,
        Some(text) => {
            let mut rest = text;
            while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
                out.write_str(&rest[..at])?;
                out.write_str(match rest.as_bytes()[at] {
                    b'&' => "&amp;",
                    b'<' => "&lt;",
                    b'>' => "&gt;",
                    b'"' => "&quot;",
                    _ => "&#39;",
                })?;
                rest = &rest[at + 1..];
            }
            out.write_str(rest)?;
        }
        None if value.is_none() => {
            return Err(minijinja::Error::new(
                ErrorKind::InvalidOperation,
                "an absent value was written; ask `{% if … %}` first",
            ));
        }
        None => return minijinja::escape_formatter(out, state, value),
    }
    Ok(())
}

fn describe(error: &minijinja::Error) -> String {
    format!(
        "{}:{}: {}",
        error.name().unwrap_or("a template"),
        error.line().unwrap_or(0),
        problem(error)
    )
}

/// What is wrong, without the place: the innermost cause, since minijinja wraps what happens in an
/// included template.
pub(super) fn problem(error: &minijinja::Error) -> String {
    let mut text = match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    };
    if let Some(cause) = std::error::Error::source(error) {
        text.push_str(": ");
        text.push_str(&cause.to_string());
    }
    text
}
