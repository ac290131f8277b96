//! What readers feel who discuss, beside isso: writing, reading, and seeing others write.

mod guests;
mod isso;
mod live;
mod posting;
mod reading;
mod story;

use std::net::SocketAddr;
use std::path::Path;

use anyhow::Result;

use super::articles::Archive;
use super::http::{Answer, Client};
use super::process::{Program, Settings};
use super::report::Report;
use super::{Bench, Size};
use guests::Guests;
use isso::Isso;
use posting::{Until, write};
use story::Story;

/// Long enough for a page, and short enough for a peer that sends it whole.
const THREAD: usize = 1000;

/// Somewhere to say something.
trait Forum: Sync {
    fn address(&self) -> SocketAddr;

    /// Says something, in answer to a comment or to none, as somebody who was quiet for a while.
    fn say(&self, client: &mut Client, answers: Option<&str>) -> Result<Answer>;

    /// The comment that an answer tells of; none when it was not taken.
    fn said(answer: &Answer) -> Option<String>;
}

pub(super) fn measure(
    bench: &Bench,
    data: &Path,
    archive: &Archive,
    size: &Size,
    report: &mut Report,
) -> Result<()> {
    // Each reader has an address, as behind a proxy, so that the limits of pace are those of all.
    let settings = Settings::alone(data).with("--trusted-proxies", "127.0.0.1");
    let guests = Guests::come(bench, data, &settings, &archive.address(2), size.guests)?;
    let isso = Isso::start(bench)?;

    let program = Program::start(bench, &settings)?;
    let long = Story::of(&program, &archive.address(0), &guests)?;
    let short = Story::of(&program, &archive.address(1), &guests)?;
    write(&long, Until::Accepted(size.comments))?;
    write(&short, Until::Accepted(THREAD))?;
    let thread = isso.thread("/read");
    write(&thread, Until::Accepted(THREAD))?;
    program.stop()?;

    reading::uncached(bench, data, &long, size, report)?;
    let program = Program::start(bench, &settings)?;
    let (long, short) = (long.on(&program), short.on(&program));
    reading::script(&long, report)?;
    reading::beside_isso(&short, &thread, THREAD, size, report)?;
    posting::measure(&long, &isso.thread("/write"), size, report)?;
    program.stop()?;

    let program = Program::start(bench, &settings)?;
    live::measure(&program, &short.on(&program), size, report)?;
    program.stop()
}
