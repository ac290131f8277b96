//! Signing in by the word of the readers' provider, and binding an account there to one's own here.
//! See [`crate::provider::errand`]. A newcomer is asked for a name before there is an account, as with
//! a link.

use accounts::AccountError;
use accounts::ceremony::{self, Kind, Whose};
use accounts::reader::{self, Fate, Link, Session};
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::passkeys::tries;
use super::{
    Asked, HERE, asked, counted, enter, head, link_page, onward, safe_back, still_comes_in, told,
};
use crate::App;
use crate::newsroom::{Fields, Trouble, comes_from_here, reader_of};
use crate::pages::answer::{Answer, fresh};
use crate::pages::discussion::{foreign, see_other};
use crate::pages::missing;
use crate::pages::shell::Shell;
use crate::provider::Provider;
use crate::provider::errand::{self, Answered, Brought, Errand, not_begun, refused};
use crate::serve::ClientAddress;
use crate::view::AccountLeavePage;

/// Where one was, and what one was about to say there.
#[derive(Clone, Serialize, Deserialize)]
struct About {
    back: String,
    draft: String,
}

/// A newcomer for whom the provider has vouched, who has yet to say what to be called.
#[derive(Serialize, Deserialize)]
struct Arrival {
    issuer: String,
    subject: String,
    email: String,
    about: About,
    /// SHA-256 of the cookie of who was sent to the provider.
    browser: String,
}

/// `POST /account/provider`: signs in, or binds an account there to that of whoever is signed in.
pub(crate) async fn ask(
    State(app): State<App>,
    headers: HeaderMap,
    answer: Answer,
    address: Option<Extension<ClientAddress>>,
    fields: Fields,
) -> Response {
    if !comes_from_here(&app, &headers) {
        return foreign();
    }
    let Some(provider) = app.readers_provider() else { return missing::never_here(&app).await };
    let session = reader_of(&app, &headers).await;
    let asked = asked(&fields);
    let about = About { back: safe_back(&asked.back).to_owned(), draft: asked.draft.clone() };
    let way = async {
        tries(&app, address).await?;
        let errand = Errand {
            kind: Kind::ReaderProvider,
            whose: session.map_or(Whose::Nobody, |it| Whose::Reader(it.reader.id)),
            about,
            anew: false,
            // What is known of a reader here is not told elsewhere.
            hint: None,
        };
        errand::leave(&app, provider, &headers, errand).await
    };
    let way = match way.await {
        Ok(way) => way,
        Err(trouble) => return told(&app, &headers, answer, asked, trouble).await,
    };
    let page = async {
        let shell = Shell::load(&app).await?;
        let head = head(&app, &shell, "own-account")?;
        let (label, address) = (provider.label().to_owned(), way.address.clone());
        shell.render(&app, 200, AccountLeavePage { head, label, address }, Vec::new())
    };
    let mut response = fresh(&app, answer, page).await;
    if response.status().is_success() {
        way.lead(&mut response);
    }
    response
}

/// `GET /account/provider/answer`
pub(crate) async fn answer(
    State(app): State<App>,
    headers: HeaderMap,
    answer: Answer,
    address: Option<Extension<ClientAddress>>,
    Query(brought): Query<Brought>,
) -> Response {
    let Some(provider) = app.readers_provider() else { return missing::never_here(&app).await };
    let asked = errand::taken::<About>(&app, Kind::ReaderProvider, &headers, &brought).await;
    let asked = match asked {
        Ok(asked) => asked,
        Err(trouble) => return told(&app, &headers, answer, Asked::default(), trouble).await,
    };
    let network = counted(address);
    let done = let_in(&app, provider, &headers, &asked, brought, &network).await;
    match done {
        Ok(Done::In(response)) => response,
        Ok(Done::Newcomer { arrival, email }) => {
            let known = Fate::Open(Link { email, name: String::new() });
            fresh(&app, answer, link_page(&app, arrival, known, None)).await
        }
        Err(trouble) => {
            let About { back, draft } = asked.about;
            let asked = Asked { back, draft, ..Asked::default() };
            told(&app, &headers, answer, asked, trouble).await
        }
    }
}

/// What came of the provider's word.
enum Done {
    In(Response),
    /// Where the button sends, and who is let in.
    Newcomer {
        arrival: String,
        email: String,
    },
}

async fn let_in(
    app: &App,
    provider: &Provider,
    headers: &HeaderMap,
    asked: &Answered<About>,
    brought: Brought,
    network: &str,
) -> Result<Done, Trouble> {
    let now = app.now();
    let word = asked.word(app, provider, brought).await?;
    let account = (provider.issuer(), word.subject.as_str());
    let About { back, draft } = &asked.about;
    let mut tx = app.store().begin().await?;
    if let Whose::Reader(id) = asked.whose {
        let session = reader_of(app, headers).await.filter(|it| it.reader.id == id);
        let Some(session) = session else {
            return Err(refused("You are not signed in any more. Sign in, and try again."));
        };
        reader::identity::link(&mut tx, id, account, now).await?;
        tx.commit().await?;
        let to = match back.as_str() {
            HERE => "/account#identities".to_owned(),
            back if back == session.back => onward(&session),
            back => back.to_owned(),
        };
        return Ok(Done::In(see_other(&to)));
    }
    let reader = match reader::identity::find(&tx, account.0, account.1).await? {
        Some(reader) => reader,
        None => {
            let email = errand::verified(provider, word.email)?;
            match reader::identity::join(&mut tx, account, &email, now).await? {
                Some(reader) => reader,
                None => {
                    let arrival = Arrival {
                        issuer: account.0.to_owned(),
                        subject: account.1.to_owned(),
                        email: email.clone(),
                        about: asked.about.clone(),
                        browser: errand::browser(app, headers).ok_or_else(not_begun)?,
                    };
                    let kept = serde_json::to_string(&arrival)
                        .map_err(|error| Trouble::invalid(error.to_string()))?;
                    let secret = app.store().secret();
                    let (kind, whose) = (Kind::ReaderArrival, Whose::Nobody);
                    let found = ceremony::begin(&mut tx, kind, whose, &kept, secret, now).await?;
                    tx.commit().await?;
                    return Ok(Done::Newcomer {
                        arrival: format!("/account/arrive/{found}"),
                        email,
                    });
                }
            }
        }
    };
    let (session, cookie) = enter(app, &mut tx, headers, reader, (back, draft), network).await?;
    tx.commit().await?;
    Ok(Done::In(entered(&session, cookie)))
}

/// `POST /account/arrive/{arrival}`: makes the account of a newcomer.
pub(crate) async fn arrive(
    State(app): State<App>,
    Path(found): Path<String>,
    headers: HeaderMap,
    answer: Answer,
    address: Option<Extension<ClientAddress>>,
    fields: Fields,
) -> Response {
    if !comes_from_here(&app, &headers) {
        return foreign();
    }
    let name = fields.text("name");
    let arrival = async {
        let mut tx = app.store().begin().await?;
        let taken = ceremony::take(&mut tx, Kind::ReaderArrival, &found, app.now()).await?;
        let taken = taken.ok_or_else(not_begun)?;
        let arrival: Arrival = serde_json::from_str(&taken.state).map_err(|_| not_begun())?;
        // Without a commit it stays for whoever it is for.
        if errand::browser(&app, &headers).as_ref() != Some(&arrival.browser) {
            return Err(not_begun());
        }
        Ok((tx, arrival))
    };
    let (mut tx, arrival) = match arrival.await {
        Ok(found) => found,
        Err(trouble) => return told(&app, &headers, answer, Asked::default(), trouble).await,
    };
    let Arrival { issuer, subject, email, about: About { back, draft }, .. } = arrival;
    let arrived = async {
        let account = (issuer.as_str(), subject.as_str());
        let reader = reader::identity::arrive(&mut tx, account, &email, name, app.now()).await?;
        let about = (back.as_str(), draft.as_str());
        let network = counted(address);
        let begun = enter(&app, &mut tx, &headers, reader, about, &network).await?;
        tx.commit().await?;
        Ok(begun)
    };
    let arrived: Result<_, AccountError> = arrived.await;
    match arrived {
        Ok((session, cookie)) => entered(&session, cookie),
        Err(AccountError::Store(error)) => crate::pages::failed(&app, &error.into()).await,
        Err(refusal) => {
            let action = format!("/account/arrive/{found}");
            let known = Fate::Open(Link { email, name: String::new() });
            let told = Some((name.to_owned(), refusal.to_string()));
            fresh(&app, answer, link_page(&app, action, known, told)).await
        }
    }
}

/// `POST /account/provider/remove`
pub(crate) async fn unlink(
    State(app): State<App>,
    headers: HeaderMap,
    answer: Answer,
    fields: Fields,
) -> Response {
    if !comes_from_here(&app, &headers) {
        return foreign();
    }
    let Some(Session { reader, .. }) = reader_of(&app, &headers).await else {
        return see_other(HERE);
    };
    let unlinked: Result<(), Trouble> = async {
        let mut tx = app.store().begin().await?;
        reader::identity::unlink(&mut tx, reader.id, fields.text("issuer"), app.now()).await?;
        still_comes_in(&app, &tx, reader.id).await?;
        Ok(tx.commit().await?)
    }
    .await;
    match unlinked {
        Ok(()) => see_other("/account#identities"),
        Err(trouble) => told(&app, &headers, answer, Asked::default(), trouble).await,
    }
}

fn entered(session: &Session, cookie: HeaderValue) -> Response {
    let mut response = see_other(&onward(session));
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}
