//! What each shortcode in Markdown becomes. How they are found is in `markdown/shortcode.rs`.

use base::{ArticleId, PhotoId};

use super::Builder;
use super::frames::{Frame, Kind, Origin};
use crate::address::Use;
use crate::characters::one_line;
use crate::limits::CAPTION_CHARS_MAX;
use crate::markdown::Image;
use crate::markdown::shortcode::{Call, Found, What};
use crate::schema::{Block, CodeBlock, Embed, Photo, Quotation, RelatedRef, Table};

impl Builder<'_> {
    pub(super) fn found(&mut self, found: &Found) {
        match &found.what {
            What::Code(language, text) => {
                let language = language.as_deref().and_then(super::language);
                self.emit(Block::Code(CodeBlock { language, text: text.clone() }));
            }
            What::Open(call) => self.call(call, &found.source),
            What::Close(name) => {
                let is_it = |frame: &Frame| match &frame.origin {
                    Origin::Shortcode(other) => name.is_empty() || name == other,
                    _ => false,
                };
                // The end of something unknown needs no word more than its beginning.
                let _ = self.close(is_it);
            }
        }
    }

    fn call(&mut self, call: &Call, source: &str) {
        let name = call.name.as_str();
        let origin = Origin::Shortcode(name.to_owned());
        let first = call.positional.first().map(String::as_str);
        match name {
            "quotation" | "quote" | "blockquote" | "pullquote" | "epigraph" => {
                let speaker = call.arg(&["speaker", "author", "by"]).or(first);
                let source_url = call.arg(&["source-url", "source_url", "link", "url", "cite"]);
                let source_url = source_url.map(str::to_owned);
                let source_url = source_url.and_then(|url| match self.address(&url, Use::Link) {
                    Ok(url) => Some(url),
                    Err(problem) => {
                        self.notice(problem);
                        None
                    }
                });
                let quotation = Quotation {
                    paragraphs: Vec::new(),
                    speaker: self.clipped_arg(speaker, "speaker"),
                    role: self.clipped_arg(call.arg(&["role"]), "role"),
                    source: self.clipped_arg(call.arg(&["source", "title"]), "source"),
                    source_url,
                };
                self.open(Kind::Quotation(quotation, false), origin);
            }
            "fact-box" | "fact_box" | "factbox" => {
                let title = self.clipped_arg(call.arg(&["title"]).or(first), "title");
                self.open(Kind::FactBox(title), origin);
            }
            "gallery" => self.open(Kind::Gallery, origin),
            "table" => {
                let caption = call.arg(&["caption"]).unwrap_or_default();
                let caption = self.clipped(caption, "caption", CAPTION_CHARS_MAX);
                let options = Table {
                    caption,
                    header_row: call.arg(&["header-row", "header_row"]) != Some("no"),
                    header_column: call.arg(&["header-column", "header_column"]) == Some("yes"),
                    rows: Vec::new(),
                };
                self.open(Kind::TableOptions(options), origin);
            }
            "photo" if call.arg(&["id"]).is_some() => {
                let id = call.arg(&["id"]).unwrap_or_default();
                let caption = call.arg(&["caption"]).unwrap_or_default();
                let caption = self.clipped(caption, "caption", CAPTION_CHARS_MAX);
                match id.parse::<PhotoId>() {
                    Ok(id) => self.emit(Block::Photo(Photo { id, caption })),
                    Err(_) => self.notice(format!("{id:?} is not a photo's id; write a UUID")),
                }
            }
            "figure" | "photo" | "image" | "img" | "picture" | "resize_image" => {
                self.image_call(call, first);
            }
            "related" => self.related_call(call, first),
            "embed" => self.embed_call(call, first),
            // Liquid's brackets around text that is not for Liquid.
            "raw" | "comment" => {}
            _ => match provider(call, first) {
                Some((url, provider)) => {
                    let title = self.clipped_arg(call.arg(&["title", "caption"]), "title");
                    self.embed(&url, title, Some(provider.to_owned()));
                }
                None => {
                    let source = one_line(source);
                    self.notice(format!(
                        "the notation {source} is not known; it was dropped, and what it encloses kept"
                    ));
                    if call.paired {
                        self.open(Kind::Transparent, origin);
                    }
                }
            },
        }
    }

    fn image_call(&mut self, call: &Call, first: Option<&str>) {
        let path = call.arg(&["src", "image_path", "path", "file", "url", "image"]).or(first);
        let Some(path) = path else {
            let name = &call.name;
            return self.notice(format!("the notation {name:?} names no image; it was dropped"));
        };
        let caption = call.arg(&["caption"]).or(call.arg(&["title"])).unwrap_or_default();
        let image = Image {
            path: path.to_owned(),
            alt: self.clipped(
                call.arg(&["alt"]).unwrap_or_default(),
                "description",
                CAPTION_CHARS_MAX,
            ),
            caption: self.clipped(caption, "caption", CAPTION_CHARS_MAX),
            credit: call.arg(&["credit", "attr", "author"]).map(str::to_owned),
            credit_url: call.arg(&["credit_url", "credit-url", "attrlink"]).map(str::to_owned),
        };
        self.photo(image);
    }

    fn related_call(&mut self, call: &Call, first: Option<&str>) {
        let address = call.arg(&["address", "url", "path"]).map(str::to_owned);
        let address = address.and_then(|address| match self.address(&address, Use::Story) {
            Ok(address) => Some(address),
            Err(problem) => {
                self.notice(problem);
                None
            }
        });
        let related = RelatedRef {
            title: self.clipped_arg(call.arg(&["title"]).or(first), "title"),
            address,
            article: call.arg(&["article"]).and_then(|id| id.parse::<ArticleId>().ok()),
        };
        if related == RelatedRef::default() {
            return self.notice("a related story has neither title nor address; it was dropped");
        }
        self.emit(Block::Related(related));
    }

    fn embed_call(&mut self, call: &Call, first: Option<&str>) {
        let title = self.clipped_arg(call.arg(&["title"]), "title");
        let provider = self.clipped_arg(call.arg(&["provider"]), "provider");
        match call.arg(&["url", "src"]).or(first) {
            Some(url) => self.embed(url, title, provider),
            None => self.notice("an embed has no address; it was dropped"),
        }
    }

    pub(super) fn embed(&mut self, url: &str, title: Option<String>, provider: Option<String>) {
        match self.address(url, Use::Embed) {
            Ok(url) => self.emit(Block::Embed(Embed { url, title, provider })),
            Err(problem) => self.notice(format!("{problem}; the embed was dropped")),
        }
    }
}

/// The page that a provider's shortcode embeds, and the provider's name.
fn provider(call: &Call, first: Option<&str>) -> Option<(String, &'static str)> {
    let id = call.arg(&["id", "url"]).or(first)?;
    let user = call.arg(&["user"]);
    let (page, provider) = match call.name.as_str() {
        "youtube" => (format!("https://www.youtube.com/watch?v={id}"), "YouTube"),
        "vimeo" => (format!("https://vimeo.com/{id}"), "Vimeo"),
        "tweet" | "twitter" | "x" => {
            (format!("https://x.com/{}/status/{id}", user.unwrap_or("i")), "X")
        }
        "instagram" => (format!("https://www.instagram.com/p/{id}/"), "Instagram"),
        "tiktok" => (format!("https://www.tiktok.com/@{}/video/{id}", user?), "TikTok"),
        "gist" => {
            let gist = call.positional.get(1).map_or(id.to_owned(), |gist| format!("{id}/{gist}"));
            (format!("https://gist.github.com/{gist}"), "GitHub")
        }
        _ => return None,
    };
    let page = if id.starts_with("https://") { id.to_owned() } else { page };
    Some((page, provider))
}
