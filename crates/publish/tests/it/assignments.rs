//! Who is to do what, and until when.

use accounts::person::{self, AddPerson};
use base::{Actor, PersonId, Role};
use publish::article::{self, DeskState, Stage, Wanted};
use publish::assignment::{self, Assign};
use publish::{draft, front};
use store::Tx;
use testkit::{noon, on_both_engines};

use crate::desk::{after, change, content, create, editor, published};

async fn somebody(tx: &mut Tx, name: &str, role: Role) -> (PersonId, Actor) {
    let add = AddPerson { role, ..AddPerson::author(name) };
    let person = person::add(tx, &Actor::Operator, add, noon()).await.unwrap();
    (person, Actor::Person { person, role, grants: Vec::new() })
}

fn task(person: PersonId) -> Assign {
    Assign { person, task: " Ask the ministry. ".into(), due: Some(after(60)) }
}

on_both_engines! {
    async fn who_has_an_assignment_may_write_until_it_is_done(store: &TestStore) {
        let id = create(store, content("Two presidents speak")).await;
        let mut tx = store.begin().await.unwrap();
        let (person, ivo) = somebody(&mut tx, "Ivo Brandt", Role::Contributor).await;
        assert!(draft::open(&mut tx, &ivo, id, noon()).await.is_err(), "it is not his");
        assignment::assign(&mut tx, &editor(), id, task(person), noon()).await.unwrap();
        draft::open(&mut tx, &ivo, id, noon()).await.unwrap();
        article::revise(&mut tx, &ivo, id, None, content("Asked"), noon()).await.unwrap();

        let open = assignment::open_of(&tx, person).await.unwrap();
        assert_eq!(open.len(), 1);
        assert_eq!((open[0].task.as_str(), open[0].headline.as_str()), ("Ask the ministry.", "Asked"));
        assert_eq!(assignment::due_between(&tx, noon(), after(61)).await.unwrap(), open);
        assert_eq!(assignment::due_between(&tx, noon(), after(60)).await.unwrap(), []);
        let mine = Wanted { owner: Some(person), ..Wanted::default() };
        assert_eq!(article::desk(&tx, &mine, 10).await.unwrap().len(), 1, "it is on his desk");

        assignment::finish(&mut tx, &ivo, id, person, noon()).await.unwrap();
        assert_eq!(assignment::open_of(&tx, person).await.unwrap(), []);
        assert_eq!(article::desk(&tx, &mine, 10).await.unwrap().len(), 0);
        assert!(draft::open(&mut tx, &ivo, id, noon()).await.is_err(), "it is not his any more");
        assert!(assignment::finish(&mut tx, &ivo, id, person, noon()).await.is_err(), "once");

        // Given anew, it is open anew; and an editor can take it away.
        assignment::assign(&mut tx, &editor(), id, task(person), noon()).await.unwrap();
        assert_eq!(assignment::open_of(&tx, person).await.unwrap().len(), 1);
        assert!(assignment::take_away(&mut tx, &ivo, id, person, noon()).await.is_err());
        assignment::take_away(&mut tx, &editor(), id, person, noon()).await.unwrap();
        assert_eq!(assignment::of_article(&tx, id).await.unwrap(), []);
        tx.commit().await.unwrap();
    }

    async fn only_staff_that_can_come_in_is_given_work(store: &TestStore) {
        let id = create(store, content("Two presidents speak")).await;
        let mut tx = store.begin().await.unwrap();
        let (reader, _) = somebody(&mut tx, "A Reader", Role::Reader).await;
        let (gone, other) = somebody(&mut tx, "Ivo Brandt", Role::Reporter).await;
        person::suspend(&mut tx, &Actor::Operator, gone, noon()).await.unwrap();
        for person in [reader, gone, PersonId(uuid::Uuid::max())] {
            let refused = assignment::assign(&mut tx, &editor(), id, task(person), noon()).await;
            let told = "Choose somebody of the staff, who can come into the newsroom.";
            assert_eq!(refused.unwrap_err().to_string(), told);
        }
        let refused = assignment::assign(&mut tx, &other, id, task(gone), noon()).await;
        assert!(refused.unwrap_err().to_string().contains("editor"), "nobody assigns to others");
        tx.commit().await.unwrap();
    }

    async fn a_story_that_is_given_back_says_why_to_whoever_began_it(store: &TestStore) {
        let mut tx = store.begin().await.unwrap();
        let (person, ivo) = somebody(&mut tx, "Ivo Brandt", Role::Reporter).await;
        let (_, rosa) = somebody(&mut tx, "Rosa Kern", Role::Editor).await;
        let section = publish::section::ensure(&mut tx, &Actor::Operator, "news", noon()).await;
        let command = article::CreateArticle {
            section: section.unwrap(),
            slug: None,
            content: content("Two presidents speak"),
            translation_of: None,
        };
        let id = article::create(&mut tx, &ivo, command, noon()).await.unwrap();
        article::stage(&mut tx, &ivo, id, Stage::Review, "Please", noon()).await.unwrap();
        assert!(article::given_back(&tx, person).await.unwrap().is_empty());
        let waiting = Wanted { state: Some(DeskState::Review), ..Wanted::default() };
        assert_eq!(article::desk(&tx, &waiting, 10).await.unwrap()[0].note, "Please");
        let why = "Who is the second source?";
        article::stage(&mut tx, &rosa, id, Stage::Draft, why, noon()).await.unwrap();
        let back = article::given_back(&tx, person).await.unwrap();
        assert_eq!((back.len(), back[0].note.as_str()), (1, why));
        article::stage(&mut tx, &ivo, id, Stage::Review, "", noon()).await.unwrap();
        assert!(article::given_back(&tx, person).await.unwrap().is_empty());
        tx.commit().await.unwrap();
    }

    async fn a_story_leaves_the_top_when_its_time_is_over(store: &TestStore) {
        let (first, second) = (published(store, content("First")).await, published(store, content("Second")).await);
        let place = |article, until| front::Place { article, until };
        let places = [place(first, Some(after(60))), place(second, None)];
        change(store, async |tx| front::arrange(tx, &editor(), &places, noon()).await)
            .await
            .unwrap();
        assert_eq!(front::arrangement(&**store).await.unwrap(), places);
        assert_eq!(front::next_due(&**store).await.unwrap(), Some(after(60)));
        let release = async |at| {
            change(store, async |tx| front::release_due(tx, at, at).await).await.unwrap()
        };
        assert_eq!(release(after(59)).await, 0);
        assert_eq!(release(after(60)).await, 1);
        assert_eq!(front::places(&**store).await.unwrap(), [second]);
        assert_eq!(front::next_due(&**store).await.unwrap(), None);
        let late = [place(first, Some(after(60)))];
        let refused = change(store, async |tx| {
            front::arrange(tx, &editor(), &late, after(60)).await
        });
        assert!(refused.await.unwrap_err().to_string().contains("a time to come"));
    }
}
