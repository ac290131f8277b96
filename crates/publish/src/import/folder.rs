//! Which files are articles, and what their place says of them.

use std::io;
use std::path::{Path, PathBuf};

use base::{is_slug, slugify};

/// The Markdown files below a folder, as paths from there with `/` between, in order.
pub(super) struct Listed {
    /// The folder, with every link in its path followed.
    pub(super) root: PathBuf,
    pub(super) articles: Vec<String>,
    /// Files that describe a section or the folder, and are no articles.
    pub(super) section_pages: Vec<String>,
}

/// Parts of a site that hold its design or its output.
const NOT_CONTENT: &[&str] =
    &["archetypes", "layouts", "node_modules", "public", "static", "themes", "vendor"];
const SECTION_PAGES: &[&str] = &["_index", "readme"];

pub(super) fn list(folder: &Path) -> io::Result<Listed> {
    let root = folder.canonicalize()?;
    let is_site = ["content", "_posts"].iter().any(|part| root.join(part).is_dir());
    let mut listed = Listed { root, articles: Vec::new(), section_pages: Vec::new() };
    let mut open = vec![String::new()];
    while let Some(within) = open.pop() {
        for entry in std::fs::read_dir(listed.root.join(&within))? {
            let entry = entry?;
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
            if name.starts_with('.') {
                continue;
            }
            let path = if within.is_empty() { name.clone() } else { format!("{within}/{name}") };
            let kind = entry.file_type()?;
            if kind.is_dir() {
                let design = is_site && within.is_empty() && NOT_CONTENT.contains(&name.as_str());
                let hidden = name.starts_with('_') && !matches!(&*name, "_posts" | "_drafts");
                if !design && !hidden {
                    open.push(path);
                }
            } else if kind.is_file()
                && let Some(stem) = stem(&name)
            {
                let stem = stem.split('.').next().unwrap_or(stem).to_lowercase();
                let is_section_page = SECTION_PAGES.contains(&stem.as_str());
                if is_section_page {
                    listed.section_pages.push(path);
                } else {
                    listed.articles.push(path);
                }
            }
        }
    }
    listed.articles.sort();
    listed.section_pages.sort();
    Ok(listed)
}

pub(super) fn is_markdown(path: &str) -> bool {
    stem(path).is_some()
}

/// What a Markdown file is called without its ending.
fn stem(name: &str) -> Option<&str> {
    let (stem, ending) = name.rsplit_once('.')?;
    ["md", "markdown"].iter().any(|known| ending.eq_ignore_ascii_case(known)).then_some(stem)
}

/// What the path of a file says of its article.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The folders above it; empty at the top.
    pub(super) section: String,
    /// The last part of its address.
    pub(super) slug: String,
    /// As the file's name begins with it.
    pub(super) date: Option<String>,
    /// As the file's name ends with it, such as `story.es.md`.
    pub(super) language: Option<String>,
    pub(super) draft: bool,
    /// What the files have in common that tell one story in several languages.
    pub(super) story: String,
}

pub(super) fn place(source: &str) -> Place {
    let mut folders: Vec<&str> = source.split('/').collect();
    let name = folders.pop().unwrap_or_default();
    let mut stem = stem(name).unwrap_or(name);
    let mut language = None;
    let mut story = source.to_owned();
    if let Some((rest, tag)) = stem.rsplit_once('.')
        && is_language_of_name(tag)
    {
        story = format!("{}{rest}{}", &source[..source.len() - name.len()], &name[stem.len()..]);
        stem = rest;
        language = Some(tag.to_owned());
    }
    // A page bundle: the folder has the name, and holds the photos.
    if stem == "index"
        && let Some(bundle) = folders.pop()
    {
        stem = bundle;
    }
    let draft = folders.contains(&"_drafts");
    let (date, words) = dated(stem);
    let slug = match (slugify(words), &language) {
        (slug, Some(language)) if !slug.is_empty() => format!("{slug}-{language}"),
        (slug, _) => slug,
    };
    if folders.first() == Some(&"content") {
        folders.remove(0);
    }
    folders.retain(|folder| !matches!(*folder, "_posts" | "_drafts"));
    let section: Vec<String> = folders
        .into_iter()
        .map(|part| if is_slug(part) { part.to_owned() } else { slugify(part) })
        .collect();
    Place { section: section.join("/"), slug, date, language, draft, story }
}

/// `es` or `pt-br`; anything else belongs to the name.
fn is_language_of_name(tag: &str) -> bool {
    let parts: Vec<&str> = tag.split('-').collect();
    let two_letters = |it: &&str| it.len() == 2 && it.bytes().all(|b| b.is_ascii_lowercase());
    parts.len() <= 2 && parts.iter().all(two_letters)
}

/// Divides `2021-12-07-words` into its date and its words.
fn dated(stem: &str) -> (Option<String>, &str) {
    let is_date = |text: &str| text.parse::<jiff::civil::Date>().is_ok();
    match (stem.get(..10), stem.get(10..)) {
        (Some(date), Some(rest)) if is_date(date) && rest.len() > 1 => {
            (Some(date.to_owned()), rest.trim_start_matches(['-', '_']))
        }
        _ => (None, stem),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_says_section_slug_date_and_language() {
        let check = |source: &str, section: &str, slug: &str| {
            let place = place(source);
            assert_eq!((&*place.section, &*place.slug), (section, slug), "{source}");
            place
        };
        check("story.md", "", "story");
        check("content/news/russia/The Story.md", "news/russia", "the-story");
        check("content/news/story/index.md", "news", "story");
        let jekyll = check("_posts/2021-12-07-a-story.markdown", "", "a-story");
        assert_eq!(jekyll.date.as_deref(), Some("2021-12-07"));
        assert!(!jekyll.draft);
        assert!(check("sport/_drafts/a-story.md", "sport", "a-story").draft);
        let spanish = check("news/story.es.md", "news", "story-es");
        assert_eq!((spanish.language.as_deref(), &*spanish.story), (Some("es"), "news/story.md"));
        let bundle = check("news/story/index.pt-br.md", "news", "story-pt-br");
        assert_eq!(bundle.language.as_deref(), Some("pt-br"));
        assert_eq!(bundle.story, check("news/story/index.md", "news", "story").story);
        check("2021-12-07.md", "", "2021-12-07");
        check("v1.2.md", "", "v1-2");
    }
}
