//! `/programmes/{id}`: what was on air, to be seen again.

use axum::extract::{Path, State};
use axum::response::Response;
use base::{ProgrammeId, RecordingId};
use broadcast::programme::{self, Programme};
use broadcast::recording::{self, Recording};
use projections::page_cache::{Rendered, Tag};

use super::answer::{Answer, cached};
use super::shell::Shell;
use super::{Result, missing};
use crate::App;
use crate::recordings::{chapters, is_public};
use crate::syndication::{open_graph, structured_data};
use crate::view::{ChapterLink, PastProgramme, ProgrammePage, Video, clock};

/// `GET /programmes/{id}`
pub(crate) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    answer: Answer,
) -> Response {
    // As we write it, so that the cache has one key for it.
    let Ok(known) = id.parse::<ProgrammeId>() else { return missing::never_here(&app).await };
    let id = known.to_string();
    cached(&app, answer, &address(known), || find(&app, &id)).await
}

pub(super) fn address(id: ProgrammeId) -> String {
    format!("/programmes/{id}")
}

pub(super) async fn find(app: &App, id: &str) -> Result<Rendered> {
    let Ok(id) = id.parse::<ProgrammeId>() else { return missing::not_found(app).await };
    if let Some(programme) = programme::by_id(app.store(), id).await?
        && let Some(recording) = recording::of_programme(app.store(), id).await?
        && let Some(seen) = Seen::load(app, &programme, recording).await?
    {
        return render(app, &programme, seen).await;
    }
    missing::not_found_until(app, vec![Tag::Schedule]).await
}

async fn render(app: &App, programme: &Programme, seen: Seen) -> Result<Rendered> {
    let shell = Shell::load(app).await?;
    let path = address(programme.id);
    let mut head = shell.head(&programme.title, &shell.site.language, &path);
    head.description.clone_from(&programme.description);
    head.open_graph = shell.card(&head, &path, false);
    seen.tell(&shell, &mut head.open_graph);
    head.json_ld =
        vec![structured_data::video(&shell.publication, &seen.film(&programme.description))];
    let tags = vec![Tag::Schedule, Tag::Recording(seen.recording.id)];
    let page = ProgrammePage {
        share: shell.view().share_links(&shell.publication.absolute(&path), &programme.title),
        head,
        headline: programme.title.clone(),
        description: programme.description.clone(),
        at: programme.began_at.unwrap_or(programme.starts_at),
        goes_on: seen.recording.ended_at.is_none(),
        video: seen.video,
        chapters: seen.chapters,
    };
    shell.render(app, 200, page, tags)
}

/// A recording as readers see it.
pub(super) struct Seen {
    pub(super) recording: Recording,
    pub(super) video: Video,
    pub(super) chapters: Vec<ChapterLink>,
    milliseconds: i64,
}

impl Seen {
    /// None where readers see nothing of it.
    pub(super) async fn load(
        app: &App,
        programme: &Programme,
        recording: Recording,
    ) -> Result<Option<Self>> {
        if !is_public(app, &recording).await? {
            return Ok(None);
        }
        let span = recording::span(app.store(), &recording).await?;
        let milliseconds = span.to - span.from;
        let named = chapters(app, recording.id, span).await?;
        let id = recording.id.to_string();
        let mut video = Video::of(&id, &programme.title, address(programme.id), milliseconds);
        video.poster = poster(&recording);
        video.chapters = (!named.is_empty()).then(|| format!("/recordings/{id}/chapters.vtt"));
        let chapters = named.into_iter().map(|(at, title)| ChapterLink::new(at, title)).collect();
        Ok(Some(Self { recording, video, chapters, milliseconds }))
    }

    /// That which leads a story, if readers see it.
    pub(super) async fn of_story(app: &App, id: RecordingId) -> Result<Option<Self>> {
        let Some(recording) = recording::by_id(app.store(), id).await? else { return Ok(None) };
        if recording.published_at.is_none() {
            return Ok(None);
        }
        match programme::by_id(app.store(), recording.programme_id).await? {
            Some(programme) => Self::load(app, &programme, recording).await,
            None => Ok(None),
        }
    }

    /// As search engines are told.
    pub(super) fn film(&self, description: &str) -> structured_data::Film {
        structured_data::Film {
            name: self.video.title.clone(),
            description: if description.is_empty() { &self.video.title } else { description }
                .to_owned(),
            poster: self.video.poster.clone(),
            published: self.recording.published_at.unwrap_or(self.recording.began_at),
            seconds: self.milliseconds / 1000,
            file: self.video.file.clone(),
        }
    }

    /// As social sites are told, beside what they are told of the page.
    pub(super) fn tell(&self, shell: &Shell, card: &mut Vec<open_graph::Meta>) {
        let poster = self.video.poster.as_deref();
        open_graph::video(&shell.publication, &self.video.file, poster, card);
    }
}

/// What can be seen again, the newest first.
pub(super) async fn past(app: &App, channel: base::ChannelId) -> Result<Vec<PastProgramme>> {
    let mut past = Vec::new();
    for recording in recording::published(app.store(), channel).await? {
        let Some(programme) = programme::by_id(app.store(), recording.programme_id).await? else {
            continue;
        };
        let span = recording::span(app.store(), &recording).await?;
        past.push(PastProgramme {
            title: programme.title,
            at: recording.began_at,
            url: address(programme.id),
            poster: poster(&recording),
            length: clock(span.to - span.from),
        });
    }
    Ok(past)
}

fn poster(recording: &Recording) -> Option<String> {
    recording.poster.then(|| format!("/recordings/{}/poster.jpg", recording.id))
}
