//! What hosts do, over HTTP.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use meet::{Meeting, meeting, party, seat};
use sha2::{Digest as _, Sha256};

use super::*;

const NEW: &str = "/newsroom/meetings/new";
const TITLE: &str = "A conversation by video";

/// A form as a browser sends it.
fn form(fields: &[(&str, &str)]) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields).finish()
}

const PLAN: &[(&str, &str)] = &[
    ("title", TITLE),
    ("profile", "closed"),
    ("zone", "Europe/Moscow"),
    ("starts_at", "2021-12-07T18:00"),
    ("ends_at", "2021-12-07T20:00"),
    ("tells", "parties"),
    ("party-1-name", "Russia"),
    ("party-1-colour", "#1f4e79"),
    ("party-1-chair", "President"),
    ("party-1-seats", "Interpreter\r\nAide"),
    ("party-2-name", "United States"),
    ("party-2-chair", "President"),
    ("item-1-title", "Strategic stability"),
    ("item-1-minutes", "40"),
];

/// The same, but for some fields.
fn but(others: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let others_names: Vec<_> = others.iter().map(|(name, _)| *name).collect();
    let kept = PLAN.iter().filter(|(name, _)| !others_names.contains(name));
    kept.chain(others).copied().collect()
}

struct Host {
    newsroom: Newsroom,
    me: PersonId,
}

impl Host {
    async fn open(store: &TestStore) -> Self {
        let newsroom = Newsroom::open(store).await;
        let me = newsroom.person(Role::Host, None).await;
        Self { newsroom, me }
    }

    async fn post(&self, address: &str, fields: &[(&str, &str)]) -> Answer {
        self.newsroom.ask(Some(self.me), "POST", address, &form(fields)).await
    }

    async fn get(&self, address: &str) -> Answer {
        self.newsroom.ask(Some(self.me), "GET", address, "").await
    }

    /// Plans one, and gives the address of its page.
    async fn plan(&self) -> (String, base::MeetingId) {
        let done = self.post(NEW, PLAN).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{done:?}");
        let id = done.location.rsplit('/').next().unwrap().parse().unwrap();
        (done.location, id)
    }

    async fn meeting(&self, id: base::MeetingId) -> Meeting {
        meeting::by_id(self.newsroom.app.store(), id).await.unwrap().unwrap()
    }

    async fn does(&self, here: &str, step: &str, fields: &[(&str, &str)]) {
        let fields: Vec<_> = fields.iter().copied().chain([("step", step)]).collect();
        let done = self.post(here, &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{step}: {done:?}");
    }
}

#[tokio::test]
async fn a_meeting_is_planned_and_its_plan_changed_by_forms() {
    let store = TestStore::sqlite().await;
    let host = Host::open(&store).await;
    let empty = host.get(NEW).await;
    assert!(empty.body.contains("Head of delegation"), "{empty:?}");
    let (here, id) = host.plan().await;
    let page = host.get(&here).await.body;
    for told in [TITLE, "Russia", "Interpreter", "Strategic stability", "18:00", "Moscow time"] {
        assert!(page.contains(told), "{told} in {page}");
    }
    let seats = seat::of(&store, id).await.unwrap();
    let titles: Vec<_> = seats.iter().map(|it| (it.title.as_str(), it.chair)).collect();
    let expected =
        [("President", true), ("Interpreter", false), ("Aide", false), ("President", true)];
    assert_eq!(titles, expected);
    assert_eq!(party::of(&store, id).await.unwrap()[1].colour, "#8a1c1c");

    let change = but(&[("title", "Two presidents"), ("starts_at", "2021-12-07T18:08")]);
    host.does(&here, "change", &change).await;
    let known = host.meeting(id).await;
    assert_eq!(known.title, "Two presidents");
    assert_eq!(known.starts_at.to_string(), "2021-12-07T15:08:00Z");
    let listed = host.get("/newsroom/meetings").await.body;
    assert!(listed.contains("Two presidents") && listed.contains("18:08"), "{listed}");
    store.close().await;
}

#[tokio::test]
async fn what_cannot_be_planned_is_shown_again_as_it_was_typed() {
    let store = TestStore::sqlite().await;
    let host = Host::open(&store).await;
    let (here, _) = host.plan().await;
    for (wrong, told) in [
        (("zone", "Europe/Atlantis"), "There is no time zone"),
        (("starts_at", "soon"), "Say when"),
        (("ends_at", "2021-12-07T17:00"), "ends after it begins"),
        (("title", ""), "A meeting&#39;s title"),
        (("item-1-minutes", "a while"), "Say in whole minutes"),
    ] {
        for (address, step) in [(NEW, None), (&here, Some(("step", "change")))] {
            let mut fields = but(&[wrong]);
            fields.extend(step);
            let refused = host.post(address, &fields).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong:?}");
            assert!(refused.body.contains(told), "{told} in {}", refused.body);
            for (name, typed) in fields.iter().filter(|(name, _)| !name.starts_with("party")) {
                let kept = *name == "step" || refused.body.contains(typed);
                assert!(kept, "{typed} in {}", refused.body);
            }
        }
    }
    let refused = host.post(NEW, &but(&[("party-2-chair", "")])).await;
    assert!(refused.body.contains("United States needs a chair"), "{refused:?}");
    assert!(refused.body.contains("Interpreter"), "{refused:?}");
    store.close().await;
}

#[tokio::test]
async fn invitations_are_known_by_what_the_browser_derived() {
    let store = TestStore::sqlite().await;
    let host = Host::open(&store).await;
    let (here, id) = host.plan().await;
    let address = format!("{here}/invitations");
    let seats = seat::of(&store, id).await.unwrap();
    let token = [7_u8; 32];
    let verifier = URL_SAFE_NO_PAD.encode(Sha256::digest(token));
    let name = format!("verifier-{}", seats[0].id);
    let page = host.get(&here).await.body;
    assert!(page.contains(&format!("name=\"{name}\"")), "{page}");
    assert!(page.contains(&format!("data-invite data-meeting=\"{id}\"")), "{page}");

    let without_script = host.post(&address, &[(&name, "")]).await;
    assert_eq!(without_script.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(without_script.body.contains("Switch scripts on"), "{without_script:?}");
    let salt = format!("salt-{}", seats[0].id);
    for nonsense in ["x", "####", &URL_SAFE_NO_PAD.encode([1; 31]), &format!("{verifier}=")] {
        let refused = host.post(&address, &[(&name, nonsense)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{nonsense}");
        let refused = host.post(&address, &[(&name, &verifier), (&salt, nonsense)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{nonsense}");
    }
    let taken = host.post(&address, &[(&name, &verifier)]).await;
    assert_eq!(taken.location, here, "{taken:?}");
    let known = seat::recognise(&store, id, seats[0].id, &token).await.unwrap();
    assert_eq!(known.map(|it| it.id), Some(seats[0].id));

    // Another for the same seat; the page then knows by what it differs, and the former opens nothing.
    assert!(host.get(&here).await.body.contains(&format!("data-invite-seat=\"{}\"", seats[0].id)));
    let (other, drawn) = ([8_u8; 32], URL_SAFE_NO_PAD.encode([3; 16]));
    let verifier = URL_SAFE_NO_PAD.encode(Sha256::digest(other));
    host.post(&address, &[(&name, &verifier), (&salt, &drawn)]).await;
    let page = host.get(&here).await.body;
    assert!(page.contains(&format!("name=\"{salt}\" value=\"{drawn}\"")), "{page}");
    for (shown, expected) in [(token, None), (other, Some(seats[0].id))] {
        let known = seat::recognise(&store, id, seats[0].id, &shown).await.unwrap();
        assert_eq!(known.map(|it| it.id), expected);
    }
    store.close().await;
}

#[tokio::test]
async fn the_calendar_file_tells_when_and_holds_no_secret() {
    let store = TestStore::sqlite().await;
    let host = Host::open(&store).await;
    let (here, id) = host.plan().await;
    let file = host.get(&format!("{here}/meeting.ics")).await.body;
    assert!(file.contains("DTSTART;TZID=Europe/Moscow:20211207T180000"), "{file}");
    let unfolded = file.replace("\r\n ", "");
    assert!(unfolded.contains(&format!("URL:http://localhost/meet/{id}\r\n")), "{unfolded}");
    assert!(!file.contains('#'), "{file}");
    assert!(unfolded.contains("your network at http://localhost/meet/test\r\n"), "{unfolded}");
    store.close().await;
}

#[tokio::test]
async fn a_later_calendar_file_takes_the_place_of_the_one_before() {
    let store = TestStore::sqlite().await;
    let host = Host::open(&store).await;
    let (here, id) = host.plan().await;
    let told = async |sequence: usize, others: &[&str]| {
        let file = host.get(&format!("{here}/meeting.ics")).await.body.replace("\r\n ", "");
        let (sequence, uid) = (format!("SEQUENCE:{sequence}"), format!("UID:{id}@localhost"));
        for expected in [sequence.as_str(), &uid].iter().chain(others) {
            assert!(file.contains(&format!("\r\n{expected}\r\n")), "{expected} in {file}");
        }
    };
    let confirmed = ["METHOD:PUBLISH", "STATUS:CONFIRMED"];
    told(0, &confirmed).await;
    host.does(&here, "change", &but(&[("starts_at", "2021-12-07T18:30")])).await;
    told(1, &["DTSTART;TZID=Europe/Moscow:20211207T183000"]).await;
    // What no calendar shows tells it nothing new.
    let other = but(&[("starts_at", "2021-12-07T18:30"), ("item-1-minutes", "20")]);
    host.does(&here, "change", &other).await;
    told(1, &confirmed).await;
    host.does(&here, "change", &but(&[("title", "Two presidents")])).await;
    told(2, &["SUMMARY:Two presidents"]).await;
    host.does(&here, "cancel", &[("sure", "yes")]).await;
    told(3, &["METHOD:CANCEL", "STATUS:CANCELLED"]).await;
    store.close().await;
}

#[tokio::test]
async fn a_meeting_that_was_held_elsewhere_is_brought_onto_the_record() {
    let store = TestStore::sqlite().await;
    let host = Host::open(&store).await;
    let (here, id) = host.plan().await;
    host.does(&here, "advise", &[("advisory", "They talk on Tuesday.")]).await;
    assert!(host.meeting(id).await.is_public());
    let early = host.post(&here, &[("step", "publish")]).await;
    assert!(early.body.contains("once the meeting is over"), "{early:?}");
    let times = [("began_at", "2021-12-07T18:08"), ("ended_at", "2021-12-07T20:10")];
    host.does(&here, "held", &times).await;
    assert_eq!(host.meeting(id).await.length().unwrap().as_secs(), 7_320);
    let rows = [
        ("outcome-1-kind", "decision"),
        ("outcome-1-words", "To go on talking."),
        ("outcome-3-kind", "follow_up"),
        ("outcome-3-words", "Both teams meet."),
        ("outcome-3-owner", "Advisers"),
        ("outcome-3-due", "soon"),
    ];
    let refused = host.post(&here, &[&rows[..], &[("step", "outcomes")]].concat()).await;
    assert!(refused.body.contains("is no day") && refused.body.contains("Both teams meet."));
    host.does(&here, "outcomes", &rows[..5]).await;
    let written = meet::outcome::of(&store, id).await.unwrap();
    assert_eq!(written.len(), 2);
    assert_eq!((written[1].kind().name(), written[1].owner.as_str()), ("follow_up", "Advisers"));

    let russia = party::of(&store, id).await.unwrap()[0].id.to_string();
    let readout = [
        ("party", russia.as_str()),
        ("headline", ""),
        ("body", "They *talked*.\r\n\r\nAt length."),
        ("release", "yes"),
    ];
    let refused = host.post(&here, &[&readout[..], &[("step", "readout")]].concat()).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{refused:?}");
    assert!(refused.body.contains("They *talked*."), "{refused:?}");
    let mut whole = readout;
    whole[1].1 = "A useful talk";
    host.does(&here, "readout", &whole).await;
    let known = &party::of(&store, id).await.unwrap()[0];
    assert_eq!(known.readout_body, "They *talked*.\n\nAt length.");
    assert!(known.readout_released_at.is_some());
    host.does(&here, "publish", &[]).await;
    assert!(host.meeting(id).await.recorded_at.is_some());
    host.does(&here, "unpublish", &[]).await;
    assert!(host.meeting(id).await.recorded_at.is_none());
    store.close().await;
}

#[tokio::test]
async fn who_may_publish_a_story_says_which_meeting_it_is_about() {
    let store = TestStore::sqlite().await;
    let host = Host::open(&store).await;
    let (here, id) = host.plan().await;
    let story = host.newsroom.story(None, State::Published).await;
    let known = article::by_id(&store, story).await.unwrap().unwrap();
    let fields = [("step", "tie"), ("story", known.path.as_str())];
    let refused = host.post(&here, &fields).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "a host is no editor: {refused:?}");
    let editor = Some(host.newsroom.person(Role::Editor, None).await);
    let nowhere = form(&[("step", "tie"), ("story", "/no/such/story")]);
    let refused = host.newsroom.ask(editor, "POST", &here, &nowhere).await;
    assert!(refused.body.contains("Readers find no story"), "{refused:?}");
    host.newsroom.ask(editor, "POST", &here, &form(&fields)).await;
    assert_eq!(meet::story::meeting_of(&store, story).await.unwrap(), Some(id));
    let page = host.newsroom.ask(editor, "GET", &here, "").await.body;
    assert!(page.contains(HEADLINE), "{page}");
    let gone = form(&[("step", "untie"), ("article", &story.to_string())]);
    host.newsroom.ask(editor, "POST", &here, &gone).await;
    assert_eq!(meet::story::meeting_of(&store, story).await.unwrap(), None);

    // From the story's own page, too; of a meeting that readers do not know only a host learns.
    let address = format!("/newsroom/articles/{story}");
    let choose = form(&[("step", "meeting"), ("meeting", &id.to_string())]);
    let section = Some(host.newsroom.section);
    let elsewhere = Some(host.newsroom.person(Role::Contributor, section).await);
    let page = host.newsroom.ask(elsewhere, "GET", &address, "").await.body;
    assert!(!page.contains(TITLE), "{page}");
    let refused = host.newsroom.ask(elsewhere, "POST", &address, &choose).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND, "{refused:?}");
    let page = host.newsroom.ask(editor, "GET", &address, "").await.body;
    assert!(page.contains(TITLE), "{page}");
    host.newsroom.ask(editor, "POST", &address, &choose).await;
    assert_eq!(meet::story::meeting_of(&store, story).await.unwrap(), Some(id));
    store.close().await;
}

#[tokio::test]
async fn what_cannot_be_undone_is_asked_twice() {
    let store = TestStore::sqlite().await;
    let host = Host::open(&store).await;
    let (here, id) = host.plan().await;
    let refused = host.post(&here, &[("step", "cancel")]).await;
    assert!(refused.body.contains("Say that you are sure"), "{refused:?}");
    assert_eq!(host.meeting(id).await.cancelled_at, None);
    host.does(&here, "cancel", &[("sure", "yes")]).await;
    assert!(host.meeting(id).await.cancelled_at.is_some());
    let page = host.get(&here).await.body;
    assert!(page.contains("Called off") && !page.contains("data-invite"), "{page}");
    store.close().await;
}

#[tokio::test]
async fn the_script_that_invites_is_told_a_sentence_and_a_browser_a_page() {
    let store = TestStore::sqlite().await;
    let host = Host::open(&store).await;
    let (here, _) = host.plan().await;
    let address = format!("{here}/invitations");
    for (accepts, page) in [("*/*", false), ("text/html,application/xhtml+xml", true)] {
        let cookie = host.newsroom.cookie(host.me).await;
        let request = post(&address, Some(&cookie)).header(header::ACCEPT, accepts);
        let body = Body::from(format!("csrf={}", csrf(&cookie)));
        let answer = host.newsroom.send(request.body(body).unwrap()).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains("Switch scripts on"), "{answer:?}");
        assert_eq!(answer.body.contains("<html"), page, "{answer:?}");
    }
    store.close().await;
}

#[tokio::test]
async fn parties_and_seats_are_changed_after_the_plan() {
    let store = TestStore::sqlite().await;
    let host = Host::open(&store).await;
    let (here, id) = host.plan().await;
    let russia = party::of(&store, id).await.unwrap()[0].id.to_string();
    host.does(&here, "add_seat", &[("party", &russia), ("title", "Adviser")]).await;
    let of_russia = seat::of(&store, id).await.unwrap().into_iter().rev();
    let added = of_russia.into_iter().next().unwrap();
    assert_eq!((added.title.as_str(), added.number, added.chair), ("Adviser", 4, false));
    let added = added.id.to_string();
    host.does(&here, "rename_seat", &[("seat", &added), ("title", "Expert")]).await;
    host.does(
        &here,
        "rename_party",
        &[("party", &russia), ("name", "Russian Federation"), ("colour", "#00606b")],
    )
    .await;
    let third =
        [("party-3-name", "Finland"), ("party-3-chair", "Minister"), ("party-3-seats", "Aide")];
    host.does(&here, "add_party", &third).await;
    let page = host.get(&here).await.body;
    for told in ["Expert", "Russian Federation", "Finland", "Minister"] {
        assert!(page.contains(told), "{told} in {page}");
    }
    assert!(page.contains(&format!("name=\"verifier-{added}\"")), "it can be invited to: {page}");
    host.does(&here, "take_away_seat", &[("seat", &added)]).await;
    assert!(!host.get(&here).await.body.contains("Expert"));

    // What cannot be done is shown again as it was typed.
    for (step, fields, told) in [
        (
            "add_party",
            vec![("party-4-name", "Sweden"), ("party-4-seats", "Envoy")],
            "Sweden needs a chair",
        ),
        (
            "add_seat",
            vec![("party", russia.as_str()), ("title", &"Envoy ".repeat(40))],
            "A seat&#39;s title",
        ),
        (
            "rename_party",
            vec![("party", &russia), ("name", "Finland"), ("colour", "#8a1c1c")],
            "the same name",
        ),
        ("take_away_seat", vec![("seat", added.as_str())], "no such seat"),
    ] {
        let sent: Vec<_> = fields.iter().copied().chain([("step", step)]).collect();
        let refused = host.post(&here, &sent).await;
        assert!(refused.body.contains(told), "{told} in {}", refused.body);
        if step != "take_away_seat" {
            assert!(refused.body.contains("<details open>"), "{step}: {}", refused.body);
            assert!(fields.iter().all(|(_, typed)| refused.body.contains(typed)), "{refused:?}");
        }
    }
    store.close().await;
}
