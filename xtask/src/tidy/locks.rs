//! Where our dependencies come from: the two public registries and nowhere else.

use serde_json::Value;

use super::{Finding, Tree};

const CRATES: &str = "registry+https://github.com/rust-lang/crates.io-index";
const PACKAGES: &str = "https://registry.npmjs.org/";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &tree.files {
        let Some(text) = file.text.as_deref() else { continue };
        match file.path.rsplit('/').next() {
            Some("Cargo.lock") => check_cargo_lock(&file.path, text, &mut findings),
            Some("package-lock.json") => check_package_lock(&file.path, text, &mut findings),
            Some(".npmrc") => findings.push(Finding::new(
                &file.path,
                "which registry a machine uses is that machine's own matter; remove the file",
            )),
            Some("config.toml") if file.path.contains(".cargo/") => {
                check_cargo_config(&file.path, text, &mut findings);
            }
            Some("package.json") => {
                let lock = file.path.replace("package.json", "package-lock.json");
                if !tree.has(&lock) {
                    findings.push(Finding::new(&file.path, "its package-lock.json is missing"));
                }
            }
            _ => {}
        }
    }
    findings
}

fn check_cargo_lock(path: &str, text: &str, findings: &mut Vec<Finding>) {
    for (number, line) in text.lines().enumerate() {
        if let Some(source) = line.strip_prefix("source = ")
            && source.trim_matches('"') != CRATES
        {
            let what = format!("{source} is not the public registry of crates");
            findings.push(Finding::at(path, number + 1, what));
        }
    }
}

fn check_cargo_config(path: &str, text: &str, findings: &mut Vec<Finding>) {
    for (number, line) in text.lines().enumerate() {
        if ["[source", "[registr", "[http", "[net"].iter().any(|table| line.starts_with(table)) {
            let what = "which registry a machine uses is that machine's own matter";
            findings.push(Finding::at(path, number + 1, what));
        }
    }
}

fn check_package_lock(path: &str, text: &str, findings: &mut Vec<Finding>) {
    let lock: Value = match serde_json::from_str(text) {
        Ok(lock) => lock,
        Err(error) => {
            findings.push(Finding::new(path, format!("is not JSON: {error}")));
            return;
        }
    };
    for (name, package) in lock["packages"].as_object().into_iter().flatten() {
        if let Some(resolved) = package["resolved"].as_str()
            && !resolved.starts_with(PACKAGES)
        {
            let what = format!("{name} comes from {resolved}, which is not the public registry");
            findings.push(Finding::new(path, what));
        }
        let inside = !name.is_empty() && package["link"].as_bool() != Some(true);
        if inside && package["integrity"].as_str().is_none() {
            findings.push(Finding::new(path, format!("{name} has no integrity hash")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        check(&Tree::made_of(&[(path, text)])).len()
    }

    #[test]
    fn only_the_public_registries_pass() {
        let good = format!("[[package]]\nname = \"a\"\nsource = \"{CRATES}\"\n");
        assert_eq!(found("Cargo.lock", &good), 0);
        let bad = "source = \"registry+https://crates.example/index\"\n";
        assert_eq!(found("fuzz/Cargo.lock", bad), 1);
        assert_eq!(found("Cargo.lock", "source = \"git+https://github.com/a/b#1\"\n"), 1);

        let lock = |resolved: &str| {
            format!(
                r#"{{"packages":{{"":{{}},"node_modules/a":{{{resolved}"integrity":"sha512-x"}}}}}}"#
            )
        };
        assert_eq!(found("web/package-lock.json", &lock("")), 0);
        let public = r#""resolved":"https://registry.npmjs.org/a/-/a-1.0.0.tgz","#;
        assert_eq!(found("web/package-lock.json", &lock(public)), 0);
        let mirror = r#""resolved":"https://npm.example/a-1.0.0.tgz","#;
        assert_eq!(found("web/package-lock.json", &lock(mirror)), 1);
    }

    #[test]
    fn a_package_without_a_hash_or_a_lock_is_found() {
        assert_eq!(found("web/package-lock.json", r#"{"packages":{"node_modules/a":{}}}"#), 1);
        assert_eq!(found("web/package-lock.json", "not json"), 1);
        assert_eq!(found("web/package.json", "{}"), 1);
    }

    #[test]
    fn the_cargo_configuration_names_no_registry() {
        assert_eq!(found(".cargo/config.toml", "[alias]\nxtask = \"run\"\n"), 0);
        assert_eq!(found(".cargo/config.toml", "[source.crates-io]\n"), 1);
        assert_eq!(found("web/.npmrc", "registry=https://npm.example\n"), 1);
    }
}
