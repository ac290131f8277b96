use std::path::PathBuf;
use std::process::ExitCode;

use base::Actor;
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use publish::import;

use crate::node::{Failure, Node};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Markdown files with front matter, as Hugo, Jekyll and Zola sites have them
    ///
    /// It can be run again: what is unchanged is left alone, what changed becomes a new revision.
    Markdown {
        /// The folder with the files
        folder: PathBuf,
    },
}

pub(super) async fn run(node: &Node, command: Command) -> Result<ExitCode, Failure> {
    let Command::Markdown { folder } = command;
    let bar = bar();
    let mut progress = |at: import::Progress| {
        bar.set_length(at.total as u64);
        bar.set_position(at.done as u64);
    };
    let now = node.clock.now();
    let report =
        import::markdown(&node.store, &node.files, &Actor::Operator, &folder, &mut progress, now)
            .await?;
    bar.finish_and_clear();
    println!("{report}");
    Ok(if report.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Shown on a terminal only.
pub(super) fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos} of {len} ({eta} left)");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
