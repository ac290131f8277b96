use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use publish::{export, import};

use super::import::bar;
use crate::node::{Failure, Node};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Markdown files with front matter, which `tribune import markdown` takes again
    Markdown {
        /// The folder to write into; made when it is missing
        folder: PathBuf,
    },
}

pub(super) async fn run(node: &Node, command: Command) -> Result<ExitCode, Failure> {
    let Command::Markdown { folder } = command;
    std::fs::create_dir_all(&folder)?;
    let bar = bar();
    let mut progress = |at: import::Progress| {
        bar.set_length(at.total as u64);
        bar.set_position(at.done as u64);
    };
    let report = export::markdown(&node.store, &node.files, &folder, &mut progress).await?;
    bar.finish_and_clear();
    println!("{report}");
    Ok(ExitCode::SUCCESS)
}
