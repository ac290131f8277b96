use std::process::ExitCode;

use accounts::person::{self, AddPerson};
use base::{Actor, Role};
use clap::Subcommand;

use crate::node::{Failure, Node};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Add a person, and print the last part of the address of the person's page
    Add {
        /// As bylines spell it
        #[arg(long)]
        name: String,
        /// What the person is to the site, such as editor
        #[arg(long, default_value = "reader", value_parser = role)]
        role: Role,
        /// What the person is, such as "Diplomatic correspondent"
        #[arg(long, default_value = "")]
        title: String,
        /// Some sentences about the person
        #[arg(long, default_value = "")]
        bio: String,
        /// The last part of the page's address [default: made of the name]
        #[arg(long)]
        slug: Option<String>,
    },
}

pub(super) async fn run(node: &Node, command: Command) -> Result<ExitCode, Failure> {
    let Command::Add { name, role, title, bio, slug } = command;
    let add = AddPerson { name, slug, title, bio, role };
    let mut tx = node.store.begin().await?;
    let id = person::add(&mut tx, &Actor::Operator, add, node.clock.now()).await?;
    let added = person::by_id(&tx, id).await?;
    tx.commit().await?;
    println!("{}", added.map(|person| person.slug).unwrap_or_default());
    Ok(ExitCode::SUCCESS)
}

fn role(name: &str) -> Result<Role, String> {
    Role::parse(name).ok_or_else(|| {
        let known: Vec<&str> = Role::ALL.into_iter().map(Role::name).collect();
        format!("a role is one of {}", known.join(", "))
    })
}
