//! Thousands who read at once, in one thread that the system wakes when there is something.

use std::collections::{BTreeMap, HashMap};
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use serde_json::Value;

use super::stream::{Stream, data};
use crate::bench::http::HOST;

/// How long nothing may come before what is missing counts as lost.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) struct Readers {
    poll: Poll,
    all: Vec<Reader>,
    /// Since many are sent the same, it is read once: which comments it tells of.
    told: HashMap<Vec<u8>, Vec<usize>>,
    comments: Vec<Comment>,
}

struct Reader {
    /// None once it was cut off.
    socket: Option<TcpStream>,
    stream: Stream,
    /// Which comments it has seen.
    seen: Vec<bool>,
}

struct Comment {
    id: String,
    at: Vec<Instant>,
}

/// What the readers saw.
pub(super) struct Seen {
    /// When a comment reached each of them.
    pub(super) at: BTreeMap<String, Vec<Instant>>,
    /// How many lost their connection.
    pub(super) cut_off: usize,
}

impl Readers {
    /// All of them ask, and are answered.
    pub(super) fn come(address: SocketAddr, path: &str, count: usize) -> Result<Self> {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {HOST}\r\nAccept: text/event-stream\r\n\
             Cache-Control: no-cache\r\n\r\n"
        );
        let poll = Poll::new()?;
        let mut all = Vec::with_capacity(count);
        for number in 0..count {
            let mut socket = std::net::TcpStream::connect(address)
                .with_context(|| format!("reader {number} of {count} did not come in"))?;
            socket.write_all(request.as_bytes())?;
            socket.set_nonblocking(true)?;
            let mut socket = TcpStream::from_std(socket);
            poll.registry().register(&mut socket, Token(number), Interest::READABLE)?;
            let (stream, seen) = (Stream::default(), Vec::new());
            all.push(Reader { socket: Some(socket), stream, seen });
        }
        let mut readers = Self { poll, all, told: HashMap::new(), comments: Vec::new() };
        let open = readers.read_until(|it| it.open() == count)?;
        ensure!(open, "of {count} readers only {} were answered", readers.open());
        ensure!(readers.cut_off() == 0, "{} readers were cut off at once", readers.cut_off());
        Ok(readers)
    }

    /// Reads until all have seen so many comments, or nothing comes any more.
    pub(super) fn watch(&mut self, comments: usize) -> Result<Seen> {
        let due = comments * self.all.len();
        self.read_until(|it| it.comments.iter().map(|it| it.at.len()).sum::<usize>() >= due)?;
        let cut_off = self.cut_off();
        let at = self.comments.drain(..).map(|it| (it.id, it.at)).collect();
        Ok(Seen { at, cut_off })
    }

    fn open(&self) -> usize {
        self.all.iter().filter(|it| it.stream.is_open()).count()
    }

    fn cut_off(&self) -> usize {
        self.all.iter().filter(|it| it.socket.is_none()).count()
    }

    /// Answers whether it came to that before the patience ended.
    fn read_until(&mut self, done: impl Fn(&Self) -> bool) -> Result<bool> {
        let mut events = Events::with_capacity(1024);
        let mut buffer = vec![0; 1 << 16];
        let mut last = Instant::now();
        while !done(self) {
            let rest = PATIENCE.saturating_sub(last.elapsed());
            if rest.is_zero() {
                return Ok(false);
            }
            match self.poll.poll(&mut events, Some(rest)) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                other => other?,
            }
            for event in &events {
                if self.read(event.token().0, &mut buffer)? {
                    last = Instant::now();
                }
            }
        }
        Ok(true)
    }

    /// Reads all that is there for one, and answers whether that was a comment or the head.
    fn read(&mut self, number: usize, buffer: &mut [u8]) -> Result<bool> {
        let Self { all, told, comments, .. } = self;
        let Some(reader) = all.get_mut(number) else { return Ok(false) };
        let Some(socket) = &mut reader.socket else { return Ok(false) };
        let was_open = reader.stream.is_open();
        let mut heard = false;
        loop {
            let read = match socket.read(buffer) {
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(_) => 0,
            };
            let now = Instant::now();
            let taken = reader.stream.take(&buffer[..read], |event| {
                if !told.contains_key(event) {
                    told.insert(event.to_vec(), known(event, comments));
                }
                for &comment in told.get(event).into_iter().flatten() {
                    heard = true;
                    if reader.seen.len() <= comment {
                        reader.seen.resize(comment + 1, false);
                    }
                    if !std::mem::replace(&mut reader.seen[comment], true) {
                        comments[comment].at.push(now);
                    }
                }
            });
            // An answer that is none is a mistake of ours; one that ends is the program's.
            if !reader.stream.is_open() {
                taken?;
            } else if read == 0 || taken.is_err() {
                reader.socket = None;
                break;
            }
            // Where the system gave less than there was room for, there is no more.
            if read < buffer.len() {
                break;
            }
        }
        Ok(heard || reader.stream.is_open() != was_open)
    }
}

/// The comments that an event tells of, as places in the list of all, to which new ones are added.
fn known(event: &[u8], comments: &mut Vec<Comment>) -> Vec<usize> {
    let told: Value = match data(event, "comment") {
        Some(json) => serde_json::from_str(&json).unwrap_or_default(),
        None => Value::Null,
    };
    let ids = told["comments"].as_array().into_iter().flatten().filter_map(|it| it["id"].as_str());
    ids.map(|id| {
        comments.iter().position(|it| it.id == id).unwrap_or_else(|| {
            comments.push(Comment { id: id.to_owned(), at: Vec::new() });
            comments.len() - 1
        })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader};
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    const HEAD: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

    /// Lets so many in, and then tells each of them all of it, cut where no chunk ends.
    fn server(readers: usize, events: &[&str]) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let chunks: Vec<String> =
            events.iter().map(|it| format!("{:x}\r\n{it}\r\n", it.len())).collect();
        let whole = chunks.concat();
        thread::spawn(move || {
            let mut all = Vec::new();
            for _ in 0..readers {
                let (mut socket, _) = listener.accept().unwrap();
                let mut request = BufReader::new(socket.try_clone().unwrap()).lines();
                assert_eq!(request.next().unwrap().unwrap(), "GET /live HTTP/1.1");
                socket.write_all(HEAD.as_bytes()).unwrap();
                all.push(socket);
            }
            for part in whole.as_bytes().chunks(7) {
                all.iter_mut().for_each(|socket| socket.write_all(part).unwrap());
            }
            // They stay until the reader leaves.
            all.iter_mut().for_each(|socket| _ = socket.read(&mut [0]));
        });
        address
    }

    #[test]
    fn each_reader_sees_each_comment_once() {
        let events = [
            "retry: 1000\n\n",
            "event: comment\nid: 1\ndata: {\"count\":1,\"comments\":[{\"id\":\"a\"}]}\n\n",
            ": awake\n\n",
            "event: comment\nid: 2\ndata: {\"count\":3,\"comments\":[{\"id\":\"a\"},{\"id\":\"b\"}]}\n\n",
        ];
        let mut readers = Readers::come(server(5, &events), "/live", 5).unwrap();
        let seen = readers.watch(2).unwrap();
        let counts: Vec<_> = seen.at.iter().map(|(id, at)| (id.as_str(), at.len())).collect();
        assert_eq!((counts, seen.cut_off), (vec![("a", 5), ("b", 5)], 0));
    }
}
