//! A whole site for tests.

use std::sync::Arc;

use base::ManualClock;
use media_io::rooms::Rooms;
use media_io::studio::Studio;
use projections::live_comments::{LiveComments, TellReaders};
use projections::page_cache::{ForgetPages, PageCache};
use projections::search::SearchIndex;
use store::Files;
use testkit::{TestStore, noon};

use crate::view::Templates;
use crate::{App, CommentCheck, Parts, Provider, Settings};

/// A whole site on a test's database.
pub(crate) fn app(store: &TestStore) -> App {
    whole(store, None, None, true, (None, None))
}

/// The same, where the pictures and the sound of meetings are carried.
pub(crate) fn app_with_rooms(store: &TestStore, rooms: Rooms) -> App {
    whole(store, None, None, true, (Some((rooms, None)), None))
}

/// The same, with rooms that browsers reach by TURN at this address, too.
pub(crate) fn app_with_turn(store: &TestStore, rooms: Rooms, turn_url: &str) -> App {
    whole(store, None, None, true, (Some((rooms, Some(turn_url))), None))
}

/// The same, with rooms and a channel.
pub(crate) fn app_with_channel(store: &TestStore, rooms: Rooms, studio: Studio) -> App {
    whole(store, None, None, true, (Some((rooms, None)), Some(studio)))
}

/// The same, with a check of comments.
pub(crate) fn app_checking(store: &TestStore, check: CommentCheck) -> App {
    whole(store, None, Some(check), true, (None, None))
}

/// The same, with somebody who vouches for readers, and mail or none.
pub(crate) fn app_vouched_for(store: &TestStore, readers: Option<Provider>, mail: bool) -> App {
    whole(store, readers, None, mail, (None, None))
}

fn whole(
    store: &TestStore,
    readers_provider: Option<Provider>,
    comment_check: Option<CommentCheck>,
    mail: bool,
    media: (Option<(Rooms, Option<&str>)>, Option<Studio>),
) -> App {
    let (rooms, studio) = media;
    let turn_url = rooms.as_ref().and_then(|(_, url)| url.map(str::to_owned));
    let pages = PageCache::new(1024 * 1024);
    let forget = Box::new(ForgetPages::new(pages.clone(), None));
    let (pages_followed, follow) = store::events::follow(forget, (**store).clone());
    tokio::spawn(follow);
    let live = LiveComments::default();
    let tell = Box::new(TellReaders::new(live.clone()));
    tokio::spawn(store::events::follow(tell, (**store).clone()).1);
    let (search, _) = SearchIndex::open(&store.folder().join("search")).unwrap();
    App::new(Parts {
        store: (**store).clone(),
        files: Files::in_folder(&store.folder().join("files")).unwrap(),
        pages,
        pages_followed,
        live,
        search,
        templates: Templates::load(None).unwrap(),
        settings: Settings {
            public_url: "http://localhost/".parse().unwrap(),
            share_targets: Vec::new(),
            refused_agents: Vec::new(),
            turn_url,
        },
        provider: None,
        readers_provider,
        comment_check,
        mail,
        studio,
        rooms: rooms.map(|(rooms, _)| rooms),
        clock: Arc::new(ManualClock::at(noon())),
    })
}
