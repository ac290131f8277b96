//! Answers of HTTP/1.1 that say their length, as they come.

use anyhow::{Context, Result, ensure};

/// One answer after the other, over one connection.
#[derive(Default)]
pub(super) struct Answer {
    head: Vec<u8>,
    body: Option<Body>,
}

/// What an answer carried.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Body {
    pub(super) length: usize,
    left: usize,
    /// Unless it was only counted.
    pub(super) bytes: Vec<u8>,
}

impl Answer {
    /// Takes more, and gives the body once it is whole. Nobody asks for a second answer before.
    pub(super) fn take(&mut self, mut bytes: &[u8], keep: bool) -> Result<Option<Body>> {
        if self.body.is_none() {
            let looked = self.head.len().saturating_sub(3);
            self.head.extend_from_slice(bytes);
            let end = self.head[looked..].windows(4).position(|four| four == b"\r\n\r\n");
            let Some(end) = end.map(|at| looked + at + 4) else { return Ok(None) };
            let rest = self.head.len() - end;
            bytes = &bytes[bytes.len() - rest..];
            let length = length(&self.head[..end])?;
            self.head.clear();
            self.body = Some(Body { length, left: length, bytes: Vec::new() });
        }
        let body = self.body.as_mut().context("there is a body")?;
        ensure!(bytes.len() <= body.left, "an answer is longer than it said");
        body.left -= bytes.len();
        if keep {
            body.bytes.extend_from_slice(bytes);
        }
        Ok(if body.left == 0 { self.body.take() } else { None })
    }
}

fn length(head: &[u8]) -> Result<usize> {
    let head = std::str::from_utf8(head)?;
    ensure!(head.split(' ').nth(1) == Some("200"), "a viewer was answered {head}");
    let length = head.lines().filter_map(|line| line.split_once(':'));
    let length = length.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    Ok(length.context("an answer does not say its length")?.1.trim().parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_the_same_however_the_bytes_come() {
        let sent = b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world";
        for at_once in 1..sent.len() {
            let mut answer = Answer::default();
            for _ in 0..2 {
                let mut taken = None;
                for piece in sent.chunks(at_once) {
                    assert_eq!(taken, None, "it was whole too early");
                    taken = answer.take(piece, true).unwrap();
                }
                let body = taken.unwrap();
                assert_eq!((body.length, &body.bytes[..]), (11, &b"hello world"[..]));
            }
        }
    }

    #[test]
    fn what_is_no_success_is_told() {
        let error = Answer::default().take(b"HTTP/1.1 503 No\r\n\r\n", false).unwrap_err();
        assert!(error.to_string().contains("503"), "{error}");
    }
}
