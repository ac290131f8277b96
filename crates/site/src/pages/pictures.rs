//! Photos as pages show them.

use std::collections::BTreeMap;

use base::PhotoId;
use document::{Picture, PictureSource};
use publish::photo::{self, Photo, Rendition};

use super::Result;
use crate::App;

/// Photos with the renditions that are finished.
#[derive(Default)]
pub(super) struct Pictures {
    photos: BTreeMap<PhotoId, Photo>,
    renditions: Vec<Rendition>,
}

impl Pictures {
    pub(super) async fn load(app: &App, ids: &[PhotoId]) -> Result<Self> {
        let photos = photo::by_ids(app.store(), ids).await?;
        let renditions = photo::renditions(app.store(), ids).await?;
        Ok(Self { photos, renditions })
    }

    /// The photo as a page shows it, when there is anything to show.
    pub(super) fn picture(&self, id: PhotoId, caption: Option<&str>) -> Option<Picture> {
        /// Wide enough for a column, where a browser knows no `srcset`.
        const FALLBACK_WIDTH: i64 = 960;
        let photo = self.photos.get(&id)?;
        let fallback = self
            .whole(id, "image/jpeg")
            .min_by_key(|rendition| rendition.width.abs_diff(FALLBACK_WIDTH))?;
        // A browser takes the first format that it knows, so one that has only reached its small
        // renditions yet would be worse than none.
        let sources = ["image/avif", "image/webp"]
            .into_iter()
            .filter(|format| self.whole(id, format).any(|it| it.width >= fallback.width))
            .map(|media_type| PictureSource {
                media_type: media_type.to_owned(),
                srcset: self.srcset(id, media_type),
            });
        Some(Picture {
            sources: sources.collect(),
            src: fallback.address(),
            srcset: self.srcset(id, "image/jpeg"),
            width: side(photo.width),
            height: side(photo.height),
            alt: photo.told().to_owned(),
            caption: caption.unwrap_or(&photo.caption).to_owned(),
            credit: photo.credit.clone(),
            credit_url: photo.credit_url.clone(),
            focal_x: u8::try_from(photo.focal_x).unwrap_or(50),
            focal_y: u8::try_from(photo.focal_y).unwrap_or(50),
        })
    }

    /// The photo as machines are told of it.
    pub(super) fn for_machines(
        &self,
        id: PhotoId,
        caption: Option<&str>,
    ) -> Option<crate::syndication::Photo> {
        crate::syndication::Photo::new(self.photos.get(&id)?, caption, &self.renditions)
    }

    fn srcset(&self, id: PhotoId, media_type: &str) -> String {
        let each = self.whole(id, media_type);
        let each = each.map(|rendition| format!("{} {}w", rendition.address(), rendition.width));
        each.collect::<Vec<_>>().join(", ")
    }

    /// The renditions that show the whole photo: crops bear the name of their shape instead of
    /// their width.
    fn whole(&self, id: PhotoId, media_type: &str) -> impl Iterator<Item = &Rendition> {
        self.renditions.iter().filter(move |rendition| {
            rendition.photo_id == id
                && rendition.media_type == media_type
                && rendition.name.starts_with('w')
        })
    }
}

fn side(side: i64) -> u32 {
    u32::try_from(side).unwrap_or(1)
}
