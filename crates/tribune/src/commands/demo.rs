//! The demo newspaper, embedded in the program, taken in the way of every import.

mod meetings;

use std::process::ExitCode;

use accounts::person::{self, AddPerson};
use base::{Actor, ArticleId, Role, Timestamp};
use include_dir::{Dir, File, include_dir};
use publish::section::CreateSection;
use publish::site::Site;
use publish::{article, front, import, section};
use serde::Deserialize;
use store::{Files, Store};

use super::serve::{self, Shows};
use crate::node::{Failure, Node};
use meetings::Meeting;

static DEMO: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../fixtures/demo");

/// What `demo.toml` says beside the stories.
#[derive(Deserialize)]
struct Newspaper {
    site: Site,
    front: Vec<String>,
    section: Vec<Section>,
    person: Vec<Person>,
    meeting: Vec<Meeting>,
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
    let newspaper = newspaper()?;
    if is_wanted(&node.store, &newspaper).await? {
        eprintln!("Loading the demo newspaper into {}.", node.settings.data.display());
        load(&node.store, &node.files, &newspaper, node.clock.now()).await?;
    }
    serve::run(node, Shows::TestProgramme).await
}

fn newspaper() -> Result<Newspaper, Failure> {
    let text = DEMO.get_file("demo.toml").and_then(File::contents_utf8);
    Ok(toml::from_str(text.ok_or("The demo has no demo.toml.")?)?)
}

/// Whether there is nothing yet, or a demo whose loading was interrupted: its front page, which is
/// arranged last, is empty. A site of somebody's own has sections, or another name.
async fn is_wanted(store: &Store, newspaper: &Newspaper) -> Result<bool, Failure> {
    let site = publish::site::current(store).await?;
    if site == Site::default() {
        return Ok(section::tree(store).await?.iter().next().is_none());
    }
    Ok(site == newspaper.site && front::places(store).await?.is_empty())
}

/// Loads what is not there yet.
async fn load(
    store: &Store,
    files: &Files,
    newspaper: &Newspaper,
    now: Timestamp,
) -> Result<(), Failure> {
    found(store, newspaper, now).await?;
    let folder = tempfile::tempdir()?;
    DEMO.extract(folder.path())?;
    let report =
        import::markdown(store, files, &Actor::Operator, folder.path(), &mut |_| {}, now).await?;
    for failed in &report.failed {
        tracing::error!("A story of the demo could not be taken: {failed}");
    }
    let stories = article::teasers_newest(store, 1_000).await?;
    let by_slug = |slug: &String| {
        let suffix = format!("/{slug}");
        stories.iter().find(|story| story.path.ends_with(&suffix)).map(|story| story.id)
    };
    let top: Vec<ArticleId> = newspaper.front.iter().filter_map(by_slug).collect();
    for meeting in &newspaper.meeting {
        meeting.load(store, by_slug(&meeting.story)).await?;
    }
    let mut tx = store.begin().await?;
    front::arrange(&mut tx, &Actor::Operator, &top, now).await?;
    tx.commit().await?;
    Ok(())
}

/// The site, its sections and its people.
async fn found(store: &Store, newspaper: &Newspaper, now: Timestamp) -> Result<(), Failure> {
    let actor = Actor::Operator;
    let mut tx = store.begin().await?;
    publish::site::describe(&mut tx, &actor, newspaper.site.clone(), now).await?;
    let sections = section::tree(&tx).await?;
    for Section { path, name } in &newspaper.section {
        if sections.by_path(path).is_none() {
            let section = CreateSection { path: path.clone(), name: name.clone() };
            section::create(&mut tx, &actor, section, now).await?;
        }
    }
    for Person { name, slug, title, bio } in &newspaper.person {
        let known = person::by_name(&tx, name).await?.or(person::by_slug(&tx, slug).await?);
        if known.is_none() {
            let person = AddPerson {
                name: name.clone(),
                slug: Some(slug.clone()),
                title: title.clone(),
                bio: bio.clone(),
                role: Role::Reader,
            };
            person::add(&mut tx, &actor, person, now).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use testkit::{noon, on_both_engines};

    use super::*;

    on_both_engines! {
        async fn a_load_that_was_interrupted_goes_on(store: &TestStore) {
            let files = Files::in_folder(&store.folder().join("files")).unwrap();
            let newspaper = newspaper().unwrap();
            let mut tx = store.begin().await.unwrap();
            let jonas = AddPerson::author("Jonas Vale");
            person::add(&mut tx, &Actor::Operator, jonas, noon()).await.unwrap();
            tx.commit().await.unwrap();
            assert!(is_wanted(store, &newspaper).await.unwrap(), "there is nothing yet");
            found(store, &newspaper, noon()).await.unwrap();
            assert!(is_wanted(store, &newspaper).await.unwrap(), "there is no story yet");
            load(store, &files, &newspaper, noon()).await.unwrap();
            assert!(!is_wanted(store, &newspaper).await.unwrap(), "it is complete");
            let stories = article::teasers_newest(store, 1_000).await.unwrap();
            assert!(stories.len() > 15, "{}", stories.len());
            let held = meet::meeting::public(store).await.unwrap();
            let [held] = &held[..] else { panic!("one meeting: {held:?}") };
            assert_eq!(held.length().map(|it| it.as_secs()), Some(7_320));
            assert!(held.photo_id.is_some() && held.recorded_at.is_some());
            assert_eq!(meet::story::about(store, held.id).await.unwrap().len(), 1);
            let parties = meet::party::of(store, held.id).await.unwrap();
            assert!(parties.iter().all(|it| it.readout_released_at.is_some()));
            load(store, &files, &newspaper, noon()).await.unwrap();
            assert_eq!(article::teasers_newest(store, 1_000).await.unwrap(), stories);
            assert_eq!(meet::meeting::list(store).await.unwrap().len(), 1);
            assert_eq!(front::places(store).await.unwrap().len(), newspaper.front.len());
        }

        async fn a_site_of_somebodys_own_is_left_alone(store: &TestStore) {
            let newspaper = newspaper().unwrap();
            let mut tx = store.begin().await.unwrap();
            section::ensure(&mut tx, &Actor::Operator, "news", noon()).await.unwrap();
            tx.commit().await.unwrap();
            assert!(!is_wanted(store, &newspaper).await.unwrap(), "it has a section");
            let mut tx = store.begin().await.unwrap();
            let own = Site { name: "Another".into(), ..newspaper.site.clone() };
            publish::site::describe(&mut tx, &Actor::Operator, own, noon()).await.unwrap();
            tx.commit().await.unwrap();
            assert!(!is_wanted(store, &newspaper).await.unwrap(), "it has a name");
        }
    }
}
