//! What one receiver gets of one seat's sound, camera or screen.

use std::time::Instant;

use str0m::Rtc;
use str0m::media::{Mid, Pt};
use str0m::rtp::{ExtensionValues, RtpPacket, RtpWrite, Ssrc, Vp8Descriptor};

use crate::rebase::{Rebase, StreamKey};
use crate::{Kind, Layer, Wish};

/// Whether this RTP payload begins a key frame of VP8: the descriptor says that it begins a picture, and
/// the first bit after it that the picture needs no other. Both can be read of frames that are sealed
/// from end to end.
pub fn starts_key_frame(payload: &[u8]) -> bool {
    Vp8Descriptor::parse(payload).is_ok_and(|descriptor| descriptor.starts_keyframe(payload))
}

/// A packet on its way from a sender to the receivers.
pub(crate) struct Media {
    pub(crate) kind: Kind,
    pub(crate) layer: Layer,
    pub(crate) key: StreamKey,
    pub(crate) packet: RtpPacket,
    pub(crate) descriptor: Option<Vp8Descriptor>,
    pub(crate) key_frame: bool,
}

/// The line of a receiver's connection.
#[derive(Debug)]
pub(crate) struct Line {
    mid: Mid,
    /// Where it is sent on; nothing is, if the receiver's answer to that line was no.
    stream: Option<(Ssrc, Pt)>,
}

impl Line {
    pub(crate) fn new(mid: Mid) -> Self {
        Self { mid, stream: None }
    }

    pub(crate) fn mid(&self) -> Mid {
        self.mid
    }

    pub(crate) fn resolve(&mut self, stream: Option<(Ssrc, Pt)>) {
        self.stream = stream;
    }
}

#[derive(Debug)]
pub(crate) struct SoundTrack {
    pub(crate) line: Line,
    rebase: Rebase,
}

impl SoundTrack {
    pub(crate) fn new(mid: Mid) -> Self {
        Self { line: Line::new(mid), rebase: Rebase::new(48_000) }
    }

    /// Sends it on. True if the receiver's connection has something to do.
    pub(crate) fn forward(&mut self, rtc: &mut Rtc, media: &Media, now: Instant) -> bool {
        let (sequence, time) = (*media.packet.seq_no, media.packet.header.timestamp);
        if !self.rebase.follows(media.key) {
            self.rebase.switch(media.key, sequence, time, now, None);
        }
        write(rtc, &self.line, &mut self.rebase, media, now)
    }
}

#[derive(Debug)]
pub(crate) struct PictureTrack {
    pub(crate) line: Line,
    rebase: Rebase,
    pub(crate) wish: Wish,
    /// What the receiver is to get, and what it gets until a key frame of that has come.
    target: Option<Layer>,
    current: Option<Layer>,
}

impl PictureTrack {
    pub(crate) fn new(mid: Mid, wish: Wish) -> Self {
        let rebase = Rebase::new(90_000);
        Self { line: Line::new(mid), rebase, wish, target: None, current: None }
    }

    pub(crate) fn current(&self) -> Option<Layer> {
        self.current
    }

    /// Aims at a layer. True if a key frame of it is needed.
    pub(crate) fn aim(&mut self, target: Option<Layer>) -> bool {
        self.target = target;
        if target.is_none() {
            self.current = None;
        }
        self.needs_key_frame()
    }

    /// Begins anew, as after the receiver has been away.
    pub(crate) fn forget(&mut self) {
        self.current = None;
    }

    pub(crate) fn needs_key_frame(&self) -> bool {
        self.target.is_some() && self.target != self.current
    }

    /// What to ask a key frame of when the receiver has lost its picture.
    pub(crate) fn wants_key_frame_of(&self) -> Option<Layer> {
        self.target.or(self.current)
    }

    /// Sends it on if it belongs to what this receiver gets.
    pub(crate) fn forward(&mut self, rtc: &mut Rtc, media: &Media, now: Instant) -> Forwarded {
        let layer = Some(media.layer);
        let follows = self.current == layer && self.rebase.follows(media.key);
        if !follows {
            if self.target != layer {
                return Forwarded::Nothing;
            }
            if !media.key_frame {
                // Its stream is another by now, as after the sender has come again.
                self.current = self.current.filter(|current| Some(*current) != layer);
                return Forwarded::NeedsKeyFrame;
            }
            let (sequence, time) = (*media.packet.seq_no, media.packet.header.timestamp);
            self.rebase.switch(media.key, sequence, time, now, media.descriptor.as_ref());
            self.current = layer;
        }
        if write(rtc, &self.line, &mut self.rebase, media, now) {
            Forwarded::Sent
        } else {
            Forwarded::Nothing
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Forwarded {
    Sent,
    NeedsKeyFrame,
    Nothing,
}

fn write(rtc: &mut Rtc, line: &Line, rebase: &mut Rebase, media: &Media, now: Instant) -> bool {
    let Some((ssrc, pt)) = line.stream else { return false };
    let packet = &media.packet;
    let Some(place) = rebase.place(*packet.seq_no, packet.header.timestamp, now) else {
        return false;
    };
    let mut direct = rtc.direct_api();
    let Some(stream) = direct.stream_tx(&ssrc) else { return false };
    let extensions = ExtensionValues {
        // Only where it was agreed upon, which a closed meeting does not.
        audio_level: packet.header.ext_vals.audio_level,
        voice_activity: packet.header.ext_vals.voice_activity,
        ..ExtensionValues::default()
    };
    let payload = packet.payload.clone();
    let mut rtp = RtpWrite::new(pt, place.sequence.into(), place.time, packet.timestamp, payload)
        .marker(packet.header.marker)
        .ext_vals(extensions)
        .nackable(media.kind != Kind::Sound);
    if let Some(descriptor) = &media.descriptor
        && let Some(patch) = rebase.picture(descriptor)
    {
        rtp = rtp.vp8_patch(patch);
    }
    stream.write_rtp(rtp);
    true
}
