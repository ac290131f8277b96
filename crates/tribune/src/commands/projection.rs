use std::process::ExitCode;

use clap::Subcommand;
use store::events::catch_up;

use crate::node::{Failure, Node, lasting_projections};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List what follows the event log, and how far it has come
    List,
    /// Forget all that a projection made, and make it anew from the log
    ///
    /// The search index is this node's own: stop the node before it is rebuilt.
    Rebuild {
        /// Its name
        name: String,
    },
}

pub(super) async fn run(node: &Node, command: Command) -> Result<ExitCode, Failure> {
    let mut projections = lasting_projections(&node.settings)?;
    match command {
        Command::List => {
            println!("{:<16} {}", "the log", store::events::head(&node.store).await?);
            for projection in &mut projections {
                let cursor = projection.cursor(&node.store).await?;
                println!("{:<16} {cursor}", projection.name());
            }
        }
        Command::Rebuild { name } => {
            let names: Vec<_> = projections.iter().map(|it| it.name()).collect();
            let Some(projection) = projections.iter_mut().find(|it| it.name() == name) else {
                let names = names.join(" and ");
                return Err(format!("There is no projection {name:?}; there are {names}.").into());
            };
            projection.reset(&node.store).await?;
            let position = catch_up(projection.as_mut(), &node.store).await?;
            println!("{name} has followed the log to {position}.");
        }
    }
    Ok(ExitCode::SUCCESS)
}
