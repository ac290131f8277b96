//! ARCHITECTURE.md names places that exist, and every crate.

use super::{Finding, Tree};

const MAP: &str = "ARCHITECTURE.md";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let Some(text) = tree.text(MAP) else {
        return vec![Finding::new(MAP, "is missing; newcomers look for the map of the code there")];
    };
    let mut findings = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for place in line.split('`').skip(1).step_by(2).filter(|quoted| is_place(tree, quoted)) {
            if !tree.has(place) {
                findings.push(Finding::at(MAP, number + 1, format!("`{place}` does not exist")));
            }
        }
    }
    for file in &tree.files {
        if let Some(name) =
            file.path.strip_prefix("crates/").and_then(|rest| rest.strip_suffix("/Cargo.toml"))
            && !text.contains(&format!("`{name}`"))
            && !text.contains(&format!("crates/{name}"))
        {
            findings.push(Finding::new(MAP, format!("the crate `{name}` is not on the map")));
        }
    }
    findings
}

/// Whether this is meant as a path in this repository: not an address, a command or a type.
fn is_place(tree: &Tree, quoted: &str) -> bool {
    let plain = quoted.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
    let first = quoted.split('/').next().unwrap_or_default();
    plain
        && !first.is_empty()
        && quoted.contains('/')
        && (quoted.ends_with('/') || tree.has(first))
        && !["target", "data"].contains(&first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(map: &str) -> Vec<String> {
        let tree = Tree::made_of(&[
            (MAP, map),
            ("crates/store/Cargo.toml", ""),
            ("crates/store/src/lib.rs", ""),
            ("templates/base.html", ""),
        ]);
        check(&tree).into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn places_that_exist_pass_and_addresses_are_no_places() {
        let fine = "`crates/store/src/lib.rs`, `templates/`, `/news/russia/`, `tribune serve`";
        assert_eq!(found(fine), Vec::<String>::new());
    }

    #[test]
    fn a_place_that_is_gone_is_found() {
        assert_eq!(
            found("`store` `crates/store/src/log.rs`"),
            ["`crates/store/src/log.rs` does not exist"]
        );
        assert_eq!(found("`store` `scripts/`"), ["`scripts/` does not exist"]);
    }

    #[test]
    fn a_crate_that_is_not_on_the_map_is_found() {
        assert_eq!(found("Nothing."), ["the crate `store` is not on the map"]);
        assert_eq!(check(&Tree::made_of(&[])).len(), 1);
    }
}
