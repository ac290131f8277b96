//! Many who write at once. Each waits for the answer, and goes on as somebody else.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::Forum;
use super::isso::Thread;
use super::story::Story;
use crate::bench::articles::Dice;
use crate::bench::http::Client;
use crate::bench::report::{Report, Target};
use crate::bench::rounds::Rounds;
use crate::bench::{Size, as_f64, percentile};

const WRITERS: usize = 64;
/// One answers what was said in one's hearing a short while ago.
const HEARD: usize = 20;

pub(super) fn measure(
    ours: &Story,
    theirs: &Thread,
    size: &Size,
    report: &mut Report,
) -> Result<()> {
    let time = Duration::from_secs(size.round_secs.into());
    let rounds = Rounds::run(
        size.rounds,
        || write(ours, Until::Passed(time)),
        || write(theirs, Until::Passed(time)),
    )?;
    let name = format!("comments of {WRITERS} writers");
    let accepted = rounds.median(|it| as_f64(it.times.len()) / it.seconds);
    report.compare(&format!("{name}: accepted"), "/s", accepted, Target::AtLeast(500.0));
    let of = |percent| rounds.median(|it| percentile(&mut it.times.clone(), percent));
    report.compare(&format!("{name}: p50"), "ms", of(50.0), Target::None);
    report.compare(&format!("{name}: p95"), "ms", of(95.0), Target::AtMost(50.0));
    let failed = rounds.sum(|it| as_f64(it.failed));
    report.compare(&format!("{name}: 5xx or no answer"), "", failed, Target::AtMost(0.0));
    let refused = rounds.sum(|it| as_f64(it.refused));
    report.compare(&format!("{name}: refused"), "", refused, Target::AtMost(0.0));
    Ok(())
}

/// When the writers stop.
#[derive(Clone, Copy)]
pub(super) enum Until {
    /// So many are accepted, and none is refused too often.
    Accepted(usize),
    /// This time has passed.
    Passed(Duration),
}

/// What became of all that was sent.
#[derive(Default)]
pub(super) struct Written {
    /// Of each that was accepted, in milliseconds.
    times: Vec<f64>,
    seconds: f64,
    failed: usize,
    refused: usize,
}

/// Has the writers write. A third of what they say answers nothing, a few answer the very first
/// comment, and the others what was said of late, so that there are threads wide and deep.
pub(super) fn write<F: Forum>(forum: &F, until: Until) -> Result<Written> {
    let first = forum.say(&mut Client::connect(forum.address())?, None)?;
    let refused = || format!("the first comment was answered {}: {}", first.status, first.text());
    let first = F::said(&first).with_context(refused)?;
    let began = Instant::now();
    let (accepted, refusals) = (AtomicUsize::new(1), AtomicUsize::new(0));
    let written = Mutex::new(Written::default());
    // Those under way are counted, too, so that exactly as many are accepted as are asked for.
    let goes_on = || match until {
        Until::Accepted(count) => {
            let one = |taken: usize| (taken < count).then_some(taken + 1);
            let tried = refusals.load(Ordering::Relaxed) <= count;
            tried && accepted.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one).is_ok()
        }
        Until::Passed(time) => began.elapsed() < time,
    };
    thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS as u64)
            .map(|writer| {
                let (goes_on, accepted, refusals) = (&goes_on, &accepted, &refusals);
                let (written, first) = (&written, first.as_str());
                scope.spawn(move || -> Result<()> {
                    let mut client = Client::connect(forum.address())?;
                    let mut dice = Dice::new(writer);
                    let mut heard: Vec<String> = Vec::new();
                    let mut mine = Written::default();
                    while goes_on() {
                        let answers = match dice.roll(100) {
                            0..5 => Some(first),
                            5..40 => None,
                            _ if heard.is_empty() => None,
                            _ => Some(heard[dice.roll(heard.len())].as_str()),
                        };
                        let answer = forum.say(&mut client, answers);
                        match answer.as_ref().ok().and_then(F::said) {
                            Some(id) => {
                                if heard.len() == HEARD {
                                    heard.remove(0);
                                }
                                heard.push(id);
                                mine.times.extend(answer.map(|it| it.ms()));
                            }
                            None => {
                                refusals.fetch_add(1, Ordering::Relaxed);
                                accepted.fetch_sub(1, Ordering::Relaxed);
                                match answer {
                                    Ok(answer) if answer.status < 500 => mine.refused += 1,
                                    _ => mine.failed += 1,
                                }
                            }
                        }
                    }
                    let mut all = written.lock().expect("no writer panics");
                    all.times.append(&mut mine.times);
                    all.failed += mine.failed;
                    all.refused += mine.refused;
                    Ok(())
                })
            })
            .collect();
        writers.into_iter().try_for_each(|it| it.join().expect("no writer panics"))
    })?;
    let mut written = written.into_inner().expect("no writer panics");
    written.seconds = began.elapsed().as_secs_f64();
    if let Until::Accepted(count) = until {
        let (times, failed, refused) = (written.times.len() + 1, written.failed, written.refused);
        ensure!(times == count, "of {count} comments {failed} failed and {refused} were refused");
    }
    Ok(written)
}
