//! The smallest client that can measure: one connection, kept alive, one request at a time.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

pub(super) struct Client {
    stream: BufReader<TcpStream>,
    token: Option<String>,
}

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
    pub(super) elapsed: Duration,
}

impl Answer {
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(super) fn ms(&self) -> f64 {
        self.elapsed.as_secs_f64() * 1000.0
    }
}

impl Client {
    pub(super) fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Self { stream: BufReader::with_capacity(1 << 18, stream), token: None })
    }

    pub(super) fn with_token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    pub(super) fn get(&mut self, path: &str) -> Result<Answer> {
        self.ask("GET", path, "identity", None)
    }

    pub(super) fn get_gzip(&mut self, path: &str) -> Result<Answer> {
        self.ask("GET", path, "gzip", None)
    }

    pub(super) fn send(
        &mut self,
        method: &str,
        path: &str,
        body: &serde_json::Value,
    ) -> Result<serde_json::Value> {
        let answer = self.ask(method, path, "identity", Some(&body.to_string()))?;
        ensure!(
            (200..300).contains(&answer.status),
            "{method} {path} answered {}: {}",
            answer.status,
            answer.text()
        );
        Ok(serde_json::from_slice(&answer.body).unwrap_or_default())
    }

    fn ask(
        &mut self,
        method: &str,
        path: &str,
        encoding: &str,
        body: Option<&str>,
    ) -> Result<Answer> {
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nHost: bench\r\nAccept-Encoding: {encoding}\r\n");
        if let Some(token) = &self.token {
            request.push_str(&format!("Authorization: Bearer {token}\r\n"));
        }
        if let Some(body) = body {
            request.push_str("Content-Type: application/json\r\n");
            request.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        request.push_str("\r\n");
        request.push_str(body.unwrap_or_default());

        let began = Instant::now();
        self.stream.get_mut().write_all(request.as_bytes())?;
        let (status, length) = self.head().with_context(|| format!("{method} {path}"))?;
        let mut body = Vec::new();
        match length {
            Length::Known(length) => {
                body.resize(length, 0);
                self.stream.read_exact(&mut body)?;
            }
            Length::Chunked => self.chunks(&mut body)?,
        }
        Ok(Answer { status, body, elapsed: began.elapsed() })
    }

    fn head(&mut self) -> Result<(u16, Length)> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.with_context(|| format!("no answer of HTTP: {line:?}"))?;
        let mut length = Length::Known(0);
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(':') else {
                return Ok((status, length));
            };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = Length::Known(value.trim().parse()?),
                "transfer-encoding" => length = Length::Chunked,
                _ => {}
            }
        }
    }

    fn chunks(&mut self, body: &mut Vec<u8>) -> Result<()> {
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line)?;
            let size = usize::from_str_radix(line.trim(), 16)?;
            let from = body.len();
            body.resize(from + size, 0);
            self.stream.read_exact(&mut body[from..])?;
            line.clear();
            self.stream.read_line(&mut line)?;
            if size == 0 {
                return Ok(());
            }
        }
    }
}

enum Length {
    Known(usize),
    Chunked,
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
