use accounts::person::{self, AddPerson};
use base::{Actor, ArticleId, CommentId, PersonId, Role, SectionId, Timestamp};
use discuss::comment::{self, About, Comment, External, PostComment, Posted, Reader};
use discuss::commenter::{self, Commenter, Who};
use discuss::{Result, Story, Text, rule};
use store::{Store, sql};
use testkit::noon;
use uuid::Uuid;

pub(crate) const SECTION: SectionId = SectionId(Uuid::from_u128(7));

pub(crate) fn story() -> Story {
    let article = ArticleId(Uuid::from_u128(1));
    Story { article, sections: vec![SECTION], published_at: noon() }
}

pub(crate) fn after(seconds: u64) -> Timestamp {
    noon().plus(std::time::Duration::from_secs(seconds))
}

/// A moderator of the whole site.
pub(crate) async fn moderator(store: &Store, name: &str) -> Actor {
    let mut tx = store.begin().await.unwrap();
    let add = AddPerson::author(name);
    let person = person::add(&mut tx, &Actor::Operator, add, noon()).await.unwrap();
    tx.commit().await.unwrap();
    Actor::Person { person, role: Role::Moderator, grants: Vec::new() }
}

/// A role of nobody in particular.
pub(crate) fn somebody(role: Role) -> Actor {
    Actor::Person { person: PersonId(Uuid::from_u128(9)), role, grants: Vec::new() }
}

pub(crate) async fn guest(store: &Store, name: &str) -> Commenter {
    let mut tx = store.begin().await.unwrap();
    let known = commenter::enter(&mut tx, Who::Guest(name), Some(name), noon()).await.unwrap();
    tx.commit().await.unwrap();
    known
}

/// Somebody whom moderators know: what they write is shown at once.
pub(crate) async fn regular(store: &Store, name: &str) -> Commenter {
    let known = guest(store, name).await;
    let tx = store.begin().await.unwrap();
    let approved = sql("UPDATE commenters SET approved = 1 WHERE id = ?").bind(known.id);
    approved.run(&tx).await.unwrap();
    tx.commit().await.unwrap();
    Commenter { approved: 1, ..known }
}

pub(crate) async fn says(
    store: &Store,
    who: &Commenter,
    text: &str,
    parent: Option<CommentId>,
    now: Timestamp,
) -> Result<Posted> {
    says_from(store, who, text, parent, None, now).await
}

pub(crate) async fn says_from(
    store: &Store,
    who: &Commenter,
    text: &str,
    parent: Option<CommentId>,
    network: Option<&str>,
    now: Timestamp,
) -> Result<Posted> {
    says_with(store, who, (text, parent, network), (None, None), now).await
}

/// With a proof of work, and with what a check outside says.
pub(crate) async fn says_with(
    store: &Store,
    who: &Commenter,
    (text, parent, network): (&str, Option<CommentId>, Option<&str>),
    (proof, external): (Option<&str>, Option<&External>),
    now: Timestamp,
) -> Result<Posted> {
    let (story, text) = (story(), Text::parse(text)?);
    let commenter = commenter::by_id(store, who.id).await?.unwrap();
    let mut tx = store.begin().await?;
    let command = PostComment {
        story: &story,
        language: "en",
        parent,
        commenter: &commenter,
        staff: false,
        text: &text,
        network,
        proof,
        external,
    };
    let posted = comment::post(&mut tx, &Actor::Reader, command, now).await?;
    tx.commit().await?;
    Ok(posted)
}

/// Changes what was said.
pub(crate) async fn changes(
    store: &Store,
    who: &Commenter,
    comment: CommentId,
    text: &str,
    now: Timestamp,
) -> Result<Comment> {
    let (story, text) = (&story(), &Text::parse(text)?);
    let mut tx = store.begin().await?;
    let command = PostComment {
        story,
        language: "en",
        parent: None,
        commenter: who,
        staff: false,
        text,
        network: None,
        proof: None,
        external: None,
    };
    let changed = comment::edit(&mut tx, &Actor::Reader, comment, command, now).await?;
    tx.commit().await?;
    Ok(changed)
}

/// A comment as a moderator sees it at this moment.
pub(crate) async fn looks_at(store: &Store, comment: CommentId) -> About {
    let known = comment::by_id(store, comment).await.unwrap().unwrap();
    let seen = comment::seen(store, &known).await.unwrap();
    About { comment, sections: story().sections, seen }
}

/// Who recommends and reports.
pub(crate) fn reads(who: &Commenter) -> Reader<'static> {
    Reader { commenter: who.id, network: None }
}

pub(crate) async fn site_is(store: &Store, mode: rule::Mode) {
    let rule = rule::Rule { mode: Some(mode), closes_after: None, speak: None };
    let mut tx = store.begin().await.unwrap();
    rule::set(&mut tx, &Actor::Operator, rule::Scope::Site, &[], rule, noon()).await.unwrap();
    tx.commit().await.unwrap();
}
