//! Every setting, defined once: as a flag, as `TRIBUNE_…`, and in `tribune.toml`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser};
use projections::mail::Mailer;
use site::{CommentCheckSettings, ProviderSettings};
use store::Location;
use url::Url;

use crate::commands::Command;

/// Tribune: meet, publish, broadcast and discuss, on one record of your own.
///
/// A setting is taken from its flag, or else from its TRIBUNE_… variable, or else from
/// tribune.toml, where it is spelled like the flag without its dashes.
#[derive(Debug, Parser)]
#[command(name = "tribune", version, disable_help_subcommand = true)]
struct Line {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

/// What the operator sets.
#[derive(Clone, Debug, Args)]
pub(crate) struct Settings {
    /// The file with settings [default: tribune.toml in this folder, if it is there]
    #[arg(long, env = "TRIBUNE_CONFIG", value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,
    /// The folder for the database, the files and the search index
    #[arg(
        long,
        env = "TRIBUNE_DATA",
        value_name = "FOLDER",
        default_value = "data",
        global = true
    )]
    pub(crate) data: PathBuf,
    /// Where to listen; port 0 takes a free one
    #[arg(
        long,
        env = "TRIBUNE_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8080",
        global = true
    )]
    pub(crate) listen: SocketAddr,
    /// Where readers reach the site [default: where it listens]
    #[arg(long, env = "TRIBUNE_PUBLIC_URL", value_name = "URL", global = true)]
    pub(crate) public_url: Option<Url>,
    /// A PostgreSQL database, such as postgres://user@host/name [default: a file in the data
    /// folder]
    #[arg(
        long,
        env = "TRIBUNE_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true,
        global = true
    )]
    pub(crate) database_url: Option<String>,
    /// A store for files, such as s3://bucket/prefix; the AWS_… variables say the rest [default:
    /// the data folder]
    #[arg(long, env = "TRIBUNE_STORAGE_URL", value_name = "URL", global = true)]
    pub(crate) storage_url: Option<Url>,
    /// A folder of templates, styles and translations in place of the built-in ones
    #[arg(long, env = "TRIBUNE_THEME", value_name = "FOLDER", global = true)]
    pub(crate) theme: Option<PathBuf>,
    /// The certificate chain, as PEM, to speak HTTPS without a proxy
    #[arg(
        long,
        env = "TRIBUNE_CERTIFICATE",
        value_name = "FILE",
        requires = "certificate_key",
        global = true
    )]
    pub(crate) certificate: Option<PathBuf>,
    /// The certificate's key, as PEM
    #[arg(long, env = "TRIBUNE_CERTIFICATE_KEY", value_name = "FILE", global = true)]
    pub(crate) certificate_key: Option<PathBuf>,
    /// The OpenID Connect provider that staff may sign in with, such as https://id.example
    #[arg(long, env = "TRIBUNE_OPENID_ISSUER", value_name = "URL", global = true)]
    pub(crate) openid_issuer: Option<String>,
    /// What the provider calls this site
    #[arg(long, env = "TRIBUNE_OPENID_CLIENT_ID", value_name = "ID", global = true)]
    pub(crate) openid_client_id: Option<String>,
    /// What this site shows the provider
    #[arg(
        long,
        env = "TRIBUNE_OPENID_CLIENT_SECRET",
        value_name = "SECRET",
        hide_env_values = true,
        global = true
    )]
    pub(crate) openid_client_secret: Option<String>,
    /// A file with what this site shows the provider
    #[arg(long, env = "TRIBUNE_OPENID_CLIENT_SECRET_FILE", value_name = "FILE", global = true)]
    pub(crate) openid_client_secret_file: Option<PathBuf>,
    /// What staff call the provider [default: its host]
    #[arg(long, env = "TRIBUNE_OPENID_LABEL", value_name = "NAME", global = true)]
    pub(crate) openid_label: Option<String>,
    /// The OpenID Connect provider that readers may sign in with, such as https://id.example
    #[arg(long, env = "TRIBUNE_READERS_OPENID_ISSUER", value_name = "URL", global = true)]
    pub(crate) readers_openid_issuer: Option<String>,
    /// What the readers' provider calls this site
    #[arg(long, env = "TRIBUNE_READERS_OPENID_CLIENT_ID", value_name = "ID", global = true)]
    pub(crate) readers_openid_client_id: Option<String>,
    /// What this site shows the readers' provider
    #[arg(
        long,
        env = "TRIBUNE_READERS_OPENID_CLIENT_SECRET",
        value_name = "SECRET",
        hide_env_values = true,
        global = true
    )]
    pub(crate) readers_openid_client_secret: Option<String>,
    /// A file with what this site shows the readers' provider
    #[arg(
        long,
        env = "TRIBUNE_READERS_OPENID_CLIENT_SECRET_FILE",
        value_name = "FILE",
        global = true
    )]
    pub(crate) readers_openid_client_secret_file: Option<PathBuf>,
    /// What readers call their provider [default: its host]
    #[arg(long, env = "TRIBUNE_READERS_OPENID_LABEL", value_name = "NAME", global = true)]
    pub(crate) readers_openid_label: Option<String>,
    /// A program that is asked about each comment, such as https://check.example/comments
    #[arg(long, env = "TRIBUNE_COMMENT_CHECK_URL", value_name = "URL", global = true)]
    pub(crate) comment_check_url: Option<Url>,
    /// What this site signs its questions to that program with
    #[arg(
        long,
        env = "TRIBUNE_COMMENT_CHECK_SECRET",
        value_name = "SECRET",
        hide_env_values = true,
        global = true
    )]
    pub(crate) comment_check_secret: Option<String>,
    /// A file with what this site signs those questions with
    #[arg(long, env = "TRIBUNE_COMMENT_CHECK_SECRET_FILE", value_name = "FILE", global = true)]
    pub(crate) comment_check_secret_file: Option<PathBuf>,
    /// After so many seconds a comment goes on without that program's word
    #[arg(
        long,
        env = "TRIBUNE_COMMENT_CHECK_TIMEOUT",
        value_name = "SECONDS",
        default_value = "2",
        global = true
    )]
    pub(crate) comment_check_timeout: f64,
    /// How mail leaves: smtp://user:password@host:587?tls=required, smtps://…, or folder:/path to
    /// have each mail written there [default: none is sent, and nothing that needs it is offered]
    #[arg(
        long,
        env = "TRIBUNE_MAIL_URL",
        value_name = "URL",
        hide_env_values = true,
        global = true
    )]
    pub(crate) mail_url: Option<String>,
    /// Who mail is from, such as "The Paper <news@example.org>"
    #[arg(long, env = "TRIBUNE_MAIL_FROM", value_name = "ADDRESS", global = true)]
    pub(crate) mail_from: Option<String>,
    /// Where the channel's source is taken by RTMP, or "none" [the path is "live", the stream's name
    /// its key]
    #[arg(
        long,
        env = "TRIBUNE_RTMP_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:1935",
        global = true
    )]
    pub(crate) rtmp_listen: String,
    /// Where the channel's source is taken by SRT, or "none" [the stream id is its key]
    #[arg(
        long,
        env = "TRIBUNE_SRT_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:10080",
        global = true
    )]
    pub(crate) srt_listen: String,
    /// How many cores the channel's transcoding may take, such as 1.5 [default: all but half of one]
    #[arg(long, env = "TRIBUNE_TRANSCODE_CORES", value_name = "CORES", global = true)]
    pub(crate) transcode_cores: Option<f64>,
    /// How many milliseconds a part of the channel lasts, 100 to 1000: shorter ones bring viewers
    /// nearer to the present, and more requests
    #[arg(
        long,
        env = "TRIBUNE_PART_MILLISECONDS",
        value_name = "MILLISECONDS",
        default_value = "500",
        value_parser = clap::value_parser!(u64).range(100..=1000),
        global = true
    )]
    pub(crate) part_milliseconds: u64,
    /// Where the pictures and the sound of meetings come and go, by UDP, or "none"
    #[arg(
        long,
        env = "TRIBUNE_MEET_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8081",
        global = true
    )]
    pub(crate) meet_listen: String,
    /// Where browsers reach that, where it is another address: the public one before a translated one,
    /// such as 203.0.113.7:8081 [default: where it listens]
    #[arg(
        long,
        env = "TRIBUNE_MEET_ADDRESS",
        value_name = "ADDRESSES",
        value_delimiter = ',',
        global = true
    )]
    pub(crate) meet_address: Vec<SocketAddr>,
    /// Where whoever speaks TLS before this program hands on TURN for meetings, by TCP, or "none"; with a
    /// certificate of its own TURN is on the port of HTTPS anyway
    #[arg(
        long,
        env = "TRIBUNE_MEET_TURN_LISTEN",
        value_name = "ADDRESS",
        default_value = "none",
        global = true
    )]
    pub(crate) meet_turn_listen: String,
    /// Where browsers reach TURN, such as turns:turn.example:443?transport=tcp [default: the public
    /// address, with a certificate]
    #[arg(long, env = "TRIBUNE_MEET_TURN_URL", value_name = "URL", global = true)]
    pub(crate) meet_turn_url: Option<String>,
    /// Networks whose X-Forwarded-For is believed, such as 127.0.0.1,10.0.0.0/8
    #[arg(
        long,
        env = "TRIBUNE_TRUSTED_PROXIES",
        value_name = "NETWORKS",
        default_value = "",
        hide_default_value = true,
        global = true
    )]
    pub(crate) trusted_proxies: String,
    /// How much memory finished pages may take, in MiB
    #[arg(
        long,
        env = "TRIBUNE_PAGE_CACHE_MIB",
        value_name = "MIB",
        default_value = "32",
        global = true
    )]
    pub(crate) page_cache_mib: u64,
    /// Agents that robots.txt asks to fetch nothing, such as GPTBot,CCBot
    #[arg(
        long,
        env = "TRIBUNE_REFUSED_AGENTS",
        value_name = "NAMES",
        value_delimiter = ',',
        global = true
    )]
    pub(crate) refused_agents: Vec<String>,
    /// What is logged: error, warn, info or debug, or a list such as info,site=debug
    #[arg(long, env = "TRIBUNE_LOG", value_name = "FILTER", default_value = "info", global = true)]
    pub(crate) log: String,
}

impl Settings {
    /// Where the database is.
    pub(crate) fn location(&self) -> Location {
        match &self.database_url {
            Some(url) => Location::Postgres(url.clone()),
            None => Location::Sqlite(self.data.join("tribune.sqlite")),
        }
    }

    /// How mail leaves, if it does.
    ///
    /// # Errors
    /// As a sentence, when only a part of it is set, or makes no sense.
    pub(crate) fn mailer(&self) -> Result<Option<Mailer>, String> {
        match (&self.mail_url, &self.mail_from) {
            (Some(url), Some(from)) => Mailer::new(url, from).map(Some),
            (None, None) => Ok(None),
            (Some(_), None) => Err("Say with --mail-from who the mail is from.".to_owned()),
            (None, Some(_)) => Err("Say with --mail-url how the mail leaves.".to_owned()),
        }
    }

    /// Where sources are taken, if anywhere.
    ///
    /// # Errors
    /// As a sentence, when it is no address.
    pub(crate) fn rtmp(&self) -> Result<Option<SocketAddr>, String> {
        listens("--rtmp-listen", &self.rtmp_listen, "0.0.0.0:1935")
    }

    /// Where sources are taken by SRT, if anywhere.
    ///
    /// # Errors
    /// As a sentence, when it is no address.
    pub(crate) fn srt(&self) -> Result<Option<SocketAddr>, String> {
        listens("--srt-listen", &self.srt_listen, "0.0.0.0:10080")
    }

    /// Where the media of meetings comes and goes, if anywhere.
    ///
    /// # Errors
    /// As a sentence, when it is no address.
    pub(crate) fn meet(&self) -> Result<Option<SocketAddr>, String> {
        listens("--meet-listen", &self.meet_listen, "0.0.0.0:8081")
    }

    /// Where TURN for meetings is taken besides the port of HTTPS, if anywhere.
    ///
    /// # Errors
    /// As a sentence, when it is no address.
    pub(crate) fn meet_turn(&self) -> Result<Option<SocketAddr>, String> {
        listens("--meet-turn-listen", &self.meet_turn_listen, "127.0.0.1:3478")
    }

    /// Where browsers are told to reach TURN, if that was said.
    ///
    /// # Errors
    /// As a sentence, when it is no address of TURN, or leads to nobody.
    pub(crate) fn meet_turn_url(&self) -> Result<Option<String>, String> {
        let listens = self.meet_turn()?.is_some();
        let Some(url) = &self.meet_turn_url else {
            return match listens {
                false => Ok(None),
                true => Err("Say with --meet-turn-url how browsers reach what --meet-turn-listen \
                             listens on, such as turns:turn.example:443?transport=tcp."
                    .to_owned()),
            };
        };
        // Whoever can use UDP reaches the rooms without TURN.
        let is_turn = url.starts_with("turn:") || url.starts_with("turns:");
        if !is_turn || !url.ends_with("?transport=tcp") {
            return Err(format!(
                "--meet-turn-url={url} is no address such as turns:turn.example:443?transport=tcp."
            ));
        }
        if !listens && self.certificate.is_none() {
            return Err("Nobody answers at --meet-turn-url: give a certificate, or say with \
                        --meet-turn-listen where TURN is handed on to."
                .to_owned());
        }
        Ok(Some(url.clone()))
    }

    /// The provider that staff may sign in with, if there is one.
    ///
    /// # Errors
    /// As a sentence, when only a part of it is set.
    pub(crate) fn provider(&self) -> Result<Option<ProviderSettings>, String> {
        let set = OpenId {
            flags: "--openid",
            issuer: self.openid_issuer.as_deref(),
            client_id: self.openid_client_id.as_deref(),
            client_secret: self.openid_client_secret.as_deref(),
            client_secret_file: self.openid_client_secret_file.as_deref(),
            label: self.openid_label.as_deref(),
        };
        set.provider()
    }

    /// The provider that readers may sign in with, if there is one.
    ///
    /// # Errors
    /// As a sentence, when only a part of it is set.
    pub(crate) fn readers_provider(&self) -> Result<Option<ProviderSettings>, String> {
        let set = OpenId {
            flags: "--readers-openid",
            issuer: self.readers_openid_issuer.as_deref(),
            client_id: self.readers_openid_client_id.as_deref(),
            client_secret: self.readers_openid_client_secret.as_deref(),
            client_secret_file: self.readers_openid_client_secret_file.as_deref(),
            label: self.readers_openid_label.as_deref(),
        };
        set.provider()
    }

    /// The check of comments outside of this program, if there is one.
    ///
    /// # Errors
    /// As a sentence, when only a part of it is set.
    pub(crate) fn comment_check(&self) -> Result<Option<CommentCheckSettings>, String> {
        let secret = secret(
            "secret of the comment check",
            self.comment_check_secret.as_deref(),
            self.comment_check_secret_file.as_deref(),
        )?;
        let within = self.comment_check_timeout;
        if !(0.01..=30.0).contains(&within) {
            return Err("Give --comment-check-timeout as seconds, from 0.01 to 30.".to_owned());
        }
        match (&self.comment_check_url, secret) {
            (Some(url), Some(secret)) => Ok(Some(CommentCheckSettings {
                url: url.clone(),
                secret,
                answers_within: Duration::from_secs_f64(within),
            })),
            (None, None) => Ok(None),
            (Some(_), None) => Err("The comment check has to know who asks: give what is signed \
                                    with by --comment-check-secret-file."
                .to_owned()),
            (None, Some(_)) => {
                Err("Say where comments are checked with --comment-check-url.".to_owned())
            }
        }
    }
}

fn listens(flag: &str, text: &str, such_as: &str) -> Result<Option<SocketAddr>, String> {
    match text {
        "none" => Ok(None),
        text => text.parse().map(Some).map_err(|_| {
            format!("{flag}={text} is no address such as {such_as}, and not \"none\".")
        }),
    }
}

/// What is set of a provider.
struct OpenId<'a> {
    /// How its flags begin.
    flags: &'a str,
    issuer: Option<&'a str>,
    client_id: Option<&'a str>,
    client_secret: Option<&'a str>,
    client_secret_file: Option<&'a Path>,
    label: Option<&'a str>,
}

impl OpenId<'_> {
    fn provider(self) -> Result<Option<ProviderSettings>, String> {
        let Self { flags, issuer, client_id, client_secret, client_secret_file, label } = self;
        let what = format!("{flags}-client-secret");
        let secret = secret(&what, client_secret, client_secret_file)?;
        match (issuer, client_id) {
            (Some(issuer), Some(client_id)) => Ok(Some(ProviderSettings {
                issuer: issuer.to_owned(),
                client_id: client_id.to_owned(),
                client_secret: secret.filter(|secret| !secret.is_empty()),
                label: label.map(str::to_owned),
            })),
            (None, None) if secret.is_none() && label.is_none() => Ok(None),
            (Some(_), None) => Err(format!(
                "An OpenID provider calls this site by a client ID: give it with \
                 {flags}-client-id."
            )),
            _ => Err(format!("Say which OpenID provider is meant with {flags}-issuer.")),
        }
    }
}

/// What is given by itself or in a file.
fn secret(what: &str, given: Option<&str>, file: Option<&Path>) -> Result<Option<String>, String> {
    match (given, file) {
        (Some(_), Some(_)) => Err(format!("Give the {what} once: by itself, or in a file.")),
        (Some(secret), None) => Ok(Some(secret.to_owned())),
        (None, Some(file)) => {
            let text = std::fs::read_to_string(file)
                .map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
            Ok(Some(text.trim().to_owned()))
        }
        (None, None) => Ok(None),
    }
}

/// Reads the command line, the environment and the file.
pub(crate) fn read() -> Result<(Settings, Command), clap::Error> {
    let line = parse(Line::command(), &std::env::args_os().collect::<Vec<_>>())?;
    Ok((line.settings, line.command))
}

fn parse(command: clap::Command, line: &[std::ffi::OsString]) -> Result<Line, clap::Error> {
    // First leniently, to learn where the file is; errors are told with the file in force.
    let matches = command.clone().ignore_errors(true).try_get_matches_from(line);
    let named = matches.ok().and_then(|it| it.try_get_one::<PathBuf>("config").ok()?.cloned());
    let command = match named {
        Some(file) => with_file(command, &file)?,
        None if Path::new("tribune.toml").is_file() => {
            with_file(command, Path::new("tribune.toml"))?
        }
        None => command,
    };
    Line::from_arg_matches(&command.try_get_matches_from(line)?)
}

/// What stands in the file becomes the default of its flag, so that flag and variable go before.
fn with_file(mut command: clap::Command, file: &Path) -> Result<clap::Command, clap::Error> {
    let wrong = |command: &mut clap::Command, why: String| {
        command.error(ErrorKind::InvalidValue, format!("{}: {why}", file.display()))
    };
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => return Err(wrong(&mut command, error.to_string())),
    };
    let table: toml::Table = match text.parse() {
        Ok(table) => table,
        Err(error) => return Err(wrong(&mut command, error.to_string())),
    };
    for (key, value) in table {
        let id = key.replace('-', "_");
        if id == "config" || !command.get_arguments().any(|known| known.get_id() == id.as_str()) {
            return Err(wrong(&mut command, format!("there is no setting {key:?}.")));
        }
        let value = match value {
            toml::Value::String(text) => text,
            toml::Value::Array(all) => {
                let all = all.iter().filter_map(toml::Value::as_str);
                all.collect::<Vec<_>>().join(",")
            }
            other => other.to_string(),
        };
        command = command.mut_arg(id, |argument| argument.default_value(value));
    }
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: Option<&str>, line: &[&str]) -> Result<Settings, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tribune.toml");
        let mut all: Vec<std::ffi::OsString> = vec!["tribune".into(), "check".into()];
        if let Some(text) = file {
            std::fs::write(&path, text).unwrap();
            all.extend(["--config".into(), path.into_os_string()]);
        }
        all.extend(line.iter().map(Into::into));
        parse(Line::command(), &all).map(|it| it.settings).map_err(|error| error.to_string())
    }

    #[test]
    fn the_definition_holds_together() {
        Line::command().debug_assert();
    }

    #[test]
    fn a_flag_goes_before_the_file_and_the_file_before_the_default() {
        let settings = read(None, &[]).unwrap();
        assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
        let file =
            "listen = \"127.0.0.1:9000\"\npage-cache-mib = 8\nrefused-agents = [\"A\", \"B\"]";
        let settings = read(Some(file), &[]).unwrap();
        assert_eq!(settings.listen.to_string(), "127.0.0.1:9000");
        assert_eq!((settings.page_cache_mib, settings.refused_agents.len()), (8, 2));
        let settings = read(Some(file), &["--listen", "127.0.0.1:7000"]).unwrap();
        assert_eq!(settings.listen.to_string(), "127.0.0.1:7000");
    }

    #[test]
    fn a_provider_is_set_whole_or_not_at_all_and_that_of_readers_by_itself() {
        type Set = fn(&Settings) -> Result<Option<ProviderSettings>, String>;
        let (staff, readers): (Set, Set) = (Settings::provider, Settings::readers_provider);
        for (prefix, of, other) in
            [("--openid", staff, readers), ("--readers-openid", readers, staff)]
        {
            let flag = |name: &str| format!("{prefix}-{name}");
            let read = |line: &[&String]| {
                read(None, &line.iter().map(|it| it.as_str()).collect::<Vec<_>>()).unwrap()
            };
            assert!(of(&read(&[])).unwrap().is_none());
            let (issuer, client) = (flag("issuer"), flag("client-id"));
            let (label, file, itself) =
                (flag("label"), flag("client-secret-file"), flag("client-secret"));
            let (address, name) = ("https://id.example".to_owned(), "tribune".to_owned());
            let whole = [&issuer, &address, &client, &name];
            let found = of(&read(&whole)).unwrap().unwrap();
            assert_eq!((found.issuer.as_str(), found.client_secret), ("https://id.example", None));
            assert!(other(&read(&whole)).unwrap().is_none());
            for part in [&whole[..2], &whole[2..], &[&label, &name]] {
                let refused = of(&read(part)).err().unwrap();
                assert!(refused.contains(prefix), "{part:?}: {refused}");
            }
            let folder = tempfile::tempdir().unwrap();
            let secret = folder.path().join("secret");
            std::fs::write(&secret, "from a file\n").unwrap();
            let secret = secret.to_str().unwrap().to_owned();
            let line = [&whole[..], &[&file, &secret]].concat();
            let found = of(&read(&line)).unwrap().unwrap();
            assert_eq!(found.client_secret.as_deref(), Some("from a file"));
            let twice = [&line[..], &[&itself, &name]].concat();
            assert!(of(&read(&twice)).err().unwrap().contains("once"));
            let nowhere = "/nowhere/at/all".to_owned();
            let lost = [&whole[..], &[&file, &nowhere]].concat();
            assert!(of(&read(&lost)).err().unwrap().contains("/nowhere/at/all"));
        }
    }

    #[test]
    fn a_comment_check_is_set_whole_or_not_at_all() {
        assert!(read(None, &[]).unwrap().comment_check().unwrap().is_none());
        let whole =
            ["--comment-check-url", "https://check.example/", "--comment-check-secret", "shared"];
        let found = read(None, &whole).unwrap().comment_check().unwrap().unwrap();
        assert_eq!(
            (found.secret.as_str(), found.answers_within),
            ("shared", Duration::from_secs(2))
        );
        let quick = [&whole[..], &["--comment-check-timeout", "0.5"]].concat();
        let found = read(None, &quick).unwrap().comment_check().unwrap().unwrap();
        assert_eq!(found.answers_within, Duration::from_millis(500));
        for wrong in [
            &whole[..2],
            &whole[2..],
            &[&whole[..], &["--comment-check-secret-file", "/nowhere"]].concat(),
            &[&whole[..], &["--comment-check-timeout", "0"]].concat(),
            &[&whole[..], &["--comment-check-timeout", "NaN"]].concat(),
        ] {
            assert!(read(None, wrong).unwrap().comment_check().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn turn_is_where_somebody_answers() {
        let url = |line: &[&str]| read(None, line).unwrap().meet_turn_url();
        assert_eq!(url(&[]), Ok(None));
        let address = "turns:turn.example:443?transport=tcp";
        let told = ["--meet-turn-url", address];
        let listens = ["--meet-turn-listen", "127.0.0.1:3478"];
        let certified = ["--certificate", "chain.pem", "--certificate-key", "key.pem"];
        assert_eq!(url(&[told, listens].concat()), Ok(Some(address.to_owned())));
        assert_eq!(url(&[&told[..], &certified].concat()), Ok(Some(address.to_owned())));
        assert!(url(&told).unwrap_err().contains("--meet-turn-listen"));
        assert!(url(&listens).unwrap_err().contains("--meet-turn-url"));
        for wrong in ["https://turn.example/", "turns:turn.example", "turn:a?transport=udp"] {
            assert!(url(&[&["--meet-turn-url", wrong], &listens[..]].concat()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn mail_is_set_whole_or_not_at_all() {
        assert!(read(None, &[]).unwrap().mailer().unwrap().is_none());
        let file = "mail-url = \"folder:/tmp/mail\"\nmail-from = \"news@example.org\"";
        assert!(read(Some(file), &[]).unwrap().mailer().unwrap().is_some());
        assert!(read(None, &["--mail-from", "a@example.org"]).unwrap().mailer().is_err());
        let half = read(None, &["--mail-url", "folder:/tmp/mail"]);
        assert!(half.is_err() || half.unwrap().mailer().is_err());
    }

    #[test]
    fn a_mistake_in_the_file_is_told() {
        let error = read(Some("listne = \"x\""), &[]).unwrap_err();
        assert!(error.contains("there is no setting \"listne\""), "{error}");
        let error = read(Some("listen = \"nowhere\""), &[]).unwrap_err();
        assert!(error.contains("nowhere"), "{error}");
        assert!(read(Some("listen"), &[]).is_err());
    }
}
