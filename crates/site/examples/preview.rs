//! Writes every sample page as a file, to be looked at in a browser:
//! `cargo run -p site --example preview -- FOLDER`, then serve the folder.

use std::path::PathBuf;
use std::{env, fs, io};

use site::view::{Templates, assets, samples};

fn main() -> io::Result<()> {
    let folder = PathBuf::from(env::args_os().nth(1).unwrap_or_else(|| "preview".into()));
    let templates = Templates::load(None).map_err(io::Error::other)?;
    for language in templates.words().languages() {
        fs::create_dir_all(folder.join(language))?;
        for (name, page) in samples::pages(language) {
            let html =
                templates.render(&samples::site_in(language), &page).map_err(io::Error::other)?;
            fs::write(folder.join(language).join(format!("{name}.html")), html)?;
        }
    }
    fs::create_dir_all(folder.join("assets"))?;
    for asset in assets() {
        fs::write(folder.join(asset.url.trim_start_matches('/')), asset.bytes)?;
    }
    println!("{}", folder.display());
    Ok(())
}
