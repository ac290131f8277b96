//! A story of ours, with what readers say under it.

use std::net::SocketAddr;

use anyhow::{Context, Result};

use super::Forum;
use super::guests::{Guest, Guests};
use crate::bench::articles::comment;
use crate::bench::http::{Answer, Client, HOST, encoded};
use crate::bench::process::Program;

const ID: usize = 36;

pub(super) struct Story<'a> {
    address: SocketAddr,
    path: String,
    /// Where its discussion is.
    discussion: String,
    guests: &'a Guests,
}

impl<'a> Story<'a> {
    pub(super) fn of(program: &Program, path: &str, guests: &'a Guests) -> Result<Self> {
        let address = program.address();
        let page = Client::connect(address)?.get(path)?.text();
        let id = page.split("/discussions/").nth(1).and_then(|rest| rest.get(..ID));
        let id = id.with_context(|| format!("{path} has no discussion"))?;
        let (path, discussion) = (path.to_owned(), format!("/discussions/{id}"));
        Ok(Self { address, path, discussion, guests })
    }

    /// The same story, after the program was started again.
    pub(super) fn on(&self, program: &Program) -> Self {
        let (path, discussion) = (self.path.clone(), self.discussion.clone());
        Self { address: program.address(), path, discussion, guests: self.guests }
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn discussion(&self) -> &str {
        &self.discussion
    }

    /// What the form under the story sends.
    pub(super) fn send(
        &self,
        client: &mut Client,
        guest: &Guest,
        text: &str,
        answers: Option<&str>,
    ) -> Result<Answer> {
        let mut form = format!("name={}&text={}", encoded(&guest.name), encoded(text));
        if let Some(parent) = answers {
            form.push_str("&parent=");
            form.push_str(parent);
        }
        let origin = format!("http://{HOST}");
        let mut headers = vec![
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Origin", &origin),
            ("X-Forwarded-For", &guest.household),
        ];
        headers.extend(guest.cookie.map(|cookie| ("Cookie", cookie)));
        client.ask("POST", &self.discussion, &headers, &form)
    }
}

impl Forum for Story<'_> {
    fn address(&self) -> SocketAddr {
        self.address
    }

    fn say(&self, client: &mut Client, answers: Option<&str>) -> Result<Answer> {
        let guest = self.guests.next();
        self.send(client, &guest, &comment(guest.number), answers)
    }

    fn said(answer: &Answer) -> Option<String> {
        let place = answer.header("location").filter(|_| answer.status == 303)?;
        Some(place.strip_prefix("/comments/")?.get(..ID)?.to_owned())
    }
}
