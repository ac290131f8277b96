//! What a caller is told when something cannot be done: an RFC 9457 problem.

use accounts::AccountError;
use accounts::policy::Denied;
use axum::Json;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use broadcast::BroadcastError;
use meet::MeetError;
use publish::PublishError;
use serde::Serialize;
use store::StoreError;
use utoipa::ToSchema;

/// Why a request was refused, and what to do about it.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    detail: String,
    pointer: Option<String>,
    authenticate: Option<&'static str>,
}

/// A problem as it is sent, with the content type `application/problem+json` (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct ProblemBody {
    /// Always `about:blank`: the status says what kind of problem it is.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference", example = "about:blank")]
    kind: &'static str,
    /// The status in words.
    #[schema(example = "Unprocessable Entity")]
    title: &'static str,
    /// The HTTP status.
    #[schema(example = 422, minimum = 400, maximum = 599)]
    status: u16,
    /// What is wrong with this request and what to do about it.
    #[schema(example = "An article needs a headline.")]
    detail: String,
    /// The part of the request's JSON that is meant, as a JSON Pointer (RFC 6901).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/body/content/2")]
    pointer: Option<String>,
}

impl Problem {
    /// The request is no proper request: its syntax, not its meaning.
    pub(super) fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// No token, or none that is good.
    pub(super) fn unknown_caller(detail: impl Into<String>, authenticate: &'static str) -> Self {
        Self { authenticate: Some(authenticate), ..Self::new(StatusCode::UNAUTHORIZED, detail) }
    }

    /// What the address names does not exist.
    pub(super) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// The address exists, and does not take this method.
    pub(super) fn wrong_method(method: &Method) -> Self {
        let detail =
            format!("This address does not take {method}; the header Allow lists what it takes.");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, detail)
    }

    /// Somebody else was faster.
    pub(super) fn outdated(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::PRECONDITION_FAILED, detail)
    }

    /// More bytes than are read.
    pub(super) fn too_large(bytes_max: usize) -> Self {
        let megabytes = bytes_max / 1024 / 1024;
        let detail = format!("The request's body is larger than {megabytes} MB; send less.");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
    }

    /// A body of a kind that this address does not read.
    pub(super) fn other_media_type(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail)
    }

    /// The request can be read, and asks for what cannot be.
    pub(super) fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
    }

    /// Names the part of the request's JSON that is meant.
    pub(super) fn at(self, pointer: impl Into<String>) -> Self {
        Self { pointer: Some(pointer.into()).filter(|it| !it.is_empty()), ..self }
    }

    /// Ours, not the caller's: logged here, once, and not told.
    fn internal(error: &dyn std::error::Error) -> Self {
        tracing::error!("A request to the API failed: {error}");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Tribune failed to do this, and its log says why. Try again later.",
        )
    }

    fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), pointer: None, authenticate: None }
    }
}

/// What a command refused. Whatever the address itself names was looked up before: a command that
/// misses something misses what the body names.
impl From<PublishError> for Problem {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::Denied(denied) => denied.into(),
            PublishError::Account(error) => error.into(),
            PublishError::Conflict(why) => Self::new(StatusCode::CONFLICT, why),
            PublishError::Invalid(_)
            | PublishError::NoSuchArticle(_)
            | PublishError::NoSuchSection(_)
            | PublishError::NoSuchUpload
            | PublishError::NoSuchPhoto(_)
            | PublishError::PhotoRejected(_) => Self::invalid(error.to_string()),
            PublishError::Files(error) => Self::internal(&error),
            PublishError::Store(error) => Self::internal(&error),
        }
    }
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Denied(denied) => denied.into(),
            AccountError::NameTaken(_) | AccountError::EmailTaken(_) => {
                Self::new(StatusCode::CONFLICT, error.to_string())
            }
            AccountError::Invalid(_)
            | AccountError::NoSuchPerson(_)
            | AccountError::Suspended
            | AccountError::InvitationOver
            | AccountError::NoSuchSession
            | AccountError::NoSuchToken => Self::invalid(error.to_string()),
            AccountError::Store(error) => Self::internal(&error),
        }
    }
}

impl From<BroadcastError> for Problem {
    fn from(error: BroadcastError) -> Self {
        match error {
            BroadcastError::Denied(denied) => denied.into(),
            BroadcastError::Invalid(why) => Self::invalid(why),
            BroadcastError::Unknown(_) => Self::not_found(error.to_string()),
            BroadcastError::Store(error) => Self::internal(&error),
        }
    }
}

impl From<MeetError> for Problem {
    fn from(error: MeetError) -> Self {
        match error {
            MeetError::Denied(denied) => denied.into(),
            MeetError::Invalid(why) => Self::invalid(why),
            MeetError::NotHere(why) => Self::invalid(why),
            MeetError::EpochPassed => Self::invalid(error.to_string()),
            MeetError::Unknown(_) => Self::not_found(error.to_string()),
            MeetError::Store(error) => Self::internal(&error),
        }
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        Self::new(StatusCode::FORBIDDEN, denied.to_string())
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::internal(&error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = ProblemBody {
            kind: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Problem"),
            status: self.status.as_u16(),
            detail: self.detail,
            pointer: self.pointer,
        };
        let mut answer = (self.status, Json(body)).into_response();
        let headers = answer.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(challenge) = self.authenticate {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        answer
    }
}
