//! What the program can be asked to do.

mod backup;
mod check;
mod demo;
mod export;
mod import;
mod person;
mod projection;
mod serve;
mod stream_key;
mod token;

use std::process::ExitCode;

use clap::Subcommand;

use crate::node::{Failure, Node};
use crate::settings::Settings;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the site
    Serve,
    /// Serve the site, with the demo newspaper loaded into an empty data folder
    Demo,
    /// Look whether everything is ready to serve, and say what is not
    Check,
    /// People
    #[command(subcommand)]
    Person(person::Command),
    /// Tokens, with which programs use the API
    #[command(subcommand)]
    Token(token::Command),
    /// Stream keys, with which something is sent to the channel
    #[command(subcommand)]
    StreamKey(stream_key::Command),
    /// Take what was written elsewhere
    #[command(subcommand)]
    Import(import::Command),
    /// Give everything away again
    #[command(subcommand)]
    Export(export::Command),
    /// Copy database and files into a new folder, while the site runs
    Backup(backup::Backup),
    /// Fill an empty data folder from a backup
    Restore(backup::Restore),
    /// Projections: what follows from the event log
    #[command(subcommand)]
    Projection(projection::Command),
}

pub(crate) async fn run(settings: Settings, command: Command) -> Result<ExitCode, Failure> {
    // Those who must not open the record before they have looked.
    match command {
        Command::Check => return check::run(settings).await,
        Command::Restore(restore) => return backup::restore(&settings, &restore).await,
        _ => {}
    }
    let node = Node::open(settings).await?;
    let done = match command {
        Command::Serve => serve::run(&node, serve::Shows::Nothing).await,
        Command::Demo => demo::run(&node).await,
        Command::Person(command) => person::run(&node, command).await,
        Command::Token(command) => token::run(&node, command).await,
        Command::StreamKey(command) => stream_key::run(&node, command).await,
        Command::Import(command) => import::run(&node, command).await,
        Command::Export(command) => export::run(&node, command).await,
        Command::Backup(backup) => backup::run(&node, &backup).await,
        Command::Projection(command) => projection::run(&node, command).await,
        Command::Check | Command::Restore(_) => Ok(ExitCode::SUCCESS),
    };
    node.store.close().await;
    done
}
