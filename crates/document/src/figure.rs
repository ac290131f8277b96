//! A picture as a figure, in the body and above it.

use crate::address::{self, Use};
use crate::html::{Labels, attribute, escape};
use crate::picture::Picture;

/// When the browser should fetch a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loading {
    /// When the reader comes near it.
    Lazy,
    /// At once, before other pictures: the lead photo.
    Eager,
}

/// The picture with its caption and, apart from it, its credit.
///
/// The focal point is two classes on the `img`, in steps of ten per cent, since a strict
/// Content-Security-Policy forbids inline styles: `focal-x-30 focal-y-0`. A centred picture has
/// neither. A style sheet needs one rule for each step, such as
/// `.focal-x-30 { --focal-x: 30% }`, and
/// `.photo img { object-position: var(--focal-x, 50%) var(--focal-y, 50%) }`.
pub fn picture_html(picture: &Picture, sizes: &str, loading: Loading, labels: &Labels) -> String {
    let mut html = String::from("<figure class=\"photo\">\n<picture>");
    for source in &picture.sources {
        html.push_str("<source");
        attribute(&mut html, "type", &source.media_type);
        attribute(&mut html, "srcset", &source.srcset);
        attribute(&mut html, "sizes", sizes);
        html.push('>');
    }
    html.push_str("<img");
    attribute(&mut html, "src", &picture.src);
    if !picture.srcset.is_empty() {
        attribute(&mut html, "srcset", &picture.srcset);
        attribute(&mut html, "sizes", sizes);
    }
    attribute(&mut html, "width", &picture.width.to_string());
    attribute(&mut html, "height", &picture.height.to_string());
    attribute(&mut html, "alt", &picture.alt);
    if let Some(classes) = focal_classes(picture) {
        attribute(&mut html, "class", &classes);
    }
    html.push_str(match loading {
        Loading::Lazy => " loading=\"lazy\" decoding=\"async\"",
        Loading::Eager => " loading=\"eager\" fetchpriority=\"high\" decoding=\"async\"",
    });
    html.push_str("></picture>\n");
    if !picture.caption.is_empty() || !picture.credit.is_empty() {
        html.push_str("<figcaption>");
        if !picture.caption.is_empty() {
            html.push_str("<span class=\"caption\">");
            escape(&mut html, &picture.caption);
            html.push_str("</span>");
        }
        if !picture.credit.is_empty() {
            if !picture.caption.is_empty() {
                html.push(' ');
            }
            html.push_str("<span class=\"credit\">");
            escape(&mut html, &labels.photo);
            html.push(' ');
            credit(&mut html, picture);
            html.push_str("</span>");
        }
        html.push_str("</figcaption>\n");
    }
    html.push_str("</figure>\n");
    html
}

/// A credit's address can come out of an uploaded file's metadata, so it is checked here.
fn credit(html: &mut String, picture: &Picture) {
    match &picture.credit_url {
        Some(url) if address::check(url, Use::Link).is_ok() => {
            html.push_str("<a");
            attribute(html, "href", url);
            html.push_str(" rel=\"external\">");
            escape(html, &picture.credit);
            html.push_str("</a>");
        }
        _ => escape(html, &picture.credit),
    }
}

fn focal_classes(picture: &Picture) -> Option<String> {
    let step = |per_cent: u8| (u32::from(per_cent.min(100)) + 5) / 10 * 10;
    let (x, y) = (step(picture.focal_x), step(picture.focal_y));
    ((x, y) != (50, 50)).then(|| format!("focal-x-{x} focal-y-{y}"))
}
