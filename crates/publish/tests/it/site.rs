//! The site, its sections, and the top of its front page.

use base::{Actor, ArticleId, SectionId, TypedId as _};
use publish::section::{self, CreateSection};
use publish::site::{self, Site};
use publish::{article, front};
use store::{Store, events};
use testkit::{noon, on_both_engines};
use uuid::Uuid;

use crate::desk::{change, content, create, editor, ensure, published, withdraw};

const CHIEF: Actor = Actor::Operator;

async fn add(store: &Store, path: &str, name: &str) -> publish::Result<SectionId> {
    let command = CreateSection { path: path.into(), name: name.into() };
    change(store, async |tx| section::create(tx, &CHIEF, command, noon()).await).await
}

async fn arrange(store: &Store, articles: &[ArticleId]) -> publish::Result<()> {
    change(store, async |tx| front::arrange(tx, &editor(), articles, noon()).await).await
}

on_both_engines! {
    async fn sections_form_a_tree_in_their_order(store: &TestStore) {
        let news = add(store, "news", "News").await.unwrap();
        let russia = add(store, "news/russia", "Russia").await.unwrap();
        add(store, "arts", "Arts").await.unwrap();
        let asia = add(store, "news/asia", "Asia").await.unwrap();
        let tree = section::tree(store).await.unwrap();
        let top: Vec<_> = tree.below(None).map(section::Section::address).collect();
        assert_eq!(top, ["/news/", "/arts/"]);
        let below: Vec<_> = tree.below(Some(news)).map(|it| it.id).collect();
        assert_eq!(below, [russia, asia]);
        let trail: Vec<_> = tree.trail(asia).iter().map(|it| it.name.clone()).collect();
        assert_eq!(trail, ["News", "Asia"]);
    }

    async fn a_missing_section_is_made_with_those_above_it(store: &TestStore) {
        let id = ensure(store, "/News/middle-east/Gulf States/").await;
        let tree = section::tree(store).await.unwrap();
        let section = tree.by_id(id).unwrap();
        assert_eq!((&*section.path, &*section.name), ("news/middle-east/gulf-states", "Gulf States"));
        assert_eq!(tree.by_path("news/middle-east").unwrap().name, "Middle East");
        let head = events::head(store).await.unwrap();
        assert_eq!(ensure(store, "news/middle-east/gulf-states").await, id);
        assert_eq!(events::head(store).await.unwrap(), head);
    }

    async fn a_section_that_cannot_be_is_refused(store: &TestStore) {
        add(store, "news", "News").await.unwrap();
        let cases = [
            ("news", "Other", "There is a section \"news\" already."),
            ("arts/film", "Film", "There is no section \"arts\"."),
            ("arts", " ", "A section needs a name of at most 100 letters."),
            ("feeds", "Feeds", "A section cannot be called \"feeds\", because Tribune uses that address itself."),
            ("a/b/c/d/e", "E", "\"a/b/c/d/e\" is no path of a section; write one to four words between slashes, such as news/russia."),
            ("!", "E", "\"!\" is no path of a section; write one to four words between slashes, such as news/russia."),
        ];
        for (path, name, sentence) in cases {
            assert_eq!(add(store, path, name).await.unwrap_err().to_string(), sentence);
        }
    }

    async fn a_section_is_renamed_where_it_is(store: &TestStore) {
        let id = add(store, "news", "News").await.unwrap();
        let rename = async |id, name: &str| {
            change(store, async |tx| section::rename(tx, &CHIEF, id, name, noon()).await).await
        };
        rename(id, " World news ").await.unwrap();
        let tree = section::tree(store).await.unwrap();
        assert_eq!(tree.by_path("news").unwrap().name, "World news");
        assert!(rename(id, "").await.is_err());
        let nowhere = SectionId::from(Uuid::max());
        assert!(rename(nowhere, "X").await.unwrap_err().to_string().starts_with("There is no section"));
    }

    async fn the_front_page_is_in_the_editors_order(store: &TestStore) {
        let first = published(store, content("First")).await;
        let second = published(store, content("Second")).await;
        arrange(store, &[second, first]).await.unwrap();
        assert_eq!(front::places(store).await.unwrap(), [second, first]);
        let teasers = article::teasers(store, &[second, first]).await.unwrap();
        assert_eq!(teasers[0].headline, "Second");
        arrange(store, &[first]).await.unwrap();
        assert_eq!(front::places(store).await.unwrap(), [first]);
        withdraw(store, first).await;
        assert_eq!(front::places(store).await.unwrap(), []);
    }

    async fn an_order_that_cannot_be_leaves_the_front_page_alone(store: &TestStore) {
        let id = published(store, content("First")).await;
        let draft = create(store, content("Draft")).await;
        arrange(store, &[id]).await.unwrap();
        let unknown = ArticleId::new(noon(), &mut base::Random::from_seed(1));
        let cases = [
            (vec![draft], format!("Article {draft} is not published, so it cannot be on the front page.")),
            (vec![id, id], format!("Article {id} is there twice.")),
            (vec![unknown], format!("There is no article {unknown}.")),
            (vec![id; 13], "The top of the front page has 12 places, not 13.".to_owned()),
        ];
        for (order, sentence) in cases {
            assert_eq!(arrange(store, &order).await.unwrap_err().to_string(), sentence);
        }
        assert_eq!(front::places(store).await.unwrap(), [id]);
    }

    async fn the_site_says_what_it_is_called(store: &TestStore) {
        assert_eq!(site::current(store).await.unwrap(), Site::default());
        let describe = async |site: Site| {
            change(store, async |tx| site::describe(tx, &CHIEF, site, noon()).await).await
        };
        let meridian = Site {
            name: "The Meridian".into(),
            language: "es".into(),
            zone: "Europe/Moscow".into(),
            ..Site::default()
        };
        describe(meridian.clone()).await.unwrap();
        assert_eq!(site::current(store).await.unwrap(), meridian);
        let cases = [
            (Site { name: " ".into(), ..Site::default() }, "The site needs a name of at most 100 letters."),
            (Site { language: "?".into(), ..Site::default() }, "\"?\" is no language tag; write one such as \"en\" or \"es\"."),
            (Site { zone: "Moscow".into(), ..Site::default() }, "\"Moscow\" is no time zone; write one such as \"Europe/Moscow\"."),
        ];
        for (wrong, sentence) in cases {
            assert_eq!(describe(wrong).await.unwrap_err().to_string(), sentence);
        }
        assert_eq!(site::current(store).await.unwrap(), meridian);
    }
}
