//! From a finished page to a response: encodings, conditional requests, headers.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::request::Parts;
use axum::http::{Method, Request, Response, StatusCode};
use bytes::Bytes;
use projections::page_cache::{Finished, Rendered};

use crate::App;
use crate::error::PageError;
use crate::view::Asset;

/// A cache in front of us may show a page for five seconds, and for another minute while it asks
/// whether there is a new one. Browsers ask every time, and are mostly told 304.
const SHARED: HeaderValue =
    HeaderValue::from_static("public, max-age=0, s-maxage=5, stale-while-revalidate=60");
/// A page that is missing may appear at any moment, at the time of an embargo for example.
const BRIEFLY: HeaderValue = HeaderValue::from_static("public, max-age=0, s-maxage=1");
/// What never changes at its address.
pub(super) const FOREVER: HeaderValue =
    HeaderValue::from_static("public, max-age=31536000, immutable");
const NEVER: HeaderValue = HeaderValue::from_static("no-store");

/// How a request wants to be answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    head: bool,
    encoding: Encoding,
    if_none_match: Vec<HeaderValue>,
    if_modified_since: Option<HeaderValue>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Identity,
    Gzip,
    Brotli,
}

impl Answer {
    pub(crate) fn to(method: &Method, headers: &HeaderMap) -> Self {
        Self {
            head: method == Method::HEAD,
            encoding: Encoding::accepted(headers),
            if_none_match: headers.get_all(header::IF_NONE_MATCH).iter().cloned().collect(),
            if_modified_since: headers.get(header::IF_MODIFIED_SINCE).cloned(),
        }
    }

    /// The best form of an asset, and its coding.
    pub(super) fn form(&self, asset: &Asset) -> (&'static [u8], Option<HeaderValue>) {
        match (self.encoding, asset.brotli, asset.gzip) {
            (Encoding::Brotli, Some(bytes), _) => (bytes, Some(HeaderValue::from_static("br"))),
            (Encoding::Gzip, _, Some(bytes)) => (bytes, Some(HeaderValue::from_static("gzip"))),
            _ => (asset.bytes, None),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Answer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::to(&parts.method, &parts.headers))
    }
}

/// Whether whoever asks takes what is compressed with gzip.
pub(crate) fn takes_gzip(headers: &HeaderMap) -> bool {
    let (_, gzip) = Encoding::taken(headers);
    gzip
}

impl Encoding {
    /// The best of what the request accepts.
    fn accepted(headers: &HeaderMap) -> Self {
        match Self::taken(headers) {
            (true, _) => Self::Brotli,
            (false, true) => Self::Gzip,
            (false, false) => Self::Identity,
        }
    }

    /// Whether Brotli and gzip are accepted (RFC 9110 §12.5.3); a coding with `q=0` is refused.
    fn taken(headers: &HeaderMap) -> (bool, bool) {
        let (mut brotli, mut gzip, mut any) = (None, None, None);
        for accepted in headers.get_all(header::ACCEPT_ENCODING) {
            for coding in accepted.to_str().unwrap_or_default().split(',') {
                let (name, quality) = coding.split_once(';').unwrap_or((coding, ""));
                let quality = quality.trim().trim_start_matches(['q', 'Q', '=', ' ']);
                let wanted = quality.parse::<f32>().unwrap_or(1.0) > 0.0;
                match name.trim() {
                    name if name.eq_ignore_ascii_case("br") => brotli = Some(wanted),
                    name if name.eq_ignore_ascii_case("gzip") => gzip = Some(wanted),
                    "*" => any = Some(wanted),
                    _ => {}
                }
            }
        }
        let any = any.unwrap_or(false);
        (brotli.unwrap_or(any), gzip.unwrap_or(any))
    }
}

/// The page at `key` of the cache, or rendered now.
pub(super) async fn cached<F>(
    app: &App,
    answer: Answer,
    key: &str,
    render: impl FnOnce() -> F,
) -> axum::response::Response
where
    F: Future<Output = Result<Rendered, PageError>>,
{
    match app.0.pages.get_or_render(key, render).await {
        Ok((page, _)) => encoded(app, &page, &answer).map(Body::from),
        Err(error) => super::failed(app, &error).await,
    }
}

/// A page that nobody keeps, because hardly anybody will ask for the same.
pub(super) async fn fresh(
    app: &App,
    answer: Answer,
    rendered: impl Future<Output = Result<Rendered, PageError>>,
) -> axum::response::Response {
    match rendered.await {
        Ok(page) => {
            let page = Arc::new(Finished::new(page));
            let mut response = encoded(app, &page, &answer).map(Body::from);
            response.headers_mut().insert(header::CACHE_CONTROL, NEVER);
            response
        }
        Err(error) => super::failed(app, &error).await,
    }
}

/// The page for a request that the cache can answer at once, before any route is looked up.
pub(crate) fn fast<B>(app: &App, request: &Request<B>) -> Option<Response<Bytes>> {
    let (method, uri) = (request.method(), request.uri());
    if uri.query().is_some() || (method != Method::GET && method != Method::HEAD) {
        return None;
    }
    let page = app.0.pages.get(uri.path())?;
    Some(encoded(app, &page, &Answer::to(method, request.headers())))
}

/// The response that carries a finished page.
pub(crate) fn encoded(app: &App, page: &Arc<Finished>, answer: &Answer) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    let status = StatusCode::from_u16(page.page.status).unwrap_or(StatusCode::OK);
    let headers = response.headers_mut();
    headers.reserve(16);
    let html = page.page.content_type == super::HTML;
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(page.page.content_type));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(
        header::CACHE_CONTROL,
        if status == StatusCode::NOT_FOUND { BRIEFLY } else { SHARED },
    );
    if html {
        headers.insert(header::CONTENT_SECURITY_POLICY, app.0.content_security_policy.clone());
    }
    add_security(app, headers);
    if let Some(location) = &page.page.location
        && let Ok(location) = HeaderValue::from_str(location)
    {
        headers.insert(header::LOCATION, location);
    }
    let etag = HeaderValue::from_str(&page.etag).ok();
    if status == StatusCode::OK
        && let Some(etag) = etag
    {
        headers.insert(header::ETAG, etag);
        let modified = page.page.modified.and_then(http_date);
        // A date is asked only where no name is (RFC 9110 §13.2.2).
        let known = match (answer.if_none_match.as_slice(), &modified) {
            ([], Some(modified)) => answer.if_modified_since.as_ref() == Some(modified),
            (names, _) => names.iter().any(|known| matches(known, &page.etag)),
        };
        if let Some(modified) = modified {
            headers.insert(header::LAST_MODIFIED, modified);
        }
        if known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
    }
    let body = match answer.encoding {
        Encoding::Identity => &page.page.body,
        Encoding::Gzip => {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            page.gzip()
        }
        Encoding::Brotli => {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
            page.brotli()
        }
    };
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    *response.status_mut() = status;
    if !answer.head {
        *response.body_mut() = body.clone();
    }
    response
}

/// Whether `If-None-Match` names the page, by the weak comparison (RFC 9110 §13.1.2).
fn matches(known: &HeaderValue, etag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    known.to_str().is_ok_and(|known| {
        known.trim() == "*" || known.split(',').any(|tag| opaque(tag) == opaque(etag))
    })
}

/// An instant as HTTP writes it (RFC 9110 §5.6.7).
pub(super) fn http_date(at: base::Timestamp) -> Option<HeaderValue> {
    let text = at.to_jiff().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    HeaderValue::from_str(&text).ok()
}

/// What every response carries, whatever it is.
pub(crate) fn add_security(app: &App, headers: &mut HeaderMap) {
    const ALL: [(HeaderName, HeaderValue); 4] = [
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin")),
        (
            HeaderName::from_static("permissions-policy"),
            HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=()"),
        ),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            HeaderValue::from_static("same-origin"),
        ),
    ];
    for (name, value) in ALL {
        headers.entry(name).or_insert(value);
    }
    if app.0.settings.public_url.scheme() == "https" {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
}

/// Readers' pages are read, and nothing else.
pub(super) fn method_not_allowed() -> axum::response::Response {
    let mut response = axum::response::Response::new(Body::empty());
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    response
}

/// Marks a response as one that nobody keeps.
pub(crate) fn uncached(response: &mut axum::response::Response, content_type: &'static str) {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, NEVER);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(value: &'static str) -> Encoding {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
        Encoding::accepted(&headers)
    }

    #[test]
    fn chooses_the_best_coding_that_is_accepted() {
        assert_eq!(accepted("gzip, deflate, br, zstd"), Encoding::Brotli);
        assert_eq!(accepted("gzip;q=1.0, br;q=0"), Encoding::Gzip);
        assert_eq!(accepted("gzip;q=0"), Encoding::Identity);
        assert_eq!(accepted("GZip"), Encoding::Gzip);
        assert_eq!(accepted("*"), Encoding::Brotli);
        assert_eq!(accepted("br;q=0, *;q=0.5"), Encoding::Gzip);
        assert_eq!(accepted("gzip, *;q=0"), Encoding::Gzip);
        assert_eq!(accepted("deflate"), Encoding::Identity);
        assert_eq!(Encoding::accepted(&HeaderMap::new()), Encoding::Identity);
    }

    #[test]
    fn compares_validators_weakly() {
        let known = |value: &'static str| matches(&HeaderValue::from_static(value), "W/\"abc\"");
        assert!(known("W/\"abc\"") && known("\"abc\"") && known("\"x\", W/\"abc\"") && known("*"));
        assert!(!known("\"ab\"") && !known(""));
    }

    #[test]
    fn writes_dates_as_http_does() {
        let at = base::Timestamp::from_micros(784_111_777_000_000);
        assert_eq!(http_date(at).unwrap(), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
