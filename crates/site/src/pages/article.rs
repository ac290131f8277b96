//! `/news/russia/some-slug`: a story.

use base::{Actor, ArticleId, PhotoId, RevisionId};
use document::{Labels, Picture, RelatedRef, Render, StoryLink, related_html};
use projections::page_cache::{Rendered, Tag};
use projections::search::LikeThis;
use publish::article::{self, Article, Content, Page, PublishedArticle, Revision, Teaser};

use super::cards::Cards;
use super::discussion::of_story;
use super::entry::{Full, author_address};
use super::pictures::Pictures;
use super::programme::Seen;
use super::related::{RelatedStories, as_ref};
use super::shell::{Shell, link};
use super::{Result, meeting, missing};
use crate::App;
use crate::syndication::{oembed, open_graph, structured_data};
use crate::view::{Alternate, ArticlePage, Byline, Correction, Related};

const SUGGESTED: usize = 4;

pub(super) async fn render(app: &App, shell: &Shell, id: ArticleId) -> Result<Rendered> {
    let Some(full) = Full::load(app, id).await? else { return missing::not_found(app).await };
    page(app, shell, &full).await
}

/// The page that publishing this content would make: for those who may see it before.
pub(crate) async fn preview(app: &App, article: &Article, content: Content) -> Result<String> {
    let shell = Shell::load(app).await?;
    let now = app.now();
    let revision = Revision {
        id: RevisionId(article.id.0),
        number: article.newest_revision,
        summary: content.body.summary(article::SUMMARY_CHARS),
        words: i64::try_from(content.body.word_count()).unwrap_or(i64::MAX),
        content,
        actor: Actor::System,
        created_at: now,
    };
    let published_at = article.published_at.unwrap_or(now);
    let published = PublishedArticle { article: article.clone(), revision, published_at };
    let full = Full::of(app, published).await?;
    let rendered = page(app, &shell, &full).await?;
    Ok(String::from_utf8_lossy(&rendered.body).into_owned())
}

async fn page(app: &App, shell: &Shell, full: &Full) -> Result<Rendered> {
    let id = full.published.article.id;
    let mut tags = full.tags();
    tags.push(Tag::Alike(id));
    let article = &full.published.article;
    let content = &full.published.revision.content;
    let related = RelatedStories::load(app, &content.body, &content.related, &mut tags).await?;
    let suggested = suggested(app, full, &related.ids()).await?;
    let cards = Cards::load(app, &suggested.iter().collect::<Vec<_>>()).await?;
    let body_html = body_html(app, shell, full, &related)?;
    let label = shell.kind(app, &content.language, content.kind)?;
    let entry = full.entry(shell, label, String::new());

    let mut head = shell.head(&content.headline, &content.language, &article.path);
    head.description.clone_from(&entry.summary);
    head.alternates = alternates(shell, full);
    head.oembed = Some(
        oembed::discovery(&shell.publication, "/oembed", &entry.url, &entry.headline)[0]
            .href
            .clone(),
    );
    head.json_ld = vec![structured_data::article(&shell.publication, &entry)];
    head.open_graph = open_graph::article(&shell.publication, &entry);

    let picture = content
        .photo
        .as_ref()
        .and_then(|lead| full.pictures.picture(lead.photo, lead.caption.as_deref()));
    let video = match article::video(app.store(), id).await? {
        Some(recording) => {
            tags.push(Tag::Recording(recording));
            Seen::of_story(app, recording).await?
        }
        None => None,
    };
    if let Some(seen) = &video {
        seen.tell(shell, &mut head.open_graph);
        let film = seen.film(&entry.summary);
        head.json_ld.push(structured_data::video(&shell.publication, &film));
    }
    let meeting = meeting::of_story(app, shell, id, &article.path, &mut tags).await?;
    let meeting = meeting.map(|(told, data)| {
        head.json_ld.push(data);
        told
    });
    let mut corrections: Vec<_> =
        full.corrections.iter().map(|it| Correction { at: it.at, text: it.text.clone() }).collect();
    corrections.reverse();
    let discussion = of_story(app, shell, full, &mut tags).await?;
    let page = ArticlePage {
        crumbs: shell.sections.trail(article.section_id).into_iter().map(link).collect(),
        kind: content.kind.name().to_owned(),
        headline: content.headline.clone(),
        deck: content.deck.clone(),
        picture,
        video: video.map(|it| it.video),
        published: full.published.published_at,
        updated: article.updated_at,
        byline: byline(full),
        dateline: (!content.dateline.is_empty()).then(|| content.dateline.to_uppercase()),
        share: shell
            .view()
            .share_links(&shell.publication.absolute(&article.path), &content.headline),
        body_html,
        corrections,
        related: chosen(full, &related),
        suggested: cards.all(shell, &suggested, &mut tags),
        meeting,
        on_air: shell.view().channel.is_about(id),
        discussion,
        head,
    };
    let mut rendered = shell.render(app, 200, page, tags)?;
    rendered.modified = Some(entry.modified());
    Ok(rendered)
}

/// The body as HTML. An article whose body names no related story shows the first that the editor
/// chose after its second paragraph, where a reader who will not reach the end meets it.
fn body_html(app: &App, shell: &Shell, full: &Full, related: &RelatedStories) -> Result<String> {
    let content = &full.published.revision.content;
    let labels = app.0.templates.words().labels(&content.language, &shell.site.language)?;
    let first = content.related.first().map(as_ref).filter(|_| content.body.related().is_empty());
    let mut parts = Parts { pictures: &full.pictures, related, labels, second: None };
    parts.second = first.map(|first| related_html(&first, &parts));
    Ok(content.body.to_html(&parts))
}

/// What a body does not know itself.
pub(super) struct Parts<'a> {
    pub(super) pictures: &'a Pictures,
    pub(super) related: &'a RelatedStories,
    pub(super) labels: Labels,
    /// What stands after the second paragraph.
    pub(super) second: Option<String>,
}

impl Render for Parts<'_> {
    fn picture(&self, id: PhotoId) -> Option<Picture> {
        self.pictures.picture(id, None)
    }

    fn story(&self, related: &RelatedRef) -> Option<StoryLink> {
        self.related.link(related)
    }

    fn labels(&self) -> &Labels {
        &self.labels
    }

    fn after_paragraph(&self, n: usize) -> Option<String> {
        (n == 2).then(|| self.second.clone()).flatten()
    }
}

fn byline(full: &Full) -> Vec<Byline> {
    let authors = full.published.revision.content.byline.iter();
    authors
        .filter_map(|author| {
            let person = full.author(author)?;
            Some(Byline {
                name: person.name.clone(),
                url: Some(author_address(person)),
                role: author.role.clone(),
            })
        })
        .collect()
}

/// The editor's choice below the body; what is not known yet is a plain title.
fn chosen(full: &Full, related: &RelatedStories) -> Vec<Related> {
    let chosen = full.published.revision.content.related.iter().map(as_ref);
    chosen
        .filter_map(|wanted| match related.teaser(&wanted) {
            Some(teaser) => Some(Related {
                headline: teaser.headline.clone(),
                url: Some(teaser.path.clone()),
                language: Some(teaser.language.clone()),
            }),
            None => wanted.title.map(|headline| Related { headline, url: None, language: None }),
        })
        .collect()
}

/// The system's choice: what is most alike, or else the newest of the section.
async fn suggested(app: &App, full: &Full, but: &[ArticleId]) -> Result<Vec<Teaser>> {
    let own = full.published.article.id;
    let wanted = SUGGESTED + but.len() + 1;
    let content = &full.published.revision.content;
    let mut ids = app.0.search.similar(like_this(own, content), wanted).await?;
    ids.retain(|id| *id != own && !but.contains(id));
    ids.truncate(SUGGESTED);
    let mut teasers = article::teasers(app.store(), &ids).await?;
    if teasers.len() < SUGGESTED {
        let section = full.published.article.section_id;
        let limit = i64::try_from(wanted + SUGGESTED).unwrap_or(i64::MAX);
        let newest = article::teasers_in(app.store(), section, Page::First, limit).await?;
        let fresh = newest
            .into_iter()
            .filter(|it| it.id != own && !but.contains(&it.id) && !ids.contains(&it.id));
        let missing = SUGGESTED - teasers.len();
        teasers.extend(fresh.take(missing));
    }
    Ok(teasers)
}

/// An article as the search index compares it.
pub(crate) fn like_this(article: ArticleId, content: &Content) -> LikeThis {
    LikeThis {
        article,
        language: content.language.clone(),
        headline: content.headline.clone(),
        deck: content.deck.clone(),
        body: content.body.to_text(),
    }
}

/// The article in all its languages, itself included: each must name all (hreflang).
fn alternates(shell: &Shell, full: &Full) -> Vec<Alternate> {
    if full.translations.is_empty() {
        return Vec::new();
    }
    let own = &full.published;
    let own = (own.revision.content.language.clone(), own.article.path.clone());
    let all = std::iter::once(&own).chain(&full.translations);
    all.map(|(language, path)| Alternate {
        language: language.clone(),
        url: shell.publication.absolute(path),
        name: Some(language_name(language)),
    })
    .collect()
}

/// A language's own name for itself, for those that newsrooms write in most; else its tag.
fn language_name(tag: &str) -> String {
    let plain = tag.split('-').next().unwrap_or_default();
    let name = match plain {
        "ar" => "العربية",
        "de" => "Deutsch",
        "en" => "English",
        "es" => "Español",
        "fa" => "فارسی",
        "fr" => "Français",
        "hi" => "हिन्दी",
        "it" => "Italiano",
        "ja" => "日本語",
        "pt" => "Português",
        "ru" => "Русский",
        "tr" => "Türkçe",
        "uk" => "Українська",
        "zh" => "中文",
        _ => tag,
    };
    name.to_owned()
}

/// Tags that tell of a story which is not there yet.
pub(super) fn awaited(path: &str) -> Vec<Tag> {
    vec![Tag::Address(path.to_owned())]
}
