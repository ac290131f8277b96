//! The smallest client that can measure: one connection, kept alive, one request at a time.

use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

/// What every request calls the server.
pub(super) const HOST: &str = "bench";

pub(super) struct Client {
    address: SocketAddr,
    /// None once the server has said that it closes it.
    stream: Option<BufReader<TcpStream>>,
    token: Option<String>,
}

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
    pub(super) elapsed: Duration,
    headers: Vec<(String, String)>,
}

impl Answer {
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(super) fn ms(&self) -> f64 {
        self.elapsed.as_secs_f64() * 1000.0
    }

    /// The header of this name, in small letters.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl Client {
    pub(super) fn connect(address: SocketAddr) -> Result<Self> {
        Ok(Self { address, stream: Some(open(address)?), token: None })
    }

    pub(super) fn with_token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    pub(super) fn get(&mut self, path: &str) -> Result<Answer> {
        self.get_encoded(path, "identity")
    }

    pub(super) fn get_gzip(&mut self, path: &str) -> Result<Answer> {
        self.get_encoded(path, "gzip")
    }

    pub(super) fn get_encoded(&mut self, path: &str, encoding: &str) -> Result<Answer> {
        self.ask("GET", path, &[("Accept-Encoding", encoding)], "")
    }

    pub(super) fn send(
        &mut self,
        method: &str,
        path: &str,
        body: &serde_json::Value,
    ) -> Result<serde_json::Value> {
        let json = [("Content-Type", "application/json")];
        let answer = self.ask(method, path, &json, &body.to_string())?;
        ensure!(
            (200..300).contains(&answer.status),
            "{method} {path} answered {}: {}",
            answer.status,
            answer.text()
        );
        Ok(serde_json::from_slice(&answer.body).unwrap_or_default())
    }

    /// Asks, over a new connection if the server has closed the last one.
    pub(super) fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Answer> {
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {HOST}\r\n");
        if let Some(token) = &self.token {
            request.push_str(&format!("Authorization: Bearer {token}\r\n"));
        }
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() {
            request.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        request.push_str("\r\n");
        request.push_str(body);

        let kept = self.stream.take().filter(is_open);
        let began = Instant::now();
        let mut stream = match kept {
            Some(stream) => stream,
            None => open(self.address)?,
        };
        stream.get_mut().write_all(request.as_bytes())?;
        let head = head(&mut stream).with_context(|| format!("{method} {path}"))?;
        let mut body = Vec::new();
        match head.length {
            Length::Known(length) => {
                body.resize(length, 0);
                stream.read_exact(&mut body)?;
            }
            Length::Chunked => chunks(&mut stream, &mut body)?,
            Length::ToTheEnd => {
                stream.read_to_end(&mut body)?;
            }
        }
        let elapsed = began.elapsed();
        let answer = Answer { status: head.status, body, elapsed, headers: head.headers };
        if answer.header("connection") != Some("close") {
            self.stream = Some(stream);
        }
        Ok(answer)
    }
}

/// Whether the server has not closed it, as it does when nothing is asked for a while.
fn is_open(stream: &BufReader<TcpStream>) -> bool {
    let socket = stream.get_ref();
    let is_quiet = || socket.peek(&mut [0]).is_err_and(|it| it.kind() == ErrorKind::WouldBlock);
    socket.set_nonblocking(true).is_ok() && is_quiet() && socket.set_nonblocking(false).is_ok()
}

fn open(address: SocketAddr) -> Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    Ok(BufReader::with_capacity(1 << 18, stream))
}

struct Head {
    status: u16,
    headers: Vec<(String, String)>,
    length: Length,
}

enum Length {
    Known(usize),
    Chunked,
    ToTheEnd,
}

fn head(stream: &mut BufReader<TcpStream>) -> Result<Head> {
    let mut line = String::new();
    stream.read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.with_context(|| format!("no answer of HTTP: {line:?}"))?;
    let mut headers = Vec::new();
    let mut length = None;
    loop {
        line.clear();
        stream.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        let (name, value) = (name.to_ascii_lowercase(), value.trim().to_owned());
        match name.as_str() {
            "content-length" => length = Some(Length::Known(value.parse()?)),
            "transfer-encoding" => length = Some(Length::Chunked),
            _ => {}
        }
        headers.push((name, value));
    }
    let closes = headers.iter().any(|(name, value)| name == "connection" && value == "close");
    let otherwise = if closes { Length::ToTheEnd } else { Length::Known(0) };
    Ok(Head { status, headers, length: length.unwrap_or(otherwise) })
}

fn chunks(stream: &mut BufReader<TcpStream>, body: &mut Vec<u8>) -> Result<()> {
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let size = usize::from_str_radix(line.trim(), 16)?;
        let from = body.len();
        body.resize(from + size, 0);
        stream.read_exact(&mut body[from..])?;
        line.clear();
        stream.read_line(&mut line)?;
        if size == 0 {
            return Ok(());
        }
    }
}

/// A text as one value of a query.
pub(super) fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn what_the_server_has_closed_meanwhile_is_opened_anew() {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = Client::connect(server.local_addr().unwrap()).unwrap();
        let answers = std::thread::spawn(move || {
            for _ in 0..2 {
                let (mut socket, _) = server.accept().unwrap();
                let _ = socket.read(&mut [0; 1024]).unwrap();
                socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").unwrap();
            }
        });
        assert_eq!(client.get("/").unwrap().text(), "hi");
        // That it is closed is known here once the end of it has come.
        let first = client.stream.as_ref().unwrap().get_ref();
        assert_eq!(first.peek(&mut [0]).unwrap(), 0);
        assert_eq!(client.get("/").unwrap().text(), "hi");
        answers.join().unwrap();
    }
}
