//! `/meetings/`: what readers are told of meetings, before, while they go on, and after.

use axum::extract::{Path, State};
use axum::response::{Redirect, Response};
use base::{ArticleId, MeetingId, PhotoId, Timestamp};
use document::Document;
use document::markdown::{Image, Resolver, from_markdown};
use meet::meeting::{self, State as Course, Tells};
use meet::outcome::{self, Kind, Outcome};
use meet::{Meeting, Party, Profile, Seat, agenda, party, seat, story};
use projections::page_cache::{Rendered, Tag};
use publish::article;

use super::answer::{Answer, cached};
use super::article::Parts;
use super::cards::Cards;
use super::pictures::Pictures;
use super::related::RelatedStories;
use super::shell::Shell;
use super::{Result, missing};
use crate::App;
use crate::syndication::{open_graph, structured_data};
use crate::view::{
    AgendaPoint, Attendee, Delegation, FollowUp, Gathering, MeetingPage, MeetingsPage, Readout,
};

/// The list of them.
pub(super) const LIST: &str = "/meetings/";

/// `GET /meetings/{id}`
pub(crate) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    answer: Answer,
) -> Response {
    // As we write it, so that the cache has one key for it.
    let Ok(known) = id.parse::<MeetingId>() else { return missing::never_here(&app).await };
    let id = known.to_string();
    cached(&app, answer, &address(known), || find(&app, &id)).await
}

/// `GET /meetings/`
pub(crate) async fn list(State(app): State<App>, answer: Answer) -> Response {
    cached(&app, answer, LIST, || render_list(&app)).await
}

/// `GET /meetings`
pub(crate) async fn with_slash() -> Redirect {
    Redirect::permanent(LIST)
}

/// Where a meeting's page is.
pub(crate) fn address(id: MeetingId) -> String {
    format!("{LIST}{id}")
}

pub(super) async fn find(app: &App, id: &str) -> Result<Rendered> {
    let Ok(id) = id.parse::<MeetingId>() else { return missing::not_found(app).await };
    match Told::load(app, id).await? {
        Some(told) => render(app, told).await,
        None => missing::not_found_until(app, vec![Tag::Meeting(id)]).await,
    }
}

pub(super) async fn render_list(app: &App) -> Result<Rendered> {
    let shell = Shell::load(app).await?;
    let mut tags = Vec::new();
    let mut meetings = Vec::new();
    for known in meeting::public(app.store()).await? {
        tags.push(Tag::Meeting(known.id));
        let parties = party::of(app.store(), known.id).await?;
        meetings.push(gathering(&known, &parties, &[], Vec::new()));
    }
    let language = &shell.site.language;
    let headline = shell.word(app, language, "record-title")?;
    let mut head = shell.head(&headline, language, LIST);
    head.open_graph = shell.card(&head, LIST, false);
    shell.render(app, 200, MeetingsPage { head, headline, meetings }, tags)
}

async fn render(app: &App, told: Told) -> Result<Rendered> {
    let shell = Shell::load(app).await?;
    let Told { meeting, parties, gathering, outcomes } = told;
    let mut tags = vec![Tag::Meeting(meeting.id)];
    let path = address(meeting.id);
    let photo = meeting.photo_id.filter(|_| gathering.recorded);
    tags.extend(photo.map(Tag::Photo));
    let pictures = Pictures::load(app, photo.as_slice()).await?;
    let picture = photo.and_then(|id| pictures.picture(id, None));
    let about = story::about(app.store(), meeting.id).await?;
    tags.extend(about.iter().copied().map(Tag::Article));
    let teasers = article::teasers(app.store(), &about).await?;
    let cards = Cards::load(app, &teasers.iter().collect::<Vec<_>>()).await?;
    let advises = matches!(meeting.state(), Course::Planned | Course::UnderWay);
    let advisory = if advises { advisory(&meeting) } else { Vec::new() };

    let mut head = shell.head(&meeting.title, &shell.site.language, &path);
    head.description = advisory.first().cloned().unwrap_or_default();
    head.open_graph = shell.card(&head, &path, false);
    if let Some(picture) = &picture {
        open_graph::photo(&shell.publication, &picture.src, &picture.alt, &mut head.open_graph);
    }
    let stories = teasers.iter().map(|it| it.path.clone()).collect();
    let image = picture.as_ref().map(|it| it.src.clone());
    head.json_ld = vec![event(&shell, &gathering, &head.description, image, stories)];
    let page = MeetingPage {
        share: shell.view().share_links(&shell.publication.absolute(&path), &meeting.title),
        headline: meeting.title.clone(),
        readouts: readouts(app, &shell, &parties)?,
        decisions: outcomes
            .iter()
            .filter(|it| it.kind() == Kind::Decision)
            .map(|it| it.words.clone())
            .collect(),
        follow_ups: outcomes
            .iter()
            .filter(|it| it.kind() == Kind::FollowUp)
            .map(follow_up)
            .collect(),
        stories: cards.all(&shell, &teasers, &mut tags),
        advisory,
        picture,
        meeting: gathering,
        head,
    };
    shell.render(app, 200, page, tags)
}

/// A meeting with all that readers are told of it now.
struct Told {
    meeting: Meeting,
    parties: Vec<Party>,
    gathering: Gathering,
    outcomes: Vec<Outcome>,
}

impl Told {
    /// None where they are told nothing.
    async fn load(app: &App, id: MeetingId) -> Result<Option<Self>> {
        let store = app.store();
        let known = meeting::by_id(store, id).await?.filter(Meeting::is_public);
        let Some(meeting) = known else { return Ok(None) };
        let recorded = meeting.recorded_at.is_some();
        let parties = party::of(store, id).await?;
        let seats = if recorded && meeting.tells() == Tells::Names {
            seat::of(store, id).await?
        } else {
            Vec::new()
        };
        let outcomes = if recorded { outcome::of(store, id).await? } else { Vec::new() };
        let agenda = agenda::of(store, id).await?;
        let gathering = gathering(&meeting, &parties, &seats, agenda);
        Ok(Some(Self { meeting, parties, gathering, outcomes }))
    }
}

/// The box on the page of a story about a meeting, and what machines are told of it. The page bears the
/// meeting's tag whether or not there is anything to show yet.
pub(super) async fn of_story(
    app: &App,
    shell: &Shell,
    article: ArticleId,
    path: &str,
    tags: &mut Vec<Tag>,
) -> Result<Option<(Gathering, String)>> {
    let Some(id) = story::meeting_of(app.store(), article).await? else { return Ok(None) };
    tags.push(Tag::Meeting(id));
    let Some(told) = Told::load(app, id).await? else { return Ok(None) };
    let data = event(shell, &told.gathering, "", None, vec![path.to_owned()]);
    Ok(Some((told.gathering, data)))
}

/// What is told of a meeting: how it went only once its record is published.
fn gathering(
    it: &Meeting,
    parties: &[Party],
    seats: &[Seat],
    agenda: Vec<agenda::Item>,
) -> Gathering {
    let recorded = it.recorded_at.is_some();
    let came = |party: &Party| {
        let came = seats.iter().filter(|seat| {
            seat.party_id == party.id && seat.joined_at.is_some() && !seat.name.is_empty()
        });
        came.map(|seat| Attendee { name: seat.name.clone(), title: seat.title.clone() }).collect()
    };
    let delegations = parties.iter().zip(1..).map(|(party, number)| Delegation {
        name: party.name.clone(),
        colour: party.colour.clone(),
        people: came(party),
        readout: party
            .readout_released_at
            .map(|_| format!("{}#{}", address(it.id), anchor(number))),
    });
    let point = |item: agenda::Item| AgendaPoint {
        minutes: item.minutes,
        state: if recorded { item.state().name() } else { agenda::State::Open.name() },
        spent: if recorded { item.spent().as_secs() } else { 0 },
        title: item.title,
    };
    let under_way = it.state() == Course::UnderWay;
    Gathering {
        title: it.title.clone(),
        url: address(it.id),
        state: it.state().name(),
        recorded,
        closed: it.profile() == Profile::Closed,
        held_elsewhere: it.held_elsewhere,
        zone: it.zone.clone(),
        starts_at: it.starts_at,
        ends_at: it.ends_at,
        began_at: it.began_at.filter(|_| recorded || under_way),
        ended_at: it.ended_at.filter(|_| recorded),
        length: it.length().filter(|_| recorded).map(|length| length.as_secs()),
        parties: delegations.collect(),
        agenda: agenda.into_iter().map(point).collect(),
    }
}

fn anchor(number: usize) -> String {
    format!("readout-{number}")
}

fn advisory(meeting: &Meeting) -> Vec<String> {
    let shown = meeting.advised_at.map(|_| meeting.advisory.replace("\r\n", "\n"));
    let shown = shown.unwrap_or_default();
    shown.split("\n\n").map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()).collect()
}

fn follow_up(it: &Outcome) -> FollowUp {
    let due = it.due().and_then(|day| format!("{day}T00:00:00Z").parse::<jiff::Timestamp>().ok());
    FollowUp { words: it.words.clone(), owner: it.owner.clone(), due: due.map(Timestamp::from) }
}

/// What parties have released, in their own words.
fn readouts(app: &App, shell: &Shell, parties: &[Party]) -> Result<Vec<Readout>> {
    let language = &shell.site.language;
    let words = app.0.templates.words();
    let mut readouts = Vec::new();
    for (party, number) in parties.iter().zip(1..) {
        let Some(released_at) = party.readout_released_at else { continue };
        let parts = Parts {
            pictures: &Pictures::default(),
            related: &RelatedStories::default(),
            labels: words.labels(language, language)?,
            second: None,
        };
        readouts.push(Readout {
            anchor: anchor(number),
            party: party.name.clone(),
            colour: party.colour.clone(),
            headline: party.readout_headline.clone(),
            body_html: readout_body(&party.readout_body).to_html(&parts),
            released_at,
        });
    }
    Ok(readouts)
}

/// A party's words. What is too deep or too wide for a document is read as paragraphs.
fn readout_body(text: &str) -> Document {
    let read = |text: &str| from_markdown(text, &mut NoPhotos).map(|(body, _)| body);
    read(text).or_else(|_| read(&plain(text))).unwrap_or_default()
}

/// The same words with nothing in them that Markdown reads.
fn plain(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for line in text.lines() {
        for character in line.trim().chars() {
            if character.is_ascii_punctuation() {
                escaped.push('\\');
            }
            escaped.push(character);
        }
        escaped.push('\n');
    }
    escaped
}

/// A readout is words alone.
struct NoPhotos;

impl Resolver for NoPhotos {
    fn photo(&mut self, _: &Image) -> Option<PhotoId> {
        None
    }
}

fn event(
    shell: &Shell,
    it: &Gathering,
    description: &str,
    image: Option<String>,
    stories: Vec<String>,
) -> String {
    let gathering = structured_data::Gathering {
        name: it.title.clone(),
        url: it.url.clone(),
        description: description.to_owned(),
        zone: it.zone.clone(),
        starts_at: it.began_at.unwrap_or(it.starts_at),
        ends_at: it.ended_at.unwrap_or(it.ends_at),
        cancelled: it.state == Course::Cancelled.name(),
        online: !it.held_elsewhere,
        parties: it.parties.iter().map(|party| party.name.clone()).collect(),
        agenda: it.agenda.iter().map(|item| item.title.clone()).collect(),
        image,
        stories,
    };
    structured_data::event(&shell.publication, &gathering)
}

#[cfg(test)]
mod tests;
