use std::process::ExitCode;

use site::serve::{Certificate, Listening, listen, serve};
use url::Url;

use crate::node::{Failure, Node};
use crate::shutdown;

pub(super) async fn run(node: &Node) -> Result<ExitCode, Failure> {
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
    let (app, mut running) = node.start(public_url)?;
    let router = site::router(app.clone());
    println!("Tribune is at {here}");
    let listening = Listening { certificate, trusted_proxies };
    serve(listener, app, router, listening, shutdown::asked()).await?;
    running.shutdown().await;
    Ok(ExitCode::SUCCESS)
}
