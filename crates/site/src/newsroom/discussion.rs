//! `/newsroom/discussion`: what moderators do.

mod commenter;
mod networks;
mod verdicts;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use accounts::person;
use accounts::policy::{self, Action, check_anywhere};
use axum::Json;
use axum::extract::{Query, State};
use axum::response::IntoResponse as _;
use base::{ArticleId, BatchId, CommentId, PersonId, SectionId, Timestamp};
use discuss::DiscussError;
use discuss::comment::{self, About, Decided, Decision, Last, Reason, Seen};
use discuss::queue::{self, List};
use discuss::rule::{self, Mode, Rule, Scope, Speak};
use discuss::words;
use publish::article;
use publish::section::{self, Tree};
use serde::{Deserialize, Serialize};

use super::forms::{Fields, Posted};
use super::gate::Staff;
use super::page::{Answer, Frame, View, go};
use super::trouble::Trouble;
use crate::App;

pub(super) use commenter::{ban, note, show as commenter, watch};
pub(super) use networks::{ban as ban_network, lift as lift_network, show as networks};
use verdicts::Verdict;

const SHOWN: i64 = 50;
/// Of what was decided, so much as pages that are open may still show.
const DECIDED: i64 = 100;
/// So many that were left alone are named.
const LEFT_MAX: usize = 50;

/// Which list, as the form sends it.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Wanted {
    list: String,
    q: String,
    /// What was just decided, or undone.
    done: String,
    /// About what nothing was decided, because something had happened to it meanwhile.
    left: String,
}

#[derive(Serialize)]
struct QueuePage {
    wanted: Wanted,
    lists: Vec<Choice>,
    rows: Vec<Row>,
    reasons: Vec<&'static str>,
    done: Option<Done>,
    left: Vec<LeftRow>,
    decided: Vec<DecidedRow>,
    /// Whether one may ban networks: that counts in the whole site.
    may_ban: bool,
}

/// A comment that was left as it is, with what had happened to it.
#[derive(Serialize)]
struct LeftRow {
    id: String,
    name: String,
    /// The name of a decision, `edited` or `removed`.
    what: String,
    /// Who did that; empty for the operator.
    who: String,
    at: Option<Timestamp>,
}

/// What was decided of late: a page that shows the comment still says so.
#[derive(Serialize)]
struct DecidedRow {
    comment: String,
    decision: String,
    who: String,
}

/// How a comment read before.
#[derive(Serialize)]
struct Edition {
    until: Timestamp,
    text_html: String,
}

/// What somebody has just decided, to say so, and to undo it.
#[derive(Serialize)]
struct Done {
    batch: String,
    decision: String,
    count: usize,
    undone: bool,
}

impl View for QueuePage {
    const TEMPLATE: &'static str = "discussion.html";
}

#[derive(Serialize)]
struct Choice {
    key: &'static str,
    chosen: bool,
    count: Option<i64>,
}

/// A comment as moderators see it.
#[derive(Serialize)]
struct Row {
    id: String,
    article: String,
    story: String,
    headline: String,
    name: String,
    commenter: String,
    text_html: String,
    state: String,
    featured: bool,
    created: Timestamp,
    /// What readers say against it: a reason's name and words.
    reports: Vec<(String, String)>,
    /// Why it waits.
    waits: Vec<String>,
    /// What each step of the pipeline said.
    verdicts: Vec<Verdict>,
    /// What a decision from here is made from.
    seen: String,
    /// Whether it is known where it came from.
    has_network: bool,
    /// What its author said to a refusal.
    appeal: Option<String>,
    approved: i64,
    rejected: i64,
    banned: Option<Timestamp>,
    watched: bool,
    /// How many notes there are about its author.
    notes: i64,
    editions: Vec<Edition>,
    /// Another moderator who has it on the screen.
    claimed_by: Option<String>,
}

/// `GET /newsroom/discussion`
pub(super) async fn queue(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Query(wanted): Query<Wanted>,
) -> Answer {
    check_anywhere(staff.actor(), Action::Moderate)?;
    frame.show(&page(&app, &staff, wanted).await?)
}

async fn page(app: &App, staff: &Staff, wanted: Wanted) -> Result<QueuePage, Trouble> {
    let list = List::parse(&wanted.list).unwrap_or_default();
    let found = queue::list(app.store(), list, &wanted.q, SHOWN).await?;
    let (waiting, reported) = queue::counts(app.store()).await?;
    let lists = List::ALL.map(|it| Choice {
        key: it.name(),
        chosen: it == list,
        count: match it {
            List::Waiting => Some(waiting),
            List::Reported => Some(reported),
            List::Worst | List::All => None,
        },
    });
    let rows = rows(app, staff, found).await?;
    let reasons = Reason::ALL.map(Reason::name).into();
    let done = done(app, staff, &wanted.done).await?;
    let left = left(app, staff, &wanted.left).await?;
    let decided = decided(app).await?;
    let may_ban = policy::check(staff.actor(), Action::Moderate).is_ok();
    Ok(QueuePage { wanted, lists: lists.into(), rows, reasons, done, left, decided, may_ban })
}

/// What happened meanwhile to comments about which nothing was decided, where one moderates.
async fn left(app: &App, staff: &Staff, ids: &str) -> Result<Vec<LeftRow>, Trouble> {
    let store = app.store();
    let tree = section::tree(store).await?;
    let mut rows = Vec::new();
    for id in ids.split(',').filter_map(|id| id.parse::<CommentId>().ok()).take(LEFT_MAX) {
        let Some(known) = comment::by_id(store, id).await? else { continue };
        if story(app, staff, &tree, known.article).await?.is_none() {
            continue;
        }
        let Some(last) = comment::last(store, &known).await? else { continue };
        let author = known.name.clone();
        let (what, who, at) = match last {
            Last::Removed => ("removed".to_owned(), author, None),
            Last::Edited(at) => ("edited".to_owned(), author, Some(at)),
            Last::Decided(it) if it.decision == "appeal" => {
                (it.decision, author, Some(it.created_at))
            }
            Last::Decided(it) => {
                let who = match it.person_id {
                    Some(person) => person::by_id(store, person).await?.map(|it| it.name),
                    None => None,
                };
                (it.decision, who.unwrap_or_default(), Some(it.created_at))
            }
        };
        rows.push(LeftRow { id: id.to_string(), name: known.name, what, who, at });
    }
    Ok(rows)
}

async fn decided(app: &App) -> Result<Vec<DecidedRow>, Trouble> {
    let found = queue::decided(app.store(), DECIDED).await?;
    let people: Vec<PersonId> = found.iter().filter_map(|it| it.person_id).collect();
    let people = person::by_ids(app.store(), &people).await?;
    let decided = found.into_iter().map(|it| {
        let who = people.iter().find(|person| Some(person.id) == it.person_id);
        DecidedRow {
            comment: it.comment_id.to_string(),
            decision: it.decision,
            who: who.map(|it| it.name.clone()).unwrap_or_default(),
        }
    });
    Ok(decided.collect())
}

/// How these comments read before, each for itself.
async fn editions(
    app: &App,
    comments: &[CommentId],
) -> Result<BTreeMap<CommentId, Vec<Edition>>, Trouble> {
    let mut all: BTreeMap<CommentId, Vec<Edition>> = BTreeMap::new();
    for it in comment::editions(app.store(), comments).await? {
        let text_html = discuss::Text::parse(&it.text).map(|it| it.html()).unwrap_or_default();
        all.entry(it.comment_id).or_default().push(Edition { until: it.until, text_html });
    }
    Ok(all)
}

async fn done(app: &App, staff: &Staff, batch: &str) -> Result<Option<Done>, Trouble> {
    let Ok(id) = batch.parse::<BatchId>() else { return Ok(None) };
    let batch = comment::batch(app.store(), id).await?;
    Ok(batch.filter(|it| it.person == Some(staff.person())).map(|it| Done {
        batch: id.to_string(),
        decision: it.decision,
        count: it.comments.len(),
        undone: it.undone,
    }))
}

async fn rows(app: &App, staff: &Staff, found: Vec<queue::Entry>) -> Result<Vec<Row>, Trouble> {
    let store = app.store();
    let tree = section::tree(store).await?;
    let moderators: Vec<PersonId> = found.iter().filter_map(|it| it.claimed_by).collect();
    let moderators = person::by_ids(store, &moderators).await?;
    let changed = found.iter().filter(|it| it.edited_at.is_some()).map(|it| it.id);
    let mut editions = editions(app, &changed.collect::<Vec<_>>()).await?;
    let mut stories: BTreeMap<ArticleId, Option<(String, String)>> = BTreeMap::new();
    let mut rows = Vec::with_capacity(found.len());
    for it in found {
        if let Entry::Vacant(unknown) = stories.entry(it.article_id) {
            unknown.insert(story(app, staff, &tree, it.article_id).await?);
        }
        let Some(Some((path, headline))) = stories.get(&it.article_id) else { continue };
        let appeal = match it.state.as_str() {
            "waiting" => appeal(comment::history(store, it.id).await?),
            _ => None,
        };
        let reports = match it.reports {
            0 => Vec::new(),
            _ => comment::reports_of(store, it.id).await?,
        };
        let claimed = it.claimed_by.filter(|by| *by != staff.person());
        let claimed = claimed.filter(|_| it.claimed_until.is_some_and(|until| until > app.now()));
        let named = claimed.and_then(|by| moderators.iter().find(|person| person.id == by));
        let seen = it.seen().to_string();
        rows.push(Row {
            id: it.id.to_string(),
            article: it.article_id.to_string(),
            story: path.clone(),
            headline: headline.clone(),
            commenter: it.commenter_id.to_string(),
            text_html: discuss::Text::parse(&it.text).map(|it| it.html()).unwrap_or_default(),
            name: it.name,
            seen,
            has_network: it.network.is_some(),
            state: it.state,
            featured: it.featured,
            created: it.created_at,
            reports: reports.into_iter().map(|it| (it.reason, it.words)).collect(),
            waits: verdicts::waits(&it.verdicts),
            verdicts: verdicts::all(&it.verdicts),
            appeal,
            approved: it.approved,
            rejected: it.rejected,
            banned: it.banned_until.filter(|until| *until > app.now()),
            watched: it.watched,
            notes: it.notes,
            editions: editions.remove(&it.id).unwrap_or_default(),
            claimed_by: named.map(|person| person.name.clone()),
        });
    }
    Ok(rows)
}

/// What an author asks of the moderators, unless one of them has answered.
fn appeal(history: Vec<comment::Ruling>) -> Option<String> {
    let last = history.into_iter().rev().find(|it| !it.undone && it.decision != "undo");
    last.filter(|it| it.decision == "appeal").map(|it| it.words)
}

/// The story's address and headline, for one who may moderate under it.
async fn story(
    app: &App,
    staff: &Staff,
    tree: &Tree,
    id: ArticleId,
) -> Result<Option<(String, String)>, Trouble> {
    let Some(published) = article::published(app.store(), id).await? else { return Ok(None) };
    let sections = above(tree, published.article.section_id);
    let object = policy::Object { sections, ..policy::Object::default() };
    let may = policy::check_on(staff.actor(), Action::Moderate, &object).is_ok();
    Ok(may.then_some((published.article.path, published.revision.content.headline)))
}

/// A section and those above it, from the inside out.
fn above(tree: &Tree, section: SectionId) -> Vec<SectionId> {
    tree.trail(section).into_iter().rev().map(|it| it.id).collect()
}

/// The sections of a comment's story, to ask whether somebody may decide about it.
async fn sections_of(app: &App, comment: CommentId) -> Result<Vec<SectionId>, Trouble> {
    let missing = || Trouble::missing("comment");
    let known = comment::by_id(app.store(), comment).await?.ok_or_else(missing)?;
    let article = article::by_id(app.store(), known.article).await?.ok_or_else(missing)?;
    Ok(above(&section::tree(app.store()).await?, article.section_id))
}

/// `POST /newsroom/discussion/claim`: one looks at these, and no other moderator is to. The answer
/// names those who look at one of them already.
pub(super) async fn claim(State(app): State<App>, staff: Staff, Posted(fields): Posted) -> Answer {
    check_anywhere(staff.actor(), Action::Moderate)?;
    let wanted = chosen(&fields);
    let mut tx = app.store().begin().await?;
    let kept = queue::claim(&mut tx, staff.actor(), &wanted, app.now()).await?;
    tx.commit().await?;
    let lost: Vec<CommentId> = wanted.into_iter().filter(|it| !kept.contains(it)).collect();
    let holders = queue::holders(app.store(), &lost).await?;
    let people: Vec<PersonId> = holders.iter().map(|it| it.person_id).collect();
    let people = person::by_ids(app.store(), &people).await?;
    let others: BTreeMap<String, String> = holders
        .into_iter()
        .filter_map(|it| {
            let person = people.iter().find(|person| person.id == it.person_id)?;
            Some((it.comment_id.to_string(), person.name.clone()))
        })
        .collect();
    Ok(Json(others).into_response())
}

/// `POST /newsroom/discussion/decide`: about one comment, or several at once. The form says what was
/// seen of each; what has changed since is left as it is, and named.
pub(super) async fn decide(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Posted(fields): Posted,
) -> Answer {
    check_anywhere(staff.actor(), Action::Moderate)?;
    let decided: Result<Decided, Trouble> = async {
        let decision = decision(&fields)?;
        let about = looked_at(&app, &fields).await?;
        if about.is_empty() {
            return Err(Trouble::invalid("Choose a comment first."));
        }
        let mut tx = app.store().begin().await?;
        let actor = staff.actor();
        let decided = comment::decide_all(&mut tx, actor, &about, &decision, app.now()).await?;
        tx.commit().await?;
        Ok(decided)
    }
    .await;
    match decided {
        Ok(Decided { batch: None, left }) if !left.is_empty() => {
            let trouble = Trouble::from(DiscussError::Changed(left[0]));
            refused(&app, &staff, &frame, &fields, (&trouble, &left)).await
        }
        Ok(Decided { batch, left }) => back(&fields, batch, &left),
        Err(trouble) => refused(&app, &staff, &frame, &fields, (&trouble, &[])).await,
    }
}

/// The comments of a form, with what was seen of each.
async fn looked_at(app: &App, fields: &Fields) -> Result<Vec<About>, Trouble> {
    let old = || Trouble::invalid("The page is too old to decide from. Load it again.");
    let mut all = Vec::new();
    for (_, value) in fields.starting("comment").filter(|(rest, _)| rest.is_empty()) {
        let (id, seen) = value.split_once('.').ok_or_else(old)?;
        let comment: CommentId = id.parse().map_err(|_| old())?;
        let seen = Seen::parse(seen).ok_or_else(old)?;
        all.push(About { comment, sections: sections_of(app, comment).await?, seen });
    }
    Ok(all)
}

fn decision(fields: &Fields) -> Result<Decision, Trouble> {
    Ok(match fields.text("decision") {
        "approve" => Decision::Approve,
        "put-back" => Decision::PutBack,
        "feature" => Decision::Pick,
        "unfeature" => Decision::Unpick,
        "reject" => {
            let say = || Trouble::invalid("Say why it does not stand.");
            let reason = Reason::parse(fields.text("reason")).ok_or_else(say)?;
            Decision::Reject { reason, words: fields.trimmed("words").to_owned() }
        }
        _ => return Err(Trouble::invalid("Say what is to become of it.")),
    })
}

/// `POST /newsroom/discussion/undo`: what was decided at once.
pub(super) async fn undo(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Posted(fields): Posted,
) -> Answer {
    check_anywhere(staff.actor(), Action::Moderate)?;
    let undone: Result<BatchId, Trouble> = async {
        let missing = || Trouble::missing("decision");
        let id: BatchId = fields.text("batch").parse().map_err(|_| missing())?;
        let batch = comment::batch(app.store(), id).await?.ok_or_else(missing)?;
        let places = places(&app, batch.comments).await?;
        let mut tx = app.store().begin().await?;
        comment::undo(&mut tx, staff.actor(), id, &places, app.now()).await?;
        tx.commit().await?;
        Ok(id)
    }
    .await;
    match undone {
        Ok(batch) => back(&fields, Some(batch), &[]),
        Err(trouble) => refused(&app, &staff, &frame, &fields, (&trouble, &[])).await,
    }
}

/// Each comment with the sections of its story.
async fn places(
    app: &App,
    comments: Vec<CommentId>,
) -> Result<Vec<(CommentId, Vec<SectionId>)>, Trouble> {
    let mut places = Vec::with_capacity(comments.len());
    for id in comments {
        places.push((id, sections_of(app, id).await?));
    }
    Ok(places)
}

/// The list that one came from, with what could not be done there, and why it was left.
async fn refused(
    app: &App,
    staff: &Staff,
    frame: &Frame,
    fields: &Fields,
    (trouble, left): (&Trouble, &[CommentId]),
) -> Answer {
    let text = |name| fields.text(name).to_owned();
    let wanted =
        Wanted { list: text("list"), q: text("q"), done: String::new(), left: joined(left) };
    frame.refuse(&page(app, staff, wanted).await?, trouble)
}

fn chosen(fields: &Fields) -> Vec<CommentId> {
    let chosen = fields.starting("comment").filter(|(rest, _)| rest.is_empty());
    chosen.filter_map(|(_, id)| id.parse().ok()).collect()
}

fn joined(ids: &[CommentId]) -> String {
    ids.iter().map(CommentId::to_string).collect::<Vec<_>>().join(",")
}

/// To the list that one came from, which says what was done, and what was not.
fn back(fields: &Fields, done: Option<BatchId>, left: &[CommentId]) -> Answer {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for name in ["list", "q"] {
        if !fields.text(name).is_empty() {
            query.append_pair(name, fields.text(name));
        }
    }
    if let Some(batch) = done {
        query.append_pair("done", &batch.to_string());
    }
    if !left.is_empty() {
        query.append_pair("left", &joined(&left[..left.len().min(LEFT_MAX)]));
    }
    let query = query.finish();
    let joint = if query.is_empty() { "" } else { "?" };
    go(&format!("/newsroom/discussion{joint}{query}"))
}

#[derive(Serialize)]
struct RulesPage {
    modes: Vec<&'static str>,
    /// Who may speak, to choose from; none where readers have no accounts.
    speaks: Vec<&'static str>,
    /// The story that was asked for, if one was.
    stories: Vec<RuleRow>,
    site: RuleRow,
    sections: Vec<RuleRow>,
    /// Languages with words of their own; the empty one counts for all.
    words: Vec<WordsRow>,
    hits: Option<Hits>,
}

impl View for RulesPage {
    const TEMPLATE: &'static str = "discussion_rules.html";
}

#[derive(Serialize)]
struct RuleRow {
    id: String,
    name: String,
    /// The story that it is about, if it is about one.
    story: Option<String>,
    mode: &'static str,
    closes_after: Option<i64>,
    speak: &'static str,
}

#[derive(Serialize)]
struct WordsRow {
    language: String,
    banned: String,
    suspect: String,
}

/// Whom words would have met.
#[derive(Serialize)]
struct Hits {
    looked_at: usize,
    texts: Vec<(String, String)>,
}

/// `GET /newsroom/discussion/rules`
pub(super) async fn rules(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Query(AboutStory { story }): Query<AboutStory>,
) -> Answer {
    check_anywhere(staff.actor(), Action::Moderate)?;
    let mut page = rules_page(&app, None).await?;
    if let Some(id) = story {
        page.stories.push(story_rule(&app, &staff, id).await?);
    }
    frame.show(&page)
}

/// The story whose own rule is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AboutStory {
    story: Option<ArticleId>,
}

async fn story_rule(app: &App, staff: &Staff, id: ArticleId) -> Result<RuleRow, Trouble> {
    let tree = section::tree(app.store()).await?;
    let headline = match story(app, staff, &tree, id).await? {
        Some((_, headline)) => headline,
        None => unpublished(app, staff, id).await?.ok_or_else(|| Trouble::missing("story"))?,
    };
    let rule = rule::of(app.store(), Scope::Story(id)).await?;
    Ok(RuleRow { story: Some(id.to_string()), ..row_of(rule, String::new(), headline) })
}

/// The headline of a story that readers do not see, for one who may read it and is to moderate under
/// it. To others it is not there.
async fn unpublished(app: &App, staff: &Staff, id: ArticleId) -> Result<Option<String>, Trouble> {
    let Some(known) = article::by_id(app.store(), id).await? else { return Ok(None) };
    let object = article::object(app.store(), &known).await?;
    let may = |action| policy::check_on(staff.actor(), action, &object).is_ok();
    if !may(Action::ReadUnpublished) || !may(Action::Moderate) {
        return Ok(None);
    }
    let newest = article::revision(app.store(), id, known.newest_revision).await?;
    Ok(newest.map(|it| it.content.headline))
}

fn row_of(rule: Rule, id: String, name: String) -> RuleRow {
    let mode = rule.mode.map(Mode::name).unwrap_or_default();
    let speak = rule.speak.map(Speak::name).unwrap_or_default();
    RuleRow { id, name, story: None, mode, closes_after: rule.closes_after, speak }
}

async fn rules_page(app: &App, hits: Option<Hits>) -> Result<RulesPage, Trouble> {
    let store = app.store();
    let row = async |scope, id: String, name: String| {
        Ok::<_, Trouble>(row_of(rule::of(store, scope).await?, id, name))
    };
    let site = row(Scope::Site, String::new(), String::new()).await?;
    let tree = section::tree(store).await?;
    let mut sections = Vec::new();
    for choice in super::desk::choices(&tree) {
        if let Ok(id) = choice.id.parse() {
            sections.push(row(Scope::Section(id), choice.id, choice.name).await?);
        }
    }
    let mut languages = words::languages(store).await?;
    if !languages.contains(&String::new()) {
        languages.insert(0, String::new());
    }
    let mut lists = Vec::new();
    for language in languages {
        let banned = words::of(store, &language, words::Kind::Banned).await?.join("\n");
        let suspect = words::of(store, &language, words::Kind::Suspect).await?.join("\n");
        lists.push(WordsRow { language, banned, suspect });
    }
    // Where an account can have neither passkey nor provider, nobody could speak.
    let can_have_keys = app.has_passkeys() || app.readers_provider().is_some();
    let speaks = Speak::ALL.into_iter().filter(|it| can_have_keys || *it != Speak::Accounts);
    let speaks = speaks.map(Speak::name).collect();
    Ok(RulesPage {
        modes: Mode::ALL.map(Mode::name).into(),
        speaks: if app.has_accounts() { speaks } else { Vec::new() },
        stories: Vec::new(),
        site,
        sections,
        words: lists,
        hits,
    })
}

/// `POST /newsroom/discussion/rules`
pub(super) async fn set_rules(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Posted(fields): Posted,
) -> Answer {
    check_anywhere(staff.actor(), Action::Moderate)?;
    let set: Result<(), Trouble> = async {
        let (scope, sections) = match (fields.text("story"), fields.text("section")) {
            ("", "") => (Scope::Site, Vec::new()),
            (id, _) if !id.is_empty() => {
                let missing = || Trouble::missing("story");
                let id: ArticleId = id.parse().map_err(|_| missing())?;
                let known = article::by_id(app.store(), id).await?.ok_or_else(missing)?;
                let tree = section::tree(app.store()).await?;
                (Scope::Story(id), above(&tree, known.section_id))
            }
            (_, id) => {
                let id: SectionId = id.parse().map_err(|_| Trouble::missing("section"))?;
                (Scope::Section(id), above(&section::tree(app.store()).await?, id))
            }
        };
        let days = match fields.trimmed("closes_after") {
            "" => None,
            text => {
                let number = || Trouble::invalid("Give the days as a number, or leave them out.");
                Some(text.parse().map_err(|_| number())?)
            }
        };
        // What is not in the form stays as it is.
        let speak = match app.has_accounts() {
            true => Speak::parse(fields.text("speak")),
            false => rule::of(app.store(), scope).await?.speak,
        };
        let rule = Rule { mode: Mode::parse(fields.text("mode")), closes_after: days, speak };
        let mut tx = app.store().begin().await?;
        rule::set(&mut tx, staff.actor(), scope, &sections, rule, app.now()).await?;
        Ok(tx.commit().await?)
    }
    .await;
    match set {
        Ok(()) => match fields.text("story") {
            "" => go("/newsroom/discussion/rules"),
            id => go(&format!("/newsroom/discussion/rules?story={id}")),
        },
        Err(trouble) => {
            let mut page = rules_page(&app, None).await?;
            if let Ok(id) = fields.text("story").parse() {
                page.stories.push(story_rule(&app, &staff, id).await?);
            }
            frame.refuse(&page, &trouble)
        }
    }
}

/// `POST /newsroom/discussion/words`: sets them, or says whom they would have met.
pub(super) async fn set_words(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Posted(fields): Posted,
) -> Answer {
    policy::check(staff.actor(), Action::Moderate)?;
    let (banned, suspect) = (fields.text("banned"), fields.text("suspect"));
    if fields.text("try") == "yes" {
        let (hits, looked_at) =
            words::dry_run(app.store(), &format!("{banned}\n{suspect}")).await?;
        let texts = hits.into_iter().map(|it| (it.words.join(", "), it.text.to_string())).collect();
        let mut page = rules_page(&app, Some(Hits { looked_at, texts })).await?;
        // What was typed and is not set yet stays in its fields.
        let language = fields.trimmed("language").to_lowercase();
        page.words.retain(|it| it.language != language);
        let (banned, suspect) = (banned.to_owned(), suspect.to_owned());
        page.words.insert(0, WordsRow { language, banned, suspect });
        return frame.show(&page);
    }
    let mut tx = app.store().begin().await?;
    let set =
        words::set(&mut tx, staff.actor(), fields.text("language"), (banned, suspect), app.now());
    match set.await {
        Ok(()) => {
            tx.commit().await?;
            go("/newsroom/discussion/rules")
        }
        Err(error) => frame.refuse(&rules_page(&app, None).await?, &error.into()),
    }
}
