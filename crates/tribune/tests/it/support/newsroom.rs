//! An editor with a token, who works through the API.

use std::io;

use serde_json::{Value, json};

use super::{Answer, Place, send};

/// What an editor's program needs to know.
#[derive(Clone, Debug)]
pub(crate) struct Newsroom {
    token: String,
}

/// A story with this headline, in the section `news`.
pub(crate) fn story(headline: &str) -> Value {
    json!({
        "section": "news", "kind": "news", "language": "en", "headline": headline,
        "body_markdown": format!("The body of {headline}."),
    })
}

impl Newsroom {
    /// Adds an editor and a token by the command line, as an operator would.
    pub(crate) fn found(place: &Place) -> Self {
        let slug = place.tell(&["person", "add", "--name=Edna Kern", "--role=administrator"]);
        let person = format!("--person={slug}");
        let scopes = ["--scope=read", "--scope=write", "--scope=publish"];
        let token =
            place.tell(&[&["token", "add", &person, "--name=tests"][..], &scopes[..]].concat());
        Self { token }
    }

    /// Asks, without knowing whether anybody will answer.
    pub(crate) fn try_send(
        &self,
        to: &str,
        method: &str,
        path: &str,
        body: &[u8],
    ) -> io::Result<Answer> {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("authorization", &*bearer), ("content-type", "application/json")];
        send(to, method, &format!("/api/v1{path}"), &headers, body)
    }

    /// Asks, and is obeyed.
    pub(crate) fn post(&self, to: &str, path: &str, body: &Value) -> Value {
        self.change(to, "POST", path, body)
    }

    pub(crate) fn change(&self, to: &str, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.try_send(to, method, path, body.to_string().as_bytes()).unwrap();
        assert!((200..300).contains(&answer.status), "{method} {path}: {answer:?}");
        answer.json()
    }

    pub(crate) fn make_section(&self, to: &str, path: &str, name: &str) {
        self.post(to, "/sections", &json!({ "path": path, "name": name }));
    }

    /// Gives the draft's id.
    pub(crate) fn draft(&self, to: &str, story: &Value) -> String {
        text(&self.post(to, "/articles", story)["id"])
    }

    /// Gives the published story's address.
    pub(crate) fn publish(&self, to: &str, id: &str) -> String {
        text(&self.post(to, &format!("/articles/{id}/publish"), &json!({}))["path"])
    }

    /// Gives the photo's id.
    pub(crate) fn upload(&self, to: &str, words: &str, file: &[u8]) -> String {
        let answer = self.try_send(to, "POST", &format!("/photos?{words}"), file).unwrap();
        assert!(matches!(answer.status, 200 | 201), "{answer:?}");
        text(&answer.json()["id"])
    }

    /// Once all renditions are made: their addresses.
    pub(crate) fn renditions(&self, to: &str, photo: &str) -> Vec<String> {
        super::eventually("the photo's renditions", || {
            let answer = self.try_send(to, "GET", &format!("/photos/{photo}"), b"");
            let photo = answer.map_err(|error| error.to_string())?.json();
            let (made, planned) = (&photo["progress"]["made"], &photo["progress"]["planned"]);
            let all = photo["renditions"].as_array().cloned().unwrap_or_default();
            if made == planned && !all.is_empty() {
                Ok(all.iter().map(|one| text(&one["address"])).collect())
            } else {
                Err(photo.to_string())
            }
        })
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
