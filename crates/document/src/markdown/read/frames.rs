//! The blocks that are open while Markdown is read, and what each becomes when it ends.

use super::Builder;
use crate::characters::is_blank;
use crate::inline::plain;
use crate::limits::CAPTION_CHARS_MAX;
use crate::markdown::{Image, attribution};
use crate::schema::{Block, CodeBlock, FactBox, Heading, Inline, Mark, Quotation, Table};

/// Which notation opened something, so that only its own end closes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Markdown,
    Tag(String),
    Shortcode(String),
}

pub(super) struct Frame {
    pub(super) kind: Kind,
    pub(super) origin: Origin,
    pub(super) blocks: Vec<Block>,
    pub(super) line: Vec<Inline>,
    /// Its end has come while something inside it was open.
    ended: bool,
}

impl Frame {
    pub(super) fn new(kind: Kind, origin: Origin) -> Self {
        Self { kind, origin, blocks: Vec::new(), line: Vec::new(), ended: false }
    }
}

pub(super) enum Kind {
    Body,
    /// Its blocks go to whatever it stands in.
    Transparent,
    Heading(u8, Option<String>),
    /// Whether its last line may be its attribution.
    Quotation(Quotation, bool),
    List(Option<u32>, Vec<Vec<Block>>),
    Item,
    FactBox(Option<String>),
    Gallery,
    TableOptions(Table),
    /// Rows of cells, each with whether it heads.
    Table(Vec<Vec<(Vec<Inline>, bool)>>, Option<String>),
    Row(Vec<(Vec<Inline>, bool)>),
    Cell(bool),
    Code(CodeBlock),
    Image(Image),
    Figure(Option<Image>),
    Caption,
    Footnote(String),
}

impl Builder<'_> {
    pub(super) fn top(&mut self) -> &mut Frame {
        if self.frames.is_empty() {
            self.frames.push(Frame::new(Kind::Body, Origin::Markdown));
        }
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    pub(super) fn open(&mut self, kind: Kind, origin: Origin) {
        self.flush();
        self.frames.push(Frame::new(kind, origin));
    }

    /// Ends the line that is being written: a paragraph, unless what is open is itself a line.
    pub(super) fn flush(&mut self) {
        self.marks.retain(|(origin, _)| *origin == Origin::Markdown);
        let top = self.top();
        match top.kind {
            Kind::Heading(..) | Kind::Cell(_) | Kind::Caption | Kind::Image(_) => {
                if !top.line.is_empty() {
                    top.line.push(Inline::Text(" ".into(), Vec::new()));
                }
            }
            Kind::Code(_) => {}
            _ => {
                let line = std::mem::take(&mut top.line);
                if !is_blank(&plain(&line, "")) {
                    self.put(Block::Paragraph(line));
                }
            }
        }
    }

    pub(super) fn emit(&mut self, block: Block) {
        self.flush();
        self.put(block);
    }

    fn put(&mut self, block: Block) {
        let top = self.top();
        match &mut top.kind {
            Kind::List(_, items) => items.push(vec![block]),
            _ => top.blocks.push(block),
        }
    }

    /// Ends the innermost frame that `is_it`, with all that is open inside; or, when Markdown holds
    /// something open inside, as soon as that has ended. False when there is no such frame.
    pub(super) fn close(&mut self, is_it: impl Fn(&Frame) -> bool) -> bool {
        let Some(at) = self.frames.iter().rposition(|frame| is_it(frame) && !frame.ended) else {
            return false;
        };
        if at == 0 {
            return false;
        }
        if self.frames[at + 1..].iter().any(|frame| frame.origin == Origin::Markdown) {
            self.flush();
            self.frames[at].ended = true;
            return true;
        }
        while self.frames.len() > at + 1 {
            self.leave_open();
        }
        self.close_top();
        true
    }

    /// Closes a frame whose own end has not come.
    pub(super) fn leave_open(&mut self) {
        let top = self.top();
        if let Origin::Shortcode(name) = &top.origin
            && !top.ended
        {
            let problem =
                format!("the notation {name:?} is not ended; it ends with what it stands in");
            self.notice(problem);
        }
        self.close_top();
    }

    pub(super) fn close_top(&mut self) {
        self.flush();
        let Some(frame) = self.frames.pop() else { return };
        self.finish(frame);
        if self.frames.len() > 1 && self.top().ended {
            self.close_top();
        }
    }

    fn finish(&mut self, frame: Frame) {
        let Frame { kind, blocks, line, .. } = frame;
        match kind {
            Kind::Body | Kind::Transparent => self.put_all(blocks),
            Kind::Heading(level, id) => {
                self.put(Block::Heading(Heading { level, id, content: line }));
                self.put_all(blocks);
            }
            Kind::Quotation(quotation, may_end_in_attribution) => {
                self.quotation(quotation, may_end_in_attribution, blocks);
            }
            Kind::List(order, items) => {
                self.put(match order {
                    None => Block::BulletList(items),
                    Some(order) => Block::OrderedList(order, items),
                });
            }
            Kind::Item => match &mut self.top().kind {
                Kind::List(_, items) => items.push(blocks),
                _ => self.put_all(blocks),
            },
            Kind::FactBox(title) => self.put(Block::FactBox(FactBox { title, blocks })),
            Kind::Gallery => {
                let mut photos = Vec::new();
                let mut rest = Vec::new();
                for block in blocks {
                    match block {
                        Block::Photo(photo) => photos.push(photo),
                        Block::Gallery(more) => photos.extend(more),
                        other => rest.push(other),
                    }
                }
                if !rest.is_empty() {
                    self.notice("a gallery holds photos only; its text was put after it");
                }
                self.put(Block::Gallery(photos));
                self.put_all(rest);
            }
            Kind::TableOptions(options) => {
                for mut block in blocks {
                    if let Block::Table(table) = &mut block {
                        // Markdown has no table without a head: an empty one stands for none.
                        let head = table.rows.first().filter(|_| table.header_row);
                        if !options.header_row
                            && head.is_some_and(|head| head.iter().all(Vec::is_empty))
                        {
                            table.rows.remove(0);
                        }
                        table.header_row = options.header_row;
                        table.header_column = options.header_column;
                        table.caption.clone_from(&options.caption);
                    }
                    self.put(block);
                }
            }
            Kind::Table(rows, caption) => {
                let table = self.table(rows, caption);
                self.put(Block::Table(table));
                self.put_all(blocks);
            }
            Kind::Row(cells) => match &mut self.top().kind {
                Kind::Table(rows, _) => {
                    rows.push(cells);
                    self.top().blocks.extend(blocks);
                }
                _ => self.put_all(blocks),
            },
            Kind::Cell(heads) => {
                if !blocks.is_empty() {
                    self.notice("a table's cell holds one line; the rest was put after the table");
                }
                match &mut self.top().kind {
                    Kind::Row(cells) => {
                        cells.push((line, heads));
                        self.top().blocks.extend(blocks);
                    }
                    _ => {
                        self.put(Block::Paragraph(line));
                        self.put_all(blocks);
                    }
                }
            }
            Kind::Code(mut code) => {
                if code.text.ends_with('\n') {
                    code.text.pop();
                }
                self.put(Block::Code(code));
                self.put_all(blocks);
            }
            Kind::Image(mut image) => {
                image.alt = self.clipped(&plain(&line, " "), "description", CAPTION_CHARS_MAX);
                self.photo(image);
                self.put_all(blocks);
            }
            Kind::Figure(image) => {
                if let Some(image) = image {
                    self.photo(image);
                }
                self.put_all(blocks);
            }
            Kind::Caption => {
                self.caption(line);
                self.put_all(blocks);
            }
            Kind::Footnote(label) => {
                self.notice(format!("the footnote {label:?} became a paragraph in its place"));
                let mut blocks = blocks;
                let mark = Inline::Text(format!("[{label}] "), Vec::new());
                match blocks.first_mut() {
                    Some(Block::Paragraph(line)) => line.insert(0, mark),
                    _ => blocks.insert(0, Block::Paragraph(vec![mark])),
                }
                self.put_all(blocks);
            }
        }
    }

    fn put_all(&mut self, blocks: Vec<Block>) {
        for block in blocks {
            self.put(block);
        }
    }

    /// A quotation holds paragraphs, so any other block divides it.
    fn quotation(
        &mut self,
        attributed: Quotation,
        may_end_in_attribution: bool,
        blocks: Vec<Block>,
    ) {
        let mut out: Vec<Block> = Vec::new();
        for block in blocks {
            let paragraphs = match block {
                Block::Paragraph(line) => vec![line],
                Block::Heading(heading) => {
                    self.notice("a heading inside a quotation became a paragraph");
                    vec![heading.content]
                }
                Block::Quotation(inner) => {
                    self.notice("a quotation inside a quotation was joined with it");
                    inner_paragraphs(inner)
                }
                other => {
                    self.notice("a quotation holds paragraphs only; what else it held divides it");
                    out.push(other);
                    continue;
                }
            };
            match out.last_mut() {
                Some(Block::Quotation(open)) => open.paragraphs.extend(paragraphs),
                _ => out.push(Block::Quotation(Quotation { paragraphs, ..Quotation::default() })),
            }
        }
        let last = out.iter_mut().rev().find_map(|block| match block {
            Block::Quotation(quotation) => Some(quotation),
            _ => None,
        });
        if let Some(last) = last {
            if may_end_in_attribution {
                attribution::take(last);
            } else {
                *last =
                    Quotation { paragraphs: std::mem::take(&mut last.paragraphs), ..attributed };
            }
        }
        self.put_all(out);
    }

    fn table(&mut self, rows: Vec<Vec<(Vec<Inline>, bool)>>, caption: Option<String>) -> Table {
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let header_row = rows.first().is_some_and(|row| row.iter().all(|(_, heads)| *heads));
        let body = &rows[usize::from(header_row).min(rows.len())..];
        let first_heads = |row: &Vec<(Vec<Inline>, bool)>| row.first().is_some_and(|cell| cell.1);
        let header_column = !body.is_empty() && body.iter().all(first_heads);
        let rows = rows
            .into_iter()
            .filter(|row| !row.is_empty())
            .map(|row| {
                let mut cells: Vec<Vec<Inline>> = row.into_iter().map(|(line, _)| line).collect();
                cells.resize(columns, Vec::new());
                cells
            })
            .collect();
        Table { caption, header_row, header_column, rows }
    }
}

/// The words of a quotation, and whose they are as a last paragraph.
fn inner_paragraphs(inner: Quotation) -> Vec<Vec<Inline>> {
    let mut paragraphs = inner.paragraphs;
    let whose: Vec<String> =
        [inner.speaker, inner.role, inner.source].into_iter().flatten().collect();
    if !whose.is_empty() {
        let marks = inner.source_url.map(|href| Mark::Link { href, title: None });
        let text = format!("— {}", whose.join(", "));
        paragraphs.push(vec![Inline::Text(text, marks.into_iter().collect())]);
    }
    paragraphs
}
