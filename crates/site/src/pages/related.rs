//! Related stories: found by id, by address, or by a title that may not have appeared yet.

use base::{ArticleId, title_key};
use document::{Document, RelatedRef, StoryLink};
use projections::page_cache::Tag;
use publish::article::{self, Found, Related, Teaser};

use super::Result;
use crate::App;

/// The stories that an article names, as far as readers may see them.
#[derive(Default)]
pub(super) struct RelatedStories {
    found: Vec<(RelatedRef, Teaser)>,
}

impl RelatedStories {
    /// Looks up what the body and the editor name. What cannot be found leaves a tag, so that the
    /// page is rendered anew once it appears.
    pub(super) async fn load(
        app: &App,
        body: &Document,
        chosen: &[Related],
        tags: &mut Vec<Tag>,
    ) -> Result<Self> {
        let mut wanted = body.related();
        wanted.extend(chosen.iter().map(as_ref));
        if wanted.is_empty() {
            return Ok(Self::default());
        }
        let mut ids: Vec<(RelatedRef, ArticleId)> = Vec::new();
        let mut by_title: Vec<(RelatedRef, String)> = Vec::new();
        for related in wanted {
            if let Some(id) = find(app, &related).await? {
                ids.push((related, id));
                continue;
            }
            if let Some(path) = related.address.as_deref().and_then(|it| path_of(app, it)) {
                tags.push(Tag::Address(path));
            }
            if let Some(title) = &related.title {
                by_title.push((related.clone(), title_key(title)));
            }
        }
        let keys: Vec<String> = by_title.iter().map(|(_, key)| key.clone()).collect();
        let titled = article::teasers_by_title(app.store(), &keys).await?;
        let teasers = ids.iter().map(|(_, id)| *id).collect::<Vec<_>>();
        let teasers = article::teasers(app.store(), &teasers).await?;
        let mut found = Vec::new();
        for (related, id) in ids {
            tags.push(Tag::Article(id));
            if let Some(teaser) = teasers.iter().find(|teaser| teaser.id == id) {
                found.push((related, teaser.clone()));
            }
        }
        for (related, key) in by_title {
            match titled.iter().find(|teaser| title_key(&teaser.headline) == key) {
                Some(teaser) => {
                    tags.push(Tag::Article(teaser.id));
                    found.push((related, teaser.clone()));
                }
                None => tags.push(Tag::Title(key)),
            }
        }
        Ok(Self { found })
    }

    pub(super) fn teaser(&self, related: &RelatedRef) -> Option<&Teaser> {
        self.found.iter().find(|(known, _)| known == related).map(|(_, teaser)| teaser)
    }

    pub(super) fn link(&self, related: &RelatedRef) -> Option<StoryLink> {
        self.teaser(related).map(|teaser| StoryLink {
            href: teaser.path.clone(),
            headline: teaser.headline.clone(),
        })
    }

    /// The stories that are named here, and so need not be suggested.
    pub(super) fn ids(&self) -> Vec<ArticleId> {
        self.found.iter().map(|(_, teaser)| teaser.id).collect()
    }
}

/// What an editor chose, as the body would name it.
pub(super) fn as_ref(related: &Related) -> RelatedRef {
    RelatedRef {
        title: related.title.clone(),
        address: related.address.clone(),
        article: related.article,
    }
}

async fn find(app: &App, related: &RelatedRef) -> Result<Option<ArticleId>> {
    if let Some(id) = related.article {
        return Ok(Some(id));
    }
    let mut path = related.address.as_deref().and_then(|address| path_of(app, address));
    // Once on its way: a moved story is found at its new address.
    for _ in 0..2 {
        let Some(at) = path.take() else { break };
        match article::find(app.store(), &at).await? {
            Some(Found::Published(id)) => return Ok(Some(id)),
            Some(Found::Moved(to)) => path = Some(to),
            Some(Found::Withdrawn { .. }) | None => {}
        }
    }
    Ok(None)
}

/// The path of an address on this site.
fn path_of(app: &App, address: &str) -> Option<String> {
    let public = &app.0.settings.public_url;
    let url = public.join(address).ok()?;
    (url.origin() == public.origin()).then(|| url.path().trim_end_matches('/').to_owned())
}
