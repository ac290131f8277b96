//! Where the pictures and the sound of meetings come and go.

use media_io::rooms::{Config, Rooms};
use tokio::net::TcpListener;
use url::Url;

use crate::node::Failure;
use crate::settings::Settings;

/// Listens, unless the operator wants no meetings. Where the port is taken the site goes on without.
pub(crate) fn start(settings: &Settings) -> Result<Option<Rooms>, Failure> {
    let Some(address) = settings.meet()? else { return Ok(None) };
    match Rooms::listen(&Config::new(address, settings.meet_address.clone())) {
        Ok(rooms) => Ok(Some(rooms)),
        Err(error) => {
            tracing::error!(
                "Meetings have neither pictures nor sound: {address} cannot be used for them: \
                 {error}. Choose another with --meet-listen, and say with --meet-address where \
                 browsers reach it."
            );
            Ok(None)
        }
    }
}

/// Lets browsers in by TURN, and gives where they reach it, if they do: the port of HTTPS where we speak
/// that ourselves, and otherwise a port for whoever speaks TLS before us.
pub(crate) async fn relay(
    settings: &Settings,
    rooms: &Rooms,
    public_url: &Url,
) -> Result<Option<String>, Failure> {
    let (listen, told) = (settings.meet_turn()?, settings.meet_turn_url()?);
    if let Some(address) = listen {
        let listener = TcpListener::bind(address).await.map_err(|error| {
            format!(
                "Nobody can listen on {address}: {error}. Choose another with --meet-turn-listen."
            )
        })?;
        rooms.relay_all(listener);
    }
    let ours = settings.certificate.as_ref().and_then(|_| turn_at(public_url));
    Ok(told.or(ours))
}

/// Where browsers reach TURN on the port of HTTPS.
fn turn_at(public_url: &Url) -> Option<String> {
    let (host, port) = (public_url.host_str()?, public_url.port_or_known_default()?);
    Some(format!("turns:{host}:{port}?transport=tcp"))
}
