use std::process::ExitCode;

use base::{Actor, StreamKeyId};
use broadcast::channel;
use broadcast::key::{self, MakeKey, Rank};
use clap::Subcommand;

use crate::node::{Failure, Node};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a stream key for the channel, and print it: it is shown this once
    Add {
        /// Who or what sends with it
        #[arg(long)]
        name: String,
        /// It stands by: readers see it while the main source does not send
        #[arg(long)]
        backup: bool,
    },
    /// List the keys that work, without their text
    List,
    /// End a key: whoever sends with it is cut off
    Revoke {
        /// As `tribune stream-key list` names it
        id: StreamKeyId,
    },
}

pub(super) async fn run(node: &Node, command: Command) -> Result<ExitCode, Failure> {
    let (operator, now) = (Actor::Operator, node.clock.now());
    let mut tx = node.store.begin().await?;
    let channel = channel::main(&mut tx, now).await?.id;
    match command {
        Command::Add { name, backup } => {
            let rank = if backup { Rank::Backup } else { Rank::Main };
            let make = MakeKey { channel, name: &name, rank };
            let text = key::make(&mut tx, &operator, make, node.store.secret(), now).await?;
            tx.commit().await?;
            println!("{text}");
        }
        Command::List => {
            for known in key::all(&tx, channel).await? {
                let rank = known.rank.name();
                println!("{}  {}  {rank}  {}", known.id, known.created_at, known.name);
            }
            tx.commit().await?;
        }
        Command::Revoke { id } => {
            key::revoke(&mut tx, &operator, (channel, id), now).await?;
            tx.commit().await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
