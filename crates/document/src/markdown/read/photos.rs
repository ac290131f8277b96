//! Images, which become photos, and the captions that belong to them.

use super::Builder;
use super::frames::Kind;
use crate::characters::{is_blank, one_line};
use crate::inline::plain;
use crate::limits::CAPTION_CHARS_MAX;
use crate::markdown::{Image, attribution};
use crate::schema::{Block, Inline, Mark, Photo};

impl Builder<'_> {
    pub(super) fn photo(&mut self, image: Image) {
        if self.marks.iter().any(|(_, mark)| matches!(mark, Some(Mark::Link { .. }))) {
            self.notice("the link around an image was dropped; a photo's credit can link");
        }
        match self.resolver.photo(&image) {
            Some(id) => self.emit(Block::Photo(Photo { id, caption: image.caption })),
            None => {
                let words = [image.caption, image.alt, image.credit].into_iter().flatten();
                let words: Vec<String> = words.map(|words| format!(" {words:?}")).collect();
                let path = &image.path;
                self.notice(format!("the image {path:?} was not found{}", words.concat()));
                self.flush();
            }
        }
    }

    /// A caption belongs to the figure, or to the table, that it stands in.
    pub(super) fn caption(&mut self, line: Vec<Inline>) {
        let words = one_line(&plain(&line, " "));
        let figure = self.frames.iter_mut().rev().find_map(|frame| match &mut frame.kind {
            Kind::Figure(Some(image)) => Some(&mut image.caption),
            Kind::Table(_, caption) => Some(caption),
            _ => None,
        });
        if let Some(caption @ None) = figure
            && words.chars().count() <= CAPTION_CHARS_MAX
        {
            *caption = Some(words).filter(|words| !is_blank(words));
            return;
        }
        if let Some(Block::Photo(photo)) = self.top().blocks.last_mut()
            && photo.caption.is_none()
            && words.chars().count() <= CAPTION_CHARS_MAX
        {
            photo.caption = Some(words).filter(|words| !is_blank(words));
            return;
        }
        let mut dashed = vec![Inline::Text("— ".into(), Vec::new())];
        dashed.extend(line.clone());
        if let Some(Block::Quotation(quotation)) = self.top().blocks.last_mut()
            && quotation.speaker.is_none()
        {
            let has_dash = attribution::is_at_end(std::slice::from_ref(&line));
            quotation.paragraphs.push(if has_dash { line } else { dashed });
            attribution::take(quotation);
            return;
        }
        self.emit(Block::Paragraph(line));
    }
}
