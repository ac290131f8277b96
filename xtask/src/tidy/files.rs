//! What a single file must keep: its length, its whitespace, its promises, its links.

use super::{File, Finding, Tree};

/// Longer than this, a file holds two things.
const LINES_MAX: usize = 800;

/// Files that are longer still. The list only shrinks: a number may go down, never up.
const LONG_FILES: &[(&str, usize)] = &[];

/// Written by hand, and so held to the rules below.
const HAND_WRITTEN: &[&str] =
    &["rs", "toml", "md", "ts", "mjs", "js", "css", "html", "ftl", "sql", "sh", "yml", "json"];
const CODE: &[&str] = &["rs", "ts", "mjs", "js"];

/// Promises to come back. In two halves, so that this file keeps the rule it states.
const PROMISES: &[(&str, &str)] =
    &[("todo", "!("), ("FIX", "ME"), ("XX", "X"), ("unimplem", "ented!(")];
/// Names of the place where a part was written, which mean nothing to its reader.
const WORKPLACE: &[(&str, &str)] =
    &[("/wo", "rk/"), ("../sha", "red"), (".lib", "rary/"), ("work", "place"), ("C", "EO's")];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &tree.files {
        let Some(text) = file.text.as_deref() else { continue };
        if !is_hand_written(file) {
            continue;
        }
        check_whitespace(&file.path, text, &mut findings);
        check_merged(&file.path, text, &mut findings);
        check_words(file, text, &mut findings);
        if CODE.contains(&file.extension()) {
            check_length(&file.path, text, LONG_FILES, &mut findings);
        }
        if file.extension() == "md" {
            check_links(tree, &file.path, text, &mut findings);
        }
    }
    findings
}

/// Fixtures and recorded answers are data: they are as they are.
fn is_hand_written(file: &File) -> bool {
    HAND_WRITTEN.contains(&file.extension())
        && !file.path.starts_with("fixtures/")
        && !file.path.contains("/fixtures/")
        && !file.path.contains("/snapshots/")
        && !file.path.ends_with("package-lock.json")
}

fn check_whitespace(path: &str, text: &str, findings: &mut Vec<Finding>) {
    for (number, line) in text.lines().enumerate() {
        if line.ends_with([' ', '\t', '\r']) {
            findings.push(Finding::at(path, number + 1, "ends in white space"));
        }
        if line.trim_start_matches(' ').starts_with('\t') {
            findings.push(Finding::at(path, number + 1, "is indented by a tab; use spaces"));
        }
    }
    if !text.is_empty() && !text.ends_with('\n') {
        findings.push(Finding::new(path, "does not end in a line break"));
    }
}

/// Two versions that nobody has chosen between.
fn check_merged(path: &str, text: &str, findings: &mut Vec<Finding>) {
    for (number, line) in text.lines().enumerate() {
        if line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ") {
            findings.push(Finding::at(path, number + 1, "is left over from a merge; choose"));
        }
    }
}

fn check_words(file: &File, text: &str, findings: &mut Vec<Finding>) {
    let promises = if CODE.contains(&file.extension()) { PROMISES } else { &[] };
    for (number, line) in text.lines().enumerate() {
        for (start, end) in promises {
            let promise = format!("{start}{end}");
            if line.contains(&promise) {
                let what = format!("promises with `{promise}`; do it, or file an issue");
                findings.push(Finding::at(&file.path, number + 1, what));
            }
        }
        for (start, end) in WORKPLACE {
            let word = format!("{start}{end}");
            if line.contains(&word) {
                let what = format!("names `{word}`, which a reader elsewhere does not have");
                findings.push(Finding::at(&file.path, number + 1, what));
            }
        }
    }
}

fn check_length(path: &str, text: &str, known: &[(&str, usize)], findings: &mut Vec<Finding>) {
    if is_test(path) {
        return;
    }
    let lines = text.lines().take_while(|line| *line != "mod tests {").count();
    let known = known.iter().find(|(long, _)| *long == path).map(|(_, lines)| *lines);
    let what = match known {
        None if lines > LINES_MAX => {
            format!("has {lines} lines before its tests, over {LINES_MAX}; split it by nouns")
        }
        Some(_) if lines <= LINES_MAX => "is short enough now; strike it from LONG_FILES".into(),
        Some(known) if lines != known => {
            format!("has {lines} lines and LONG_FILES says {known}; that number only goes down")
        }
        _ => return,
    };
    findings.push(Finding::new(path, what));
}

fn is_test(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs") || path.starts_with("e2e/")
}

fn check_links(tree: &Tree, path: &str, text: &str, findings: &mut Vec<Finding>) {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut fenced = false;
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        for target in links(line) {
            let file = target.split('#').next().unwrap_or_default();
            let elsewhere =
                file.is_empty() || target.contains("://") || target.starts_with("mailto:");
            if !elsewhere && !tree.has(&join(folder, file)) {
                let what = format!("links to {target}, which does not exist");
                findings.push(Finding::at(path, number + 1, what));
            }
        }
    }
}

/// The targets of a line's links and pictures, leaving out what is quoted as code.
fn links(line: &str) -> Vec<String> {
    let prose: Vec<&str> = line.split('`').step_by(2).collect();
    prose
        .join("code")
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', ' ']).next())
        .map(str::to_owned)
        .collect()
}

fn join(folder: &str, relative: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        let tree = Tree::made_of(&[(path, text), ("docs/adr/0001-one-log.md", "# One log\n")]);
        check(&tree).into_iter().map(|finding| finding.to_string()).collect()
    }

    #[test]
    fn clean_files_pass() {
        assert_eq!(found("crates/a/src/lib.rs", "//! A.\n"), Vec::<String>::new());
        assert_eq!(found("fixtures/odd.md", "tab\there  "), Vec::<String>::new());
    }

    #[test]
    fn whitespace_is_found() {
        assert_eq!(found("a.rs", "let a = 1; \n"), ["a.rs:1: ends in white space"]);
        assert_eq!(found("a.rs", "\tlet a = 1;\n"), ["a.rs:1: is indented by a tab; use spaces"]);
        assert_eq!(found("a.rs", "let a = 1;"), ["a.rs: does not end in a line break"]);
    }

    #[test]
    fn what_a_merge_left_over_is_found() {
        let both = "<<<<<<< HEAD\na = 1\n=======\na = 2\n>>>>>>> other\n";
        assert_eq!(found("fuzz/Cargo.toml", both).len(), 2);
    }

    #[test]
    fn promises_and_places_are_found() {
        for (start, end) in PROMISES.iter().chain(WORKPLACE) {
            assert_eq!(found("a.rs", &format!("// {start}{end}\n")).len(), 1, "{start}{end}");
        }
        assert_eq!(found("a.md", &format!("{}{}\n", PROMISES[2].0, PROMISES[2].1)).len(), 0);
    }

    #[test]
    fn long_files_are_found_and_the_list_only_shrinks() {
        let long = "line\n".repeat(LINES_MAX + 1);
        assert_eq!(found("crates/a/src/lib.rs", &long).len(), 1);
        assert_eq!(found("crates/a/tests/all.rs", &long).len(), 0);
        let with_tests = format!("mod tests {{\n{long}");
        assert_eq!(found("crates/a/src/lib.rs", &with_tests).len(), 0);

        let known = |lines: usize, text: &str| {
            let mut findings = Vec::new();
            check_length("a.rs", text, &[("a.rs", lines)], &mut findings);
            findings.len()
        };
        assert_eq!(known(LINES_MAX + 1, &long), 0);
        assert_eq!(known(LINES_MAX + 2, &long), 1, "it shrank: the number must follow");
        assert_eq!(known(LINES_MAX + 1, &format!("{long}line\n")), 1, "it grew");
        assert_eq!(known(LINES_MAX + 1, "line\n"), 1, "it is short now");
    }

    #[test]
    fn links_must_lead_somewhere() {
        let fine =
            "[One log](adr/0001-one-log.md#why), [up](../docs/adr/), [out](https://a.example)\n";
        assert_eq!(found("docs/a.md", fine), Vec::<String>::new());
        assert_eq!(found("docs/a.md", "See [this](adr/0002.md).\n").len(), 1);
        assert_eq!(found("docs/a.md", "`[this](adr/0002.md)`\n").len(), 0);
        assert_eq!(found("docs/a.md", "```\n[this](adr/0002.md)\n```\n").len(), 0);
        assert_eq!(found("a.md", "![picture](docs/page.png)\n").len(), 1);
    }
}
