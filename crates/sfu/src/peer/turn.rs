//! A client of TURN.

use std::net::SocketAddr;

use crate::turn::message::{Class, Key, Message, Writer, attribute, method};
use crate::turn::{frame_length, key_of};

/// Speaks with one server over one connection: makes what is to be sent, and reads what comes.
#[derive(Clone, Debug)]
pub struct Client {
    username: String,
    password: String,
    realm: String,
    nonce: String,
    key: Option<Key>,
    count: u64,
    incoming: Vec<u8>,
}

/// What a server says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// It is done. The address is there if one was allocated.
    Done(Option<SocketAddr>),
    /// It is not. The next request uses the nonce that came with it.
    Refused(u16),
    /// This came from that address, outside of a channel.
    Data(SocketAddr, Vec<u8>),
    /// This came over a channel.
    Channel(u16, Vec<u8>),
}

impl Client {
    /// Has these credentials, and knows nothing of the server yet.
    pub fn new(username: &str, password: &str) -> Self {
        Self {
            username: username.to_owned(),
            password: password.to_owned(),
            realm: String::new(),
            nonce: String::new(),
            key: None,
            count: 0,
            incoming: Vec::new(),
        }
    }

    /// Asks for an allocation: at first without a signature, for the realm and the nonce.
    pub fn allocate(&mut self) -> Vec<u8> {
        self.request(method::ALLOCATE, |it| it.with(attribute::REQUESTED_TRANSPORT, &[17, 0, 0, 0]))
    }

    /// Asks for so many seconds more, or gives the allocation back.
    pub fn refresh(&mut self, lifetime: u32) -> Vec<u8> {
        self.request(method::REFRESH, |it| it.with(attribute::LIFETIME, &lifetime.to_be_bytes()))
    }

    /// Asks to send to this address and hear from it.
    pub fn permit(&mut self, peer: SocketAddr) -> Vec<u8> {
        self.request(method::CREATE_PERMISSION, |it| {
            it.with_address(attribute::XOR_PEER_ADDRESS, peer)
        })
    }

    /// Asks for a channel to this address.
    pub fn bind(&mut self, channel: u16, peer: SocketAddr) -> Vec<u8> {
        let [c0, c1] = channel.to_be_bytes();
        self.request(method::CHANNEL_BIND, |it| {
            it.with(attribute::CHANNEL_NUMBER, &[c0, c1, 0, 0])
                .with_address(attribute::XOR_PEER_ADDRESS, peer)
        })
    }

    /// Sends outside of a channel.
    pub fn send(&mut self, peer: SocketAddr, bytes: &[u8]) -> Vec<u8> {
        let indication = Writer::new(Class::Indication, method::SEND, self.transaction());
        indication
            .with_address(attribute::XOR_PEER_ADDRESS, peer)
            .with(attribute::DATA, bytes)
            .unsigned()
    }

    /// Sends over a channel.
    pub fn channel(channel: u16, bytes: &[u8]) -> Vec<u8> {
        let length = u16::try_from(bytes.len()).unwrap_or_default();
        let mut frame = [channel.to_be_bytes(), length.to_be_bytes()].concat();
        frame.extend(bytes);
        frame.resize(frame.len().next_multiple_of(4), 0);
        frame
    }

    /// Takes what has come.
    pub fn push(&mut self, bytes: &[u8]) {
        self.incoming.extend(bytes);
    }

    /// What the server says next. None until there is a whole frame, and of what is not understood.
    pub fn next_said(&mut self) -> Option<Said> {
        let length = frame_length(&self.incoming).ok()?.filter(|it| *it <= self.incoming.len())?;
        let frame: Vec<u8> = self.incoming.drain(..length).collect();
        if frame[0] & 0xc0 != 0 {
            let channel = u16::from_be_bytes([frame[0], frame[1]]);
            let length = usize::from(u16::from_be_bytes([frame[2], frame[3]]));
            return Some(Said::Channel(channel, frame[4..4 + length].to_vec()));
        }
        let message = Message::read(&frame)?;
        match message.class {
            Class::Success => {
                let key = self.key.as_ref()?;
                let done = Said::Done(message.address(attribute::XOR_RELAYED_ADDRESS));
                message.is_signed_with(key).then_some(done)
            }
            Class::Error => {
                let code = message.get(attribute::ERROR_CODE)?;
                if let Some(nonce) = message.text(attribute::NONCE) {
                    self.nonce = nonce.to_owned();
                    self.realm = message.text(attribute::REALM)?.to_owned();
                    self.key = Some(key_of(&self.username, &self.realm, &self.password));
                }
                Some(Said::Refused(u16::from(*code.get(2)?) * 100 + u16::from(*code.get(3)?)))
            }
            Class::Indication => {
                let from = message.address(attribute::XOR_PEER_ADDRESS)?;
                Some(Said::Data(from, message.get(attribute::DATA)?.to_vec()))
            }
            Class::Request => None,
        }
    }

    /// Any other request, as a test wants it.
    pub(crate) fn request(&mut self, method: u16, with: impl FnOnce(Writer) -> Writer) -> Vec<u8> {
        let request = with(Writer::new(Class::Request, method, self.transaction()));
        let Some(key) = &self.key else { return request.unsigned() };
        request
            .with(attribute::USERNAME, self.username.as_bytes())
            .with(attribute::REALM, self.realm.as_bytes())
            .with(attribute::NONCE, self.nonce.as_bytes())
            .signed_with(key)
    }

    fn transaction(&mut self) -> [u8; 12] {
        self.count += 1;
        let mut transaction = [0; 12];
        transaction[4..].copy_from_slice(&self.count.to_be_bytes());
        transaction
    }
}
