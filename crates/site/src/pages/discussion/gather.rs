//! A discussion as a page shows it.

use base::{ArticleId, CommentId, PersonId};
use discuss::comment::{self, Comment, Order};
use discuss::rule::{self, InForce, Mode, Speak};
use discuss::{Story, comment::shown_count};
use projections::page_cache::Tag;
use publish::article::{self, PublishedArticle};

use crate::App;
use crate::pages::Result;
use crate::pages::entry::Full;
use crate::pages::shell::Shell;
use crate::syndication::structured_data::{self, Posting, Said};
use crate::view::{self, CommentForm, Discussion, Link, OrderLink, Thread};

/// On the story's own page: so many threads, with so many answers each.
const BELOW_A_STORY: (usize, usize) = (10, 3);

/// A story, as far as what is said under it needs to know.
pub(super) struct Told {
    pub(super) story: Story,
    pub(super) headline: String,
    pub(super) path: String,
    pub(super) language: String,
    authors: Vec<PersonId>,
}

/// Where the discussion of an article is.
pub(super) fn address(article: ArticleId) -> String {
    format!("/discussions/{article}")
}

/// The discussion below a story, with its tags; none where there is to be none.
pub(in crate::pages) async fn of_story(
    app: &App,
    shell: &Shell,
    full: &Full,
    tags: &mut Vec<Tag>,
) -> Result<Option<Discussion>> {
    let told = Told::of(shell, &full.published);
    tags.extend([Tag::Discussion(told.story.article), Tag::Discussions]);
    told.discussion(app, Order::default(), None, BELOW_A_STORY).await
}

/// A story and the discussion below it, for a page of something that is about it; nothing where
/// readers do not see the story. The page bears the tags of both.
pub(in crate::pages) async fn under_a_story(
    app: &App,
    shell: &Shell,
    id: ArticleId,
    tags: &mut Vec<Tag>,
) -> Result<Option<(Link, Option<Discussion>)>> {
    tags.extend([Tag::Article(id), Tag::Discussion(id), Tag::Discussions]);
    let Some(told) = Told::load(app, shell, id).await? else { return Ok(None) };
    let discussion = told.discussion(app, Order::default(), None, BELOW_A_STORY).await?;
    Ok(Some((told.story_link(), discussion)))
}

impl Told {
    /// The story, if readers may see it.
    pub(super) async fn load(app: &App, shell: &Shell, id: ArticleId) -> Result<Option<Self>> {
        let published = article::published(app.store(), id).await?;
        Ok(published.map(|published| Self::of(shell, &published)))
    }

    pub(super) fn of(shell: &Shell, published: &PublishedArticle) -> Self {
        let PublishedArticle { article, revision, published_at } = published;
        let trail = shell.sections.trail(article.section_id).into_iter().rev();
        let sections = trail.map(|section| section.id).collect();
        let content = &revision.content;
        Self {
            story: Story { article: article.id, sections, published_at: *published_at },
            headline: content.headline.clone(),
            path: article.path.clone(),
            language: content.language.clone(),
            authors: content.byline.iter().map(|author| author.person).collect(),
        }
    }

    pub(super) fn story_link(&self) -> Link {
        Link::new(self.headline.clone(), self.path.clone())
    }

    /// Whether comments are taken, and of whom; none where there is no discussion at all.
    pub(super) async fn open(&self, app: &App) -> Result<Option<(bool, Speak)>> {
        let in_force = rule::in_force(app.store(), &self.story, app.now()).await?;
        Ok(open(in_force).map(|open| (open, in_force.speak)))
    }

    /// A page of the discussion; none where there is to be none.
    pub(super) async fn discussion(
        &self,
        app: &App,
        order: Order,
        after: Option<CommentId>,
        (threads, answers): (usize, usize),
    ) -> Result<Option<Discussion>> {
        let (store, article) = (app.store(), self.story.article);
        // Asked first: what happens meanwhile may be told twice, and not never.
        let through = store::events::head(store).await?;
        let in_force = rule::in_force(store, &self.story, app.now()).await?;
        let Some(open) = open(in_force) else { return Ok(None) };
        let after = match after {
            Some(id) => comment::by_id(store, id).await?.filter(|it| it.article == article),
            None => None,
        };
        let page = comment::threads(store, article, order, after.as_ref(), threads).await?;
        let replies = comment::replies_of(store, &page.comments, answers).await?;
        let shown = page.comments.iter().zip(replies).map(|(root, replies)| Thread {
            comment: self.view(root, open),
            answers: replies.comments.iter().map(|it| self.view(it, open)).collect(),
            more: replies.more.then(|| format!("/comments/{}", root.id)),
        });
        let query = |order: Order| match order {
            Order::Newest => address(article),
            other => format!("{}?order={}", address(article), other.name()),
        };
        let next = |last: &Comment| {
            let joint = if order == Order::Newest { '?' } else { '&' };
            format!("{}{joint}after={}", query(order), last.id)
        };
        let count = shown_count(store, article).await?;
        let orders = Order::ALL.map(|it| OrderLink {
            key: it.name().to_owned(),
            url: query(it),
            chosen: it == order,
        });
        Ok(Some(Discussion {
            address: address(article),
            count,
            through,
            threads: shown.collect(),
            more: page.comments.last().filter(|_| page.more).map(next),
            orders: if count > 1 { orders.into() } else { Vec::new() },
            form: open.then(|| CommentForm {
                asks_name: in_force.speak == Speak::Guests,
                keyed: in_force.speak == Speak::Accounts,
                ways: app.ways(),
                back: address(article),
                ..CommentForm::default()
            }),
            closes_at: in_force.closes_at.filter(|_| open),
            accounts: app.has_accounts(),
            follows: app.has_mail(),
        }))
    }

    /// These comments alone, each in its thread.
    pub(super) async fn these(
        &self,
        app: &App,
        ids: &[CommentId],
        open: bool,
    ) -> Result<Vec<Thread>> {
        let store = app.store();
        let mut threads: Vec<(CommentId, Thread)> = Vec::new();
        for it in comment::shown_of(store, self.story.article, ids).await? {
            let known = threads.iter().position(|(root, _)| *root == it.thread);
            let place = match known {
                Some(place) => place,
                None => {
                    let Some(root) = comment::by_id(store, it.thread).await? else { continue };
                    let comment = self.view(&root, open);
                    threads.push((root.id, Thread { comment, answers: Vec::new(), more: None }));
                    threads.len() - 1
                }
            };
            if it.id != it.thread {
                threads[place].1.answers.push(self.view(&it, open));
            }
        }
        Ok(threads.into_iter().map(|(_, thread)| thread).collect())
    }

    /// The thread of a comment, from its beginning or behind one of its answers.
    pub(super) async fn thread(
        &self,
        app: &App,
        comment: &Comment,
        after: Option<CommentId>,
        limit: usize,
        open: bool,
    ) -> Result<Option<Thread>> {
        let store = app.store();
        let Some(root) = comment::by_id(store, comment.thread).await? else { return Ok(None) };
        let after = match after {
            Some(id) => comment::by_id(store, id).await?.filter(|it| it.thread == root.id),
            None => None,
        };
        let replies = comment::thread_of(store, root.id, after.as_ref(), limit).await?;
        let last = replies.comments.last().filter(|_| replies.more);
        Ok(Some(Thread {
            comment: self.view(&root, open),
            answers: replies.comments.iter().map(|it| self.view(it, open)).collect(),
            more: last.map(|last| format!("/comments/{}?after={}", comment.id, last.id)),
        }))
    }

    pub(super) fn view(&self, comment: &Comment, open: bool) -> view::Comment {
        let shown = comment.state == comment::State::Shown;
        let text = comment.text.as_ref();
        // Of what is not shown only the place is left, for the answers to hang on.
        let removed = !shown && (comment.replies > 0 || text.is_none());
        view::Comment {
            id: comment.id.to_string(),
            url: format!("/comments/{}", comment.id),
            name: if removed { String::new() } else { comment.name.clone() },
            profile: (shown && comment.on_page)
                .then(|| format!("/commenters/{}", comment.commenter)),
            staff: comment.person.is_some(),
            author: comment.person.is_some_and(|person| self.authors.contains(&person)),
            featured: comment.featured,
            removed,
            created: comment.created_at,
            edited: comment.edited_at.is_some(),
            text_html: text.filter(|_| !removed).map(discuss::Text::html).unwrap_or_default(),
            recommended: comment.recommended,
            parent: comment.parent.map(|parent| parent.to_string()),
            depth: comment.depth,
            open: open && shown,
        }
    }

    /// The discussion for search engines.
    pub(super) fn structured(&self, shell: &Shell, discussion: &Discussion) -> String {
        let said = |it: &view::Comment, answers| Said {
            url: it.url.clone(),
            name: it.name.clone(),
            text: plain(&it.text_html),
            written: it.created,
            recommended: u64::try_from(it.recommended).unwrap_or_default(),
            answers,
        };
        let threads = discussion.threads.iter().filter(|it| !it.comment.removed).map(|thread| {
            let answers = thread.answers.iter().filter(|it| !it.removed);
            said(&thread.comment, answers.map(|it| said(it, Vec::new())).collect())
        });
        structured_data::discussion(
            &shell.publication,
            &Posting {
                headline: self.headline.clone(),
                url: discussion.address.clone(),
                story: self.path.clone(),
                published: self.story.published_at,
                count: u64::try_from(discussion.count).unwrap_or_default(),
                comments: threads.collect(),
            },
        )
    }
}

fn open(in_force: InForce) -> Option<bool> {
    match in_force.mode {
        Mode::Closed => None,
        Mode::ReadOnly => Some(false),
        Mode::After | Mode::Before | Mode::Newcomers => Some(true),
    }
}

/// The text of our own HTML.
fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut within = false;
    for c in html.chars() {
        match c {
            '<' => within = true,
            '>' => within = false,
            c if !within => text.push(c),
            _ => {}
        }
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    text.replace("&#39;", "'").replace("&amp;", "&").trim().to_owned()
}
