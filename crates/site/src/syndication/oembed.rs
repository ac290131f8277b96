//! The provider's side of oEmbed 1.0 (oembed.com).
//!
//! An article is a `link` with a thumbnail, not `rich`. `rich` requires HTML of a known height,
//! which only a frame with a script of ours could keep; Mastodon ignores it, and WordPress throws
//! away what has no frame. A link carries headline, author and picture to all of them. The channel is
//! a `video`: its player has a frame of its own.

use url::Url;

use super::entry::{Entry, Image, Publication};
use super::json::Node;
use super::xml::Xml;

/// In which notation the answer is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON, unless something else is asked for.
    Json,
    /// XML.
    Xml,
}

impl Format {
    /// What the answer is served as.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::Xml => "text/xml; charset=utf-8",
        }
    }
}

/// A question about one page of this site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The page's path on this site, percent-encoded as it was asked for.
    pub path: String,
    /// The notation of the answer.
    pub format: Format,
    /// The widest thumbnail that fits, in pixels.
    pub max_width: Option<u32>,
    /// The highest thumbnail that fits, in pixels.
    pub max_height: Option<u32>,
}

/// Why a question cannot be answered.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The query names no page.
    #[error("name the page to embed: add ?url= with its full address, percent-encoded")]
    NoUrl,
    /// The query names no page that could be anywhere.
    #[error("{0:?} is no address: begin it with https://")]
    BadUrl(String),
    /// The page is not on this site.
    #[error("{0} is not a page of this site")]
    Elsewhere(String),
    /// Neither JSON nor XML.
    #[error("the format {0:?} is not offered: ask for json or xml")]
    Format(String),
    /// A bound that is no number of pixels.
    #[error("{name} is {value:?}: give a whole number of pixels")]
    Size {
        /// Which bound.
        name: &'static str,
        /// What it said.
        value: String,
    },
}

impl RequestError {
    /// The status that oEmbed 1.0 §2.3.4 gives to each; what it does not name is a bad request.
    pub fn status(&self) -> u16 {
        match self {
            Self::NoUrl | Self::BadUrl(_) | Self::Size { .. } => 400,
            Self::Elsewhere(_) => 404,
            Self::Format(_) => 501,
        }
    }
}

impl Request {
    /// Reads the query part of the address, without its `?`. Parameters it does not know are
    /// ignored, as the specification asks.
    pub fn parse(publication: &Publication, query: &str) -> Result<Self, RequestError> {
        let (mut page, mut format, mut max_width, mut max_height) =
            (None, Format::Json, None, None);
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "url" => page = Some(value.into_owned()),
                "format" => format = parse_format(&value)?,
                "maxwidth" => max_width = Some(parse_size("maxwidth", &value)?),
                "maxheight" => max_height = Some(parse_size("maxheight", &value)?),
                _ => {}
            }
        }
        let page = page.filter(|page| !page.is_empty()).ok_or(RequestError::NoUrl)?;
        let url = Url::parse(&page).map_err(|_| RequestError::BadUrl(page.clone()))?;
        // Links written before the site moved to HTTPS still mean its pages.
        let same_site = matches!(url.scheme(), "http" | "https")
            && url.host() == publication.public_url.host()
            && (url.port() == publication.public_url.port() || url.port().is_none());
        if !same_site {
            return Err(RequestError::Elsewhere(page));
        }
        Ok(Self { path: url.path().to_owned(), format, max_width, max_height })
    }
}

fn parse_format(value: &str) -> Result<Format, RequestError> {
    match value {
        "" | "json" => Ok(Format::Json),
        "xml" => Ok(Format::Xml),
        other => Err(RequestError::Format(other.to_owned())),
    }
}

fn parse_size(name: &'static str, value: &str) -> Result<u32, RequestError> {
    match value.parse() {
        Ok(pixels) if pixels > 0 => Ok(pixels),
        _ => Err(RequestError::Size { name, value: value.to_owned() }),
    }
}

/// The answer about an article, in the notation that was asked for.
pub fn respond(publication: &Publication, entry: &Entry, request: &Request) -> String {
    written(members(publication, entry, request), request.format)
}

/// A player in a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Player {
    /// What it plays.
    pub title: String,
    /// The frame.
    pub html: String,
    /// How wide that is, in pixels.
    pub width: u32,
    /// How high it is, in pixels.
    pub height: u32,
}

/// The answer about a player.
pub fn respond_with_player(publication: &Publication, player: Player, format: Format) -> String {
    let mut members = begin("video", player.title, publication);
    // What is on is another thing soon.
    members.push(("cache_age", Member::Number(PLAYER_CACHE_SECONDS)));
    members.push(("html", Member::Text(player.html)));
    members.push(("width", Member::Number(player.width)));
    members.push(("height", Member::Number(player.height)));
    written(members, format)
}

fn written(members: Vec<(&'static str, Member)>, format: Format) -> String {
    match format {
        Format::Json => members
            .into_iter()
            .fold(Node::new(), |node, (name, value)| match value {
                Member::Text(text) => node.set(name, text),
                Member::Number(number) => node.set(name, number),
            })
            .to_json(),
        Format::Xml => Xml::document("oembed", &[], |xml| {
            for (name, value) in members {
                match value {
                    Member::Text(text) => xml.text(name, &text),
                    Member::Number(number) => xml.text(name, &number.to_string()),
                }
            }
        }),
    }
}

enum Member {
    Text(String),
    Number(u32),
}

/// How long a consumer may keep the answer: long enough to matter, short enough for a correction.
const CACHE_SECONDS: u32 = 3_600;
const PLAYER_CACHE_SECONDS: u32 = 300;

/// What every answer begins with.
fn begin(kind: &str, title: String, publication: &Publication) -> Vec<(&'static str, Member)> {
    vec![
        ("version", Member::Text("1.0".to_owned())),
        ("type", Member::Text(kind.to_owned())),
        ("title", Member::Text(title)),
        ("provider_name", Member::Text(publication.name.clone())),
        ("provider_url", Member::Text(publication.public_url.to_string())),
    ]
}

fn members(
    publication: &Publication,
    entry: &Entry,
    request: &Request,
) -> Vec<(&'static str, Member)> {
    let mut members = begin("link", entry.headline.clone(), publication);
    // Not in the specification, but read by Mastodon and WordPress, which follow redirects.
    members.push(("url", Member::Text(publication.absolute(&entry.url))));
    members.push(("cache_age", Member::Number(CACHE_SECONDS)));
    let writers: Vec<_> = entry.writers().collect();
    if !writers.is_empty() {
        let names: Vec<&str> = writers.iter().map(|author| author.name.as_str()).collect();
        members.push(("author_name", Member::Text(names.join(", "))));
    }
    // One address cannot stand for several people.
    if let [Some(url)] = writers.iter().map(|author| author.url.as_deref()).collect::<Vec<_>>()[..]
    {
        members.push(("author_url", Member::Text(publication.absolute(url))));
    }
    if let Some(image) = thumbnail(entry, request) {
        members.push(("thumbnail_url", Member::Text(publication.absolute(&image.url))));
        members.push(("thumbnail_width", Member::Number(image.width)));
        members.push(("thumbnail_height", Member::Number(image.height)));
    }
    members
}

/// The largest file within the bounds. If none fits there is no thumbnail, for the specification
/// allows none beyond them.
fn thumbnail<'a>(entry: &'a Entry, request: &Request) -> Option<&'a Image> {
    let photo = entry.photo.as_ref()?;
    photo
        .renditions
        .iter()
        .chain(&photo.crops)
        .filter(|image| request.max_width.is_none_or(|max| image.width <= max))
        .filter(|image| request.max_height.is_none_or(|max| image.height <= max))
        .reduce(|best, image| {
            if u64::from(image.width) * u64::from(image.height)
                > u64::from(best.width) * u64::from(best.height)
            {
                image
            } else {
                best
            }
        })
}

/// A `<link rel="alternate">` by which consumers find the endpoint.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Discovery {
    /// `application/json+oembed` or `text/xml+oembed`.
    pub media_type: &'static str,
    /// The endpoint with its question.
    pub href: String,
    /// The page's headline.
    pub title: String,
}

/// The two links of a page; `endpoint` is the provider's own path.
pub fn discovery(
    publication: &Publication,
    endpoint: &str,
    page: &str,
    title: &str,
) -> [Discovery; 2] {
    let page = publication.absolute(page);
    [("application/json+oembed", "json"), ("text/xml+oembed", "xml")].map(|(media_type, format)| {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("url", &page)
            .append_pair("format", format)
            .finish();
        Discovery {
            media_type,
            href: format!("{}?{query}", publication.absolute(endpoint)),
            title: title.to_owned(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn request(query: &str) -> Result<Request, RequestError> {
        Request::parse(&sample::publication(), query)
    }

    const PAGE: &str = "url=https%3A%2F%2Ftribune.example%2Fnews%2Frussia%2Ftwo-hours%3Futm%3D1";

    #[test]
    fn reads_a_question() {
        let asked = request(&format!("{PAGE}&format=xml&maxwidth=600&maxheight=400&x=y")).unwrap();
        assert_eq!(asked.path, "/news/russia/two-hours");
        assert_eq!(asked.format, Format::Xml);
        assert_eq!((asked.max_width, asked.max_height), (Some(600), Some(400)));
        assert_eq!(request("url=http://tribune.example/a").unwrap().path, "/a");
    }

    #[test]
    fn refuses_with_the_status_of_the_specification() {
        let check = |query: &str, status| {
            assert_eq!(request(query).unwrap_err().status(), status, "{query}");
        };
        check("", 400);
        check("url=", 400);
        check("url=%2Fnews", 400);
        check("url=https://else.example/", 404);
        check("url=https://tribune.example:8443/", 404);
        check("url=https://tribune.example@else.example/", 404);
        check("url=ftp://tribune.example/", 404);
        check(&format!("{PAGE}&format=yaml"), 501);
        check(&format!("{PAGE}&maxwidth=-1"), 400);
        check(&format!("{PAGE}&maxheight=0"), 400);
    }

    #[test]
    fn the_thumbnail_fits_the_bounds() {
        let entry = sample::entry();
        let pick = |bounds: &str| {
            let request = request(&format!("{PAGE}{bounds}")).unwrap();
            thumbnail(&entry, &request).map(|image| (image.width, image.height))
        };
        assert_eq!(pick(""), Some((2400, 1600)));
        assert_eq!(pick("&maxwidth=1300"), Some((1200, 1200)));
        assert_eq!(pick("&maxwidth=1300&maxheight=900"), Some((1200, 900)));
        assert_eq!(pick("&maxwidth=700"), Some((600, 400)));
        assert_eq!(pick("&maxwidth=100"), None);
    }

    #[test]
    fn golden() {
        let (publication, entry) = (sample::publication(), sample::entry());
        let json = request(&format!("{PAGE}&maxwidth=1300")).unwrap();
        let xml = Request { format: Format::Xml, ..json.clone() };
        insta::assert_snapshot!("oembed_json", respond(&publication, &entry, &json));
        insta::assert_snapshot!("oembed_xml", respond(&publication, &entry, &xml));
    }

    #[test]
    fn a_player_is_a_video_with_its_frame() {
        let player = Player {
            title: "Live".into(),
            html: "<iframe src=\"https://tribune.example/live/embed\"></iframe>".into(),
            width: 640,
            height: 460,
        };
        let publication = sample::publication();
        let json = respond_with_player(&publication, player.clone(), Format::Json);
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!((&json["type"], &json["title"]), (&"video".into(), &"Live".into()));
        assert_eq!((&json["width"], &json["height"]), (&640.into(), &460.into()));
        assert_eq!(json["html"], player.html.as_str());
        let xml = respond_with_player(&publication, player, Format::Xml);
        assert!(xml.contains("<type>video</type>") && xml.contains("&lt;iframe src="), "{xml}");
    }

    #[test]
    fn discovery_leads_back_to_the_page() {
        let (publication, entry) = (sample::publication(), sample::entry());
        for link in discovery(&publication, "/oembed", &entry.url, &entry.headline) {
            let (endpoint, query) = link.href.split_once('?').unwrap();
            assert_eq!(endpoint, "https://tribune.example/oembed");
            assert_eq!(request(query).unwrap().path, entry.url);
        }
    }
}
