//! Photos: the upload, what is said of it, and its renditions.

mod add;
mod describe;
mod queries;
mod render;
mod rights;
mod upload;

use base::{Day, PhotoId, Timestamp};
use sea_orm::FromQueryResult;

pub use add::{Prepared, add, prepare};
pub(crate) use describe::says_otherwise;
pub use describe::{DescribePhoto, describe};
pub use queries::{
    Progress, Wanted, Which, by_ids, find, is_public, progress, renditions, shown_though_ended,
    used_in,
};
pub use render::{Rendered, render};
pub use rights::Lack;
pub use upload::{
    BeginUpload, Upload, append_part, begin_upload, cancel_upload, finish_upload, sweep_uploads,
    take_whole, upload,
};

/// A photo, without its pixels.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Photo {
    /// Names the photo and all its renditions.
    pub id: PhotoId,
    /// What kind of file was uploaded, such as `image/jpeg`.
    pub format: String,
    /// The upload's size.
    pub bytes: i64,
    /// Width in pixels, once upright.
    pub width: i64,
    /// Height in pixels, once upright.
    pub height: i64,
    /// What it shows, for readers.
    pub caption: String,
    /// Photographer or source, for readers.
    pub credit: String,
    /// Where the credit links to.
    pub credit_url: Option<String>,
    /// What it shows, for those who cannot see it.
    pub alt: String,
    /// Whether it says nothing that a text could say: then nobody is told its text.
    pub decorative: bool,
    /// Who made it.
    pub creator: String,
    /// Whose it is.
    pub copyright: String,
    /// What it may be used for, in words; for the newsroom only.
    pub rights: String,
    /// The last day on which readers may be shown it, by the site's clocks.
    pub usable_until: Option<Day>,
    /// Where its rights are stated.
    pub rights_url: Option<String>,
    /// Where it can be licensed.
    pub licensor_url: Option<String>,
    /// How it came about, as the IPTC's vocabulary says.
    pub digital_source_type: Option<String>,
    /// The point that every crop keeps, in per cent from the left.
    pub focal_x: i64,
    /// The same, in per cent from the top.
    pub focal_y: i64,
    /// Counts what changes the renditions.
    pub edition: i64,
    /// The edition that pages show.
    pub shown_edition: i64,
    /// Why its renditions could not be made.
    pub failure: Option<String>,
    /// Since when it is here.
    pub created_at: Timestamp,
}

/// One file that pages can show.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Rendition {
    /// Of which photo.
    pub photo_id: PhotoId,
    /// Of which edition of it.
    pub edition: i64,
    /// Its name among them, such as `w640.avif`.
    pub name: String,
    /// Such as `image/avif`.
    pub media_type: String,
    /// Width in pixels.
    pub width: i64,
    /// Height in pixels.
    pub height: i64,
    /// Size of the file.
    pub bytes: i64,
}

impl Rendition {
    /// Where its file is kept.
    pub fn key(&self) -> String {
        rendition_key(self.photo_id, self.edition, &self.name)
    }

    /// Where readers fetch it. The bytes at an address never change.
    pub fn address(&self) -> String {
        format!("/photos/{}/{}/{}", self.photo_id, self.edition, self.name)
    }
}

/// The shapes in which others show a photo: their names, and their full widths and heights.
pub fn crops() -> [(&'static str, (u32, u32)); 4] {
    ::photo::Crop::ALL.map(|crop| (crop.name(), crop.size()))
}

/// Where the file of a rendition is kept.
pub fn rendition_key(photo: PhotoId, edition: i64, name: &str) -> String {
    format!("photos/{photo}/{edition}/{name}")
}

impl Photo {
    fn metadata(&self) -> ::photo::Metadata {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        ::photo::Metadata {
            caption: text(&self.caption),
            alt: text(self.told()),
            creator: text(&self.creator),
            credit: text(&self.credit),
            copyright: text(&self.copyright),
            rights_url: self.rights_url.clone(),
            licensor_url: self.licensor_url.clone(),
            digital_source_type: self.digital_source_type.clone(),
            ..::photo::Metadata::default()
        }
    }

    fn focal(&self) -> ::photo::Focal {
        let percent = |value: i64| u8::try_from(value.clamp(0, 100)).unwrap_or(50);
        ::photo::Focal { x: percent(self.focal_x), y: percent(self.focal_y) }
    }
}
