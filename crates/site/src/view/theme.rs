//! A site's own templates, styles and words, from a folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::templates::problem;
use super::words::{Words, WordsError};

/// What a theme's folder holds.
#[derive(Debug, Default)]
pub(super) struct Theme {
    /// By the name templates are called by: `pages/article.html`.
    pub(super) templates: BTreeMap<String, File>,
    styles: BTreeMap<String, File>,
    translations: BTreeMap<String, File>,
}

#[derive(Debug)]
pub(super) struct File {
    path: PathBuf,
    pub(super) source: String,
}

/// A theme that cannot be used, with the file and the line to mend.
#[derive(Debug, thiserror::Error)]
#[error("{}:{line}: {problem}", file.display())]
pub struct ThemeError {
    /// The file, below the theme's folder; a built-in template is named without a folder.
    pub file: PathBuf,
    /// The line, from 1; 0 when it is the whole file that is wrong.
    pub line: usize,
    /// What is wrong, and what to do.
    pub problem: String,
}

impl Theme {
    pub(super) fn read(folder: &Path) -> Result<Self, ThemeError> {
        if !folder.is_dir() {
            return Err(ThemeError {
                file: folder.to_owned(),
                line: 0,
                problem: "the theme must be a folder with `templates`, `styles` or `translations`"
                    .into(),
            });
        }
        Ok(Self {
            templates: read_all(&folder.join("templates"), "html")?,
            styles: read_all(&folder.join("styles"), "css")?,
            translations: read_all(&folder.join("translations"), "ftl")?,
        })
    }

    /// The built-in words with the theme's in their place.
    pub(super) fn words(&self) -> Result<Words, ThemeError> {
        let mut words = Words::built_in();
        for (name, file) in &self.translations {
            let language = name.split(['/', '.']).next().unwrap_or_default();
            words.add(language, &file.source).map_err(|error| {
                let (line, problem) = match error {
                    WordsError::Syntax { line, problem } => (line, problem),
                    other => (0, other.to_string()),
                };
                ThemeError { file: file.path.clone(), line, problem }
            })?;
        }
        Ok(words)
    }

    /// The theme's styles, in the order of their names; they follow the built-in ones.
    pub(super) fn style(&self) -> Result<String, ThemeError> {
        let mut style = String::new();
        for file in self.styles.values() {
            check_style(&file.source).map_err(|(line, problem)| ThemeError {
                file: file.path.clone(),
                line,
                problem: problem.into(),
            })?;
            style.push_str(file.source.trim());
        }
        Ok(style)
    }

    /// Whose fault a template's error is.
    pub(super) fn blame(&self, error: &minijinja::Error) -> ThemeError {
        // An error inside an included template is the cause of one in each that includes it.
        let mut innermost = error;
        let mut cause = std::error::Error::source(error);
        while let Some(next) = cause {
            if let Some(inner) = next.downcast_ref::<minijinja::Error>()
                && inner.name().is_some()
            {
                innermost = inner;
            }
            cause = next.source();
        }
        let name = innermost.name().unwrap_or_default();
        ThemeError {
            file: self.templates.get(name).map_or_else(|| name.into(), |file| file.path.clone()),
            line: innermost.line().unwrap_or(0),
            problem: problem(innermost),
        }
    }
}

/// Every file below `folder`, by its path from there; none when there is no such folder.
fn read_all(folder: &Path, extension: &str) -> Result<BTreeMap<String, File>, ThemeError> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(current) = folders.pop() {
        let entries = match fs::read_dir(&current) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries.map_err(|error| unreadable(&current, &error))?,
        };
        for entry in entries {
            let path = entry.map_err(|error| unreadable(&current, &error))?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                let source = fs::read_to_string(&path).map_err(|e| unreadable(&path, &e))?;
                let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy();
                files.insert(name.replace('\\', "/"), File { path: path.clone(), source });
            }
        }
    }
    Ok(files)
}

fn unreadable(path: &Path, error: &io::Error) -> ThemeError {
    ThemeError { file: path.to_owned(), line: 0, problem: format!("cannot be read: {error}") }
}

/// Finds what would break the page around a style or be refused by its security policy: brackets
/// and quotes that do not close, the end of the element, and styles fetched from elsewhere.
fn check_style(source: &str) -> Result<(), (usize, &'static str)> {
    let line_at = |at: usize| source[..at].matches('\n').count() + 1;
    if let Some(at) = source.to_ascii_lowercase().find("</style") {
        return Err((line_at(at), "`</style` would end the style; remove it"));
    }
    if let Some(at) = source.find("@import") {
        return Err((
            line_at(at),
            "`@import` is refused by the site's security policy; put the rules here",
        ));
    }
    let mut open: Vec<(char, usize)> = Vec::new();
    let mut characters = source.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '/' if source[at..].starts_with("/*") => {
                let Some(length) = source[at + 2..].find("*/") else {
                    return Err((line_at(at), "this comment is never closed by `*/`"));
                };
                while characters.peek().is_some_and(|(next, _)| *next < at + length + 4) {
                    characters.next();
                }
            }
            '"' | '\'' => loop {
                match characters.next() {
                    Some((_, '\\')) => drop(characters.next()),
                    Some((_, end)) if end == character => break,
                    Some((_, '\n')) | None => {
                        return Err((line_at(at), "this string is never closed"));
                    }
                    Some(_) => {}
                }
            },
            '{' | '(' | '[' => open.push((character, at)),
            '}' | ')' | ']' => {
                let opener = match character {
                    '}' => '{',
                    ')' => '(',
                    _ => '[',
                };
                if open.pop().is_none_or(|(last, _)| last != opener) {
                    return Err((line_at(at), "this bracket closes none that is open"));
                }
            }
            _ => {}
        }
    }
    match open.pop() {
        Some((_, at)) => Err((line_at(at), "this bracket is never closed")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::check_style;

    #[test]
    fn styles_that_would_break_the_page_are_found_with_their_line() {
        assert_eq!(check_style("a{color:red}\n/* } */ b::after{content:\"}\"}"), Ok(()));
        for (source, line) in [
            ("a {\n color: red;\n", 1),
            ("a {}\n}", 2),
            ("a {}\n/* never", 2),
            ("a::after {\n content: 'x\n}", 2),
            ("\n\n</STYLE><script>", 3),
            ("@import 'https://elsewhere.example/x.css';", 1),
            ("a { color: rgb(0 0 0 }", 1),
        ] {
            assert_eq!(check_style(source).map_err(|(line, _)| line), Err(line), "{source}");
        }
    }
}
