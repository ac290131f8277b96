//! The channel of this node: where sources are taken, and what makes renditions of them.

use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use base::Actor;
use broadcast::channel;
use broadcast::key::{self, MakeKey, Rank};
use media_io::studio::{Budget, Settings, Studio};
use media_io::{Ffmpeg, Ingest, Protocol, rtmp, srt};
use tokio::process::Command;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::node::{Failure, Node};

/// Until the demo's programme is begun again.
const AGAIN: Duration = Duration::from_secs(5);
/// How long what must not be lost may take to the disk.
const STOPS_WITHIN: Duration = Duration::from_secs(10);
/// What the key of the demo's programme is called.
const TEST_PROGRAMME: &str = "The demo's test programme";

/// The channel as it runs.
pub(crate) struct Channel {
    pub(crate) studio: Studio,
    /// Where it takes RTMP.
    rtmp: Option<SocketAddr>,
    stop: CancellationToken,
    /// What runs the channel.
    run: JoinHandle<()>,
    /// What sends to it.
    running: JoinSet<()>,
}

impl Channel {
    /// Starts it, unless the operator wants none. Where its ports are taken the site goes on without.
    pub(crate) async fn start(node: &Node) -> Result<Option<Self>, Failure> {
        let mut doors: Vec<Box<dyn Ingest>> = Vec::new();
        if let Some(address) = node.settings.rtmp()? {
            match rtmp::Server::bind(address, rtmp::Limits::default()).await {
                Ok(server) => doors.push(Box::new(server)),
                Err(error) => cannot_listen("--rtmp-listen", address, &error),
            }
        }
        if let Some(address) = node.settings.srt()? {
            match srt::Server::bind(address).await {
                Ok(server) => doors.push(Box::new(server)),
                Err(error) => cannot_listen("--srt-listen", address, &error),
            }
        }
        if doors.is_empty() {
            return Ok(None);
        }
        let ffmpeg = Ffmpeg::find();
        if let Err(missing) = &ffmpeg {
            tracing::warn!("The channel has one picture size only, and no slate: {missing}.");
        }
        let mut tx = node.store.begin().await?;
        let main = channel::main(&mut tx, node.clock.now()).await?;
        tx.commit().await?;
        let rtmp = doors.iter().find(|door| door.protocol() == Protocol::Rtmp);
        let rtmp = rtmp.map(|door| door.address());
        let folder = node.settings.data.join("channels").join(&main.slug);
        let part = Duration::from_millis(node.settings.part_milliseconds);
        let language = publish::site::current(&node.store).await?.language;
        let usual = Settings::new(folder, node.files.clone(), ffmpeg.ok());
        let mut settings = Settings { part, language, ..usual };
        if let Some(cores) = node.settings.transcode_cores {
            settings.budget = Budget::of_cores(cores);
        }
        let stop = CancellationToken::new();
        let (store, clock) = (node.store.clone(), Arc::clone(&node.clock));
        let (studio, run) = Studio::open(store, clock, &main, settings, stop.clone()).await?;
        let run = tokio::spawn(run);
        let mut running = JoinSet::new();
        for door in doors {
            let (gate, stopped) = (studio.gate(), stop.clone());
            running.spawn(async move {
                let protocol = door.protocol();
                if let Err(error) = door.run(gate, stopped).await {
                    tracing::error!(
                        "Nobody can send to the channel by {protocol} any more: {error}"
                    );
                }
            });
        }
        Ok(Some(Self { studio, rtmp, stop, run, running }))
    }

    /// Puts a moving picture with a counter and a tone on air, so that a newcomer sees and hears it.
    pub(crate) async fn show_something(&mut self, node: &Node) -> Result<(), Failure> {
        let Some(address) = self.rtmp.filter(|_| Ffmpeg::find().is_ok()) else { return Ok(()) };
        let (now, operator) = (node.clock.now(), Actor::Operator);
        let mut tx = node.store.begin().await?;
        let channel = channel::main(&mut tx, now).await?.id;
        let known = key::all(&tx, channel).await?;
        for old in known.into_iter().filter(|it| it.name == TEST_PROGRAMME) {
            key::revoke(&mut tx, &operator, (channel, old.id), now).await?;
        }
        // It stands by, so that whoever sends something of their own is seen.
        let command = MakeKey { channel, name: TEST_PROGRAMME, rank: Rank::Backup };
        let text = key::make(&mut tx, &operator, command, node.store.secret(), now).await?;
        tx.commit().await?;
        let to = format!("rtmp://{address}/live/{text}");
        self.running.spawn(async move {
            loop {
                let ended = test_programme(&to).status().await;
                tracing::debug!("The test programme ended: {ended:?}");
                tokio::time::sleep(AGAIN).await;
            }
        });
        Ok(())
    }

    /// Stops it, and waits until what must not be lost is on the disk.
    pub(crate) async fn stop(mut self) {
        self.stop.cancel();
        if timeout(STOPS_WITHIN, self.run).await.is_err() {
            tracing::warn!("The channel did not stop within {STOPS_WITHIN:?}.");
        }
        self.running.shutdown().await;
    }
}

fn cannot_listen(flag: &str, address: SocketAddr, error: &std::io::Error) {
    tracing::error!(
        "Nobody can send to the channel there: nobody can listen on {address}: {error}. Choose \
         another with {flag}."
    );
}

fn test_programme(to: &str) -> Command {
    let mut command = Command::new("ffmpeg");
    command.args(["-hide_banner", "-loglevel", "error", "-nostdin", "-re"]);
    command.args(["-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25"]);
    command.args(["-f", "lavfi", "-i", "sine=frequency=330:beep_factor=4:sample_rate=48000"]);
    command.args(["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency"]);
    command.args(["-pix_fmt", "yuv420p", "-g", "50", "-b:v", "800k"]);
    command.args(["-c:a", "aac", "-b:a", "96k", "-ac", "2", "-f", "flv", to]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    command
}
