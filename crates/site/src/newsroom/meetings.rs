//! Meetings, for those who hold them: the plan, who is invited, and what readers learn.

mod after;
mod invitations;
mod plan;
mod seats;
pub(super) mod stories;

use accounts::policy::{self, Action, check_anywhere};
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::IntoResponse as _;
use base::{ArticleId, MeetingId, Timestamp};
use meet::meeting::{self, State as Course, Tells};
use meet::{Meeting, Party, Profile, Seat, agenda, outcome, party, record, seat, story};
use publish::article;
use serde::Serialize;

use super::forms::{Fields, Posted};
use super::gate::Staff;
use super::page::{Answer, Frame, View, go};
use super::trouble::Trouble;
use crate::App;
use crate::syndication::icalendar::{self, Appointment};
use after::{AgendaRow, Held, OutcomeRow, ReadoutForm};
pub(super) use invitations::invite;
use plan::Typed;
use seats::SeatsForm;

#[derive(Serialize)]
struct ListPage {
    under_way: Vec<Row>,
    to_come: Vec<Row>,
    over: Vec<Row>,
}

/// A meeting in a list.
#[derive(Serialize)]
struct Row {
    id: String,
    title: String,
    state: &'static str,
    profile: &'static str,
    zone: String,
    starts_at: Timestamp,
    ends_at: Timestamp,
    began_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    /// In seconds.
    length: Option<u64>,
    held_elsewhere: bool,
    advised: bool,
    recorded: bool,
}

#[derive(Serialize)]
struct NewPage {
    typed: Typed,
    menus: Menus,
}

/// What is offered to choose from.
#[derive(Serialize)]
struct Menus {
    profiles: [&'static str; 2],
    tells: [&'static str; 2],
    zones: Vec<String>,
}

#[derive(Serialize)]
struct MeetingPage {
    row: Row,
    typed: Typed,
    /// Whether the form of the plan is to be seen at once.
    changing: bool,
    menus: Menus,
    parties: Vec<PartyRow>,
    /// Whether somebody can be invited.
    invites: bool,
    /// A link that leads somewhere, as it is known here.
    known: Option<invitations::Known>,
    seats: SeatsForm,
    /// Whether all links can be made anew: who is in has the secret of those from before.
    empty: bool,
    /// Where whoever is invited tests devices and network.
    test: String,
    agenda: Vec<AgendaRow>,
    advisory: String,
    outcomes: Vec<OutcomeRow>,
    kinds: [&'static str; 2],
    /// Its official photo, or what was typed to be it.
    photo: String,
    held: Held,
    stories: Vec<StoryRow>,
    /// The address of a story that was typed.
    story: String,
    /// Whether this person may say which stories are about it.
    may_tie: bool,
}

#[derive(Serialize)]
struct PartyRow {
    id: String,
    name: String,
    colour: String,
    seats: Vec<SeatRow>,
    readout: ReadoutForm,
}

#[derive(Serialize)]
struct SeatRow {
    id: String,
    title: String,
    chair: bool,
    state: &'static str,
    invited: bool,
    /// Of a link that was made anew, in base64url; else empty.
    salt: String,
    /// Whether who sat there was sent out.
    emptied: bool,
    name: String,
}

#[derive(Serialize)]
struct StoryRow {
    id: String,
    headline: String,
    path: Option<String>,
}

impl View for ListPage {
    const TEMPLATE: &'static str = "meetings.html";
}

impl View for NewPage {
    const TEMPLATE: &'static str = "meeting_new.html";
}

impl View for MeetingPage {
    const TEMPLATE: &'static str = "meeting.html";
}

/// `GET /newsroom/meetings`
pub(super) async fn list(State(app): State<App>, staff: Staff, frame: Frame) -> Answer {
    policy::check(staff.actor(), Action::HoldMeetings)?;
    let (mut under_way, mut to_come, mut over) = (Vec::new(), Vec::new(), Vec::new());
    for it in meeting::list(app.store()).await? {
        match it.state() {
            Course::UnderWay => under_way.push(Row::of(&it)),
            Course::Planned => to_come.push(Row::of(&it)),
            Course::Ended | Course::Cancelled => over.push(Row::of(&it)),
        }
    }
    // The next first.
    to_come.reverse();
    frame.show(&ListPage { under_way, to_come, over })
}

/// `GET /newsroom/meetings/new`
pub(super) async fn form(State(app): State<App>, staff: Staff, frame: Frame) -> Answer {
    policy::check(staff.actor(), Action::HoldMeetings)?;
    let chair = chair_example(&app, &frame)?;
    frame.show(&NewPage { typed: Typed::empty(&frame.site.zone, &chair), menus: Menus::all() })
}

/// What a chair is mostly called.
fn chair_example(app: &App, frame: &Frame) -> Result<String, Trouble> {
    let words = app.0.templates.words();
    let chair = words.say(&frame.language, "meeting-chair-example", &[]);
    chair.map_err(|error| Trouble::from(crate::error::PageError::from(error)))
}

/// `POST /newsroom/meetings/new`
pub(super) async fn plan(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Posted(fields): Posted,
) -> Answer {
    policy::check(staff.actor(), Action::HoldMeetings)?;
    let typed = Typed::by(&fields);
    let done = async {
        let mut tx = app.store().begin().await?;
        let (plan, parties) = (typed.plan()?, typed.parties());
        let id = meeting::plan(&mut tx, staff.actor(), plan, &parties, app.now()).await?;
        tx.commit().await?;
        Ok::<_, Trouble>(id)
    };
    match done.await {
        Ok(id) => go(&here(id)),
        Err(trouble) => frame.refuse(&NewPage { typed, menus: Menus::all() }, &trouble),
    }
}

/// `GET /newsroom/meetings/{id}`
pub(super) async fn show(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Path(id): Path<MeetingId>,
) -> Answer {
    policy::check(staff.actor(), Action::HoldMeetings)?;
    frame.show(&page(&app, &staff, &frame, id, &Fields::default()).await?)
}

/// `POST /newsroom/meetings/{id}`: does what the button says.
pub(super) async fn step(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Path(id): Path<MeetingId>,
    Posted(fields): Posted,
) -> Answer {
    policy::check(staff.actor(), Action::HoldMeetings)?;
    match act(&app, &staff, id, &fields).await {
        Ok(()) => go(&here(id)),
        Err(trouble) => again(&app, &staff, &frame, id, &fields, &trouble).await,
    }
}

/// `GET /newsroom/meetings/{id}/meeting.ics`: for those who are invited. It holds no invitation. A later one
/// takes the place of the one before, in calendars too.
pub(super) async fn calendar_file(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Path(id): Path<MeetingId>,
) -> Answer {
    policy::check(staff.actor(), Action::HoldMeetings)?;
    let known = known(&app, id).await?;
    let words = app.0.templates.words();
    let public = app.public_url();
    let host = public.host_str().unwrap_or("tribune");
    let test = [("test", self_test(&app).into())];
    let description = words.say(&frame.language, "meeting-calendar-hint", &test);
    let description = description.map_err(|it| Trouble::from(crate::error::PageError::from(it)))?;
    let organizer = public.as_str().trim_end_matches('/').to_owned();
    let appointment = Appointment {
        uid: format!("{id}@{host}"),
        sequence: known.sequence,
        description,
        url: format!("{organizer}/meet/{id}"),
        organizer,
        cancelled: known.state() == Course::Cancelled,
        title: known.title,
        zone: known.zone,
        starts_at: known.starts_at,
        ends_at: known.ends_at,
        busy: true,
        written_at: app.now(),
    };
    let file = icalendar::write(&frame.site.name, &appointment);
    let headers = [
        (
            header::CONTENT_TYPE,
            format!("text/calendar; charset=utf-8; method={}", appointment.method()),
        ),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"meeting.ics\"".to_owned()),
    ];
    Ok((headers, file).into_response())
}

/// Where devices and network are tested.
fn self_test(app: &App) -> String {
    format!("{}/meet/test", app.public_url().as_str().trim_end_matches('/'))
}

/// The meeting's page again, with what was typed and could not be done.
async fn again(
    app: &App,
    staff: &Staff,
    frame: &Frame,
    id: MeetingId,
    fields: &Fields,
    trouble: &Trouble,
) -> Answer {
    frame.refuse(&page(app, staff, frame, id, fields).await?, trouble)
}

async fn act(app: &App, staff: &Staff, id: MeetingId, fields: &Fields) -> Result<(), Trouble> {
    let known = known(app, id).await?;
    let (actor, now) = (staff.actor(), app.now());
    let named = match fields.text("step") {
        "tie" => super::channel::story(app, fields.trimmed("story")).await?,
        _ => None,
    };
    let mut tx = app.store().begin().await?;
    match fields.text("step") {
        "change" => {
            let typed = Typed::by(fields);
            meeting::change(&mut tx, actor, id, typed.plan()?, now).await?;
        }
        step if seats::STEPS.contains(&step) => {
            seats::act(&mut tx, actor, &known, fields, now).await?;
        }
        "advise" | "unadvise" => {
            let shown = fields.text("step") == "advise";
            record::advise(&mut tx, actor, id, fields.trimmed("advisory"), shown, now).await?;
        }
        "cancel" | "end" if fields.text("sure") != "yes" => {
            return Err(Trouble::invalid("This cannot be undone. Say that you are sure."));
        }
        "cancel" => meeting::cancel(&mut tx, actor, id, now).await?,
        "end" => meeting::end(&mut tx, actor, id, now).await?,
        "held" => {
            let (began_at, ended_at) = Held::by(fields).times(&known.zone)?;
            record::note_held(&mut tx, actor, id, began_at, ended_at, now).await?;
        }
        "outcomes" => {
            let rows = OutcomeRow::by(fields);
            let outcomes = rows.iter().map(OutcomeRow::outcome).collect::<Result<Vec<_>, _>>()?;
            outcome::write(&mut tx, actor, id, &outcomes, now).await?;
        }
        "photo" => after::enter_photo(&mut tx, actor, id, fields.trimmed("photo"), now).await?,
        "readout" => after::enter_readout(&mut tx, actor, id, fields, now).await?,
        "publish" => record::publish(&mut tx, actor, id, true, now).await?,
        "unpublish" => record::publish(&mut tx, actor, id, false, now).await?,
        "tie" => {
            let article = named.ok_or_else(|| Trouble::invalid("Say which story: its address."))?;
            let touches = article::tie(&mut tx, actor, article, now).await?;
            story::choose(&mut tx, actor, article, Some(id), touches, now).await?;
        }
        "untie" => {
            let gone = || Trouble::missing("story");
            let article: ArticleId = fields.text("article").parse().map_err(|_| gone())?;
            let touches = article::tie(&mut tx, actor, article, now).await?;
            story::choose(&mut tx, actor, article, None, touches, now).await?;
        }
        _ => return Err(Trouble::invalid("This page cannot do that. Load it again.")),
    }
    Ok(tx.commit().await?)
}

async fn known(app: &App, id: MeetingId) -> Result<Meeting, Trouble> {
    meeting::by_id(app.store(), id).await?.ok_or_else(|| Trouble::missing("meeting"))
}

fn here(id: MeetingId) -> String {
    format!("/newsroom/meetings/{id}")
}

/// The page as the record has it, but with what these fields say of the form that sent them.
async fn page(
    app: &App,
    staff: &Staff,
    frame: &Frame,
    id: MeetingId,
    fields: &Fields,
) -> Result<MeetingPage, Trouble> {
    let (store, known) = (app.store(), known(app, id).await?);
    let agenda = agenda::of(store, id).await?;
    let seats = seat::of(store, id).await?;
    let parties = party::of(store, id).await?;
    let outcomes = outcome::of(store, id).await?;
    let sent = fields.text("step");
    let changing = sent == "change";
    let about = story::about(store, id).await?;
    let teasers = article::teasers(store, &about).await?;
    let stories = about.iter().map(|article| {
        let teaser = teasers.iter().find(|it| it.id == *article);
        StoryRow {
            id: article.to_string(),
            headline: teaser.map(|it| it.headline.clone()).unwrap_or_default(),
            path: teaser.map(|it| it.path.clone()),
        }
    });
    Ok(MeetingPage {
        typed: if changing { Typed::by(fields) } else { Typed::of(&known, &agenda) },
        changing,
        menus: Menus::all(),
        parties: parties.iter().map(|it| PartyRow::of(it, &seats, fields)).collect(),
        invites: matches!(known.state(), Course::Planned | Course::UnderWay),
        known: seats.iter().find_map(invitations::Known::of),
        seats: SeatsForm::of(&parties, &seats, &chair_example(app, frame)?, fields),
        empty: seats.iter().all(|it| it.state() != seat::State::In),
        test: self_test(app),
        agenda: agenda.iter().map(AgendaRow::of).collect(),
        advisory: match sent {
            "advise" | "unadvise" => fields.text("advisory").to_owned(),
            _ => known.advisory.clone(),
        },
        outcomes: match sent {
            "outcomes" => OutcomeRow::with_free(OutcomeRow::by(fields)),
            _ => OutcomeRow::with_free(outcomes.iter().map(OutcomeRow::of).collect()),
        },
        kinds: outcome::Kind::ALL.map(outcome::Kind::name),
        photo: match (sent, known.photo_id) {
            ("photo", _) => fields.text("photo").to_owned(),
            (_, photo) => photo.map(|id| format!("/newsroom/photos/{id}")).unwrap_or_default(),
        },
        held: if sent == "held" { Held::by(fields) } else { Held::planned(&known) },
        stories: stories.collect(),
        story: fields.text("story").to_owned(),
        may_tie: check_anywhere(staff.actor(), Action::PublishArticle).is_ok(),
        row: Row::of(&known),
    })
}

impl Row {
    fn of(it: &Meeting) -> Self {
        Self {
            id: it.id.to_string(),
            title: it.title.clone(),
            state: it.state().name(),
            profile: it.profile().name(),
            zone: it.zone.clone(),
            starts_at: it.starts_at,
            ends_at: it.ends_at,
            began_at: it.began_at,
            ended_at: it.ended_at,
            length: it.length().map(|it| it.as_secs()),
            held_elsewhere: it.held_elsewhere,
            advised: it.advised_at.is_some(),
            recorded: it.recorded_at.is_some(),
        }
    }
}

impl PartyRow {
    fn of(it: &Party, seats: &[Seat], fields: &Fields) -> Self {
        let seats = seats.iter().filter(|seat| seat.party_id == it.id);
        Self {
            id: it.id.to_string(),
            name: it.name.clone(),
            colour: it.colour.clone(),
            seats: seats
                .map(|seat| SeatRow {
                    id: seat.id.to_string(),
                    title: seat.title.clone(),
                    chair: seat.chair,
                    state: seat.state().name(),
                    invited: seat.is_invited(),
                    salt: invitations::text(seat.salt.as_deref()),
                    emptied: seat.was_emptied(),
                    name: seat.name.clone(),
                })
                .collect(),
            readout: ReadoutForm::of(it, fields),
        }
    }
}

impl Menus {
    fn all() -> Self {
        Self {
            profiles: Profile::ALL.map(Profile::name),
            tells: Tells::ALL.map(Tells::name),
            zones: plan::zones(),
        }
    }
}
