//! Embeds what `make web` built: every file of `web/dist/assets` by its hashed name, and the
//! style sheets of which one stands inside each page.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let dist = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../../web/dist");
    println!("cargo::rerun-if-changed={}", dist.display());
    let (styles, assets) = (dist.join("styles"), dist.join("assets"));
    if !styles.is_dir() || !assets.is_dir() {
        println!(
            "cargo::error=web/dist is missing: run `make web` first (npm ci && npm run build in web/)"
        );
        return Ok(());
    }
    println!("cargo::rerun-if-changed={}", styles.display());
    println!("cargo::rerun-if-changed={}", assets.display());

    let mut source = String::from("pub(super) static STYLES: &[(&str, &str)] = &[\n");
    for (name, path) in files(&styles)? {
        writeln!(source, "    ({:?}, include_str!({path:?})),", name.trim_end_matches(".css"))?;
    }
    source.push_str("];\nstatic ASSETS: &[Asset] = &[\n");
    let files = files(&assets)?;
    for (hashed, path) in files.iter().filter(|(name, _)| !is_coded(name)) {
        let coded = |coding: &str| {
            let name = format!("{hashed}.{coding}");
            match files.iter().find(|(other, _)| *other == name) {
                Some((_, path)) => format!("Some(include_bytes!({path:?}))"),
                None => "None".to_owned(),
            }
        };
        let (brotli, gzip) = (coded("br"), coded("gz"));
        let (name, content_type) = describe(hashed).ok_or_else(|| {
            format!("web/dist/assets/{hashed}: expected a name like reader-5f1c0a93.js")
        })?;
        writeln!(
            source,
            "    Asset {{ name: {name:?}, url: \"/assets/{hashed}\", \
             content_type: {content_type:?}, bytes: include_bytes!({path:?}), \
             brotli: {brotli}, gzip: {gzip} }},"
        )?;
    }
    source.push_str("];\n");
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("assets.rs"), source)?;
    Ok(())
}

/// Whether it is another file, compressed.
fn is_coded(name: &str) -> bool {
    name.ends_with(".br") || name.ends_with(".gz")
}

/// `reader-5f1c0a93.js` is `reader.js`, a script.
fn describe(hashed: &str) -> Option<(String, &'static str)> {
    let (stem, extension) = hashed.rsplit_once('.')?;
    let (name, _hash) = stem.rsplit_once('-')?;
    let content_type = match extension {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        _ => return None,
    };
    Some((format!("{name}.{extension}"), content_type))
}

/// The names and full paths of a folder's files, in the order of their names.
fn files(folder: &Path) -> Result<Vec<(String, PathBuf)>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name =
            entry.file_name().into_string().map_err(|name| format!("{name:?}: not UTF-8"))?;
        files.push((name, entry.path().canonicalize()?));
    }
    files.sort();
    Ok(files)
}
