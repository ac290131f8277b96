#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use axum::http::StatusCode;
use base::{Actor, MeetingId, SeatId};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use futures_util::{SinkExt as _, StreamExt as _};
use media_io::rooms::{Config, Rooms};
use meet::Profile;
use meet::meeting::{self, Plan, PlanItem, PlanParty, PlanSeat, Tells};
use meet::seat::{self, Invitation};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use testkit::{TestStore, noon, on_both_engines};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::{App, testing};

/// Nothing here takes as long, unless it never comes.
const PATIENCE: Duration = Duration::from_secs(20);

/// A site that listens, and a meeting of two parties on it: chair and aide here, chair there.
struct Site {
    address: String,
    serves: JoinHandle<()>,
    meeting: MeetingId,
    seats: Vec<SeatId>,
}

impl Site {
    async fn with(store: &TestStore, profile: Profile) -> Self {
        Self::of(testing::app(store), store, profile).await
    }

    async fn of(app: App, store: &TestStore, profile: Profile) -> Self {
        let (meeting, seats) = planned(store, profile).await;
        let (address, serves) = served(app).await;
        Self { address, serves, meeting, seats }
    }

    async fn sits(&self, number: usize) -> Page {
        let mut page = self.comes(number, &format!("page {number}"), 0).await;
        let said = page.says(json!({ "ask": asks(number) })).await;
        assert_eq!(said["ok"], json!({}), "{said}");
        page
    }

    async fn comes(&self, number: usize, instance: &str, after: i64) -> Page {
        let mut page = self.opens(self.meeting).await.unwrap();
        let hello = json!({
            "seat": self.seats[number],
            "token": BASE64.encode(token(number)),
            "instance": instance,
            "after": after,
        });
        let said = page.says(json!({ "hello": hello })).await;
        assert_eq!(said["ok"], json!({}), "{said}");
        page
    }

    async fn opens(&self, meeting: MeetingId) -> Result<Page, Error> {
        let stream = TcpStream::connect(&self.address).await?;
        let address = format!("ws://{}/meet/{meeting}/socket", self.address);
        let mut request = address.into_client_request()?;
        let origin = format!("http://{}", self.address).parse().unwrap();
        request.headers_mut().insert("origin", origin);
        let (socket, _) = client_async(request, stream).await?;
        Ok(Page { socket, said: 0, heard: Vec::new() })
    }

    /// Two chairs, and who has the group's keys sits already.
    async fn two_chairs(&self) -> (Page, Page) {
        let mut first = self.sits(0).await;
        assert_eq!(first.says(json!({ "found": {} })).await["ok"]["group"], 1);
        let mut second = self.sits(2).await;
        first.sees(|room| room["asking"][0]["seat"] == json!(self.seats[2])).await;
        let said = first.says(json!({ "commit": self.admits(0, &[2]) })).await;
        assert_eq!(said["ok"]["number"], 1, "{said}");
        second.sees(|room| room["seats"][2]["state"] == "in").await;
        (first, second)
    }

    fn admits(&self, epoch: i64, numbers: &[usize]) -> Value {
        let admit: Vec<SeatId> = numbers.iter().map(|it| self.seats[*it]).collect();
        json!({
            "group": 1,
            "epoch": epoch,
            "commit": BASE64.encode("a commit"),
            "welcome": BASE64.encode("a welcome"),
            "admit": admit,
        })
    }
}

async fn served(app: App) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let router = crate::router(app);
    let serves = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (address, serves)
}

async fn planned(store: &TestStore, profile: Profile) -> (MeetingId, Vec<SeatId>) {
    let mut tx = store.begin().await.unwrap();
    let seat = |title, chair| PlanSeat { title, chair };
    let plan = Plan {
        title: "A meeting",
        profile,
        zone: "Europe/Moscow",
        starts_at: noon(),
        ends_at: noon().plus(Duration::from_secs(7_200)),
        tells: Tells::Names,
        agenda: vec![PlanItem { title: "Stability", minutes: 60 }],
    };
    let here = vec![seat("Chair", true), seat("Aide", false)];
    let parties = [
        PlanParty { name: "Here", colour: "#1f4e79", seats: here },
        PlanParty { name: "There", colour: "#9b1c1c", seats: vec![seat("Chair", true)] },
    ];
    let meeting = meeting::plan(&mut tx, &Actor::Operator, plan, &parties, noon()).await.unwrap();
    let seats: Vec<SeatId> =
        seat::of(&tx, meeting).await.unwrap().into_iter().map(|it| it.id).collect();
    let invitations: Vec<Invitation> = seats
        .iter()
        .enumerate()
        .map(|(number, seat)| Invitation {
            seat: *seat,
            salt: None,
            verifier: Sha256::digest(token(number)).into(),
        })
        .collect();
    let invited = seat::invite(&mut tx, &Actor::Operator, meeting, &invitations, noon()).await;
    invited.unwrap();
    tx.commit().await.unwrap();
    (meeting, seats)
}

fn token(number: usize) -> [u8; 32] {
    [u8::try_from(number).unwrap() + 1; 32]
}

fn asks(number: usize) -> Value {
    json!({
        "name": format!("Person {number}"),
        "identity": BASE64.encode([u8::try_from(number).unwrap(); 32]),
        "key_package": BASE64.encode("a key package"),
        "mac": BASE64.encode([7_u8; 32]),
    })
}

/// One page in a meeting.
struct Page {
    socket: WebSocketStream<TcpStream>,
    said: u64,
    /// What was told and not asked for yet.
    heard: Vec<Value>,
}

impl Page {
    /// Says something, and gives the answer.
    async fn says(&mut self, mut said: Value) -> Value {
        self.said += 1;
        said["id"] = json!(self.said);
        self.socket.send(Message::text(said.to_string())).await.unwrap();
        let number = json!(self.said);
        self.hears(|it| it["re"] == number).await
    }

    /// Waits to be told of a room that is so.
    async fn sees(&mut self, is: impl Fn(&Value) -> bool) -> Value {
        self.hears(|it| it.get("room").is_some_and(&is)).await["room"].clone()
    }

    async fn hears(&mut self, is: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.heard.iter().position(&is) {
            return self.heard.remove(at);
        }
        loop {
            let heard = self.next().await.expect("the connection ended");
            if is(&heard) {
                return heard;
            }
            self.heard.push(heard);
        }
    }

    /// What is told next; None once the connection has ended.
    async fn next(&mut self) -> Option<Value> {
        loop {
            let frame = tokio::time::timeout(PATIENCE, self.socket.next()).await;
            match frame.expect("nothing came") {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                _ => return None,
            }
        }
    }

    /// Reads until the connection ends.
    async fn ends(&mut self) -> Vec<Value> {
        let mut all = std::mem::take(&mut self.heard);
        while let Some(heard) = self.next().await {
            all.push(heard);
        }
        all
    }
}

fn refused(answer: &Value) -> &str {
    answer["error"].as_str().unwrap_or_else(|| panic!("not refused: {answer}"))
}

on_both_engines! {
    async fn a_chair_lets_in_who_asks_and_the_keys_come_in_their_order(store: &TestStore) {
        let site = Site::with(store, Profile::Closed).await;
        let (mut first, mut second) = site.two_chairs().await;
        let welcome = second.hears(|it| it["mail"]["kind"] == "welcome").await;
        assert_eq!(welcome["mail"]["for"], json!(site.seats[2]));
        assert_eq!(welcome["mail"]["payload"], BASE64.encode("a welcome"));
        let own = first.hears(|it| it["mail"]["kind"] == "commit").await;
        assert_eq!((&own["mail"]["number"], &own["mail"]["epoch"]), (&json!(1), &json!(0)));
        let room = first.sees(|room| room["group"]["epoch"] == 1).await;
        assert_eq!(room["seats"][2]["keyed"], true);
        assert_eq!(room["asking"], json!([]));
    }

    async fn who_is_not_in_learns_of_nobody_else(store: &TestStore) {
        let site = Site::with(store, Profile::Closed).await;
        let (_first, _second) = site.two_chairs().await;
        let mut waits = site.sits(1).await;
        let room = waits.sees(|room| room["seats"][0]["state"] == "asking").await;
        assert_eq!(room["seats"].as_array().unwrap().len(), 1);
        assert_eq!(room["asking"], json!([]));
        assert_eq!(room["agenda"][0]["title"], "Stability");
        for said in [json!({ "message": { "payload": "aGk" } }), json!({ "hand": { "up": true } })] {
            assert!(refused(&waits.says(said).await).contains("let into"));
        }
    }

    async fn who_is_in_is_told_of_the_relay_and_nobody_else(store: &TestStore) {
        let rooms = Rooms::listen(&Config::new("127.0.0.1:0".parse().unwrap(), vec![])).unwrap();
        let url = "turns:localhost:443?transport=tcp";
        let app = testing::app_with_turn(store, rooms.clone(), url);
        let site = Site::of(app, store, Profile::Closed).await;
        let (mut first, _second) = site.two_chairs().await;
        let told = first.says(json!({ "relay": {} })).await;
        let server = &told["ok"]["servers"][0];
        assert_eq!(server["urls"], json!([url]));
        let username = server["username"].as_str().unwrap();
        assert!(username.ends_with(&format!(":{}", site.seats[0])), "{username}");
        assert_eq!(server["credential"].as_str().unwrap().len(), 64);
        let mut waits = site.sits(1).await;
        assert!(refused(&waits.says(json!({ "relay": {} })).await).contains("let into"));
        rooms.shut_down().await;
    }

    async fn of_two_changes_of_one_epoch_the_second_is_made_anew(store: &TestStore) {
        let site = Site::with(store, Profile::Closed).await;
        let (mut first, mut second) = site.two_chairs().await;
        let change = json!({ "commit": {
            "group": 1, "epoch": 1, "commit": BASE64.encode("an update"), "welcome": "",
        }});
        assert_eq!(first.says(change.clone()).await["ok"]["number"], 3);
        let late = second.says(change).await;
        assert_eq!(late["code"], "epoch_passed");
    }

    async fn who_is_no_chair_does_not_do_what_chairs_do(store: &TestStore) {
        let site = Site::with(store, Profile::Closed).await;
        let (mut first, _second) = site.two_chairs().await;
        let mut aide = site.sits(1).await;
        first.sees(|room| room["asking"][0]["seat"] == json!(site.seats[1])).await;
        assert!(first.says(json!({ "commit": site.admits(1, &[1]) })).await["ok"].is_object());
        aide.sees(|room| room["seats"][1]["state"] == "in").await;
        let item = first.sees(|room| room["agenda"][0]["id"].is_string()).await["agenda"][0]["id"].clone();
        let chairs = [
            json!({ "lock": { "locked": true } }),
            json!({ "begin": {} }),
            json!({ "end": {} }),
            json!({ "air": { "on": true } }),
            json!({ "air": { "on": false } }),
            json!({ "item": { "item": item, "state": "on" } }),
            json!({ "floor": { "seat": site.seats[1] } }),
            json!({ "refuse": { "seat": site.seats[2] } }),
            json!({ "free": { "seat": site.seats[2] } }),
            json!({ "propose": { "sha256": "0".repeat(64) } }),
            json!({ "commit": {
                "group": 1, "epoch": 2, "commit": "AAAA", "welcome": "", "remove": [site.seats[2]],
            }}),
            json!({ "read_readout": {} }),
        ];
        for said in chairs {
            let answer = aide.says(said.clone()).await;
            assert!(refused(&answer).contains("chair"), "{said}: {answer}");
        }
    }

    async fn who_is_removed_hears_nothing_more_and_cannot_come_back(store: &TestStore) {
        let site = Site::with(store, Profile::Closed).await;
        let (mut first, mut second) = site.two_chairs().await;
        let change = json!({ "commit": {
            "group": 1, "epoch": 1, "commit": "AAAA", "welcome": "", "remove": [site.seats[2]],
        }});
        assert!(first.says(change).await["ok"].is_object());
        assert!(first.says(json!({ "message": { "payload": "c2VjcmV0" } })).await["ok"].is_object());
        let heard = second.ends().await;
        assert!(heard.iter().any(|it| it.get("removed").is_some()), "{heard:?}");
        assert!(!heard.iter().any(|it| it.get("message").is_some()), "{heard:?}");
        let mut again = site.opens(site.meeting).await.unwrap();
        let hello = json!({
            "seat": site.seats[2], "token": BASE64.encode(token(2)), "instance": "x",
        });
        let said = again.says(json!({ "hello": hello })).await;
        assert_eq!(said["code"], "not_invited");
        assert_eq!(again.ends().await, Vec::<Value>::new());
    }

    async fn a_new_link_sends_away_who_waits_with_the_former_and_leads_to_the_lobby(store: &TestStore) {
        let site = Site::with(store, Profile::Closed).await;
        let mut first = site.sits(0).await;
        assert_eq!(first.says(json!({ "found": {} })).await["ok"]["group"], 1);
        let mut waits = site.sits(1).await;
        first.sees(|room| room["asking"][0]["salt"] == "").await;
        let salt = [3; 16];
        let anew = [Invitation {
            seat: site.seats[1],
            salt: Some(salt),
            verifier: Sha256::digest(token(9)).into(),
        }];
        let mut tx = store.begin().await.unwrap();
        seat::invite(&mut tx, &Actor::Operator, site.meeting, &anew, noon()).await.unwrap();
        tx.commit().await.unwrap();
        let heard = waits.ends().await;
        assert!(heard.iter().any(|it| it.get("removed").is_some()), "{heard:?}");
        first.sees(|room| room["asking"] == json!([])).await;
        let hello = |shown| {
            let token = BASE64.encode(token(shown));
            json!({ "hello": { "seat": site.seats[1], "token": token, "instance": "x" } })
        };
        let mut former = site.opens(site.meeting).await.unwrap();
        assert_eq!(former.says(hello(1)).await["code"], "not_invited");
        let mut comes = site.opens(site.meeting).await.unwrap();
        assert_eq!(comes.says(hello(9)).await["ok"], json!({}));
        assert!(comes.says(json!({ "ask": asks(1) })).await["ok"].is_object());
        let room = first.sees(|room| room["asking"][0]["seat"] == json!(site.seats[1])).await;
        assert_eq!(room["asking"][0]["salt"], BASE64.encode(salt));
    }

    async fn a_message_reaches_the_others_and_one_that_is_for_one_reaches_one(store: &TestStore) {
        let site = Site::with(store, Profile::Open).await;
        let mut pages = Vec::new();
        for number in 0..3 {
            let mut page = site.sits(number).await;
            let who = if number == 0 { &mut page } else { &mut pages[0] };
            let said = who.says(json!({ "admit": { "seat": site.seats[number] } })).await;
            assert_eq!(said["ok"], json!({}), "{said}");
            page.sees(|room| room["seats"][number]["state"] == "in").await;
            pages.push(page);
        }
        let private = json!({ "message": { "payload": "b25l", "for": site.seats[2] } });
        pages[0].says(private).await;
        pages[0].says(json!({ "message": { "payload": "YWxs" } })).await;
        let to_aide = pages[1].hears(|it| it.get("message").is_some()).await;
        assert_eq!(to_aide["message"], json!({ "from": site.seats[0], "payload": "YWxs" }));
        for expected in ["b25l", "YWxs"] {
            let heard = pages[2].hears(|it| it.get("message").is_some()).await;
            assert_eq!(heard["message"]["payload"], expected);
        }
    }

    async fn a_page_that_comes_again_takes_up_its_seat_and_is_brought_back(store: &TestStore) {
        let site = Site::with(store, Profile::Closed).await;
        let (mut first, mut second) = site.two_chairs().await;
        let mut again = site.comes(2, "page 2, loaded anew", 2).await;
        assert!(second.ends().await.iter().any(|it| it.get("displaced").is_some()));
        let room = again.sees(|room| room["seats"][2]["present"] == true).await;
        assert_eq!(room["seats"][2]["keyed"], false);
        again.says(json!({ "ask": asks(2) })).await;
        first.sees(|room| room["returning"][0]["seat"] == json!(site.seats[2])).await;
        assert!(first.says(json!({ "commit": site.admits(1, &[2]) })).await["ok"].is_object());
        again.sees(|room| room["seats"][2]["keyed"] == true).await;
        assert_eq!(again.hears(|it| it["mail"]["kind"] == "welcome").await["mail"]["number"], 4);
        let mut thief = site.comes(2, "another device", 0).await;
        let mut asks = asks(2);
        asks["identity"] = json!(BASE64.encode([99_u8; 32]));
        assert!(refused(&thief.says(json!({ "ask": asks })).await).contains("another device"));
    }

    async fn a_restart_brings_everybody_back_into_the_room_as_it_was(store: &TestStore) {
        let mut site = Site::with(store, Profile::Closed).await;
        let (mut first, mut second) = site.two_chairs().await;
        let room = first.sees(|room| room["agenda"][0]["id"].is_string()).await;
        first.says(json!({ "begin": {} })).await;
        first.says(json!({ "item": { "item": room["agenda"][0]["id"], "state": "on" } })).await;
        first.says(json!({ "lock": { "locked": true } })).await;
        second.says(json!({ "hand": { "up": true } })).await;
        let before = second.sees(|room| room["seats"][2]["hand"] == 1 && room["locked"] == true).await;
        site.serves.abort();
        drop((first, second));
        (site.address, site.serves) = served(testing::app(store)).await;
        let mut back = site.comes(2, "page 2", 2).await;
        let after = back.sees(|room| room["seats"][2]["present"] == true).await;
        for same in ["state", "locked", "agenda", "began_at", "group", "floor"] {
            assert_eq!(before[same], after[same], "{same}");
        }
        assert_eq!(after["seats"][2]["hand"], 1);
        assert_eq!(after["seats"][2]["keyed"], true);
    }

    async fn nobody_founds_a_group_while_others_have_the_keys(store: &TestStore) {
        let site = Site::with(store, Profile::Closed).await;
        let (first, mut second) = site.two_chairs().await;
        let answer = second.says(json!({ "found": {} })).await;
        assert!(refused(&answer).contains("let you in"));
        drop(first);
        second.sees(|room| room["seats"][0]["present"] == false).await;
        let answer = second.says(json!({ "found": {} })).await;
        assert!(refused(&answer).contains("let you in"), "its own page has the keys: {answer}");
        drop(second);
        let mut anew = site.comes(0, "page 0, loaded anew", 3).await;
        assert!(anew.says(json!({ "ask": asks(0) })).await["ok"].is_object());
        assert_eq!(anew.says(json!({ "found": {} })).await["ok"]["group"], 2);
    }

    async fn an_end_leaves_nothing_of_the_groups_mail(store: &TestStore) {
        let site = Site::with(store, Profile::Closed).await;
        let (mut first, mut second) = site.two_chairs().await;
        first.says(json!({ "begin": {} })).await;
        assert_eq!(first.says(json!({ "end": {} })).await["ok"], json!({}));
        second.sees(|room| room["state"] == "ended").await;
        let left: i64 =
            store::sql("SELECT COUNT(*) AS value FROM meeting_mail").value(&**store).await.unwrap();
        assert_eq!(left, 0);
        let written = json!({ "readout": { "headline": "We met", "body": "And spoke.", "release": true } });
        assert_eq!(second.says(written).await["ok"], json!({}));
        let read = second.says(json!({ "read_readout": {} })).await;
        assert_eq!(read["ok"]["headline"], "We met");
        assert!(read["ok"]["released_at"].is_i64());
    }

    async fn a_chair_who_never_came_writes_the_readout_from_outside_and_learns_nothing_else(store: &TestStore) {
        let site = Site::with(store, Profile::Closed).await;
        let mut first = site.sits(0).await;
        first.says(json!({ "found": {} })).await;
        first.says(json!({ "begin": {} })).await;
        let mut absent = site.comes(2, "page 2", 0).await;
        let early = absent.says(json!({ "read_readout": {} })).await;
        assert!(refused(&early).contains("once the meeting is over"));
        assert_eq!(first.says(json!({ "end": {} })).await["ok"], json!({}));
        let room = absent.sees(|room| room["state"] == "ended").await;
        assert_eq!((&room["readout"], room["seats"].as_array().unwrap().len()), (&json!("none"), 1));
        let draft = json!({ "readout": { "headline": "We waited", "body": "", "release": false } });
        assert_eq!(absent.says(draft).await["ok"], json!({}));
        let read = absent.says(json!({ "read_readout": {} })).await;
        let kept = json!({ "headline": "We waited", "body": "", "released_at": null });
        assert_eq!(read["ok"], kept);
        let whole =
            json!({ "readout": { "headline": "We waited", "body": "In vain.", "release": true } });
        assert_eq!(absent.says(whole).await["ok"], json!({}));
        let room = absent.sees(|room| room["readout"] == "released").await;
        assert_eq!((&room["floor"], &room["photo"]), (&Value::Null, &Value::Null));
        for said in [json!({ "message": { "payload": "aGk" } }), json!({ "relay": {} })] {
            assert!(refused(&absent.says(said).await).contains("let into"));
        }
        // The other party's chair has its own, and the aide none.
        let theirs = first.says(json!({ "read_readout": {} })).await;
        assert_eq!(theirs["ok"]["headline"], "");
        let mut aide = site.comes(1, "page 1", 0).await;
        let refusal = aide.says(json!({ "read_readout": {} })).await;
        assert!(refused(&refusal).contains("Only a chair"));
        assert!(absent.heard.iter().all(|it| it.get("mail").is_none()), "{:?}", absent.heard);
    }

    async fn what_cannot_be_understood_is_told_and_ends_nothing(store: &TestStore) {
        let site = Site::with(store, Profile::Closed).await;
        let mut page = site.sits(0).await;
        for nonsense in [json!({ "sing": {} }), json!({ "lock": { "locked": 7 } }), json!({})] {
            assert!(refused(&page.says(nonsense).await).contains("cannot be understood"));
        }
        page.socket.send(Message::text("{")).await.unwrap();
        page.hears(|it| it["re"] == 0).await;
        assert_eq!(page.says(json!({ "found": {} })).await["ok"]["group"], 1);
    }

    async fn what_a_page_wants_to_see_of_whom_is_understood(store: &TestStore) {
        let site = Site::with(store, Profile::Open).await;
        let mut page = site.sits(0).await;
        page.says(json!({ "admit": { "seat": site.seats[0] } })).await;
        for (seats, told) in [
            // There is no port here to see anything through.
            (json!({ "1": "f", "2": "off" }), "carries no pictures"),
            (json!({ "1": "g" }), "no layer of a camera"),
            (json!({ "first": "f" }), "cannot be understood"),
        ] {
            let answer = page.says(json!({ "watch": { "seats": seats } })).await;
            assert!(refused(&answer).contains(told), "{answer}");
        }
    }

    async fn a_meeting_that_cannot_go_on_air_says_why_and_is_not_on_air(store: &TestStore) {
        let sealed = Site::with(store, Profile::Closed).await;
        let (mut chair, _other) = sealed.two_chairs().await;
        assert!(chair.says(json!({ "begin": {} })).await["ok"].is_object());
        let answer = chair.says(json!({ "air": { "on": true } })).await;
        assert!(refused(&answer).contains("never on air"), "{answer}");

        let site = Site::with(store, Profile::Open).await;
        let mut page = site.sits(0).await;
        page.says(json!({ "admit": { "seat": site.seats[0] } })).await;
        let answer = page.says(json!({ "air": { "on": true } })).await;
        assert!(refused(&answer).contains("Begin the meeting"), "{answer}");
        assert!(page.says(json!({ "begin": {} })).await["ok"].is_object());
        // There is neither a port nor a channel here, and nobody is offered one.
        let room = page.sees(|it| it["state"] == "under_way").await;
        assert_eq!(room["has_channel"], false);
        let answer = page.says(json!({ "air": { "on": true } })).await;
        assert!(refused(&answer).contains("carries no pictures"), "{answer}");
        let known = meeting::by_id(store, site.meeting).await.unwrap().unwrap();
        assert_eq!(known.on_air_since, None);
    }

    async fn another_site_opens_no_socket(store: &TestStore) {
        let site = Site::with(store, Profile::Closed).await;
        let stream = TcpStream::connect(&site.address).await.unwrap();
        let address = format!("ws://{}/meet/{}/socket", site.address, site.meeting);
        let mut request = address.into_client_request().unwrap();
        request.headers_mut().insert("origin", "https://elsewhere.example".parse().unwrap());
        match client_async(request, stream).await {
            Err(Error::Http(response)) => assert_eq!(response.status(), StatusCode::FORBIDDEN),
            other => panic!("{:?}", other.map(|_| ())),
        }
    }
}
