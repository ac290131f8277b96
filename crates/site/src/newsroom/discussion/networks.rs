//! Networks from which nothing is taken. A ban counts in the whole site, so only who moderates there
//! may ban, and sees what is banned.

use std::time::Duration;

use accounts::person;
use accounts::policy::{self, Action};
use axum::extract::{Path, Query, State};
use base::{CommentId, NetworkBanId, PersonId, Timestamp};
use discuss::{comment, commenter, network};
use serde::{Deserialize, Serialize};

use crate::App;
use crate::newsroom::forms::Posted;
use crate::newsroom::gate::Staff;
use crate::newsroom::page::{Answer, Frame, View, go};
use crate::newsroom::trouble::Trouble;

const HERE: &str = "/newsroom/discussion/networks";
const DAY: Duration = Duration::from_secs(86_400);

/// So many days a network can be banned.
pub(super) fn days_max() -> u64 {
    network::KEPT.as_secs() / DAY.as_secs()
}

/// The comment whose network is asked about.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::newsroom) struct FromComment {
    comment: Option<CommentId>,
}

#[derive(Serialize)]
struct NetworksPage {
    bans: Vec<BanRow>,
    /// The network that is about to be banned.
    about: Option<AboutNetwork>,
    days_max: u64,
    /// What was typed.
    days: String,
    words: String,
}

impl View for NetworksPage {
    const TEMPLATE: &'static str = "networks.html";
}

#[derive(Serialize)]
struct BanRow {
    id: String,
    network: String,
    who: String,
    words: String,
    since: Timestamp,
    until: Timestamp,
}

#[derive(Serialize)]
struct AboutNetwork {
    network: String,
    /// Who writes from there: id, name, how many comments. All of them are banned with it.
    writers: Vec<(String, String, i64)>,
}

/// `GET /newsroom/discussion/networks`
pub(in crate::newsroom) async fn show(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Query(FromComment { comment }): Query<FromComment>,
) -> Answer {
    policy::check(staff.actor(), Action::Moderate)?;
    let network = match comment {
        Some(id) => {
            let known = comment::network_of(app.store(), id).await?;
            Some(known.ok_or_else(|| {
                Trouble::missing("comment, or it is not known any more where it came from")
            })?)
        }
        None => None,
    };
    frame.show(&page(&app, network).await?)
}

async fn page(app: &App, network: Option<String>) -> Result<NetworksPage, Trouble> {
    let about = match network {
        Some(network) => Some(about(app, network).await?),
        None => None,
    };
    let bans = network::bans(app.store(), app.now()).await?;
    let people: Vec<PersonId> = bans.iter().filter_map(|it| it.person_id).collect();
    let people = person::by_ids(app.store(), &people).await?;
    let bans = bans.into_iter().map(|it| {
        let who = people.iter().find(|person| Some(person.id) == it.person_id);
        BanRow {
            id: it.id.to_string(),
            network: it.network,
            who: who.map(|it| it.name.clone()).unwrap_or_default(),
            words: it.words,
            since: it.created_at,
            until: it.until,
        }
    });
    Ok(NetworksPage {
        bans: bans.collect(),
        about,
        days_max: days_max(),
        days: String::new(),
        words: String::new(),
    })
}

async fn about(app: &App, network: String) -> Result<AboutNetwork, Trouble> {
    let writers = commenter::writers(app.store(), &network).await?;
    let writers = writers.into_iter().map(|it| (it.id.to_string(), it.name, it.comments));
    Ok(AboutNetwork { network, writers: writers.collect() })
}

/// `POST /newsroom/discussion/networks`: bans one for so many days.
pub(in crate::newsroom) async fn ban(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Posted(fields): Posted,
) -> Answer {
    policy::check(staff.actor(), Action::Moderate)?;
    let named = network::read(fields.text("network"));
    let banned: Result<(), Trouble> = async {
        let which = || Trouble::invalid("Say which network: an address that a comment came from.");
        let number = || Trouble::invalid("Give the days as a number.");
        let network = named.clone().ok_or_else(which)?;
        let days: u32 = fields.trimmed("days").parse().map_err(|_| number())?;
        let (now, words) = (app.now(), fields.text("words"));
        let until = now.plus(DAY.saturating_mul(days));
        let mut tx = app.store().begin().await?;
        network::ban(&mut tx, staff.actor(), &network, until, words, now).await?;
        Ok(tx.commit().await?)
    }
    .await;
    match banned {
        Ok(()) => go(HERE),
        Err(trouble) => {
            let page = page(&app, named).await?;
            let typed = |name| fields.text(name).to_owned();
            let page = NetworksPage { days: typed("days"), words: typed("words"), ..page };
            frame.refuse(&page, &trouble)
        }
    }
}

/// `POST /newsroom/discussion/networks/{ban}/lift`
pub(in crate::newsroom) async fn lift(
    State(app): State<App>,
    staff: Staff,
    frame: Frame,
    Path(ban): Path<NetworkBanId>,
    Posted(_): Posted,
) -> Answer {
    policy::check(staff.actor(), Action::Moderate)?;
    let lifted: Result<(), Trouble> = async {
        let mut tx = app.store().begin().await?;
        network::lift(&mut tx, staff.actor(), ban, app.now()).await?;
        Ok(tx.commit().await?)
    }
    .await;
    match lifted {
        Ok(()) => go(HERE),
        Err(trouble) => frame.refuse(&page(&app, None).await?, &trouble),
    }
}
