//! One answer that does not end: HTTP/1.1, in chunks (RFC 9112 §7.1) or not, with server-sent events in it
//! (HTML §9.2).

use anyhow::{Context, Result, bail, ensure};

/// Takes bytes as they come.
#[derive(Default)]
pub(super) struct Stream {
    place: Place,
    /// The beginning of a line of HTTP.
    line: Vec<u8>,
    /// The beginning of an event.
    text: Vec<u8>,
}

#[derive(Default, Clone, Copy)]
enum Place {
    #[default]
    Status,
    Headers {
        chunked: bool,
    },
    ChunkSize,
    Chunk(usize),
    /// The end of the line behind a chunk.
    ChunkEnd,
}

impl Stream {
    /// Whether the head of the answer is here.
    pub(super) fn is_open(&self) -> bool {
        !matches!(self.place, Place::Status | Place::Headers { .. })
    }

    /// Takes more, and hands on each event that is whole: its lines, without the empty one.
    pub(super) fn take(&mut self, mut bytes: &[u8], mut event: impl FnMut(&[u8])) -> Result<()> {
        while !bytes.is_empty() {
            if let Place::Chunk(left) = self.place {
                let (text, rest) = bytes.split_at(left.min(bytes.len()));
                bytes = rest;
                self.place = match left - text.len() {
                    0 => Place::ChunkEnd,
                    left => Place::Chunk(left),
                };
                self.tell(text, &mut event);
                continue;
            }
            let end = bytes.iter().position(|byte| *byte == b'\n');
            let (line, rest) = bytes.split_at(end.map_or(bytes.len(), |end| end + 1));
            bytes = rest;
            self.line.extend_from_slice(line);
            if end.is_some() {
                let line = std::mem::take(&mut self.line);
                let line = String::from_utf8_lossy(&line).trim_end().to_ascii_lowercase();
                self.place = next(self.place, &line)?;
            }
        }
        Ok(())
    }

    fn tell(&mut self, text: &[u8], event: &mut impl FnMut(&[u8])) {
        // Where the empty line may begin that was not whole before.
        let mut looked = self.text.len().saturating_sub(1);
        self.text.extend_from_slice(text);
        let mut began = 0;
        while let Some(at) = self.text[looked..].windows(2).position(|two| two == b"\n\n") {
            let end = looked + at;
            event(&self.text[began..end]);
            (began, looked) = (end + 2, end + 2);
        }
        self.text.drain(..began);
    }
}

fn next(place: Place, line: &str) -> Result<Place> {
    Ok(match place {
        Place::Status => {
            let status = line.split(' ').nth(1).unwrap_or_default();
            ensure!(status == "200", "the live discussion answered {line:?}");
            Place::Headers { chunked: false }
        }
        Place::Headers { chunked: true } if line.is_empty() => Place::ChunkSize,
        // It ends with the connection (RFC 9112 §6.3), and is as one chunk that does not end.
        Place::Headers { chunked: false } if line.is_empty() => Place::Chunk(usize::MAX),
        Place::Headers { chunked } => {
            ensure!(
                !line.starts_with("content-length:"),
                "the live discussion has an end: {line:?}"
            );
            let chunks = line.starts_with("transfer-encoding:") && line.ends_with("chunked");
            Place::Headers { chunked: chunked || chunks }
        }
        Place::ChunkSize => {
            let size = line.split(';').next().unwrap_or_default();
            match usize::from_str_radix(size, 16).with_context(|| format!("no chunk: {line:?}"))? {
                0 => bail!("the live discussion ended"),
                size => Place::Chunk(size),
            }
        }
        Place::ChunkEnd | Place::Chunk(_) => Place::ChunkSize,
    })
}

/// What an event of this kind says; none for another kind, and for a comment that keeps awake.
pub(super) fn data(event: &[u8], kind: &str) -> Option<String> {
    let text = std::str::from_utf8(event).ok()?;
    let mut named = "message";
    let mut data: Vec<&str> = Vec::new();
    for line in text.lines() {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => named = value,
            "data" => data.push(value),
            _ => {}
        }
    }
    (named == kind && !data.is_empty()).then(|| data.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\
                        transfer-encoding: chunked\r\n\r\n";

    fn events(bytes: &[u8], at_once: usize) -> Result<Vec<String>> {
        let (mut stream, mut events) = (Stream::default(), Vec::new());
        for part in bytes.chunks(at_once) {
            stream.take(part, |event| events.push(String::from_utf8_lossy(event).into_owned()))?;
        }
        assert!(stream.is_open());
        Ok(events)
    }

    #[test]
    fn events_are_the_same_however_the_bytes_come() {
        // The second event begins in one chunk and ends in another, in the midst of its empty line.
        let answer = format!(
            "{HEAD}c\r\nretry: 3000\n\r\n1\r\n\n\r\n21\r\n: awake\n\nevent: comment\ndata: {{}}\n\r\n\
             1\r\n\n\r\n"
        );
        for at_once in 1..answer.len() {
            let told = events(answer.as_bytes(), at_once).unwrap();
            assert_eq!(told, ["retry: 3000", ": awake", "event: comment\ndata: {}"], "{at_once}");
        }
    }

    #[test]
    fn an_answer_that_is_none_or_ends_is_told() {
        let check = |answer: &str, why: &str| {
            let mut stream = Stream::default();
            let error = stream.take(answer.as_bytes(), |_| {}).unwrap_err();
            assert!(error.to_string().contains(why), "{error}");
        };
        check("HTTP/1.1 404 Not Found\r\n", "404");
        check("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx", "has an end");
        check(&format!("{HEAD}0\r\n"), "ended");
        check(&format!("{HEAD}what\r\n"), "no chunk");
    }

    #[test]
    fn data_is_told_of_the_kind_that_is_asked_for() {
        let event = b"id: 7\nevent: comment\ndata: {\"a\":\ndata:1}";
        assert_eq!(data(event, "comment").as_deref(), Some("{\"a\":\n1}"));
        assert_eq!(data(event, "message"), None);
        assert_eq!(data(b": awake", "message"), None);
        assert_eq!(data(b"data: x", "message").as_deref(), Some("x"));
    }
}
