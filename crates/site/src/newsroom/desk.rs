//! `GET /newsroom/`: what there is to do.

use std::collections::BTreeMap;

use accounts::person;
use accounts::policy::{Action, Object, check_anywhere, check_on};
use axum::extract::{Query, State};
use base::{ArticleId, PersonId, SectionId, Timestamp};
use publish::article::{self, DeskRow, DeskState, Wanted};
use publish::assignment;
use publish::note::{self, Part};
use publish::section::{self, Tree};
use serde::{Deserialize, Serialize};

use super::gate::Staff;
use super::page::{Answer, Frame, View};
use super::trouble::Trouble;
use crate::App;

const PER_PAGE: i64 = 50;
/// Of what waits for anybody, so many of those that were touched last.
const WAITING_SHOWN: i64 = 20;

/// The filters, as the form sends them.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Filters {
    state: String,
    section: String,
    mine: String,
    q: String,
    before: String,
}

#[derive(Serialize)]
struct DeskPage {
    filters: Filters,
    states: Vec<&'static str>,
    sections: Vec<Choice>,
    rows: Vec<Row>,
    older: Option<String>,
    may_begin: bool,
    /// Whether only one's own stories are shown, whatever is asked.
    only_own: bool,
    todo: Vec<Todo>,
}

/// Something that waits for whoever looks.
#[derive(Serialize)]
struct Todo {
    /// `assigned`, `asked`, `given-back` or `waiting`.
    why: &'static str,
    story: String,
    headline: String,
    /// The task, or what was said.
    text: String,
    due: Option<Timestamp>,
    late: bool,
    /// Whose assignment it is, to say that it is done.
    person: Option<String>,
}

/// A section to choose.
#[derive(Serialize)]
pub(super) struct Choice {
    pub(super) id: String,
    pub(super) name: String,
}

#[derive(Serialize)]
struct Row {
    id: String,
    headline: String,
    kind: &'static str,
    section: String,
    owner: String,
    state: &'static str,
    scheduled: Option<Timestamp>,
    ahead: bool,
    note: String,
    touched: Timestamp,
}

impl View for DeskPage {
    const TEMPLATE: &'static str = "desk.html";
}

/// `GET /newsroom/`
pub(super) async fn show(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Query(filters): Query<Filters>,
) -> Answer {
    let tree = section::tree(app.store()).await?;
    let only_own = !reads_others(&staff);
    let wanted = Wanted {
        state: DeskState::parse(&filters.state),
        owner: (only_own || filters.mine == "yes").then(|| staff.person()),
        section: filters.section.parse().ok(),
        text: filters.q.clone(),
        before: place(&filters.before),
    };
    let mut found = article::desk(app.store(), &wanted, PER_PAGE + 1).await?;
    let more = i64::try_from(found.len()).is_ok_and(|count| count > PER_PAGE);
    found.truncate(usize::try_from(PER_PAGE).unwrap_or(usize::MAX));
    let older = found.last().filter(|_| more).map(|last| older(&filters, last));
    let names = names(&app, &found).await?;
    let rows = found.into_iter().map(|it| row(it, &tree, &names)).collect();
    let todo = todo(&app, &staff, &tree).await?;
    frame.show(&DeskPage {
        filters,
        states: DeskState::ALL.map(DeskState::name).into(),
        sections: choices(&tree),
        rows,
        older,
        may_begin: check_anywhere(staff.actor(), Action::BeginArticle).is_ok(),
        only_own,
        todo,
    })
}

/// What somebody must do: what was given to them, where they are asked for in a note, what was given
/// back to them, and what waits for a step that they may take.
async fn todo(app: &App, staff: &Staff, tree: &Tree) -> Result<Vec<Todo>, Trouble> {
    let (store, me, now) = (app.store(), staff.person(), app.now());
    let mut todo = Vec::new();
    for it in assignment::open_of(store, me).await? {
        todo.push(Todo {
            why: "assigned",
            story: it.article_id.to_string(),
            headline: it.headline,
            text: it.task,
            due: it.due_at,
            late: it.due_at.is_some_and(|due| due < now),
            person: Some(me.to_string()),
        });
    }
    let mentions = note::mentions_of(store, staff.actor()).await?;
    let mut named: Vec<PersonId> = mentions.iter().flat_map(|it| it.text.people()).collect();
    named.extend(mentions.iter().map(|it| it.by));
    let named = person::by_ids(store, &named).await?;
    let name = |id| named.iter().find(|it| it.id == id).map_or("", |it| it.name.as_str());
    for it in mentions {
        let said = it.text.parts().iter().map(|part| match part {
            Part::Words(words) => words.clone(),
            Part::Person(person) => format!("@{}", name(*person)),
        });
        todo.push(Todo {
            why: "asked",
            // The page goes to the note.
            story: format!("{}#note-{}", it.article, it.note),
            headline: it.headline,
            text: format!("{}: {}", name(it.by), said.collect::<String>()),
            due: None,
            late: false,
            person: None,
        });
    }
    let of_row = |why, row: DeskRow| Todo {
        why,
        story: row.id.to_string(),
        headline: row.headline,
        text: row.note,
        due: None,
        late: false,
        person: None,
    };
    let given_back = article::given_back(store, me).await?;
    todo.extend(given_back.into_iter().map(|row| of_row("given-back", row)));
    if check_anywhere(staff.actor(), Action::EditArticle).is_ok() {
        let wanted = Wanted { state: Some(DeskState::Review), ..Wanted::default() };
        for row in article::desk(store, &wanted, WAITING_SHOWN).await? {
            let sections = tree.trail(row.section_id).into_iter().map(|it| it.id).collect();
            let object = Object { sections, ..Object::default() };
            if check_on(staff.actor(), Action::EditArticle, &object).is_ok() {
                todo.push(of_row("waiting", row));
            }
        }
    }
    Ok(todo)
}

/// Whether somebody may read what others have not published.
pub(super) fn reads_others(staff: &Staff) -> bool {
    check_on(staff.actor(), Action::ReadUnpublished, &Object::default()).is_ok()
}

/// Every section, by its path from the top.
pub(super) fn choices(tree: &Tree) -> Vec<Choice> {
    fn below(tree: &Tree, parent: Option<SectionId>, before: &str, all: &mut Vec<Choice>) {
        for section in tree.below(parent) {
            let name = format!("{before}{}", section.name);
            let inside = format!("{name} › ");
            all.push(Choice { id: section.id.to_string(), name });
            below(tree, Some(section.id), &inside, all);
        }
    }
    let mut all = Vec::new();
    below(tree, None, "", &mut all);
    all
}

async fn names(app: &App, rows: &[DeskRow]) -> Result<BTreeMap<PersonId, String>, Trouble> {
    let mut ids: Vec<PersonId> = rows.iter().filter_map(|row| row.owner_id).collect();
    ids.sort();
    ids.dedup();
    let people = person::by_ids(app.store(), &ids).await?;
    Ok(people.into_iter().map(|person| (person.id, person.name)).collect())
}

fn row(row: DeskRow, tree: &Tree, names: &BTreeMap<PersonId, String>) -> Row {
    Row {
        id: row.id.to_string(),
        headline: row.headline,
        kind: row.kind.name(),
        section: tree.by_id(row.section_id).map(|it| it.name.clone()).unwrap_or_default(),
        owner: row.owner_id.and_then(|id| names.get(&id).cloned()).unwrap_or_default(),
        state: row.state.name(),
        scheduled: row.scheduled_at,
        ahead: row.ahead,
        note: row.note,
        touched: row.touched_at,
    }
}

fn place(text: &str) -> Option<(Timestamp, ArticleId)> {
    let (at, id) = text.split_once('.')?;
    Some((Timestamp::from_micros(at.parse().ok()?), id.parse().ok()?))
}

fn older(filters: &Filters, last: &DeskRow) -> String {
    let before = format!("{}.{}", last.touched_at.as_micros(), last.id);
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let Filters { state, section, mine, q, .. } = filters;
    let pairs = [("state", state), ("section", section), ("mine", mine), ("q", q)];
    for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    query.append_pair("before", &before);
    format!("/newsroom/?{}", query.finish())
}
