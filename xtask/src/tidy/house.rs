//! Who may import whom.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::Finding;

/// Every crate with its row. A crate imports only crates of lower rows.
const HOUSE: &[(&str, u8)] = &[
    ("base", 0),
    ("document", 1),
    ("photo", 1),
    ("media", 1),
    ("store", 1),
    ("accounts", 2),
    ("sfu", 2),
    ("publish", PRODUCTS),
    ("broadcast", PRODUCTS),
    ("meet", PRODUCTS),
    ("discuss", PRODUCTS),
    ("projections", 4),
    ("media_io", 4),
    ("site", 5),
    ("tribune", 6),
];
const PRODUCTS: u8 = 3;

/// For tests alone, and so importable only as a dev-dependency; it may import what it sets up.
const TEST_CRATE: &str = "testkit";
/// Sees the house from outside.
const AUTOMATION: &str = "xtask";

/// Crates that do no input and no output, so that their tests run without a machine.
const PURE: &[&str] = &["document", "photo", "media", "sfu"];
const FORBIDDEN_TO_PURE: &[&str] = &["tokio", "sea-orm", "sqlx", "axum", "hyper", "object_store"];
/// A product is spoken to by pages, the API and the CLI alike, so it knows nothing of HTTP.
const FORBIDDEN_TO_PRODUCTS: &[&str] = &["axum", "hyper", "http", "tower", "minijinja"];

/// A crate of the workspace, as its manifest tells.
pub(super) struct Crate {
    name: String,
    dependencies: Vec<Dependency>,
    inherits_lints: bool,
    /// The comment at the top of its first file.
    front_comment: String,
}

struct Dependency {
    name: String,
    kind: Kind,
    features: Vec<String>,
}

#[derive(PartialEq, Eq, Clone, Copy)]
enum Kind {
    Normal,
    Build,
    Dev,
}

/// Asks cargo for the workspace's crates.
pub(super) fn read(root: &Path) -> Result<Vec<Crate>> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--format-version", "1", "--no-deps", "--locked", "--offline"])
        .current_dir(root)
        .output()
        .context("cargo could not be started")?;
    ensure!(
        output.status.success(),
        "`cargo metadata` failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().context("cargo named no packages")?;
    packages.iter().map(crate_of).collect()
}

fn crate_of(package: &Value) -> Result<Crate> {
    let manifest = Path::new(package["manifest_path"].as_str().context("no manifest path")?);
    let manifest_text = std::fs::read_to_string(manifest)?;
    let folder = manifest.parent().context("a manifest without a folder")?;
    let front = ["src/lib.rs", "src/main.rs"]
        .iter()
        .find_map(|file| std::fs::read_to_string(folder.join(file)).ok());
    Ok(Crate {
        name: package["name"].as_str().unwrap_or_default().to_owned(),
        dependencies: package["dependencies"]
            .as_array()
            .into_iter()
            .flatten()
            .map(dependency_of)
            .collect(),
        inherits_lints: manifest_text.contains("[lints]\nworkspace = true"),
        front_comment: front
            .unwrap_or_default()
            .lines()
            .take_while(|line| line.starts_with("//!"))
            .collect::<Vec<_>>()
            .join("\n"),
    })
}

fn dependency_of(dependency: &Value) -> Dependency {
    Dependency {
        name: dependency["name"].as_str().unwrap_or_default().to_owned(),
        kind: match dependency["kind"].as_str() {
            Some("dev") => Kind::Dev,
            Some("build") => Kind::Build,
            _ => Kind::Normal,
        },
        features: dependency["features"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|feature| feature.as_str().map(str::to_owned))
            .collect(),
    }
}

/// Holds every crate to the table.
pub(super) fn check(crates: &[Crate]) -> Vec<Finding> {
    let members: Vec<&str> = crates.iter().map(|member| member.name.as_str()).collect();
    crates.iter().flat_map(|member| check_crate(member, &members)).collect()
}

fn check_crate(member: &Crate, members: &[&str]) -> Vec<Finding> {
    let manifest = match member.name.as_str() {
        AUTOMATION => "xtask/Cargo.toml".to_owned(),
        name => format!("crates/{name}/Cargo.toml"),
    };
    let mut findings = Vec::new();
    let mut find = |what: String| findings.push(Finding::new(&manifest, what));

    let known = [TEST_CRATE, AUTOMATION].contains(&member.name.as_str());
    if row(&member.name).is_none() && !known {
        find(format!(
            "`{}` has no row; give it one in xtask/src/tidy/house.rs and in ARCHITECTURE.md",
            member.name
        ));
    }
    if !member.inherits_lints {
        find("add `[lints]` with `workspace = true`".into());
    }
    if !member.front_comment.contains("Absent") {
        find(format!(
            "`{}` does not say in its first comment what is \"Absent\" from it",
            member.name
        ));
    }
    for dependency in &member.dependencies {
        if let Some(what) = refuse(member, dependency, members) {
            find(what);
        }
    }
    findings
}

/// Why this dependency may not be, if it may not.
fn refuse(member: &Crate, dependency: &Dependency, members: &[&str]) -> Option<String> {
    let (name, other) = (member.name.as_str(), dependency.name.as_str());
    let is_member = members.contains(&other);

    if name == AUTOMATION && is_member {
        return Some(format!("xtask sees the house from outside; drop `{other}`"));
    }
    if dependency.kind == Kind::Dev {
        // A test may reach further, but a product never tests through its sibling.
        let siblings = row(name) == Some(PRODUCTS) && row(other) == Some(PRODUCTS);
        return siblings
            .then(|| format!("`{name}` and `{other}` are siblings; test them from `site`"));
    }
    if other == TEST_CRATE || other == AUTOMATION {
        return Some(format!("`{other}` is no part of the program; make it a dev-dependency"));
    }
    if let (Some(own), Some(theirs)) = (row(name), row(other))
        && theirs >= own
    {
        return Some(format!(
            "`{name}` is in row {own} and may not import `{other}` of row {theirs}"
        ));
    }
    if PURE.contains(&name) && FORBIDDEN_TO_PURE.contains(&other) {
        return Some(format!("`{name}` is pure and may not import `{other}`"));
    }
    if PURE.contains(&name) && other == "base" && dependency.features.iter().any(|f| f == "columns")
    {
        return Some(format!("`{name}` is pure and may not ask `base` for `columns`"));
    }
    if row(name) == Some(PRODUCTS) && FORBIDDEN_TO_PRODUCTS.contains(&other) {
        return Some(format!("`{name}` is a product and knows nothing of HTTP; drop `{other}`"));
    }
    None
}

fn row(name: &str) -> Option<u8> {
    HOUSE.iter().find(|(known, _)| *known == name).map(|(_, row)| *row)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crate_with(name: &str, dependencies: &[(&str, Kind)]) -> Crate {
        Crate {
            name: name.into(),
            dependencies: dependencies
                .iter()
                .map(|(name, kind)| Dependency {
                    name: (*name).into(),
                    kind: *kind,
                    features: vec![],
                })
                .collect(),
            inherits_lints: true,
            front_comment: "//! Absent from here: all.".into(),
        }
    }

    fn findings(member: Crate) -> Vec<String> {
        let mut crates = vec![member];
        crates.extend(HOUSE.iter().map(|(name, _)| crate_with(name, &[])));
        check(&crates).into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn a_lower_row_may_be_imported() {
        let fine = crate_with("publish", &[("base", Kind::Normal), ("document", Kind::Normal)]);
        assert_eq!(findings(fine), Vec::<String>::new());
    }

    #[test]
    fn a_higher_row_may_not() {
        let found = findings(crate_with("document", &[("store", Kind::Normal)]));
        assert!(found[0].contains("may not import `store`"), "{found:?}");
        let found = findings(crate_with("store", &[("site", Kind::Build)]));
        assert!(found[0].contains("row 5"), "{found:?}");
    }

    #[test]
    fn products_never_meet_even_in_tests() {
        let found = findings(crate_with("publish", &[("discuss", Kind::Normal)]));
        assert_eq!(found.len(), 1, "{found:?}");
        let found = findings(crate_with("publish", &[("discuss", Kind::Dev)]));
        assert!(found[0].contains("siblings"), "{found:?}");
    }

    #[test]
    fn the_test_crate_is_for_tests() {
        assert_eq!(findings(crate_with("store", &[("testkit", Kind::Dev)])), Vec::<String>::new());
        let found = findings(crate_with("store", &[("testkit", Kind::Normal)]));
        assert!(found[0].contains("dev-dependency"), "{found:?}");
    }

    #[test]
    fn pure_crates_stay_pure_and_products_without_http() {
        let found = findings(crate_with("photo", &[("tokio", Kind::Normal)]));
        assert!(found[0].contains("pure"), "{found:?}");
        let found = findings(crate_with("publish", &[("axum", Kind::Normal)]));
        assert!(found[0].contains("HTTP"), "{found:?}");
        let mut columns = crate_with("document", &[("base", Kind::Normal)]);
        columns.dependencies[0].features.push("columns".into());
        assert!(findings(columns)[0].contains("columns"));
    }

    #[test]
    fn a_crate_without_a_row_lints_or_comment_is_found() {
        assert!(findings(crate_with("gazette", &[]))[0].contains("has no row"));
        let mut bare = crate_with("store", &[]);
        bare.inherits_lints = false;
        bare.front_comment = "//! The store.".into();
        assert_eq!(findings(bare).len(), 2);
    }

    #[test]
    fn automation_imports_no_crate_of_the_house() {
        let found = findings(crate_with("xtask", &[("base", Kind::Normal)]));
        assert!(found[0].contains("from outside"), "{found:?}");
    }
}
