//! Readers without an account, whom a moderator knows: while very many write, a newcomer would have
//! to wait for one.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context, Result};
use serde_json::json;

use super::Forum as _;
use super::story::Story;
use crate::bench::Bench;
use crate::bench::http::Client;
use crate::bench::newsroom::in_browsers;
use crate::bench::process::{Program, Settings};

const AT_ONCE: usize = 16;

pub(super) struct Guests {
    /// What the browser of each shows.
    cookies: Vec<String>,
    /// How much all of them have said.
    said: AtomicUsize,
}

/// One who says something.
pub(super) struct Guest<'a> {
    pub(super) cookie: Option<&'a str>,
    pub(super) name: String,
    /// The address that it comes from, as the proxy tells it.
    pub(super) household: String,
    /// How much was said before.
    pub(super) number: usize,
}

impl Guests {
    /// So many say something for the first time, under a story, and a moderator lets it stand.
    pub(super) fn come(
        bench: &Bench,
        data: &Path,
        settings: &Settings,
        path: &str,
        count: usize,
    ) -> Result<Self> {
        let nobody = Self { cookies: Vec::new(), said: AtomicUsize::new(0) };
        let program = Program::start(bench, settings)?;
        let story = Story::of(&program, path, &nobody)?;
        let (came, next) = (Mutex::new(Vec::new()), AtomicUsize::new(0));
        thread::scope(|scope| {
            let comes = || -> Result<()> {
                let mut client = Client::connect(story.address())?;
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return Ok(());
                    }
                    let guest = Guest::new(number, None, number);
                    let answer = story.send(&mut client, &guest, "Here I am.", None)?;
                    let refused = || format!("a newcomer was answered {}", answer.status);
                    let comment = Story::said(&answer).with_context(refused)?;
                    let cookie = answer.header("set-cookie").and_then(|it| it.split(';').next());
                    let cookie = cookie.context("a newcomer was given no cookie")?.to_owned();
                    came.lock().expect("none panics").push((number, cookie, comment));
                }
            };
            let all: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(comes)).collect();
            all.into_iter().try_for_each(|it| it.join().expect("none panics"))
        })?;
        program.stop()?;

        let mut came = came.into_inner().expect("none panics");
        came.sort();
        let comments: Vec<&str> = came.iter().map(|(_, _, comment)| comment.as_str()).collect();
        let file = bench.folder.join("comments.json");
        std::fs::write(&file, json!(comments).to_string())?;
        let plan = json!({ "data": data, "comments": file });
        in_browsers(bench, "moderator.bench.ts", &plan)?;
        let cookies = came.into_iter().map(|(_, cookie, _)| cookie).collect();
        Ok(Self { cookies, said: AtomicUsize::new(0) })
    }

    /// Whose turn it is.
    pub(super) fn next(&self) -> Guest<'_> {
        let number = self.said.fetch_add(1, Ordering::Relaxed);
        let guest = number % self.cookies.len().max(1);
        Guest::new(guest, self.cookies.get(guest).map(String::as_str), number)
    }
}

impl<'a> Guest<'a> {
    fn new(guest: usize, cookie: Option<&'a str>, number: usize) -> Self {
        let household = format!("2001:db8:{:x}:{:x}::1", guest >> 16, guest & 0xffff);
        Self { cookie, name: format!("Reader {guest}"), household, number }
    }
}
