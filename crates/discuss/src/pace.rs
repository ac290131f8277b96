//! How much is done in a minute: by one, from one network, and by all. It is counted in the record,
//! so that it holds on every node.

use std::time::Duration;

use base::{ArticleId, CommentId, CommenterId, Timestamp};
use store::{Connection, FromQueryResult, Tx, sql};
use uuid::Uuid;

use crate::comment::Reader;
use crate::{DiscussError, Result, Text};

const WINDOW: Duration = Duration::from_secs(60);
/// So many comments a commenter may write in [`WINDOW`].
const OF_ONE_MAX: i64 = 6;
/// So many may come from one network, behind which there may be many.
const OF_NETWORK_MAX: i64 = 30;
/// From so many on, of one network, newcomers have to show a proof of work: more than a household
/// writes, and well before the others behind the network are refused.
const FLOOD_OF_NETWORK: i64 = 10;
/// Of new threads under one story: that is a story of the year, or a flood.
const FLOOD_OF_STORY: i64 = 60;
/// On the whole site: more than any moderators could read.
const FLOOD_OF_SITE: i64 = 300;

/// How many comments there were in the last minute, counted no further than it matters, and what is
/// known of the network beside: one statement tells it all, for it is asked for each comment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub(crate) struct Lately {
    of_one: i64,
    of_network: i64,
    of_story: i64,
    of_site: i64,
    echoes: i64,
    banned_until: Option<Timestamp>,
}

/// What is said again within this time is the same comment, sent twice.
pub(crate) const AGAIN: Duration = Duration::from_secs(3_600);

impl Lately {
    /// Looks before `said` is said under an article.
    pub(crate) async fn look(
        on: &impl Connection,
        commenter: Option<CommenterId>,
        (article, said): (ArticleId, Option<&Text>),
        network: Option<&str>,
        now: Timestamp,
    ) -> Result<Self> {
        let since = now.minus(WINDOW);
        let found = sql("SELECT
             (SELECT COUNT(*) FROM (SELECT 1 FROM comments
                WHERE commenter_id = ? AND created_at > ? LIMIT ?) AS a) AS of_one,
             (SELECT COUNT(*) FROM (SELECT 1 FROM comments
                WHERE network = ? AND created_at > ? LIMIT ?) AS b) AS of_network,
             (SELECT COUNT(*) FROM (SELECT 1 FROM comments
                WHERE article_id = ? AND depth = 0 AND created_at > ? LIMIT ?) AS c) AS of_story,
             (SELECT COUNT(*) FROM (SELECT 1 FROM comments WHERE id > ? LIMIT ?) AS d) AS of_site,
             (SELECT COUNT(*) FROM (SELECT 1 FROM comments
                WHERE network = ? AND created_at > ? AND commenter_id <> ? AND text = ?
                LIMIT 1) AS e) AS echoes,
             (SELECT until FROM network_bans WHERE network = ? AND until > ?) AS banned_until")
        .bind(commenter)
        .bind(since)
        .bind(OF_ONE_MAX)
        .bind(network)
        .bind(since)
        .bind(OF_NETWORK_MAX)
        .bind(article)
        .bind(since)
        .bind(FLOOD_OF_STORY)
        .bind(first_of(since))
        .bind(FLOOD_OF_SITE)
        .bind(network)
        .bind(now.minus(AGAIN))
        .bind(commenter)
        .bind(said.map(Text::as_str))
        .bind(network)
        .bind(now);
        Ok(found.one(on).await?.unwrap_or_default())
    }

    /// Whether this one, or this network, has to pause.
    pub(crate) fn is_too_much(self) -> bool {
        self.of_one >= OF_ONE_MAX || self.of_network >= OF_NETWORK_MAX
    }

    /// Whether another commenter of this network said the same.
    pub(crate) fn is_an_echo(self) -> bool {
        self.echoes > 0
    }

    /// Until when nothing is taken from the network, if so.
    pub(crate) fn banned_until(self) -> Option<Timestamp> {
        self.banned_until
    }

    /// Whether so many come that newcomers have to show that each is worth some work to them.
    pub(crate) fn is_a_flood(self) -> bool {
        self.of_network >= FLOOD_OF_NETWORK
            || self.of_story >= FLOOD_OF_STORY
            || self.of_site >= FLOOD_OF_SITE
    }
}

/// The lowest id that a comment of this moment can have. Ids begin with their time (UUID version 7),
/// so the index of ids is one of time as well.
fn first_of(at: Timestamp) -> CommentId {
    let millis = u128::try_from(at.as_micros() / 1_000).unwrap_or_default();
    CommentId(Uuid::from_u128(millis << 80))
}

/// What can be done too often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// A recommendation, or taking one back.
    Recommend,
    /// A report.
    Report,
}

impl Act {
    fn name(self) -> &'static str {
        match self {
            Self::Recommend => "recommend",
            Self::Report => "report",
        }
    }

    /// So often in [`WINDOW`] one may do it: more than somebody does who reads.
    fn of_one(self) -> i64 {
        match self {
            Self::Recommend => 60,
            Self::Report => 10,
        }
    }

    /// So often it may come from one network, behind which there may be many; and behind which a
    /// program is that is somebody new each time.
    fn of_network(self) -> i64 {
        self.of_one() * 3
    }
}

/// Counts it.
///
/// # Errors
/// [`DiscussError::TooMuch`] when it was done too often of late.
pub(crate) async fn count(tx: &mut Tx, act: Act, reader: Reader<'_>, now: Timestamp) -> Result<()> {
    let who = Some((reader.commenter.to_string(), act.of_one()));
    let network = reader.network.map(|it| (it.to_owned(), act.of_network()));
    for (who, most) in [who, network].into_iter().flatten() {
        let since = now.minus(WINDOW);
        let times: i64 = sql("INSERT INTO paces (act, who, since, times) VALUES (?, ?, ?, 1)
             ON CONFLICT (act, who) DO UPDATE SET
               times = CASE WHEN paces.since > ? THEN paces.times + 1 ELSE 1 END,
               since = CASE WHEN paces.since > ? THEN paces.since ELSE excluded.since END
             RETURNING times AS value")
        .bind(act.name())
        .bind(who)
        .bind(now)
        .bind(since)
        .bind(since)
        .value(tx)
        .await?;
        if times > most {
            return Err(DiscussError::TooMuch(
                "That is a lot at once. Wait a minute, and do it again.".into(),
            ));
        }
    }
    Ok(())
}

/// Forgets what was done before the last window.
pub(crate) async fn forget(tx: &mut Tx, now: Timestamp) -> Result<u64> {
    Ok(sql("DELETE FROM paces WHERE since <= ?").bind(now.minus(WINDOW)).run(tx).await?)
}
