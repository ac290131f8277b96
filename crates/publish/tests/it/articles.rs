//! An article's life: written, published, put right, taken back.

use accounts::person::{self, AddPerson};
use base::{ArticleId, PersonId, PhotoId};
use publish::article::{self, Author, CreateArticle, Found, LeadPhoto, Publish, Related, State};
use store::events::{self, Event};
use testkit::{noon, on_both_engines};
use uuid::Uuid;

use crate::desk::{
    after, change, content, create, editor, ensure, headline, publish, published, revise,
    try_create, withdraw,
};

fn nobody() -> ArticleId {
    ArticleId(Uuid::max())
}

on_both_engines! {
    async fn a_draft_is_seen_by_nobody_until_it_is_published(store: &TestStore) {
        let id = create(store, content("  A  headline ")).await;
        let article = article::by_id(store, id).await.unwrap().unwrap();
        assert_eq!((article.state, &*article.path), (State::Draft, "/news/a-headline"));
        assert_eq!(article::find(store, "/news/a-headline").await.unwrap(), None);
        assert_eq!(headline(store, id).await, None);
        publish(store, id, after(5)).await;
        let found = article::find(store, "/news/a-headline").await.unwrap();
        assert_eq!(found, Some(Found::Published(id)));
        let shown = article::published(store, id).await.unwrap().unwrap();
        assert_eq!(shown.revision.content.headline, "A headline");
        assert_eq!((shown.published_at, shown.article.updated_at), (after(5), None));
    }

    async fn readers_see_the_published_revision_until_another_is(store: &TestStore) {
        let id = published(store, content("First")).await;
        assert_eq!(revise(store, id, content("Second")).await, 2);
        assert_eq!(headline(store, id).await.as_deref(), Some("First"));
        publish(store, id, after(60)).await;
        let shown = article::published(store, id).await.unwrap().unwrap();
        assert_eq!(shown.revision.content.headline, "Second");
        assert_eq!(shown.published_at, noon());
        assert_eq!(shown.article.updated_at, Some(after(60)));
        let all = article::revisions(store, id).await.unwrap();
        assert_eq!(all.iter().map(|it| it.number).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(all[1].content.headline, "First");
        // The address stays.
        assert_eq!(shown.article.path, "/news/first");
    }

    async fn a_minor_change_is_no_update_and_the_same_again_neither(store: &TestStore) {
        let id = published(store, content("First")).await;
        publish(store, id, after(30)).await;
        revise(store, id, content("Frist")).await;
        let minor = Publish { minor: true, ..Publish::default() };
        change(store, async |tx| article::publish(tx, &editor(), id, minor, after(60)).await)
            .await
            .unwrap();
        let shown = article::by_id(store, id).await.unwrap().unwrap();
        assert_eq!((shown.updated_at, shown.published_revision), (None, Some(2)));
    }

    async fn an_older_date_is_kept_and_a_later_one_refused(store: &TestStore) {
        let id = create(store, content("Old")).await;
        let dated = |at| Publish { dated: Some(at), ..Publish::default() };
        let refused = change(store, async |tx| {
            article::publish(tx, &editor(), id, dated(after(1)), noon()).await
        }).await;
        assert_eq!(
            refused.unwrap_err().to_string(),
            "An article cannot bear a date that is still to come. Schedule it instead."
        );
        change(store, async |tx| {
            article::publish(tx, &editor(), id, dated(noon()), after(900)).await
        }).await.unwrap();
        assert_eq!(article::published(store, id).await.unwrap().unwrap().published_at, noon());
    }

    async fn two_writers_do_not_overwrite_each_other(store: &TestStore) {
        let id = create(store, content("First")).await;
        let write = async |seen| {
            change(store, async |tx| {
                article::revise(tx, &editor(), id, Some(seen), content("Next"), noon()).await
            }).await
        };
        assert_eq!(write(1).await.unwrap(), 2);
        let refused = write(1).await.unwrap_err().to_string();
        assert!(refused.contains("you started from revision 1, and the newest is 2"), "{refused}");
        assert_eq!(article::by_id(store, id).await.unwrap().unwrap().newest_revision, 2);
        assert_eq!(write(2).await.unwrap(), 3);
    }

    async fn what_no_page_could_show_is_refused_with_a_sentence(store: &TestStore) {
        let mut cases = Vec::new();
        let mut case = |change: &dyn Fn(&mut article::Content), sentence: &'static str| {
            let mut wrong = content("Right");
            change(&mut wrong);
            cases.push((wrong, sentence));
        };
        case(&|it| it.headline = " \n ".into(), "An article needs a headline.");
        case(
            &|it| it.headline = "x".repeat(301),
            "The headline has 301 characters; at most 300 are possible.",
        );
        case(&|it| it.deck = "a\u{0}b".into(), "The deck holds a control character.");
        case(
            &|it| it.language = "English".into(),
            "\"English\" is no language tag; write one such as \"en\" or \"pt-BR\".",
        );
        case(
            &|it| it.related = vec![Related::default()],
            "A related story needs a title, an address or an id.",
        );
        case(
            &|it| it.related = vec![Related { title: Some("T".into()), ..Related::default() }; 21],
            "An article has at most 20 related stories and 30 authors.",
        );
        let named = |role: &str| {
            vec![Author { person: PersonId(Uuid::max()), role: Some(role.to_owned()) }]
        };
        case(
            &|it| it.byline = named("Photo\u{0}graphs"),
            "The role of an author holds a control character.",
        );
        case(
            &|it| it.byline = named(&"x".repeat(201)),
            "The role of an author has 201 characters; at most 200 are possible.",
        );
        let beside = |address: &str| {
            vec![Related { address: Some(address.to_owned()), ..Related::default() }]
        };
        case(
            &|it| it.related = beside("/news/\u{7f}"),
            "The related address holds a control character.",
        );
        case(
            &|it| it.related = beside(&"x".repeat(2_049)),
            "The related address has 2049 characters; at most 2048 are possible.",
        );
        case(
            &|it| it.byline = vec![Author { person: PersonId(Uuid::max()), role: None }],
            "There is no person ffffffff-ffff-ffff-ffff-ffffffffffff.",
        );
        case(
            &|it| it.photo = Some(LeadPhoto { photo: PhotoId(Uuid::max()), caption: None }),
            "There is no photo ffffffff-ffff-ffff-ffff-ffffffffffff.",
        );
        let before = events::head(store).await.unwrap();
        let known = create(store, content("Known")).await;
        for (wrong, sentence) in cases {
            let refused = try_create(store, "news", None, wrong.clone()).await.unwrap_err();
            assert_eq!(refused.to_string(), sentence);
            let refused = change(store, async |tx| {
                article::revise(tx, &editor(), known, None, wrong, noon()).await
            }).await.unwrap_err();
            assert_eq!(refused.to_string(), sentence);
        }
        let happened = events::after(store, before, 100).await.unwrap();
        let happened: Vec<_> = happened.iter().map(|it| it.event.name()).collect();
        assert_eq!(happened, ["section_created", "article_created"]);
    }

    async fn an_author_is_named_once(store: &TestStore) {
        let person = change(store, async |tx| {
            Ok(person::add(tx, &editor(), AddPerson::author("Jane Doe"), noon()).await?)
        }).await.unwrap();
        let mut twice = content("Twice");
        twice.byline = vec![Author { person, role: None }; 2];
        let refused = try_create(store, "news", None, twice).await.unwrap_err();
        assert_eq!(refused.to_string(), format!("The person {person} is twice in the byline."));
    }

    async fn no_command_invents_an_article(store: &TestStore) {
        let sentence = format!("There is no article {}.", nobody());
        let refused = [
            change(store, async |tx| {
                article::publish(tx, &editor(), nobody(), Publish::default(), noon()).await
            }).await,
            change(store, async |tx| {
                article::schedule(tx, &editor(), nobody(), after(9), noon()).await
            }).await,
            change(store, async |tx| {
                article::unschedule(tx, &editor(), nobody(), noon()).await
            }).await,
            change(store, async |tx| {
                article::withdraw(tx, &editor(), nobody(), "Why", noon()).await
            }).await,
            change(store, async |tx| {
                article::correct(tx, &editor(), nobody(), "What", noon(), noon()).await.map(|_| ())
            }).await,
            change(store, async |tx| {
                article::rename(tx, &editor(), nobody(), "x".into(), noon()).await
            }).await,
            change(store, async |tx| {
                article::also_at(tx, &editor(), nobody(), "/x", noon()).await
            }).await,
        ];
        for refused in refused {
            assert_eq!(refused.unwrap_err().to_string(), sentence);
        }
    }

    async fn a_withdrawn_article_says_why_and_can_come_back(store: &TestStore) {
        let id = published(store, content("Gone")).await;
        let refused = change(store, async |tx| {
            article::withdraw(tx, &editor(), id, "  ", noon()).await
        }).await;
        assert_eq!(
            refused.unwrap_err().to_string(),
            "A note of 1 to 2,000 letters tells readers why the article is gone."
        );
        withdraw(store, id).await;
        let found = article::find(store, "/news/gone").await.unwrap();
        let note = "It was about another town.".to_owned();
        assert_eq!(found, Some(Found::Withdrawn { article: id, note }));
        assert_eq!(headline(store, id).await, None);
        let refused = change(store, async |tx| {
            article::withdraw(tx, &editor(), id, "Again", noon()).await
        }).await.unwrap_err().to_string();
        assert!(refused.ends_with("is not published, so it cannot be withdrawn."), "{refused}");
        revise(store, id, content("Gone, and back")).await;
        assert_eq!(headline(store, id).await, None);
        publish(store, id, after(120)).await;
        let article = article::by_id(store, id).await.unwrap().unwrap();
        assert_eq!((article.withdrawn_at, article.withdrawn_note), (None, None));
        assert_eq!((article.published_at, article.updated_at), (Some(noon()), Some(after(120))));
        let found = article::find(store, "/news/gone").await.unwrap();
        assert_eq!(found, Some(Found::Published(id)));
    }

    async fn corrections_are_told_in_their_order(store: &TestStore) {
        let id = create(store, content("Wrong")).await;
        let correct = async |text: &str, at| {
            change(store, async |tx| {
                article::correct(tx, &editor(), id, text, at, after(900)).await
            }).await
        };
        let refused = correct("Early", noon()).await.unwrap_err().to_string();
        assert!(refused.ends_with("Revise it instead."), "{refused}");
        publish(store, id, noon()).await;
        let refused = correct(" ", noon()).await.unwrap_err().to_string();
        assert!(refused.starts_with("A correction says in 1 to 2,000 letters"), "{refused}");
        correct("The second.", after(60)).await.unwrap();
        correct("The first.", after(30)).await.unwrap();
        let told = article::corrections(store, id).await.unwrap();
        let told: Vec<_> = told.iter().map(|it| (&*it.text, it.at)).collect();
        assert_eq!(told, [("The first.", after(30)), ("The second.", after(60))]);
        let article = article::by_id(store, id).await.unwrap().unwrap();
        assert_eq!(article.updated_at, Some(after(60)));
    }

    async fn translations_know_each_other_once_published(store: &TestStore) {
        let original = published(store, content("Story")).await;
        let section = ensure(store, "news").await;
        let mut spanish = content("Historia");
        spanish.language = "es".into();
        let command =
            CreateArticle { section, slug: None, content: spanish, translation_of: Some(original) };
        let second = change(store, async |tx| {
            article::create(tx, &editor(), command, noon()).await
        }).await.unwrap();
        let known = article::by_id(store, original).await.unwrap().unwrap();
        assert_eq!(article::translations(store, &known).await.unwrap(), []);
        publish(store, second, after(3)).await;
        assert_eq!(
            article::translations(store, &known).await.unwrap(),
            [("es".to_owned(), "/news/historia".to_owned())]
        );
        let event = events::after(store, 0, 100).await.unwrap().pop().unwrap().event;
        let Event::ArticlePublished { touches, .. } = event else { panic!("{event:?}") };
        assert_eq!(touches.translations, [original]);
        let unknown = CreateArticle {
            section, slug: None, content: content("X"), translation_of: Some(nobody()),
        };
        let refused = change(store, async |tx| {
            article::create(tx, &editor(), unknown, noon()).await
        }).await;
        assert_eq!(refused.unwrap_err().to_string(), format!("There is no article {}.", nobody()));
    }

    async fn each_change_is_one_fact(store: &TestStore) {
        let id = published(store, content("Facts")).await;
        let before = events::head(store).await.unwrap();
        revise(store, id, content("Other facts")).await;
        publish(store, id, after(1)).await;
        change(store, async |tx| {
            article::correct(tx, &editor(), id, "So.", after(2), after(2)).await
        }).await.unwrap();
        change(store, async |tx| {
            article::rename(tx, &editor(), id, "renamed".into(), after(3)).await
        }).await.unwrap();
        withdraw(store, id).await;
        let happened = events::after(store, before, 100).await.unwrap();
        let names: Vec<_> = happened.iter().map(|it| it.event.name()).collect();
        assert_eq!(names, [
            "article_revised", "article_published", "article_corrected", "article_moved",
            "article_withdrawn",
        ]);
        let Event::ArticlePublished { touches, .. } = &happened[1].event else { panic!() };
        assert_eq!(touches.titles, ["facts", "other facts"]);
        let news = ensure(store, "news").await;
        assert_eq!(touches.sections, [news]);
    }
}
