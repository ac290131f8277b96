//! A channel: one stream of pictures and sound, on air or not.

mod slate;

use base::{Actor, ChannelId, PhotoId, Timestamp};
use store::{Connection, Event, FromQueryResult, Tx, sql};

use crate::{BroadcastError, Result, produces};

pub use slate::{choose_still, hide_slate, show_slate};

const TITLE_MAX: usize = 100;

/// One stream of pictures and sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Names it.
    pub id: ChannelId,
    /// Names it in addresses: `main`.
    pub slug: String,
    /// As readers are told; empty: the site's name will do.
    pub title: String,
    /// What becomes of a source that comes while another sends.
    pub takeover: Takeover,
    /// Since when it is on air, if it is.
    pub on_air_since: Option<Timestamp>,
    /// Since when viewers are shown the slate, whatever is sent.
    pub slate_since: Option<Timestamp>,
    /// The photo that the slate shows, if the site has chosen one.
    pub slate_photo: Option<PhotoId>,
}

/// What becomes of a source that comes while another of the same rank sends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Takeover {
    /// It is refused: whoever is on air stays on air.
    #[default]
    Refuse,
    /// It takes over: whoever comes back after a lost line is let in at once.
    Replace,
}

impl Takeover {
    /// Both, in the order of a menu.
    pub const ALL: [Self; 2] = [Self::Refuse, Self::Replace];

    /// Its name in forms and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Replace => "replace",
        }
    }

    /// The rule of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// The slug of the channel that every site has.
pub const MAIN: &str = "main";

/// The channel that every site has, made when the program first starts.
pub async fn main(tx: &mut Tx, now: Timestamp) -> Result<Channel> {
    let id: ChannelId = tx.new_id(now);
    sql("INSERT INTO channels (id, slug, title, takeover) VALUES (?, ?, '', ?)
         ON CONFLICT (slug) DO NOTHING")
    .bind(id)
    .bind(MAIN)
    .bind(Takeover::default().name())
    .run(tx)
    .await?;
    by_slug(tx, MAIN).await?.ok_or(BroadcastError::Unknown("channel"))
}

/// The channel of this slug.
pub async fn by_slug(on: &impl Connection, slug: &str) -> Result<Option<Channel>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: ChannelId,
        slug: String,
        title: String,
        takeover: String,
        on_air_since: Option<Timestamp>,
        slate_since: Option<Timestamp>,
        slate_photo_id: Option<PhotoId>,
    }
    let row: Option<Row> =
        sql("SELECT id, slug, title, takeover, on_air_since, slate_since, slate_photo_id
             FROM channels WHERE slug = ?")
        .bind(slug)
        .one(on)
        .await?;
    Ok(row.map(|row| Channel {
        id: row.id,
        slug: row.slug,
        title: row.title,
        takeover: Takeover::parse(&row.takeover).unwrap_or_default(),
        on_air_since: row.on_air_since,
        slate_since: row.slate_since,
        slate_photo: row.slate_photo_id,
    }))
}

/// Says what a channel is called, and who stays when two send.
pub async fn describe(
    tx: &mut Tx,
    actor: &Actor,
    channel: ChannelId,
    (title, takeover): (&str, Takeover),
    now: Timestamp,
) -> Result<()> {
    produces(actor)?;
    let title = title.trim();
    if title.chars().count() > TITLE_MAX || title.contains('\0') {
        return Err(BroadcastError::Invalid(format!(
            "A channel's title has {TITLE_MAX} characters at most. Shorten it."
        )));
    }
    let changed = sql("UPDATE channels SET title = ?, takeover = ? WHERE id = ?")
        .bind(title)
        .bind(takeover.name())
        .bind(channel)
        .run(tx)
        .await?;
    if changed == 0 {
        return Err(BroadcastError::Unknown("channel"));
    }
    tx.append(actor, &Event::ChannelDescribed { channel }, now).await?;
    Ok(())
}

/// A source sends: readers are told that the channel is live. Told twice, it is told once.
pub async fn go_on_air(tx: &mut Tx, channel: ChannelId, now: Timestamp) -> Result<()> {
    let changed = sql("UPDATE channels SET on_air_since = ? WHERE id = ? AND on_air_since IS NULL")
        .bind(now)
        .bind(channel)
        .run(tx)
        .await?;
    if changed > 0 {
        tx.append(&Actor::System, &Event::ChannelWentOnAir { channel }, now).await?;
    }
    Ok(())
}

/// Nothing is sent any more.
pub async fn go_off_air(tx: &mut Tx, channel: ChannelId, now: Timestamp) -> Result<()> {
    let changed =
        sql("UPDATE channels SET on_air_since = NULL WHERE id = ? AND on_air_since IS NOT NULL")
            .bind(channel)
            .run(tx)
            .await?;
    if changed > 0 {
        tx.append(&Actor::System, &Event::ChannelWentOffAir { channel }, now).await?;
    }
    Ok(())
}
