//! Which meeting a story is about, chosen from the story.

use accounts::policy::{self, Action};
use base::{Actor, ArticleId, MeetingId, Timestamp};
use meet::{Meeting, meeting, story};
use publish::article;
use serde::Serialize;
use store::{Connection, Tx};

use crate::newsroom::trouble::Trouble;

/// A meeting that a story may be about.
#[derive(Serialize)]
pub(in crate::newsroom) struct Choice {
    id: String,
    title: String,
    at: Timestamp,
    zone: String,
}

/// All that can be chosen, the last first. Who holds no meetings knows those alone that readers know.
pub(in crate::newsroom) async fn choices(
    on: &impl Connection,
    actor: &Actor,
) -> Result<Vec<Choice>, Trouble> {
    let all = known(on, actor).await?.into_iter();
    Ok(all
        .map(|it| Choice {
            id: it.id.to_string(),
            title: it.title,
            at: it.starts_at,
            zone: it.zone,
        })
        .collect())
}

/// Does what a form says; empty for none.
pub(in crate::newsroom) async fn choose(
    tx: &mut Tx,
    actor: &Actor,
    article: ArticleId,
    text: &str,
    now: Timestamp,
) -> Result<(), Trouble> {
    let touches = article::tie(tx, actor, article, now).await?;
    let chosen: Option<MeetingId> = match text {
        "" => None,
        text => {
            let gone = || Trouble::missing("meeting");
            let id = text.parse().map_err(|_| gone())?;
            let all = known(tx, actor).await?;
            Some(all.iter().find(|it| it.id == id).ok_or_else(gone)?.id)
        }
    };
    Ok(story::choose(tx, actor, article, chosen, touches, now).await?)
}

async fn known(on: &impl Connection, actor: &Actor) -> Result<Vec<Meeting>, Trouble> {
    Ok(match policy::check(actor, Action::HoldMeetings) {
        Ok(()) => meeting::list(on).await?,
        Err(_) => meeting::public(on).await?,
    })
}
