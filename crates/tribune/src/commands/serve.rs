use std::process::ExitCode;

use accounts::invitation;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use site::serve::{Certificate, Listening, listen, serve};
use url::Url;

use crate::channel::Channel;
use crate::meetings;
use crate::node::{Failure, Node};
use crate::shutdown;

/// The link of the first administrator, until there is one who can sign in.
async fn first_link(node: &Node) -> Result<Option<String>, Failure> {
    // Looks first: on several nodes each start would end the link of the one before.
    if invitation::somebody_can_sign_in(&node.store).await? {
        return Ok(None);
    }
    let mut tx = node.store.begin().await?;
    let link = invitation::first(&mut tx, node.store.secret(), node.clock.now()).await?;
    tx.commit().await?;
    Ok(link)
}

/// Each reader who listens to a discussion is an open file. Systems hand out few to begin with (1,024
/// on Debian) for the sake of programs that use `select`, and let others ask for more.
fn allow_many_open_files() {
    let limit = getrlimit(Resource::Nofile);
    let most = Rlimit { current: limit.maximum, ..limit };
    if let Err(error) = setrlimit(Resource::Nofile, most) {
        tracing::warn!("The program may not open more than {:?} files: {error}", limit.current);
    }
}

/// What the channel shows when nobody sends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shows {
    Nothing,
    TestProgramme,
}

pub(super) async fn run(node: &Node, shows: Shows) -> Result<ExitCode, Failure> {
    allow_many_open_files();
    let settings = &node.settings;
    let certificate = match (&settings.certificate, &settings.certificate_key) {
        (Some(chain), Some(key)) => Some(Certificate::read(chain, key)?),
        _ => None,
    };
    let trusted_proxies = settings.trusted_proxies.parse()?;
    let listener = listen(settings.listen).await.map_err(|error| {
        format!("Nobody can listen on {}: {error}. Choose another with --listen.", settings.listen)
    })?;
    let scheme = if certificate.is_some() { "https" } else { "http" };
    let here: Url = format!("{scheme}://{}/", listener.local_addr()?).parse()?;
    let public_url = settings.public_url.clone().unwrap_or_else(|| here.clone());
    let mut channel = Channel::start(node).await?;
    let studio = channel.as_ref().map(|channel| channel.studio.clone());
    let rooms = meetings::start(settings)?;
    let turn_url = match &rooms {
        Some(rooms) => meetings::relay(settings, rooms, &public_url).await?,
        None => None,
    };
    let (app, mut running) = node.start(public_url, studio, rooms.clone(), turn_url)?;
    if let Some(channel) = channel.as_mut().filter(|_| shows == Shows::TestProgramme) {
        channel.show_something(node).await?;
    }
    let router = site::router(app.clone());
    println!("Tribune is at {here}");
    if let Some(link) = first_link(node).await? {
        eprintln!("Nobody can sign in yet. This address makes the first administrator, once:");
        eprintln!("  {}newsroom/welcome/{link}", app.public_url());
    }
    let listening = Listening { certificate, trusted_proxies };
    serve(listener, app, router, listening, shutdown::asked()).await?;
    if let Some(channel) = channel {
        channel.stop().await;
    }
    if let Some(rooms) = rooms {
        rooms.shut_down().await;
    }
    running.shutdown().await;
    Ok(ExitCode::SUCCESS)
}
