use std::collections::BTreeMap;
use std::fmt;

/// How far an import or export has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// How many articles were dealt with.
    pub done: usize,
    /// How many there are.
    pub total: usize,
}

/// Something that those who run an import should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The file, from the folder on.
    pub file: String,
    /// The line, counted from 1, when it is about one.
    pub line: Option<usize>,
    /// What, and what to do about it.
    pub text: String,
}

/// What came of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many articles are new.
    pub taken: usize,
    /// How many articles have another revision.
    pub revised: usize,
    /// How many files say what they said before.
    pub unchanged: usize,
    /// How many files are not articles.
    pub ignored: usize,
    /// The files that could not be taken, and why.
    pub failed: Vec<Notice>,
    /// What was taken otherwise than it was written.
    pub notices: Vec<Notice>,
    /// Keys of front matter for which Tribune has no use, and in how many files they are.
    pub unused_keys: BTreeMap<String, usize>,
}

impl Notice {
    pub(crate) fn of_file(file: &str, text: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: None, text: text.into() }
    }

    pub(crate) fn at(file: &str, line: usize, text: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: Some(line), text: text.into() }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.text),
            None => write!(f, "{}: {}", self.file, self.text),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} taken, {} revised, {} unchanged, {} left out, {} failed.",
            self.taken,
            self.revised,
            self.unchanged,
            self.ignored,
            self.failed.len()
        )?;
        let parts = [("Could not be taken:", &self.failed), ("Worth a look:", &self.notices)];
        for (title, notices) in parts {
            if !notices.is_empty() {
                write!(f, "\n\n{title}")?;
            }
            for notice in notices {
                write!(f, "\n  {notice}")?;
            }
        }
        if !self.unused_keys.is_empty() {
            write!(f, "\n\nKeys that Tribune has no use for, with the number of files:")?;
            for (key, files) in &self.unused_keys {
                write!(f, "\n  {key} ({files})")?;
            }
        }
        Ok(())
    }
}
