//! Migrations are numbered without a gap, so that a new one can only be added at the end.

use super::{Finding, Tree};

const FOLDER: &str = "migrations/";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut expected = 1;
    for file in tree.files.iter().filter(|file| file.path.starts_with(FOLDER)) {
        let name = &file.path[FOLDER.len()..];
        if name.ends_with(".md") {
            continue;
        }
        match number_of(name) {
            Some(number) if number == expected => expected += 1,
            Some(number) => {
                let what = format!("is number {number} where {expected} was due");
                findings.push(Finding::new(&file.path, what));
                expected = number + 1;
            }
            None => findings.push(Finding::new(
                &file.path,
                "a migration is named with four digits and lower-case words: 0001_the_words.sql",
            )),
        }
    }
    findings
}

fn number_of(name: &str) -> Option<u32> {
    let (number, words) = name.strip_suffix(".sql")?.split_once('_')?;
    let named = !words.is_empty() && words.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    (named && number.len() == 4).then(|| number.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(names: &[&str]) -> usize {
        let files: Vec<(&str, &str)> = names.iter().map(|name| (*name, "")).collect();
        check(&Tree::made_of(&files)).len()
    }

    #[test]
    fn numbers_follow_each_other() {
        assert_eq!(found(&["migrations/0001_the_record.sql", "migrations/0002_people.sql"]), 0);
        assert_eq!(found(&["migrations/0001_a.sql", "migrations/0003_b.sql"]), 1);
        assert_eq!(found(&["migrations/0001_a.sql", "migrations/0001_b.sql"]), 1);
        assert_eq!(found(&["migrations/1_a.sql"]), 1);
        assert_eq!(found(&["migrations/0001_A.sql"]), 1);
    }
}
