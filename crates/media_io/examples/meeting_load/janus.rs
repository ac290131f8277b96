//! The VideoRoom of Janus, over its HTTP interface.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use serde_json::{Value, json};
use str0m::change::{SdpAnswer, SdpOffer};
use str0m::media::{Direction, MediaKind};

use crate::caller::{Caller, FULL};

const ROOM: u64 = 4_321;

/// Publishes a camera, and tells by which number others find it.
pub(crate) async fn publish(address: SocketAddr) -> (Caller, u64) {
    let first = Session::open(address);
    let room = json!({"request": "create", "room": ROOM, "publishers": 2, "bitrate": 0,
        "videocodec": "vp8", "audiocodec": "opus"});
    first.say(&room, None);
    let mut sender = Caller::new(0, address.ip()).await;
    let mut change = sender.rtc.sdp_api();
    let camera = change.add_media(MediaKind::Video, Direction::SendOnly, None, None, None);
    let (offer, pending) = change.apply().unwrap();
    let join = json!({"request": "join", "ptype": "publisher", "room": ROOM});
    let joined = first.ask(&join, None);
    let feed = joined["plugindata"]["data"]["id"].as_u64().unwrap();
    let publish = json!({"request": "publish"});
    let offer = json!({"type": "offer", "trickle": false, "sdp": offer.to_sdp_string()});
    let published = first.ask(&publish, Some(offer));
    let answer = published["jsep"]["sdp"].as_str().unwrap();
    sender
        .rtc
        .sdp_api()
        .accept_answer(pending, SdpAnswer::from_sdp_string(answer).unwrap())
        .unwrap();
    sender.send_on(camera, &[(None, FULL)]);
    (sender, feed)
}

/// Subscribes to it. It has to be connected, or there is nothing to offer.
pub(crate) async fn subscribe(address: SocketAddr, feed: u64, receivers: usize) -> Vec<Caller> {
    let mut others = Vec::new();
    for index in 0..receivers {
        let session = Session::open(address);
        let join = json!({"request": "join", "ptype": "subscriber", "room": ROOM,
            "streams": [{"feed": feed}]});
        let offered = session.ask(&join, None);
        let offer = SdpOffer::from_sdp_string(offered["jsep"]["sdp"].as_str().unwrap()).unwrap();
        let mut other = Caller::new(index, address.ip()).await;
        let answer = other.rtc.sdp_api().accept_offer(offer).unwrap().to_sdp_string();
        let answer = json!({"type": "answer", "trickle": false, "sdp": answer});
        session.say(&json!({"request": "start"}), Some(answer));
        others.push(other);
    }
    others
}

struct Session {
    address: SocketAddr,
    session: u64,
    handle: u64,
}

impl Session {
    fn open(address: SocketAddr) -> Self {
        let made = post(address, "/janus", &json!({"janus": "create", "transaction": "t"}));
        let session = made["data"]["id"].as_u64().unwrap();
        let attach =
            json!({"janus": "attach", "plugin": "janus.plugin.videoroom", "transaction": "t"});
        let attached = post(address, &format!("/janus/{session}"), &attach);
        let handle = attached["data"]["id"].as_u64().unwrap();
        Self { address, session, handle }
    }

    fn say(&self, body: &Value, jsep: Option<Value>) -> Value {
        let mut message = json!({"janus": "message", "transaction": "t", "body": body});
        if let Some(jsep) = jsep {
            message["jsep"] = jsep;
        }
        post(self.address, &format!("/janus/{}/{}", self.session, self.handle), &message)
    }

    /// Says it and waits for the event that answers it.
    fn ask(&self, body: &Value, jsep: Option<Value>) -> Value {
        self.say(body, jsep);
        loop {
            let event = http(self.address, &format!("GET /janus/{}", self.session), "");
            if event["janus"] == "event" {
                return event;
            }
        }
    }
}

fn post(address: SocketAddr, path: &str, body: &Value) -> Value {
    http(address, &format!("POST {path}"), &body.to_string())
}

fn http(address: SocketAddr, what: &str, body: &str) -> Value {
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!(
        "{what} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: \
         application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let start = answer.find('{').unwrap();
    let end = answer.rfind('}').unwrap();
    serde_json::from_str(&answer[start..=end]).unwrap()
}
