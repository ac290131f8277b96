//! Media as an answer, which are never copied: all of a file, or the range that was asked for
//! (RFC 9110 §14).

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use bytes::Bytes;

/// What of a file is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Whole,
    From(u64, Option<u64>),
    Last(u64),
}

/// Whether whoever asks so begins to take a file: they who ask for its middle took its beginning.
pub(super) fn from_the_beginning(headers: &HeaderMap) -> bool {
    matches!(wanted(headers), Wanted::Whole | Wanted::From(0, _))
}

/// Answers with a file, or the range of it that is asked for.
pub(super) fn answer(bytes: Bytes, headers: &HeaderMap) -> http::Response<Bytes> {
    let length = bytes.len() as u64;
    let range = match wanted(headers) {
        Wanted::Whole => None,
        Wanted::From(first, last) => {
            let end = last.map_or(length, |last| last.saturating_add(1).min(length));
            Some(first.min(end)..end)
        }
        Wanted::Last(count) => Some(length.saturating_sub(count)..length),
    };
    let at = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
    let mut response = http::Response::new(match &range {
        None => bytes,
        Some(range) => bytes.slice(at(range.start)..at(range.end)),
    });
    let told = response.headers_mut();
    told.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    let Some(range) = range else { return response };
    let (status, text) = match range.is_empty() {
        true => (StatusCode::RANGE_NOT_SATISFIABLE, format!("bytes */{length}")),
        false => {
            let text = format!("bytes {}-{}/{length}", range.start, range.end - 1);
            (StatusCode::PARTIAL_CONTENT, text)
        }
    };
    if let Ok(text) = HeaderValue::from_str(&text) {
        told.insert(header::CONTENT_RANGE, text);
    }
    *response.status_mut() = status;
    response
}

/// One range is answered; of several, or of what cannot be read, the whole file is (§14.2).
fn wanted(headers: &HeaderMap) -> Wanted {
    // There are no validators that the condition could hold for.
    if headers.contains_key(header::IF_RANGE) {
        return Wanted::Whole;
    }
    let text = headers.get(header::RANGE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let Some((first, last)) = text.strip_prefix("bytes=").and_then(|it| it.split_once('-')) else {
        return Wanted::Whole;
    };
    match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => Wanted::From(first, Some(last)),
        (Ok(first), Err(_)) if last.is_empty() => Wanted::From(first, None),
        (Err(_), Ok(count)) if first.is_empty() => Wanted::Last(count),
        _ => Wanted::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(range: Option<&str>, status: u16, told: &str, bytes: &str) {
        let mut headers = HeaderMap::new();
        if let Some(range) = range {
            headers.insert(header::RANGE, range.parse().unwrap());
        }
        let response = answer(Bytes::from_static(b"abcdefghij"), &headers);
        assert_eq!(response.status().as_u16(), status, "{range:?}");
        let said = response.headers().get(header::CONTENT_RANGE);
        assert_eq!(said.map_or("", |it| it.to_str().unwrap()), told, "{range:?}");
        assert_eq!(response.body(), bytes, "{range:?}");
    }

    #[test]
    fn a_range_is_cut_out_and_what_is_odd_gets_the_whole() {
        check(None, 200, "", "abcdefghij");
        check(Some("bytes=0-"), 206, "bytes 0-9/10", "abcdefghij");
        check(Some("bytes=2-4"), 206, "bytes 2-4/10", "cde");
        check(Some("bytes=7-99"), 206, "bytes 7-9/10", "hij");
        check(Some("bytes=-4"), 206, "bytes 6-9/10", "ghij");
        check(Some("bytes=-40"), 206, "bytes 0-9/10", "abcdefghij");
        check(Some("bytes=10-"), 416, "bytes */10", "");
        check(Some("bytes=90-99"), 416, "bytes */10", "");
        check(Some("bytes=-0"), 416, "bytes */10", "");
        for odd in ["bytes=4-2", "bytes=0-1,4-5", "lines=1-2", "bytes=", "bytes=-", "bytes=a-b"] {
            check(Some(odd), 200, "", "abcdefghij");
        }
    }

    #[test]
    fn who_goes_on_in_the_middle_is_no_further_viewer() {
        let says = |range: &str| {
            let headers = [(header::RANGE, range.parse().unwrap())].into_iter().collect();
            from_the_beginning(&headers)
        };
        assert!(from_the_beginning(&HeaderMap::new()));
        assert!(says("bytes=0-") && says("bytes=0-99"));
        assert!(!says("bytes=100-") && !says("bytes=-1"));
    }
}
