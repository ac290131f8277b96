use std::process::ExitCode;

use projections::audit;
use site::serve::{Certificate, TrustedProxies};
use site::view::Templates;
use site::{CommentCheck, Provider, ProviderSettings, VouchesFor};

use crate::node::{Failure, open_files, open_store};
use crate::settings::Settings;

/// Looks at each thing that serving needs, and goes on after one that fails.
pub(super) async fn run(settings: Settings) -> Result<ExitCode, Failure> {
    let mut code = ExitCode::SUCCESS;
    let mut told = |what: &str, found: Result<String, Failure>| match found {
        Ok(found) => println!("ok      {what}: {found}"),
        Err(error) => {
            println!("failed  {what}: {error}");
            code = ExitCode::FAILURE;
        }
    };
    told("data folder", data_folder(&settings));
    told("database", database(&settings).await);
    told("files", files(&settings).await);
    told("templates", templates(&settings));
    told("certificate", certificate(&settings));
    told("trusted proxies", trusted_proxies(&settings));
    let (set, of_readers) = (settings.provider(), settings.readers_provider());
    told("OpenID provider", provider(&settings, set, VouchesFor::Staff).await);
    told("OpenID provider of readers", provider(&settings, of_readers, VouchesFor::Readers).await);
    told("comment check", comment_check(&settings));
    Ok(code)
}

fn data_folder(settings: &Settings) -> Result<String, Failure> {
    std::fs::create_dir_all(&settings.data)?;
    tempfile::tempfile_in(&settings.data)?;
    Ok(settings.data.display().to_string())
}

async fn database(settings: &Settings) -> Result<String, Failure> {
    let store = open_store(settings).await?;
    let head = store::events::head(&store).await?;
    if let Some(through) = audit::broken_seal(&store, audit::ALL).await? {
        store.close().await;
        return Err(format!(
            "the event log was changed from outside: the seal of the events up to {through} does \
             not fit. Compare the database with a backup."
        )
        .into());
    }
    let text = format!("{:?}, {head} events", store.engine());
    store.close().await;
    Ok(text)
}

async fn files(settings: &Settings) -> Result<String, Failure> {
    const KEY: &str = "check";
    let files = open_files(settings)?;
    files.put(KEY, "written by tribune check".into()).await?;
    files.get(KEY).await?;
    files.delete(KEY).await?;
    Ok("can be written, read and deleted".to_owned())
}

fn templates(settings: &Settings) -> Result<String, Failure> {
    Templates::load(settings.theme.as_deref())?;
    Ok(settings.theme.as_ref().map_or_else(|| "built in".into(), |it| it.display().to_string()))
}

fn certificate(settings: &Settings) -> Result<String, Failure> {
    match (&settings.certificate, &settings.certificate_key) {
        (Some(chain), Some(key)) => {
            Certificate::read(chain, key)?;
            Ok(chain.display().to_string())
        }
        _ => Ok("none; speak HTTPS through a proxy".to_owned()),
    }
}

async fn provider(
    settings: &Settings,
    set: Result<Option<ProviderSettings>, String>,
    vouches_for: VouchesFor,
) -> Result<String, Failure> {
    let Some(set) = set? else { return Ok("none".to_owned()) };
    let listen = || format!("http://{}/", settings.listen).parse();
    let public_url = settings.public_url.clone().map_or_else(listen, Ok)?;
    let provider = Provider::new(set, vouches_for, &public_url)?;
    provider.look().await?;
    Ok(format!("{} answers; it may send to {}", provider.label(), provider.answer_address()))
}

fn comment_check(settings: &Settings) -> Result<String, Failure> {
    let Some(set) = settings.comment_check()? else { return Ok("none".to_owned()) };
    let url = set.url.to_string();
    CommentCheck::new(set)?;
    Ok(format!("{url} is asked; this does not ask it"))
}

fn trusted_proxies(settings: &Settings) -> Result<String, Failure> {
    settings.trusted_proxies.parse::<TrustedProxies>()?;
    Ok(match settings.trusted_proxies.as_str() {
        "" => "none".to_owned(),
        networks => networks.to_owned(),
    })
}
