//! Why a document was refused, and where.

use std::fmt;

/// Says which node was refused and what to do about it.
///
/// Shown as one sentence: `content[2].content[0]: "javascript:" is not a scheme …`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentError {
    path: String,
    problem: String,
}

impl DocumentError {
    pub(crate) fn new(path: &impl fmt::Display, problem: impl Into<String>) -> Self {
        Self { path: path.to_string(), problem: problem.into() }
    }

    /// The node, as `content[2].content[0]`; `document` for the whole.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong with it, and what to do.
    pub fn problem(&self) -> &str {
        &self.problem
    }
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.problem)
    }
}

impl std::error::Error for DocumentError {}
