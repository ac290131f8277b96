use base::SectionId;
use store::{Connection, Result, sql};

use super::Section;

/// All sections of the site, each with its place in the tree.
#[derive(Clone, Debug, Default)]
pub struct Tree(Vec<Section>);

/// The whole tree: it is small, and every page shows a part of it.
pub async fn tree(on: &impl Connection) -> Result<Tree> {
    Ok(Tree(sql("SELECT * FROM sections ORDER BY rank, path").all(on).await?))
}

impl Tree {
    /// The section with this id.
    pub fn by_id(&self, id: SectionId) -> Option<&Section> {
        self.0.iter().find(|section| section.id == id)
    }

    /// The section with this path.
    pub fn by_path(&self, path: &str) -> Option<&Section> {
        self.0.iter().find(|section| section.path == path)
    }

    /// The sections directly below one, or at the top, in their order.
    pub fn below(&self, parent: Option<SectionId>) -> impl Iterator<Item = &Section> {
        self.0.iter().filter(move |section| section.parent_id == parent)
    }

    /// The section itself after all those above it, the topmost first.
    pub fn trail(&self, id: SectionId) -> Vec<&Section> {
        let mut trail = Vec::new();
        let mut next = Some(id);
        while let Some(section) = next.and_then(|id| self.by_id(id)) {
            trail.push(section);
            next = section.parent_id;
        }
        trail.reverse();
        trail
    }

    /// All sections, in no particular order of the tree.
    pub fn iter(&self) -> impl Iterator<Item = &Section> {
        self.0.iter()
    }
}
