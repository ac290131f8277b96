//! The demo newspaper, embedded in the program, taken in the way of every import.

use std::process::ExitCode;

use accounts::person::{AddPerson, add};
use base::{Actor, ArticleId, Role};
use include_dir::{Dir, include_dir};
use publish::section::CreateSection;
use publish::site::Site;
use publish::{article, front, import, section};
use serde::Deserialize;

use super::serve;
use crate::node::{Failure, Node};

static DEMO: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../fixtures/demo");

/// What `demo.toml` says beside the stories.
#[derive(Deserialize)]
struct Newspaper {
    site: Site,
    front: Vec<String>,
    section: Vec<Section>,
    person: Vec<Person>,
}

#[derive(Deserialize)]
struct Section {
    path: String,
    name: String,
}

#[derive(Deserialize)]
struct Person {
    name: String,
    slug: String,
    title: String,
    bio: String,
}

pub(super) async fn run(node: &Node) -> Result<ExitCode, Failure> {
    let sections = section::tree(&node.store).await?;
    let empty = sections.iter().next().is_none();
    if empty {
        load(node).await?;
    }
    serve::run(node).await
}

async fn load(node: &Node) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    DEMO.extract(folder.path())?;
    let text = std::fs::read_to_string(folder.path().join("demo.toml"))?;
    let newspaper: Newspaper = toml::from_str(&text)?;
    let (actor, now) = (Actor::Operator, node.clock.now());

    let mut tx = node.store.begin().await?;
    publish::site::describe(&mut tx, &actor, newspaper.site, now).await?;
    for Section { path, name } in newspaper.section {
        section::create(&mut tx, &actor, CreateSection { path, name }, now).await?;
    }
    for Person { name, slug, title, bio } in newspaper.person {
        let person = AddPerson { name, slug: Some(slug), title, bio, role: Role::Reader };
        add(&mut tx, &actor, person, now).await?;
    }
    tx.commit().await?;

    eprintln!("Loading the demo newspaper into {}.", node.settings.data.display());
    let report =
        import::markdown(&node.store, &node.files, &actor, folder.path(), &mut |_| {}, now).await?;
    for failed in &report.failed {
        tracing::error!("A story of the demo could not be taken: {failed}");
    }

    let stories = article::teasers_newest(&node.store, 1_000).await?;
    let by_slug = |slug: &String| {
        let suffix = format!("/{slug}");
        stories.iter().find(|story| story.path.ends_with(&suffix)).map(|story| story.id)
    };
    let top: Vec<ArticleId> = newspaper.front.iter().filter_map(by_slug).collect();
    let mut tx = node.store.begin().await?;
    front::arrange(&mut tx, &actor, &top, now).await?;
    tx.commit().await?;
    Ok(())
}
