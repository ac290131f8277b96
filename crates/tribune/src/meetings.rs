//! Where the pictures and the sound of meetings come and go.

use media_io::rooms::{Config, Rooms};

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
