//! Notes beside a story, for the script of its page: read, written, answered, resolved.
//!
//! Each answer is all there is now. Who else has the story open is told by [`super::hub`] that there
//! is something new, and asks.

use accounts::person;
use accounts::policy::{Action, Object, check_anywhere, check_on};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use base::{ArticleId, MessageId, NoteId, PersonId, Timestamp};
use publish::article::{self, Article};
use publish::note::{self, Anchor, Message, Note, Part, Text};
use serde::{Deserialize, Serialize};
use store::Tx;
use uuid::Uuid;

use super::find::{self, Question};
use super::forms::Said;
use super::gate::Staff;
use super::page::Answer;
use super::trouble::Trouble;
use crate::App;

/// What the script sends; looked at only after the policy was asked.
type Sent<T> = Result<Said<T>, Response>;

#[derive(Deserialize)]
pub(super) struct NewNote {
    epoch: Uuid,
    start: String,
    end: String,
    quote: String,
    text: String,
}

#[derive(Deserialize)]
pub(super) struct NewMessage {
    text: String,
}

#[derive(Deserialize)]
pub(super) struct NewPlace {
    epoch: Uuid,
    start: String,
    end: String,
}

#[derive(Deserialize)]
pub(super) struct Nothing {}

#[derive(Serialize)]
struct Notes {
    notes: Vec<Shown>,
}

/// A note, as the script reads it.
#[derive(Serialize)]
struct Shown {
    id: NoteId,
    epoch: Uuid,
    start: String,
    end: String,
    quote: String,
    resolved: Option<Resolved>,
    may_resolve: bool,
    /// Whether it asks for who reads this, and that has yet to be seen.
    asked: bool,
    messages: Vec<ShownMessage>,
}

#[derive(Serialize)]
struct Resolved {
    at: Timestamp,
    by: String,
}

#[derive(Serialize)]
struct ShownMessage {
    id: MessageId,
    by: Named,
    at: Timestamp,
    said: Vec<Piece>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Piece {
    Words(String),
    Person(Named),
}

#[derive(Serialize)]
struct Named {
    id: PersonId,
    name: String,
}

/// `GET /newsroom/articles/{id}/notes`
pub(super) async fn list(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<ArticleId>,
) -> Answer {
    let (_, object) = readable(&app, &staff, id).await?;
    all(&app, &staff, id, &object).await
}

/// `POST /newsroom/articles/{id}/notes`
pub(super) async fn write(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<ArticleId>,
    sent: Sent<NewNote>,
) -> Answer {
    readable(&app, &staff, id).await?;
    let new = match sent {
        Ok(Said(new)) => new,
        Err(refusal) => return Ok(refusal),
    };
    let text = Text::parse(&new.text)?;
    let NewNote { epoch, start, end, quote, .. } = new;
    let anchor = Anchor { epoch, start, end, quote };
    change(&app, &staff, id, async |tx| {
        note::write(tx, staff.actor(), id, &anchor, &text, app.now()).await.map(drop)
    })
    .await
}

/// `GET /newsroom/articles/{id}/notes/people`: those who may be asked for.
pub(super) async fn people(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<ArticleId>,
    Query(Question { q }): Query<Question>,
) -> Answer {
    let (known, _) = readable(&app, &staff, id).await?;
    let others = note::people(app.store(), &known).await?;
    let others = others.into_iter().filter(|person| person.id != staff.person());
    Ok(find::choose(others, &q))
}

/// `POST /newsroom/articles/{id}/notes/{note}/answer`
pub(super) async fn answer(
    State(app): State<App>,
    staff: Staff,
    Path((id, note)): Path<(ArticleId, NoteId)>,
    sent: Sent<NewMessage>,
) -> Answer {
    beside(&app, &staff, id, note).await?;
    let text = match sent {
        Ok(Said(NewMessage { text })) => Text::parse(&text)?,
        Err(refusal) => return Ok(refusal),
    };
    change(&app, &staff, id, async |tx| {
        note::answer(tx, staff.actor(), note, &text, app.now()).await.map(drop)
    })
    .await
}

/// `POST /newsroom/articles/{id}/notes/{note}/resolve`
pub(super) async fn resolve(
    State(app): State<App>,
    staff: Staff,
    Path((id, note)): Path<(ArticleId, NoteId)>,
    sent: Sent<Nothing>,
) -> Answer {
    may_resolve(&app, &staff, id, note).await?;
    if let Err(refusal) = sent {
        return Ok(refusal);
    }
    change(&app, &staff, id, async |tx| note::resolve(tx, staff.actor(), note, app.now()).await)
        .await
}

/// `POST /newsroom/articles/{id}/notes/{note}/reopen`
pub(super) async fn reopen(
    State(app): State<App>,
    staff: Staff,
    Path((id, note)): Path<(ArticleId, NoteId)>,
    sent: Sent<Nothing>,
) -> Answer {
    may_resolve(&app, &staff, id, note).await?;
    if let Err(refusal) = sent {
        return Ok(refusal);
    }
    change(&app, &staff, id, async |tx| note::reopen(tx, staff.actor(), note, app.now()).await)
        .await
}

/// `POST /newsroom/articles/{id}/notes/{note}/seen`
pub(super) async fn seen(
    State(app): State<App>,
    staff: Staff,
    Path((id, note)): Path<(ArticleId, NoteId)>,
    sent: Sent<Nothing>,
) -> Answer {
    beside(&app, &staff, id, note).await?;
    if let Err(refusal) = sent {
        return Ok(refusal);
    }
    change(&app, &staff, id, async |tx| note::see(tx, staff.actor(), note, app.now()).await).await
}

/// `POST /newsroom/articles/{id}/notes/{note}/place`
pub(super) async fn place(
    State(app): State<App>,
    staff: Staff,
    Path((id, note)): Path<(ArticleId, NoteId)>,
    sent: Sent<NewPlace>,
) -> Answer {
    let (_, object) = beside(&app, &staff, id, note).await?;
    check_on(staff.actor(), Action::WriteArticle, &object)?;
    let NewPlace { epoch, start, end } = match sent {
        Ok(Said(place)) => place,
        Err(refusal) => return Ok(refusal),
    };
    let anchor = Anchor { epoch, start, end, quote: String::new() };
    change(&app, &staff, id, async |tx| note::place(tx, staff.actor(), note, &anchor).await).await
}

/// The story, if the person may read it and say something about it.
async fn readable(app: &App, staff: &Staff, id: ArticleId) -> Result<(Article, Object), Trouble> {
    check_anywhere(staff.actor(), Action::LeaveNote)?;
    let known = article::by_id(app.store(), id).await?.ok_or_else(|| Trouble::missing("story"))?;
    let object = article::object(app.store(), &known).await?;
    check_on(staff.actor(), Action::LeaveNote, &object)?;
    Ok((known, object))
}

/// A note of that story.
async fn beside(
    app: &App,
    staff: &Staff,
    id: ArticleId,
    note: NoteId,
) -> Result<(Note, Object), Trouble> {
    let (_, object) = readable(app, staff, id).await?;
    let known = note::by_id(app.store(), note).await?.filter(|known| known.article == id);
    Ok((known.ok_or_else(|| Trouble::missing("note"))?, object))
}

async fn may_resolve(app: &App, staff: &Staff, id: ArticleId, note: NoteId) -> Result<(), Trouble> {
    let (known, object) = beside(app, staff, id, note).await?;
    Ok(note::check_resolves(staff.actor(), known.person, &object)?)
}

/// Makes a change, tells who is in the story, and answers with what there is now.
async fn change(
    app: &App,
    staff: &Staff,
    id: ArticleId,
    work: impl AsyncFnOnce(&mut Tx) -> publish::Result<()>,
) -> Answer {
    let mut tx = app.store().begin().await?;
    work(&mut tx).await?;
    tx.commit().await?;
    app.hub().written(id);
    let (_, object) = readable(app, staff, id).await?;
    all(app, staff, id, &object).await
}

async fn all(app: &App, staff: &Staff, id: ArticleId, object: &Object) -> Answer {
    let notes = note::of(app.store(), id).await?;
    let messages = notes.iter().flat_map(|note| &note.messages);
    let said = messages.flat_map(|message| {
        message.text.people().into_iter().chain([message.person]).collect::<Vec<_>>()
    });
    let closed = notes.iter().filter_map(|note| note.resolved.map(|(_, by)| by));
    let mut ids: Vec<PersonId> = said.chain(closed).collect();
    ids.sort();
    ids.dedup();
    let people = person::by_ids(app.store(), &ids).await?;
    let name = |id: PersonId| {
        let known = people.iter().find(|person| person.id == id);
        Named { id, name: known.map(|person| person.name.clone()).unwrap_or_default() }
    };
    let notes = notes.into_iter().map(|note| shown(note, staff, object, &name)).collect();
    Ok(Json(Notes { notes }).into_response())
}

fn shown(note: Note, staff: &Staff, object: &Object, name: &impl Fn(PersonId) -> Named) -> Shown {
    let me = staff.person();
    let Anchor { epoch, start, end, quote } = note.anchor;
    Shown {
        id: note.id,
        epoch,
        start,
        end,
        quote,
        resolved: note.resolved.map(|(at, by)| Resolved { at, by: name(by).name }),
        may_resolve: note::check_resolves(staff.actor(), note.person, object).is_ok(),
        asked: note.messages.iter().any(|message| message.unseen.contains(&me)),
        messages: note.messages.iter().map(|it| shown_message(it, name)).collect(),
    }
}

fn shown_message(message: &Message, name: &impl Fn(PersonId) -> Named) -> ShownMessage {
    let piece = |part: &Part| match part {
        Part::Words(words) => Piece::Words(words.clone()),
        Part::Person(person) => Piece::Person(name(*person)),
    };
    ShownMessage {
        id: message.id,
        by: name(message.person),
        at: message.at,
        said: message.text.parts().iter().map(piece).collect(),
    }
}
