//! `cargo xtask tidy`: the rules of this house that no compiler holds.

mod architecture;
mod files;
mod house;
mod locks;
mod migrations;

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};

/// Checks the checkout and prints each finding on a line of its own.
pub(crate) fn run() -> Result<ExitCode> {
    let tree = Tree::of_this_checkout()?;
    let mut findings = Vec::new();
    findings.extend(house::check(&house::read(&tree.root)?));
    findings.extend(locks::check(&tree));
    findings.extend(migrations::check(&tree));
    findings.extend(architecture::check(&tree));
    findings.extend(files::check(&tree));

    for finding in &findings {
        println!("{finding}");
    }
    let summary = format!("tidy: {} files, {} findings", tree.files.len(), findings.len());
    println!("{summary}");
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Something untidy, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    path: String,
    line: Option<usize>,
    what: String,
}

impl Finding {
    fn new(path: impl Into<String>, what: impl Into<String>) -> Self {
        Self { path: path.into(), line: None, what: what.into() }
    }

    fn at(path: impl Into<String>, line: usize, what: impl Into<String>) -> Self {
        Self { path: path.into(), line: Some(line), what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.path, self.what),
            None => write!(f, "{}: {}", self.path, self.what),
        }
    }
}

/// The files that belong to the project: those git tracks, and new ones it does not ignore.
struct Tree {
    root: PathBuf,
    files: Vec<File>,
}

struct File {
    /// From the root, with forward slashes.
    path: String,
    /// Absent where the bytes are not text.
    text: Option<String>,
}

impl File {
    fn extension(&self) -> &str {
        Path::new(&self.path).extension().and_then(|e| e.to_str()).unwrap_or("")
    }
}

impl Tree {
    fn of_this_checkout() -> Result<Self> {
        let root = root()?;
        let listing = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(&root)
            .output()
            .context("git could not be started; tidy asks it which files belong here")?;
        ensure!(listing.status.success(), "`git ls-files` failed in {}", root.display());
        let mut paths: Vec<String> = String::from_utf8_lossy(&listing.stdout)
            .split('\0')
            .filter(|path| !path.is_empty())
            .map(str::to_owned)
            .collect();
        paths.sort();
        paths.dedup();
        let files = paths
            .into_iter()
            .filter(|path| root.join(path).is_file())
            .map(|path| {
                let bytes = std::fs::read(root.join(&path))
                    .with_context(|| format!("{path} could not be read"))?;
                Ok(File { path, text: String::from_utf8(bytes).ok() })
            })
            .collect::<Result<_>>()?;
        Ok(Self { root, files })
    }

    /// Whether a file or a folder of files has this path.
    fn has(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let folder = format!("{path}/");
        path.is_empty() || self.files.iter().any(|f| f.path == path || f.path.starts_with(&folder))
    }

    fn text(&self, path: &str) -> Option<&str> {
        self.files.iter().find(|file| file.path == path)?.text.as_deref()
    }

    #[cfg(test)]
    fn made_of(files: &[(&str, &str)]) -> Self {
        let files = files
            .iter()
            .map(|(path, text)| File { path: (*path).into(), text: Some((*text).into()) })
            .collect();
        Self { root: PathBuf::new(), files }
    }
}

/// The folder that holds the workspace's manifest.
pub(crate) fn root() -> Result<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.parent().context("xtask has no folder above it")?;
    Ok(root.to_owned())
}
