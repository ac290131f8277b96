//! Real Yjs, in a node of its own.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// A node that keeps documents, and does with them what it is asked.
pub(super) struct Peer {
    child: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Peer {
    pub(super) fn start() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/editor/tests/yjs_peer.mjs");
        let mut child = Command::new("node")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node runs, as it does for `make test`");
        let (asks, answers) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { child, asks, answers: BufReader::new(answers) }
    }

    pub(super) fn ask(&mut self, request: &Value) -> Value {
        writeln!(self.asks, "{request}").expect("`npm ci` has been run in web/");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{request} failed: see above"))
    }

    /// One update out of several, as Yjs draws them together.
    pub(super) fn merge(&mut self, updates: &[Vec<u8>]) -> Vec<u8> {
        let updates: Vec<String> = updates.iter().map(|it| text(it)).collect();
        bytes(&self.ask(&json!({ "ask": "merge", "updates": updates })))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Bytes as they are sent.
pub(super) fn text(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Bytes as they were sent.
pub(super) fn bytes(text: &Value) -> Vec<u8> {
    STANDARD.decode(text.as_str().unwrap()).unwrap()
}
