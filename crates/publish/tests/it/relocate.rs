//! An address that was given out once leads to its article forever.

use base::{ArticleId, SectionId};
use publish::article::{self, Found};
use publish::section::{self, CreateSection};
use store::Store;
use store::events::{self, Event, Touches};
use testkit::{noon, on_both_engines};
use uuid::Uuid;

use crate::desk::{
    change, content, create, editor, ensure, publish, published, try_create, withdraw,
};

async fn rename(store: &Store, id: ArticleId, slug: &str) -> publish::Result<()> {
    change(store, async |tx| article::rename(tx, &editor(), id, slug.into(), noon()).await).await
}

async fn move_to(store: &Store, id: ArticleId, section: SectionId) -> publish::Result<()> {
    change(store, async |tx| article::move_to(tx, &editor(), id, section, noon()).await).await
}

async fn find(store: &Store, path: &str) -> Option<Found> {
    article::find(store, path).await.unwrap()
}

async fn also_at(store: &Store, id: ArticleId, address: &str) -> publish::Result<()> {
    change(store, async |tx| article::also_at(tx, &editor(), id, address, noon()).await).await
}

async fn touched_last(store: &Store) -> Touches {
    match events::after(store, 0, 1_000).await.unwrap().pop().unwrap().event {
        Event::ArticleMoved { touches, .. } => touches,
        other => panic!("{other:?}"),
    }
}

fn moved(path: &str) -> Option<Found> {
    Some(Found::Moved(path.into()))
}

on_both_engines! {
    async fn every_old_address_leads_to_the_last(store: &TestStore) {
        let id = published(store, content("One")).await;
        rename(store, id, "two").await.unwrap();
        let russia = ensure(store, "news/russia").await;
        move_to(store, id, russia).await.unwrap();
        rename(store, id, "three").await.unwrap();
        for old in ["/news/one", "/news/two", "/news/russia/two"] {
            assert_eq!(find(store, old).await, moved("/news/russia/three"), "{old}");
        }
        assert_eq!(find(store, "/news/russia/three").await, Some(Found::Published(id)));
        // And back again to where it began.
        let news = ensure(store, "news").await;
        move_to(store, id, news).await.unwrap();
        rename(store, id, "one").await.unwrap();
        assert_eq!(find(store, "/news/one").await, Some(Found::Published(id)));
        for old in ["/news/two", "/news/three", "/news/russia/two", "/news/russia/three"] {
            assert_eq!(find(store, old).await, moved("/news/one"), "{old}");
        }
    }

    async fn nobody_else_can_have_an_old_address(store: &TestStore) {
        let id = published(store, content("One")).await;
        rename(store, id, "two").await.unwrap();
        for slug in ["one", "two"] {
            let refused = try_create(store, "news", Some(slug), content("Other")).await;
            assert_eq!(refused.unwrap_err().to_string(), format!(
                "The address /news/{slug} belongs to another article or section, or did once. \
                 Choose another slug."
            ));
        }
        let other = published(store, content("One")).await;
        assert_eq!(article::by_id(store, other).await.unwrap().unwrap().path, "/news/one-2");
        assert!(rename(store, other, "one").await.is_err());
        assert!(rename(store, other, "two").await.is_err());
        assert_eq!(find(store, "/news/one").await, moved("/news/two"));
        // The one whose address it was can have it back.
        rename(store, id, "one").await.unwrap();
        assert_eq!(find(store, "/news/one").await, Some(Found::Published(id)));
    }

    async fn a_section_and_an_article_do_not_share_an_address(store: &TestStore) {
        ensure(store, "news/russia").await;
        let refused = try_create(store, "news", Some("russia"), content("Russia")).await;
        assert!(refused.unwrap_err().to_string().contains("/news/russia belongs to another"));
        let id = create(store, content("Russia")).await;
        assert_eq!(article::by_id(store, id).await.unwrap().unwrap().path, "/news/russia-2");
        published(store, content("Asia")).await;
        let asia = CreateSection { path: "news/asia".into(), name: "Asia".into() };
        let refused = change(store, async |tx| {
            section::create(tx, &base::Actor::Operator, asia, noon()).await
        }).await;
        assert_eq!(
            refused.unwrap_err().to_string(),
            "An article has the address /news/asia, or had it once."
        );
    }

    async fn a_new_section_does_not_take_an_old_address(store: &TestStore) {
        let id = published(store, content("Asia")).await;
        rename(store, id, "about-asia").await.unwrap();
        let asia = CreateSection { path: "news/asia".into(), name: "Asia".into() };
        let refused = change(store, async |tx| {
            section::create(tx, &base::Actor::Operator, asia, noon()).await
        }).await;
        assert_eq!(
            refused.unwrap_err().to_string(),
            "An article has the address /news/asia, or had it once."
        );
    }

    async fn a_draft_leaves_no_trace(store: &TestStore) {
        let id = create(store, content("One")).await;
        rename(store, id, "two").await.unwrap();
        assert_eq!(find(store, "/news/one").await, None);
        try_create(store, "news", Some("one"), content("Other")).await.unwrap();
    }

    async fn a_withdrawn_article_is_gone_at_all_its_addresses(store: &TestStore) {
        let id = published(store, content("One")).await;
        rename(store, id, "two").await.unwrap();
        withdraw(store, id).await;
        for path in ["/news/one", "/news/two"] {
            let found = find(store, path).await;
            assert!(matches!(found, Some(Found::Withdrawn { .. })), "{path}: {found:?}");
        }
    }

    async fn moving_where_the_name_is_taken_finds_another(store: &TestStore) {
        try_create(store, "world", Some("one"), content("First")).await.unwrap();
        let id = published(store, content("One")).await;
        let world = ensure(store, "world").await;
        move_to(store, id, world).await.unwrap();
        assert_eq!(find(store, "/news/one").await, moved("/world/one-2"));
        let nowhere = SectionId(Uuid::max());
        assert!(move_to(store, id, nowhere).await.unwrap_err().to_string().starts_with(
            "There is no section"
        ));
    }

    async fn a_slug_is_spelled_as_an_address(store: &TestStore) {
        let id = published(store, content("One")).await;
        assert_eq!(
            rename(store, id, "Élysée visit").await.unwrap_err().to_string(),
            "\"Élysée visit\" cannot be part of an address. Use lower-case letters, digits and \
             single hyphens, for example \"elysee-visit\"."
        );
    }

    async fn an_address_of_another_program_leads_here(store: &TestStore) {
        let id = published(store, content("One")).await;
        let also = async |address: &str| also_at(store, id, address).await;
        also("/2021/12/one.html").await.unwrap();
        also("2021/12/one.html/").await.unwrap();
        also("/news/one").await.unwrap();
        assert_eq!(find(store, "/2021/12/one.html").await, moved("/news/one"));
        assert_eq!(find(store, "/news/one").await, Some(Found::Published(id)));
        let other = published(store, content("Other")).await;
        assert!(also("/news/other").await.unwrap_err().to_string().contains("belongs to another"));
        for wrong in ["", "/", "a b", "/x?y", "//evil.example/x", "/api/v1", "/photos/x"] {
            assert!(also(wrong).await.is_err(), "{wrong:?}");
        }
        assert_eq!(find(store, "/news/other").await, Some(Found::Published(other)));
    }

    async fn an_old_address_is_kept_as_browsers_ask_for_it(store: &TestStore) {
        let id = published(store, content("One")).await;
        also_at(store, id, "/2021/año").await.unwrap();
        let head = events::head(store).await.unwrap();
        also_at(store, id, "/2021/a%c3%b1o").await.unwrap();
        assert_eq!(events::head(store).await.unwrap(), head);
        for asked in ["/2021/a%C3%B1o", "/2021/a%c3%b1o"] {
            assert_eq!(find(store, asked).await, moved("/news/one"), "{asked}");
        }
        let forgotten = touched_last(store).await.addresses;
        assert_eq!(forgotten, ["/news/one", "/2021/a%c3%b1o", "/2021/a%C3%B1o"]);
        let long = "й".repeat(400);
        assert!(also_at(store, id, &long).await.is_err(), "longer than an index holds");
    }

    async fn moving_a_withdrawn_article_tells_of_its_addresses(store: &TestStore) {
        let id = published(store, content("One")).await;
        withdraw(store, id).await;
        rename(store, id, "two").await.unwrap();
        let touches = touched_last(store).await;
        assert_eq!(touches.addresses, ["/news/one", "/news/two"]);
        // No list shows it, so none has to be made again.
        assert_eq!(Touches { addresses: Vec::new(), ..touches }, Touches::default());
        also_at(store, id, "/old/one").await.unwrap();
        let addresses = touched_last(store).await.addresses;
        assert_eq!(addresses, ["/news/two", "/news/one", "/old/one"]);
        let draft = create(store, content("Draft")).await;
        also_at(store, draft, "/old/draft").await.unwrap();
        assert_eq!(touched_last(store).await, Touches::default());
    }

    async fn a_draft_can_have_an_old_address_for_its_own(store: &TestStore) {
        let id = create(store, content("One")).await;
        also_at(store, id, "/news/two").await.unwrap();
        rename(store, id, "two").await.unwrap();
        publish(store, id, noon()).await;
        rename(store, id, "three").await.unwrap();
        assert_eq!(find(store, "/news/two").await, moved("/news/three"));
        assert_eq!(find(store, "/news/one").await, None);
    }
}
