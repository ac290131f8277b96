//! `/commenters/{id}`: what readers see of somebody, wherever it was said.
//!
//! Whoever has no page (a guest), has none any more (has gone), or of whom nothing is seen is
//! answered for as one who never was: whether there is somebody is told by what is shown of them.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use accounts::reader;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use base::{ArticleId, CommenterId, Timestamp};
use discuss::comment::{self, Comment};
use discuss::commenter::{self, Commenter, Place};
use projections::page_cache::{Rendered, Tag};
use uuid::Uuid;

use super::gather::Told;
use crate::App;
use crate::pages::answer::{Answer, cached};
use crate::pages::shell::Shell;
use crate::pages::{Result, missing};
use crate::view::{self, ProfileComment, ProfilePage};

const SHOWN: usize = 20;

/// `GET /commenters/{id}`
pub(crate) async fn profile(
    State(app): State<App>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    answer: Answer,
) -> Response {
    let Ok(id) = id.parse::<CommenterId>() else { return missing::never_here(&app).await };
    let before = before(query.as_deref());
    cached(&app, answer, &address(id, before), || find(&app, id, before)).await
}

/// Behind which comment a page begins; from the newest, where the query is none that a page links to.
fn before(query: Option<&str>) -> Option<Place> {
    let (at, id) = query?.strip_prefix("before=")?.split_once('.')?;
    let at = Timestamp::from_micros(at.parse().ok()?);
    Some(Place { at, id: Uuid::parse_str(id).ok()? })
}

fn address(id: CommenterId, before: Option<Place>) -> String {
    match before {
        None => format!("/commenters/{id}"),
        Some(Place { at, id: comment }) => {
            format!("/commenters/{id}?before={}.{}", at.as_micros(), comment.simple())
        }
    }
}

async fn find(app: &App, id: CommenterId, before: Option<Place>) -> Result<Rendered> {
    let store = app.store();
    let mut tags = vec![Tag::Commenters, Tag::Discussions];
    let known = commenter::by_id(store, id).await?.filter(Commenter::has_page);
    let Some(known) = known else { return missing::not_found_until(app, tags).await };
    let shell = Shell::load(app).await?;
    let mut seen = seen(app, &shell, id, before, &mut tags).await?;
    if seen.is_empty() {
        return missing::not_found_until(app, tags).await;
    }
    let older = if seen.len() > SHOWN {
        seen.truncate(SHOWN);
        seen.last().map(|(place, _)| address(id, Some(*place)))
    } else {
        None
    };
    let mut head = shell.head(&known.name, &shell.site.language, &address(id, before));
    // Nobody is to be found by name for having answered somebody. What was said is found with the
    // story that it is about.
    (head.canonical, head.robots) = (None, Some("noindex, follow".to_owned()));
    let page = ProfilePage {
        head,
        name: known.name.clone(),
        staff: known.person_id.is_some(),
        since: since(app, &known).await?,
        comments: seen.into_iter().map(|(_, comment)| comment).collect(),
        newest: before.map(|_| address(id, None)),
        older,
    };
    shell.render(app, 200, page, tags)
}

/// Since when a reader has an account: as a guest, they were somebody else to readers.
async fn since(app: &App, known: &Commenter) -> Result<Timestamp> {
    let account = match known.reader_id {
        Some(id) => reader::by_id(app.store(), id).await?,
        None => None,
    };
    Ok(account.map_or(known.created_at, |it| it.created_at))
}

/// What readers see of somebody behind this place, one more than stands on a page. What stands under
/// stories that are not published, or that have no discussion, is passed over.
async fn seen(
    app: &App,
    shell: &Shell,
    id: CommenterId,
    before: Option<Place>,
    tags: &mut Vec<Tag>,
) -> Result<Vec<(Place, ProfileComment)>> {
    let mut stories: BTreeMap<ArticleId, Option<Told>> = BTreeMap::new();
    let (mut seen, mut behind) = (Vec::new(), before);
    loop {
        let page = comment::shown_by(app.store(), id, behind, SHOWN + 1).await?;
        for it in page.comments {
            let place = Place { at: it.created_at, id: it.id.0 };
            behind = Some(place);
            let story = match stories.entry(it.article) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => {
                    // It appears, and goes, with the story.
                    tags.push(Tag::Article(it.article));
                    unknown.insert(readable(app, shell, it.article).await?)
                }
            };
            if let Some(told) = story {
                seen.push((place, told_of(told, &it)));
            }
            if seen.len() > SHOWN {
                return Ok(seen);
            }
        }
        if !page.more {
            return Ok(seen);
        }
    }
}

/// The story, if readers see it and its discussion.
async fn readable(app: &App, shell: &Shell, id: ArticleId) -> Result<Option<Told>> {
    let Some(told) = Told::load(app, shell, id).await? else { return Ok(None) };
    Ok(told.open(app).await?.map(|_| told))
}

fn told_of(told: &Told, comment: &Comment) -> ProfileComment {
    // The page that it would lead to is this one.
    let comment = view::Comment { profile: None, ..told.view(comment, false) };
    ProfileComment { story: told.story_link(), comment }
}
