//! Each command asks who may; here is the whole answer.

use base::{Actor, PersonId, PhotoId, Role, Scope, SectionId, TokenId};
use publish::article::{self, CreateArticle, Publish};
use publish::photo::{self, DescribePhoto};
use publish::section::{self, CreateSection};
use publish::site::{self, Site};
use publish::{PublishError, front, import};
use store::events;
use testkit::{TestStore, noon, on_both_engines};
use uuid::Uuid;

use crate::desk::{after, content, create, ensure, files, jpeg, person, published};

const COMMANDS: [&str; 17] = [
    "article::create",
    "article::revise",
    "article::publish",
    "article::schedule",
    "article::unschedule",
    "article::correct",
    "article::withdraw",
    "article::move_to",
    "article::rename",
    "article::also_at",
    "photo::prepare",
    "photo::describe",
    "front::arrange",
    "section::create",
    "section::rename",
    "site::describe",
    "import::markdown",
];

/// Runs one command in a change that never becomes true, and says whether it was let through.
async fn may(store: &TestStore, actor: &Actor, command: &str) -> bool {
    let mut section = SectionId(Uuid::max());
    let tree = section::tree(store).await.unwrap();
    if let Some(news) = tree.by_path("news") {
        section = news.id;
    }
    let newest = article::all(store, None, 10).await.unwrap();
    let id = newest.iter().find(|it| it.published_at.is_some()).unwrap().id;
    let elsewhere = tree.by_path("world").unwrap().id;
    let mut tx = store.begin().await.unwrap();
    let tx = &mut tx;
    let done: Result<(), PublishError> = match command {
        "article::create" => {
            let content = content("New");
            let command = CreateArticle { section, slug: None, content, translation_of: None };
            article::create(tx, actor, command, noon()).await.map(drop)
        }
        "article::revise" => {
            article::revise(tx, actor, id, None, content("New"), noon()).await.map(drop)
        }
        "article::publish" => article::publish(tx, actor, id, Publish::default(), noon()).await,
        "article::schedule" => article::schedule(tx, actor, id, after(60), noon()).await,
        "article::unschedule" => {
            article::schedule(tx, &Actor::System, id, after(60), noon()).await.unwrap();
            article::unschedule(tx, actor, id, noon()).await
        }
        "article::correct" => {
            article::correct(tx, actor, id, "So.", noon(), noon()).await.map(drop)
        }
        "article::withdraw" => article::withdraw(tx, actor, id, "Why.", noon()).await,
        "article::move_to" => article::move_to(tx, actor, id, elsewhere, noon()).await,
        "article::rename" => article::rename(tx, actor, id, "renamed".into(), noon()).await,
        "article::also_at" => article::also_at(tx, actor, id, "/old", noon()).await,
        "photo::describe" => {
            let unknown = PhotoId(Uuid::max());
            match photo::describe(tx, actor, unknown, DescribePhoto::default(), noon()).await {
                Err(PublishError::NoSuchPhoto(_)) => Ok(()),
                other => other,
            }
        }
        "front::arrange" => front::arrange(tx, actor, &[id], noon()).await,
        "section::create" => {
            let command = CreateSection { path: "arts".into(), name: "Arts".into() };
            section::create(tx, actor, command, noon()).await.map(drop)
        }
        "section::rename" => section::rename(tx, actor, section, "Other", noon()).await,
        "site::describe" => site::describe(tx, actor, Site::default(), noon()).await,
        other => panic!("{other}"),
    };
    read(done)
}

/// The commands that have changes of their own.
async fn may_alone(store: &TestStore, actor: &Actor, command: &str) -> bool {
    let files = files(store);
    let empty = store.folder().join("empty");
    std::fs::create_dir_all(&empty).unwrap();
    match command {
        "photo::prepare" => {
            let prepared = photo::prepare(store, &files, actor, jpeg(1).into(), noon()).await;
            if let Ok(prepared) = &prepared {
                prepared.discard(&files).await;
            }
            read(prepared.map(drop))
        }
        "import::markdown" => read(
            import::markdown(store, &files, actor, &empty, &mut |_| (), noon()).await.map(drop),
        ),
        other => panic!("{other}"),
    }
}

fn read(done: Result<(), PublishError>) -> bool {
    match done {
        Ok(()) => true,
        Err(PublishError::Denied(_)) => false,
        Err(other) => panic!("{other}"),
    }
}

async fn allowed(store: &TestStore, actor: &Actor) -> Vec<&'static str> {
    let mut allowed = Vec::new();
    for command in COMMANDS {
        let alone = matches!(command, "photo::prepare" | "import::markdown");
        let may = if alone {
            may_alone(store, actor, command).await
        } else {
            may(store, actor, command).await
        };
        if may {
            allowed.push(command);
        }
    }
    allowed
}

fn token(role: Role, scopes: &[Scope]) -> Actor {
    Actor::Token {
        token: TokenId(Uuid::nil()),
        person: PersonId(Uuid::nil()),
        role,
        grants: Vec::new(),
        scopes: scopes.to_vec(),
    }
}

on_both_engines! {
    async fn each_command_by_each_role(store: &TestStore) {
        published(store, content("Known")).await;
        create(store, content("Draft")).await;
        ensure(store, "world").await;
        let head = events::head(store).await.unwrap();
        let beginning = ["article::create", "photo::prepare", "photo::describe"];
        let writing = ["article::create", "article::revise", "photo::prepare", "photo::describe"];
        let of_the_site = ["section::create", "section::rename", "site::describe"];
        let editing: Vec<_> =
            COMMANDS.into_iter().filter(|it| !of_the_site.contains(it)).collect();
        assert_eq!(allowed(store, &Actor::Reader).await, [""; 0]);
        assert_eq!(allowed(store, &person(Role::Reader)).await, [""; 0]);
        // The articles here are others'.
        assert_eq!(allowed(store, &person(Role::Contributor)).await, beginning);
        assert_eq!(allowed(store, &person(Role::Reporter)).await, beginning);
        assert_eq!(allowed(store, &person(Role::PhotoEditor)).await, beginning[1..]);
        assert_eq!(allowed(store, &person(Role::Host)).await, [""; 0]);
        assert_eq!(allowed(store, &person(Role::Editor)).await, editing);
        assert_eq!(allowed(store, &person(Role::Administrator)).await, COMMANDS);
        assert_eq!(allowed(store, &Actor::Operator).await, COMMANDS);
        assert_eq!(allowed(store, &Actor::System).await, COMMANDS);
        assert_eq!(allowed(store, &token(Role::Administrator, &[Scope::Read])).await, [""; 0]);
        assert_eq!(allowed(store, &token(Role::Administrator, &[Scope::Write])).await, writing);
        let both = [Scope::Write, Scope::Publish];
        assert_eq!(allowed(store, &token(Role::Contributor, &both)).await, beginning);
        assert_eq!(allowed(store, &token(Role::Editor, &both)).await, editing);
        assert_eq!(events::head(store).await.unwrap(), head, "nothing became true");
    }
}
