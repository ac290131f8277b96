//! A whole site for tests.

use std::sync::Arc;

use base::ManualClock;
use projections::page_cache::{ForgetPages, PageCache};
use projections::search::SearchIndex;
use store::Files;
use testkit::{TestStore, noon};

use crate::view::Templates;
use crate::{App, Parts, Settings};

/// A whole site on a test's database.
pub(crate) fn app(store: &TestStore) -> App {
    let pages = PageCache::new(1024 * 1024);
    let forget = Box::new(ForgetPages::new(pages.clone(), None));
    let (pages_followed, follow) = store::events::follow(forget, (**store).clone());
    tokio::spawn(follow);
    let (search, _) = SearchIndex::open(&store.folder().join("search")).unwrap();
    App::new(Parts {
        store: (**store).clone(),
        files: Files::in_folder(&store.folder().join("files")).unwrap(),
        pages,
        pages_followed,
        search,
        templates: Templates::load(None).unwrap(),
        settings: Settings {
            public_url: "http://localhost/".parse().unwrap(),
            share_targets: Vec::new(),
            refused_agents: Vec::new(),
        },
        clock: Arc::new(ManualClock::at(noon())),
    })
}
