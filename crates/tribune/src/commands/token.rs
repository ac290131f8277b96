use std::process::ExitCode;

use accounts::AccountError;
use accounts::person;
use accounts::token::{self, AddToken, parse_scope};
use base::{Actor, Scope, TokenId};
use clap::Subcommand;

use crate::node::{Failure, Node};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a token, and print it: it is shown this once
    Add {
        /// Who answers for the program: the last part of the address of the person's page
        #[arg(long)]
        person: String,
        /// What the program is
        #[arg(long)]
        name: String,
        /// read, write or publish; give it once for each
        #[arg(long = "scope", required = true, value_parser = scope)]
        scopes: Vec<Scope>,
    },
    /// List the tokens that work, without their text
    List,
    /// End a token at once
    Revoke {
        /// As `tribune token list` names it
        id: TokenId,
    },
}

pub(super) async fn run(node: &Node, command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Add { person, name, scopes } => add(node, person, name, scopes).await?,
        Command::List => {
            for known in token::all(&node.store, node.clock.now()).await? {
                println!("{}  {}  {}  {}", known.id, known.created_at, known.person, known.name);
            }
        }
        Command::Revoke { id } => {
            let mut tx = node.store.begin().await?;
            token::revoke(&mut tx, &Actor::Operator, id, node.clock.now()).await?;
            tx.commit().await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn add(node: &Node, person: String, name: String, scopes: Vec<Scope>) -> Result<(), Failure> {
    let found = person::by_slug(&node.store, &person).await?;
    let person = found.ok_or(AccountError::NoSuchPerson(person))?.id;
    let add = AddToken { person, name, scopes, expires_at: None };
    let secret = node.store.secret();
    let mut tx = node.store.begin().await?;
    let text = token::add(&mut tx, &Actor::Operator, add, secret, node.clock.now()).await?;
    tx.commit().await?;
    println!("{text}");
    Ok(())
}

fn scope(name: &str) -> Result<Scope, String> {
    parse_scope(name).ok_or_else(|| "a scope is one of read, write and publish".to_owned())
}
