//! Hears one of the library's connections out, whatever it is used for.

use std::time::{Duration, Instant};

use str0m::{Event, Input, Output, Rtc};

use crate::room::Transmit;

/// Without a datagram or an event in between; a connection that asks for more is stuck.
const MAX_IDLE_ROUNDS: usize = 16;
/// What is due so soon is due now. str0m wants to be told a later time before each packet that it sends, if
/// only by a microsecond; waiting for that would take the packets of a picture apart.
const SOON: Duration = Duration::from_millis(1);
/// So long a connection may keep what else it has to say once it has sent what it was given: a look at a
/// probe's next packet, or at nothing. Most often the next packet comes first, and looks for both.
const KEPT: Duration = Duration::from_millis(40);

/// One round of hearing it out, up to a timeout or its end.
pub(crate) struct Pump {
    now: Instant,
    told: Instant,
    due: bool,
    idle: usize,
    /// When only media is to be sent that was written: how much of it has not been, and until when the
    /// connection had nothing to say otherwise.
    owed: Option<(usize, Instant)>,
}

/// What the connection has to say.
#[expect(
    clippy::large_enum_variant,
    reason = "it lives for one call, and a box would be made for each packet"
)]
pub(crate) enum Next {
    Transmit(Transmit),
    Event(Event),
    /// It has nothing more until then.
    Timeout(Instant),
    /// It is over.
    Failed,
}

impl Pump {
    /// `told` is whether it knows the time already, from a datagram. What was written before is seen to
    /// only when time is told.
    pub(crate) fn new(now: Instant, told: bool) -> Self {
        Self { now, told: now, due: !told, idle: 0, owed: None }
    }

    /// Hears only so many packets of media that were written into a connection which has nothing else to
    /// say until `timeout`. What each packet takes of the server is this.
    pub(crate) fn sends(now: Instant, written: usize, timeout: Instant) -> Self {
        Self { owed: Some((written, timeout)), ..Self::new(now, false) }
    }

    pub(crate) fn next(&mut self, rtc: &mut Rtc) -> Next {
        loop {
            if let Some((0, timeout)) = self.owed {
                return Next::Timeout(timeout.min(self.now + KEPT));
            }
            if std::mem::take(&mut self.due) {
                self.idle += 1;
                if rtc.handle_input(Input::Timeout(self.told)).is_err() {
                    return Next::Failed;
                }
            }
            let soon = self.now + SOON;
            match rtc.poll_output() {
                Ok(Output::Timeout(at)) if at < soon && self.idle < MAX_IDLE_ROUNDS => {
                    self.told = self.told.max(at);
                    self.due = true;
                }
                Ok(Output::Timeout(_)) if !rtc.is_alive() => return Next::Failed,
                Ok(Output::Timeout(at)) => return Next::Timeout(at.max(soon)),
                Ok(Output::Transmit(transmit)) => {
                    self.idle = 0;
                    if let Some((owed, _)) = &mut self.owed
                        && is_media(&transmit.contents)
                    {
                        *owed -= 1;
                        // It gives one packet each time that it is told the time.
                        self.due = true;
                    }
                    return Next::Transmit(Transmit {
                        source: transmit.source,
                        destination: transmit.destination,
                        contents: transmit.contents.into(),
                    });
                }
                Ok(Output::Event(event)) => {
                    self.idle = 0;
                    return Next::Event(event);
                }
                Err(error) => {
                    tracing::debug!(%error, "A connection has failed.");
                    return Next::Failed;
                }
            }
        }
    }
}

/// RTP, and not RTCP (RFC 5761, section 4), among what shares its port (RFC 7983, section 7).
fn is_media(datagram: &[u8]) -> bool {
    matches!(datagram, [128..=191, second, ..] if !(192..=223).contains(second))
}
