//! Readers who see what others say while they say it: server-sent events, to thousands at once.

mod readers;
mod stream;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::Forum;
use super::story::Story;
use crate::bench::http::Client;
use crate::bench::process::Program;
use crate::bench::report::{Report, Target};
use crate::bench::{Size, as_f64, files, percentile};
use readers::{Readers, Seen};

const PER_SECOND: u32 = 50;
/// So many write in turns; each has a fifth of a second for an answer.
const WRITERS: usize = 10;
const KB_PER_READER: f64 = 20.0;

pub(super) fn measure(
    program: &Program,
    story: &Story,
    size: &Size,
    report: &mut Report,
) -> Result<()> {
    let count = size.listeners;
    let comments = size.live_secs * PER_SECOND;
    let come =
        |count| Readers::come(story.address(), &format!("{}/live", story.discussion()), count);
    // The first one pays for what all share.
    let mut first = come(1)?;
    watch(story, &mut first, PER_SECOND)?;
    // Of this process alone: the program has the files that its operator's shell lets it have.
    files::allow(count)?;
    let before = program.resident_mib()?;
    let mut readers = come(count)?;
    let connected = program.resident_mib()?;
    let (sent, seen) = watch(story, &mut readers, comments)?;
    let after = program.resident_mib()?;

    let name = format!("{count} readers at once");
    let kb = |mib: f64| (mib - before) * 1024.0 * 1.024 / as_f64(count);
    report.add(
        &format!("{name}: memory of each"),
        "kB",
        kb(connected),
        Target::AtMost(KB_PER_READER),
    );
    let label = format!("{name}: memory of each, after it");
    report.add(&label, "kB", kb(after), Target::AtMost(KB_PER_READER));
    let label = format!("{name}: comments");
    report.add(&label, "/s", sent.per_second(), Target::AtLeast(f64::from(PER_SECOND) * 0.99));
    let (mut delays, missing) = delays(&sent.at, &seen, count);
    for (percent, target) in
        [(50.0, Target::None), (95.0, Target::AtMost(300.0)), (99.0, Target::None)]
    {
        let label = format!("{name}: sent to seen, p{percent}");
        report.add(&label, "ms", percentile(&mut delays, percent), target);
    }
    report.add(&format!("{name}: never seen"), "", as_f64(missing), Target::AtMost(0.0));
    report.add(&format!("{name}: cut off"), "", as_f64(seen.cut_off), Target::AtMost(0.0));
    Ok(())
}

/// Has the readers look on while comments are written.
fn watch(story: &Story, readers: &mut Readers, comments: u32) -> Result<(Sent, Seen)> {
    thread::scope(|scope| {
        let reading = scope.spawn(|| readers.watch(comments as usize));
        let sent = write(story, comments)?;
        Ok((sent, reading.join().expect("no reader panics")?))
    })
}

struct Sent {
    /// When each comment was sent.
    at: BTreeMap<String, Instant>,
}

impl Sent {
    /// The pace that was kept, from the first to the last.
    fn per_second(&self) -> f64 {
        let first = self.at.values().min();
        let took = self.at.values().max().zip(first).map(|(last, first)| *last - *first);
        as_f64(self.at.len().saturating_sub(1)) / took.unwrap_or_default().as_secs_f64()
    }
}

/// Writes at the pace, whether the answers keep it or not.
fn write(story: &Story, comments: u32) -> Result<Sent> {
    let began = Instant::now();
    let (next, at) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    thread::scope(|scope| {
        let writer = || -> Result<()> {
            let mut client = Client::connect(story.address())?;
            loop {
                let number = u32::try_from(next.fetch_add(1, Ordering::Relaxed))?;
                if number >= comments {
                    return Ok(());
                }
                let due = began + Duration::from_secs(number.into()) / PER_SECOND;
                while let Some(rest) = due.checked_duration_since(Instant::now()) {
                    thread::park_timeout(rest);
                }
                let sent = Instant::now();
                let answer = story.say(&mut client, None)?;
                let refused = || format!("a comment was answered {}", answer.status);
                let id = Story::said(&answer).with_context(refused)?;
                at.lock().expect("no writer panics").insert(id, sent);
            }
        };
        let writers: Vec<_> = (0..WRITERS).map(|_| scope.spawn(writer)).collect();
        writers.into_iter().try_for_each(|it| it.join().expect("no writer panics"))
    })?;
    Ok(Sent { at: at.into_inner().expect("no writer panics") })
}

/// Of each comment and reader the milliseconds in between, and how many are not to be had.
fn delays(sent: &BTreeMap<String, Instant>, seen: &Seen, readers: usize) -> (Vec<f64>, usize) {
    let mut delays = Vec::new();
    for (id, at) in sent {
        let seen = seen.at.get(id).into_iter().flatten();
        delays.extend(seen.map(|seen| seen.duration_since(*at).as_secs_f64() * 1000.0));
    }
    let missing = (sent.len() * readers).saturating_sub(delays.len());
    (delays, missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reader_never_saw_is_counted() {
        let began = Instant::now();
        let later = |ms| began + Duration::from_millis(ms);
        let sent = BTreeMap::from([("a".to_owned(), later(0)), ("b".to_owned(), later(10))]);
        let at = BTreeMap::from([("a".to_owned(), vec![later(5), later(7)])]);
        let (delays, missing) = delays(&sent, &Seen { at, cut_off: 0 }, 2);
        assert_eq!((delays, missing), (vec![5.0, 7.0], 2));
    }
}
