//! `cargo xtask seat LINK NAME`: sits in a meeting from the command line, with another implementation of
//! MLS than the browser's.
//!
//! It follows `docs/meeting-protocol.md` and shares no code with either side, so that what the document
//! says is seen to be enough. It prints what a test compares: the membership code of each epoch, the key
//! that frames are sealed with, as a hash, and what others say; each line that it reads it says to them.

use std::io::BufRead as _;
use std::net::TcpStream;
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use openmls::prelude::tls_codec::{DeserializeBytes as _, Serialize as _};
use openmls::prelude::{
    BasicCredential, Ciphersuite, CredentialWithKey, KeyPackage, MlsGroup, MlsGroupJoinConfig,
    MlsMessageBodyIn, MlsMessageIn, MlsMessageOut, OpenMlsProvider as _, ProcessedMessageContent,
    StagedWelcome,
};
use openmls::schedule::{ExternalPsk, PreSharedKeyId, Psk};
use openmls_basic_credential::SignatureKeyPair;
use openmls_rust_crypto::OpenMlsRustCrypto;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tungstenite::client::IntoClientRequest as _;
use tungstenite::{Message, WebSocket};

const SUITE: Ciphersuite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;
/// How long the socket is listened to before what was typed is looked for.
const LISTENS: Duration = Duration::from_millis(50);

/// Sits until the meeting ends, or it is sent out.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let [link, name] = arguments else {
        bail!("seat knows an invitation's link and a name: `seat http://…/meet/…#… \"A Name\"`");
    };
    let invitation = Invitation::read(link)?;
    let mut seat = Seat::takes(&invitation)?;
    seat.asks(&invitation, name)?;
    let (typed, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if typed.send(line).is_err() {
                return;
            }
        }
    });
    while let Some(heard) = seat.hears()? {
        if let Some(heard) = heard {
            seat.minds(&heard)?;
        }
        while let Ok(line) = lines.try_recv() {
            seat.chats(&line)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What a link brings.
struct Invitation {
    /// `127.0.0.1:8080`
    address: String,
    meeting: String,
    seat: String,
    seat_secret: [u8; 32],
    meeting_secret: [u8; 32],
}

impl Invitation {
    fn read(link: &str) -> Result<Self> {
        let (page, fragment) = link.split_once('#').context("the link has nothing behind #")?;
        let page = page.strip_prefix("http://").context("the link begins with http://")?;
        let (address, meeting) = page.split_once("/meet/").context("the link is to no meeting")?;
        let mut parts = fragment.split('.');
        let (Some(seat), Some(kind), Some(bytes)) = (parts.next(), parts.next(), parts.next())
        else {
            bail!("the link is not whole");
        };
        let bytes = BASE64.decode(bytes)?;
        let (seat_secret, meeting_secret) = match (kind, bytes.as_slice()) {
            ("r", both) if matches!(both.len(), 32 | 48) => {
                let (root, salt) = both.split_at(32);
                let secret = derive_with(salt, root, &format!("tribune seat {seat}"))?;
                (secret, derive(root, "tribune meeting")?)
            }
            ("s", both) if both.len() == 64 => (both[..32].try_into()?, both[32..].try_into()?),
            _ => bail!("the link is not whole"),
        };
        let (address, meeting, seat) = (address.to_owned(), meeting.to_owned(), seat.to_owned());
        Ok(Self { address, meeting, seat, seat_secret, meeting_secret })
    }
}

struct Seat {
    socket: WebSocket<TcpStream>,
    said: u64,
    seat: String,
    meeting: String,
    room: Value,
    mls: OpenMlsRustCrypto,
    signer: SignatureKeyPair,
    group: Option<MlsGroup>,
}

impl Seat {
    fn takes(invitation: &Invitation) -> Result<Self> {
        let stream = TcpStream::connect(&invitation.address)?;
        let address = format!("ws://{}/meet/{}/socket", invitation.address, invitation.meeting);
        let mut request = address.into_client_request()?;
        let origin = format!("http://{}", invitation.address).parse()?;
        request.headers_mut().insert("origin", origin);
        let (socket, _) = tungstenite::client(request, stream)
            .map_err(|error| anyhow::anyhow!("the socket does not open: {error}"))?;
        socket.get_ref().set_read_timeout(Some(LISTENS))?;
        let mls = OpenMlsRustCrypto::default();
        let signer = SignatureKeyPair::new(SUITE.signature_algorithm())?;
        signer.store(mls.storage())?;
        let psk = Psk::External(ExternalPsk::new(b"tribune meeting".to_vec()));
        PreSharedKeyId::new(SUITE, mls.rand(), psk)?.store(&mls, &invitation.meeting_secret)?;
        let (seat, meeting) = (invitation.seat.clone(), invitation.meeting.clone());
        Ok(Self { socket, said: 0, seat, meeting, room: Value::Null, mls, signer, group: None })
    }

    /// Says who comes, and asks to be let in.
    fn asks(&mut self, invitation: &Invitation, name: &str) -> Result<()> {
        let token = derive(&invitation.seat_secret, "tribune token")?;
        let instance = BASE64.encode(Sha256::digest(self.signer.public()));
        let hello = json!({
            "seat": self.seat, "token": BASE64.encode(token), "instance": instance, "after": 0,
        });
        self.says(json!({ "hello": hello }))?;
        while self.room.is_null() {
            if let Some(heard) = self.hears()?.context("the server hung up")? {
                self.minds(&heard)?;
            }
        }
        let party = self.own_party()?;
        let identity = format!("{}\n{party}\n{name}", self.seat);
        let credential = CredentialWithKey {
            credential: BasicCredential::new(identity.into_bytes()).into(),
            signature_key: self.signer.public().into(),
        };
        let package = KeyPackage::builder().build(SUITE, &self.mls, &self.signer, credential)?;
        let package =
            MlsMessageOut::from(package.key_package().clone()).tls_serialize_detached()?;
        let key = derive(&invitation.seat_secret, "tribune mac")?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&key)?;
        mac.update(&package);
        let ask = json!({
            "name": name,
            "identity": BASE64.encode(self.signer.public()),
            "key_package": BASE64.encode(&package),
            "mac": BASE64.encode(mac.finalize().into_bytes()),
        });
        self.says(json!({ "ask": ask }))?;
        println!("asks");
        Ok(())
    }

    fn own_party(&self) -> Result<String> {
        let list = |name: &str| self.room[name].as_array().cloned().unwrap_or_default();
        let own = list("seats").into_iter().find(|it| it["id"] == self.seat.as_str());
        let party = own.context("the room has not this seat")?["party"].clone();
        let party = list("parties").into_iter().find(|it| it["id"] == party);
        let name = party.context("the room has not this party")?["name"].clone();
        Ok(name.as_str().unwrap_or_default().to_owned())
    }

    fn says(&mut self, mut said: Value) -> Result<()> {
        self.said += 1;
        said["id"] = json!(self.said);
        self.socket.send(Message::text(said.to_string()))?;
        Ok(())
    }

    /// What is heard within a while, if anything; None once the server has hung up.
    fn hears(&mut self) -> Result<Option<Option<Value>>> {
        match self.socket.read() {
            Ok(Message::Text(text)) => Ok(Some(Some(serde_json::from_str(&text)?))),
            Ok(Message::Close(_)) => Ok(None),
            Ok(_) => Ok(Some(None)),
            Err(tungstenite::Error::Io(error))
                if matches!(
                    error.kind(),
                    std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                ) =>
            {
                Ok(Some(None))
            }
            Err(
                tungstenite::Error::ConnectionClosed
                | tungstenite::Error::AlreadyClosed
                | tungstenite::Error::Protocol(_),
            ) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn minds(&mut self, heard: &Value) -> Result<()> {
        if let Some(error) = heard["error"].as_str() {
            bail!("the server refused: {error}");
        }
        if !heard["room"].is_null() {
            let before = std::mem::replace(&mut self.room, heard["room"].clone());
            if before["state"] != self.room["state"] {
                println!("meeting {}", self.room["state"].as_str().unwrap_or_default());
            }
        } else if !heard["mail"].is_null() {
            self.reads(&heard["mail"])?;
        } else if !heard["message"].is_null() {
            self.opens(&heard["message"])?;
        } else if !heard["removed"].is_null() {
            println!("removed");
        }
        Ok(())
    }

    fn reads(&mut self, mail: &Value) -> Result<()> {
        let payload = BASE64.decode(mail["payload"].as_str().unwrap_or_default())?;
        let message = MlsMessageIn::tls_deserialize_exact_bytes(&payload)?;
        match mail["kind"].as_str() {
            Some("welcome") => {
                let MlsMessageBodyIn::Welcome(welcome) = message.extract() else {
                    bail!("the server sent no welcome");
                };
                let config = MlsGroupJoinConfig::builder().use_ratchet_tree_extension(true).build();
                let staged = StagedWelcome::new_from_welcome(&self.mls, &config, welcome, None)?;
                let group = staged.into_group(&self.mls)?;
                let id = format!("{}/{}", self.meeting, mail["group"]);
                ensure!(group.group_id().as_slice() == id.as_bytes(), "the group is another one's");
                self.group = Some(group);
            }
            Some("commit") => {
                let Some(group) = self.group.as_mut() else { return Ok(()) };
                // What was made before one came in is in the welcome already.
                if mail["epoch"].as_u64() != Some(group.epoch().as_u64()) {
                    return Ok(());
                }
                let message = message.try_into_protocol_message()?;
                let processed = group.process_message(&self.mls, message)?;
                let ProcessedMessageContent::StagedCommitMessage(commit) = processed.into_content()
                else {
                    bail!("the server sent no commit");
                };
                group.merge_staged_commit(&self.mls, *commit)?;
            }
            _ => bail!("the server sent mail of no known kind"),
        }
        self.tells_epoch()
    }

    /// What everybody in the group has to have the same.
    fn tells_epoch(&self) -> Result<()> {
        let Some(group) = self.group.as_ref().filter(|it| it.is_active()) else {
            println!("out");
            return Ok(());
        };
        let mut members: Vec<(String, Vec<u8>)> = Vec::new();
        for member in group.members() {
            let identity = member.credential.serialized_content();
            let identity = String::from_utf8(identity.to_vec())?;
            let seat = identity.lines().next().unwrap_or_default().to_owned();
            members.push((seat, member.signature_key));
        }
        members.sort();
        let mut hash = Sha256::new();
        for (seat, key) in &members {
            hash.update(seat.as_bytes());
            hash.update(key);
        }
        let digest = hash.finalize();
        let groups: Vec<String> = digest[..24]
            .as_chunks::<4>()
            .0
            .iter()
            .map(|four| format!("{:05}", u32::from_be_bytes(*four) % 100_000))
            .collect();
        let base = group.export_secret(self.mls.crypto(), "SFrame 1.0 Base Key", b"", 32)?;
        let base = BASE64.encode(Sha256::digest(&base));
        println!("epoch {} code {} frames {base}", group.epoch().as_u64(), groups.join(" "));
        Ok(())
    }

    fn opens(&mut self, message: &Value) -> Result<()> {
        let Some(group) = self.group.as_mut() else { return Ok(()) };
        let payload = BASE64.decode(message["payload"].as_str().unwrap_or_default())?;
        let sealed = MlsMessageIn::tls_deserialize_exact_bytes(&payload)?;
        let processed = group.process_message(&self.mls, sealed.try_into_protocol_message()?)?;
        if let ProcessedMessageContent::ApplicationMessage(content) = processed.into_content() {
            let content: Value = serde_json::from_slice(&content.into_bytes())?;
            if let Some(chat) = content["chat"].as_str() {
                println!("chat {chat}");
            }
        }
        Ok(())
    }

    fn chats(&mut self, line: &str) -> Result<()> {
        let Some(group) = self.group.as_mut() else { return Ok(()) };
        let content = json!({ "chat": line }).to_string();
        let sealed = group.create_message(&self.mls, &self.signer, content.as_bytes())?;
        let payload = BASE64.encode(sealed.tls_serialize_detached()?);
        self.says(json!({ "message": { "payload": payload, "for": null } }))
    }
}

fn derive(from: &[u8], info: &str) -> Result<[u8; 32]> {
    derive_with(b"", from, info)
}

fn derive_with(salt: &[u8], from: &[u8], info: &str) -> Result<[u8; 32]> {
    let mut out = [0; 32];
    let expanded = Hkdf::<Sha256>::new(Some(salt), from).expand(info.as_bytes(), &mut out);
    expanded.map_err(|_| anyhow::anyhow!("HKDF gives no 32 bytes"))?;
    Ok(out)
}
