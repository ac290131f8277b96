//! The packager: samples in, parts, segments and playlists out. No input and output; time is told.

mod air;
mod settings;
mod track;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use air::Air;
pub use settings::{
    Delivery, InvalidSettings, Kind, Master, PartTarget, RenditionName, Settings, Slate,
};
use track::Track;

use crate::fmp4::{Format, Sample};
use crate::playlist::{self, Playlist, Report, Segment};
use crate::time::{CHANNEL_CLOCK, Now, rescale};
use crate::{MediaKind, MediaName};

/// A rendition of the channel: its place in the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RenditionId(pub usize);

/// What happens to the channel.
#[derive(Clone, Debug)]
pub enum Input {
    /// A rendition's samples are coded in this way from now on. Saying so again changes nothing.
    Format {
        /// Whose samples.
        rendition: RenditionId,
        /// How they are coded.
        format: Format,
    },
    /// The next sample of a rendition, in the order of decoding.
    Sample {
        /// Whose sample.
        rendition: RenditionId,
        /// Its `duration` is what is expected; the next sample's time decides.
        sample: Sample,
        /// Whether what came before does not go on here: [`crate::Place::jump`].
        jump: bool,
    },
    /// A rendition's source is back: what it sends from there on, in ticks of 90 kHz, is on its way
    /// through a transcoder. The slate goes no further for some seconds.
    OnItsWay {
        /// Whose.
        rendition: RenditionId,
        /// From where on.
        from: u64,
    },
    /// From now on this is shown while a rendition's source is away.
    Slate {
        /// Whose.
        rendition: RenditionId,
        /// What is shown; one of another kind, or that cannot be looped, is passed over.
        slate: Slate,
    },
    /// Viewers are shown the slates at once, and nothing that comes in, until this is said otherwise.
    Hold(bool),
    /// Time has passed.
    Tick,
    /// The channel goes off air: segments are closed and the playlists end. Samples begin it again.
    End,
}

/// What is to be done. The order matters: what a playlist names was put out before it.
#[derive(Clone, Debug)]
pub enum Output {
    /// An initialisation, to be kept as long as segments need it.
    Init {
        /// Whose.
        rendition: RenditionId,
        /// Its name.
        name: MediaName,
        /// All of it.
        bytes: Bytes,
    },
    /// A part, to be kept in memory until it is to be forgotten.
    Part {
        /// Whose.
        rendition: RenditionId,
        /// Its name.
        name: MediaName,
        /// How long it is.
        length: Duration,
        /// All of it.
        bytes: Bytes,
    },
    /// A segment was closed: store it, then [`Packager::state`].
    Segment {
        /// Whose.
        rendition: RenditionId,
        /// What playlists say of it; also for [`crate::Dvr::push`] and recordings.
        segment: Segment,
        /// Its bytes, in pieces that are shared with the parts.
        chunks: Vec<Bytes>,
    },
    /// A playlist changed: give it to who waits.
    Playlist {
        /// Whose.
        rendition: RenditionId,
        /// As it is now.
        playlist: Arc<Playlist>,
    },
    /// Nobody has a playlist any more that names this part, or this segment of the live window.
    Forget {
        /// Whose.
        rendition: RenditionId,
        /// What.
        name: MediaName,
    },
}

/// What must outlive the program, so that media sequence numbers never go back (§6.2.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    run: u32,
    renditions: Vec<RenditionState>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct RenditionState {
    name: RenditionName,
    /// In ticks of 90 kHz.
    end: u64,
    sequence: u64,
    discontinuities: u64,
    part_target: Option<(u64, u32)>,
    ended: bool,
    segments: Vec<Segment>,
}

/// A rendition's segments that are stored, the oldest first, and how many discontinuities there were
/// before them.
pub type Stored<'a> = (&'a RenditionName, &'a [Segment], u64);

impl State {
    /// The same, with what was closed after it was stored: a kill may come between the two, and a
    /// sequence number that viewers have seen is not to be another segment's.
    pub fn caught_up<'a>(
        state: Option<Self>,
        stored: impl Iterator<Item = Stored<'a>>,
    ) -> Option<Self> {
        let stored: Vec<Stored<'a>> = stored.collect();
        let run = |it: &Segment| (it.name.kind == MediaKind::Segment).then_some(it.name.run);
        let latest = stored.iter().flat_map(|(_, all, _)| *all).filter_map(run).max();
        let mut state = state.or_else(|| Some(Self { run: latest?, renditions: Vec::new() }))?;
        state.run = state.run.max(latest.unwrap_or(0));
        for (name, all, before) in stored {
            // A rendition that was left out for a while began anew, and has older ones before it.
            let (passed, all) = playlist::whole(all);
            let Some(last) = all.last() else { continue };
            match state.renditions.iter_mut().find(|known| known.name == *name) {
                Some(known) => known.catch_up(all),
                // What earlier runs had, and this one did not, begins anew.
                None if run(last) == Some(state.run) => {
                    let mut begun = RenditionState::new(name.clone(), before + passed);
                    begun.catch_up(all);
                    state.renditions.push(begun);
                }
                None => {}
            }
        }
        Some(state)
    }
}

impl RenditionState {
    fn new(name: RenditionName, discontinuities: u64) -> Self {
        Self {
            name,
            end: 0,
            sequence: 0,
            discontinuities,
            part_target: None,
            ended: false,
            segments: Vec::new(),
        }
    }

    fn catch_up(&mut self, stored: &[Segment]) {
        for it in stored {
            if it.sequence() >= self.sequence {
                self.end = self.end.max(it.end());
                self.sequence = it.sequence() + 1;
                self.ended = false;
                self.segments.push(it.clone());
            }
        }
    }
}

/// Bits per second of a rendition's segments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bitrate {
    /// Of the segment with most.
    pub peak: u64,
    /// Of all listed segments together.
    pub average: u64,
}

/// A channel's renditions, each a track with a playlist of its own.
#[derive(Debug)]
pub struct Packager {
    run: u32,
    tracks: Vec<Track>,
    /// What the renditions of the channel's master share; and those of Audio Only, each alone.
    air: Air,
    alone: Vec<Air>,
    outputs: VecDeque<Output>,
    playlists: Vec<Arc<Playlist>>,
}

impl Packager {
    /// A new channel.
    pub fn new(settings: Vec<Settings>) -> Result<Self, InvalidSettings> {
        Self::resume(settings, &State { run: 0, renditions: Vec::new() })
    }

    /// The channel as an earlier run left it. Renditions are known again by their names; those that
    /// are new begin.
    pub fn resume(settings: Vec<Settings>, state: &State) -> Result<Self, InvalidSettings> {
        settings::check(&settings)?;
        let run = state.run.saturating_add(1);
        let aired = state.renditions.iter().flat_map(|rendition| rendition.segments.last());
        let aired_until = aired.map(|last| last.aired.plus(last.duration())).max();
        let mut tracks: Vec<Track> = Vec::with_capacity(settings.len());
        for settings in settings {
            let name = settings.name.clone();
            let mut track = Track::new(settings, run);
            if let Some(known) = state.renditions.iter().find(|known| known.name == name) {
                track.resume(known);
            }
            tracks.push(track);
        }
        let position = tracks.iter().map(Track::end_ticks).max().unwrap_or(0);
        tracks.iter_mut().for_each(|track| track.goes_on_at(position));
        let channel = tracks.iter().filter(|track| track.master() == Master::Channel);
        let earlier = channel.map(Track::discontinuities).max().unwrap_or(0);
        let air = Air::resume(aired_until, earlier);
        let alone =
            tracks.iter().map(|track| Air::resume(aired_until, track.discontinuities())).collect();
        let playlists = Vec::new();
        let mut packager = Self { run, tracks, air, alone, outputs: VecDeque::new(), playlists };
        packager.playlists =
            (0..packager.tracks.len()).map(|index| Arc::new(packager.rendered(index))).collect();
        Ok(packager)
    }

    /// Takes what happened. Then ask [`Packager::poll_output`] until it has nothing more.
    ///
    /// # Panics
    /// If a rendition is not among the settings.
    pub fn handle_input(&mut self, now: Now, input: Input) {
        match input {
            Input::Format { rendition, format } => self.tracks[rendition.0].set_format(format),
            Input::Sample { rendition, sample, jump } => {
                let RenditionId(index) = rendition;
                let leads = self.leader() == Some(index);
                let on = On { now, leads };
                self.with(index, |track, air, out| track.sample(sample, jump, on, air, out));
                self.follow_leader(index, now);
            }
            Input::OnItsWay { rendition, from } => {
                self.tracks[rendition.0].on_its_way(from, now.steady);
            }
            Input::Slate { rendition, slate } => self.tracks[rendition.0].set_slate(slate),
            Input::Hold(held) => self.tracks.iter_mut().for_each(|track| track.hold(held)),
            Input::Tick => {}
            Input::End => {
                for index in 0..self.tracks.len() {
                    self.with(index, Track::end);
                }
            }
        }
        // The leader first: where it returns, those that follow shall return.
        let leader = self.leader();
        let others = (0..self.tracks.len()).filter(|index| Some(*index) != leader);
        for index in leader.into_iter().chain(others) {
            let on = On { now, leads: leader == Some(index) };
            self.with(index, |track, air, out| track.tick(on, air, out));
            self.follow_leader(index, now);
        }
        for index in 0..self.tracks.len() {
            if self.tracks[index].take_changed() {
                self.render(index);
            }
        }
    }

    /// The next thing to be done.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Input::Tick`] is due, by the steady clock, if nothing else happens before.
    pub fn next_tick(&self) -> Option<Duration> {
        self.tracks.iter().filter_map(Track::next_tick).min()
    }

    /// Where the channel stands, in ticks of 90 kHz, for [`crate::Timeline::resume_at`].
    pub fn position(&self) -> u64 {
        self.tracks.iter().map(Track::end_ticks).max().unwrap_or(0)
    }

    /// Before which the source may place nothing in this rendition, because viewers were shown the
    /// slate there; for [`crate::Timeline`]. 0 while the rendition shows its source.
    pub fn floor(&self, rendition: RenditionId) -> u64 {
        let Some(track) = self.tracks.get(rendition.0).filter(|track| track.is_on_slate()) else {
            return 0;
        };
        if self.leader() != Some(rendition.0) {
            return track.end_ticks();
        }
        let slates = self.tracks.iter().filter(|track| track.is_on_slate());
        slates.map(Track::end_ticks).max().unwrap_or(0)
    }

    /// Whether viewers of a rendition are shown its slate.
    pub fn is_on_slate(&self, rendition: RenditionId) -> bool {
        self.tracks.get(rendition.0).is_some_and(Track::is_on_slate)
    }

    /// What is to be stored after each closed segment, for [`Packager::resume`].
    pub fn state(&self) -> State {
        State { run: self.run, renditions: self.tracks.iter().map(Track::state).collect() }
    }

    /// A rendition's playlist as it is.
    ///
    /// # Panics
    /// If the rendition is not among the settings.
    pub fn playlist(&self, rendition: RenditionId) -> Arc<Playlist> {
        Arc::clone(&self.playlists[rendition.0])
    }

    /// What a rendition's segments weigh, for BANDWIDTH of a master playlist; zeros before the first
    /// was closed.
    pub fn bitrate(&self, rendition: RenditionId) -> Bitrate {
        self.tracks.get(rendition.0).map(Track::bitrate).unwrap_or_default()
    }

    /// The rendition whose key frames the others follow: the first with a picture.
    fn leader(&self) -> Option<usize> {
        let of =
            |kind| move |track: &Track| track.master() == Master::Channel && track.kind() == kind;
        self.tracks
            .iter()
            .position(of(Kind::Video))
            .or_else(|| self.tracks.iter().position(of(Kind::Audio)))
    }

    fn with(&mut self, index: usize, act: impl FnOnce(&mut Track, &mut Air, &mut Sink<'_>)) {
        let track = &mut self.tracks[index];
        let air = match track.master() {
            Master::Channel => &mut self.air,
            Master::AudioOnly => &mut self.alone[index],
        };
        act(track, air, &mut Sink { rendition: RenditionId(index), outputs: &mut self.outputs });
    }

    /// Sound with parts is cut where the pictures are, so that both can be joined anywhere.
    fn follow_leader(&mut self, index: usize, now: Now) {
        let boundaries = self.tracks[index].take_boundaries();
        if self.leader() != Some(index) || self.tracks[index].kind() != Kind::Video {
            return;
        }
        for other in 0..self.tracks.len() {
            let track = &self.tracks[other];
            if track.kind() == Kind::Audio && track.master() == Master::Channel {
                for boundary in &boundaries {
                    self.with(other, |track, air, out| track.cut_at(*boundary, now, air, out));
                }
            }
        }
    }

    fn render(&mut self, index: usize) {
        let playlist = Arc::new(self.rendered(index));
        self.playlists[index] = Arc::clone(&playlist);
        self.outputs.push_back(Output::Playlist { rendition: RenditionId(index), playlist });
    }

    fn rendered(&self, index: usize) -> Playlist {
        let track = &self.tracks[index];
        let beside = |other: &&Track| other.has_parts() && other.master() == track.master();
        let longest = self.tracks.iter().filter(beside).filter_map(Track::part_length).max();
        let others = self.tracks.iter().filter(beside).filter(|other| other.name() != track.name());
        let reports: Vec<Report> = others
            .filter(|_| track.has_parts())
            .filter_map(|other| {
                let (sequence, part) = other.newest()?;
                Some(Report { uri: format!("../{}/live.m3u8", other.name()), sequence, part })
            })
            .collect();
        track.render(longest.unwrap_or_default(), &reports)
    }
}

/// When a track acts, and whether the others follow it.
#[derive(Clone, Copy)]
struct On {
    now: Now,
    leads: bool,
}

/// Where a track puts what it made.
struct Sink<'a> {
    rendition: RenditionId,
    outputs: &'a mut VecDeque<Output>,
}

impl Sink<'_> {
    fn init(&mut self, name: MediaName, bytes: Bytes) {
        self.outputs.push_back(Output::Init { rendition: self.rendition, name, bytes });
    }

    fn part(&mut self, name: MediaName, length: Duration, bytes: Bytes) {
        self.outputs.push_back(Output::Part { rendition: self.rendition, name, length, bytes });
    }

    fn segment(&mut self, segment: Segment, chunks: Vec<Bytes>) {
        self.outputs.push_back(Output::Segment { rendition: self.rendition, segment, chunks });
    }

    fn forget(&mut self, name: MediaName) {
        self.outputs.push_back(Output::Forget { rendition: self.rendition, name });
    }
}

fn to_ticks(units: u64, clock: u32) -> u64 {
    rescale(units, clock, CHANNEL_CLOCK)
}

fn of_ticks(ticks: u64, clock: u32) -> u64 {
    rescale(ticks, CHANNEL_CLOCK, clock)
}
