//! How a provider is asked: for so long, for so much, and nobody else in its place.

use std::pin::Pin;
use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};

/// For each thing that is asked.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);
/// More than any provider says.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

pub(super) struct Http(reqwest::Client);

/// Why nothing was answered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoAnswer {
    #[error(transparent)]
    Failed(#[from] reqwest::Error),
    #[error("the answer is longer than {ANSWER_BYTES_MAX} bytes")]
    TooLong,
    #[error(transparent)]
    Strange(#[from] http::Error),
}

impl Http {
    /// With `local`, for a provider on this machine.
    pub(super) fn new(local: bool) -> Result<Self, String> {
        let client = reqwest::Client::builder()
            .timeout(ANSWERS_WITHIN)
            // Whoever can be sent on can be sent to where it should not ask.
            .redirect(reqwest::redirect::Policy::none())
            .user_agent("Tribune");
        let client = if local { client.no_proxy() } else { client.https_only(true) };
        client.build().map(Self).map_err(|error| error.to_string())
    }

    async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        let mut answer = self.0.execute(request.try_into()?).await?;
        let mut response = http::Response::builder().status(answer.status());
        if let Some(headers) = response.headers_mut() {
            *headers = std::mem::take(answer.headers_mut());
        }
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await? {
            if body.len() + part.len() > ANSWER_BYTES_MAX {
                return Err(NoAnswer::TooLong);
            }
            body.extend_from_slice(&part);
        }
        Ok(response.body(body)?)
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = NoAnswer;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, NoAnswer>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.ask(request))
    }
}
