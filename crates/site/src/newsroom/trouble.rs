//! What somebody in the newsroom is told when something cannot be done.

use accounts::AccountError;
use accounts::policy::Denied;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use broadcast::BroadcastError;
use discuss::DiscussError;
use meet::MeetError;
use publish::PublishError;
use store::StoreError;

use crate::error::PageError;

/// Why, as a sentence that says what to do. A form shows it; a page of its own tells it where there
/// is no form.
#[derive(Debug)]
pub(crate) struct Trouble {
    pub(crate) status: StatusCode,
    pub(crate) detail: String,
}

impl Trouble {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into() }
    }

    /// What was sent can be read, and asks for what cannot be.
    pub(crate) fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
    }

    /// Nothing is there.
    pub(crate) fn missing(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("There is no such {what}."))
    }

    /// Another site had the browser send this, or a page that is too old.
    pub(crate) fn foreign() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "This did not come from a page of this newsroom that is still good. Load the page \
             again, and send it from there.",
        )
    }

    /// Ours, not the reader's: logged here, once, and not told.
    fn internal(error: &dyn std::error::Error) -> Self {
        tracing::error!("The newsroom could not answer: {error}");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Tribune failed to do this, and its log says why. Nothing was changed. Try again.",
        )
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::internal(&error)
    }
}

impl From<PageError> for Trouble {
    fn from(error: PageError) -> Self {
        Self::internal(&error)
    }
}

impl From<Denied> for Trouble {
    fn from(denied: Denied) -> Self {
        Self::new(StatusCode::FORBIDDEN, denied.to_string())
    }
}

impl From<AccountError> for Trouble {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Denied(denied) => denied.into(),
            AccountError::Store(error) => error.into(),
            AccountError::NoSuchPerson(_)
            | AccountError::NoSuchSession
            | AccountError::NoSuchToken => Self::new(StatusCode::NOT_FOUND, error.to_string()),
            other => Self::invalid(other.to_string()),
        }
    }
}

impl From<DiscussError> for Trouble {
    fn from(error: DiscussError) -> Self {
        match error {
            DiscussError::Denied(denied) => denied.into(),
            DiscussError::Store(error) => error.into(),
            DiscussError::NoSuchComment(_) => Self::new(StatusCode::NOT_FOUND, error.to_string()),
            DiscussError::Changed(_) => Self::new(StatusCode::CONFLICT, error.to_string()),
            other => Self::invalid(other.to_string()),
        }
    }
}

impl From<BroadcastError> for Trouble {
    fn from(error: BroadcastError) -> Self {
        match error {
            BroadcastError::Denied(denied) => denied.into(),
            BroadcastError::Store(error) => error.into(),
            BroadcastError::Unknown(_) => Self::new(StatusCode::NOT_FOUND, error.to_string()),
            BroadcastError::Invalid(why) => Self::invalid(why),
        }
    }
}

impl From<MeetError> for Trouble {
    fn from(error: MeetError) -> Self {
        match error {
            MeetError::Denied(denied) => denied.into(),
            MeetError::Store(error) => error.into(),
            MeetError::NotHere(_) => Self::new(StatusCode::FORBIDDEN, error.to_string()),
            MeetError::Unknown(_) => Self::new(StatusCode::NOT_FOUND, error.to_string()),
            MeetError::EpochPassed => Self::new(StatusCode::CONFLICT, error.to_string()),
            MeetError::Invalid(why) => Self::invalid(why),
        }
    }
}

impl From<PublishError> for Trouble {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::Denied(denied) => denied.into(),
            PublishError::Account(error) => error.into(),
            PublishError::Store(error) => error.into(),
            PublishError::Files(error) => Self::internal(&error),
            PublishError::NoSuchArticle(_)
            | PublishError::NoSuchPhoto(_)
            | PublishError::NoSuchUpload => Self::new(StatusCode::NOT_FOUND, error.to_string()),
            PublishError::Conflict(why) => Self::new(StatusCode::CONFLICT, why),
            other => Self::invalid(other.to_string()),
        }
    }
}

/// Where there is no page to tell it on: as text, which a script shows, too.
impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let plain = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
        (self.status, plain, format!("{}\n", self.detail)).into_response()
    }
}
