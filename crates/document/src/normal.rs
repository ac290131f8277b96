//! Normal form: what looks the same is the same.

use std::collections::{BTreeMap, BTreeSet};

use crate::characters::{collapses, is_blank};
use crate::inline::plain;
use crate::limits::HEADING_ID_CHARS_MAX;
use crate::schema::{Block, Heading, Inline};

/// The blocks without what no reader would see.
pub(crate) fn blocks(blocks: Vec<Block>) -> Vec<Block> {
    blocks.into_iter().filter_map(block).collect()
}

fn block(block: Block) -> Option<Block> {
    match block {
        Block::Paragraph(content) => visible(content).map(Block::Paragraph),
        Block::Heading(heading) => {
            let content = visible(heading.content)?;
            Some(Block::Heading(Heading { content, ..heading }))
        }
        Block::Quotation(mut quotation) => {
            quotation.paragraphs = quotation.paragraphs.into_iter().filter_map(visible).collect();
            (!quotation.paragraphs.is_empty()).then_some(Block::Quotation(quotation))
        }
        Block::BulletList(list) => items(list).map(Block::BulletList),
        Block::OrderedList(order, list) => {
            items(list).map(|items| Block::OrderedList(order, items))
        }
        Block::Gallery(photos) => (!photos.is_empty()).then_some(Block::Gallery(photos)),
        Block::Table(mut table) => {
            for cell in table.rows.iter_mut().flatten() {
                *cell = visible(std::mem::take(cell)).unwrap_or_default();
            }
            let filled = table.rows.iter().flatten().any(|cell| !cell.is_empty());
            filled.then_some(Block::Table(table))
        }
        Block::FactBox(mut fact_box) => {
            fact_box.blocks = blocks(fact_box.blocks);
            (!fact_box.blocks.is_empty()).then_some(Block::FactBox(fact_box))
        }
        Block::Code(mut code) => {
            code.text = code.text.replace("\r\n", "\n").replace('\r', "\n");
            (!is_blank(&code.text)).then_some(Block::Code(code))
        }
        Block::Photo(_) | Block::Related(_) | Block::Embed(_) | Block::Divider => Some(block),
    }
}

fn items(items: Vec<Vec<Block>>) -> Option<Vec<Vec<Block>>> {
    let items: Vec<_> =
        items.into_iter().map(blocks).filter(|item: &Vec<Block>| !item.is_empty()).collect();
    (!items.is_empty()).then_some(items)
}

/// The line with white space collapsed, its edges trimmed and like neighbours joined; `None` when
/// nothing of it can be seen.
fn visible(content: Vec<Inline>) -> Option<Vec<Inline>> {
    let mut line: Vec<Inline> = Vec::with_capacity(content.len());
    let mut at_space = true;
    for inline in content {
        match inline {
            Inline::Break => {
                trim_end(&mut line);
                line.push(Inline::Break);
                at_space = true;
            }
            Inline::Text(text, marks) => {
                let mut collapsed = String::with_capacity(text.len());
                for c in text.chars() {
                    match (collapses(c), at_space) {
                        (true, true) => {}
                        (true, false) => collapsed.push(' '),
                        (false, _) => collapsed.push(c),
                    }
                    at_space = collapses(c);
                }
                match line.last_mut() {
                    _ if collapsed.is_empty() => {}
                    Some(Inline::Text(last, last_marks)) if *last_marks == marks => {
                        last.push_str(&collapsed);
                    }
                    _ => line.push(Inline::Text(collapsed, marks)),
                }
            }
        }
    }
    trim_end(&mut line);
    let trailing = line.iter().rev().take_while(|inline| **inline == Inline::Break).count();
    line.truncate(line.len() - trailing);
    let leading = line.iter().take_while(|inline| **inline == Inline::Break).count();
    line.drain(..leading);
    (!is_blank(&plain(&line, ""))).then_some(line)
}

fn trim_end(line: &mut Vec<Inline>) {
    if let Some(Inline::Text(text, _)) = line.last_mut()
        && text.ends_with(' ')
    {
        text.pop();
        if text.is_empty() {
            line.pop();
        }
    }
}

/// Gives each heading an id of its own. Those that were given stay; the rest come from the words.
pub(crate) fn assign_heading_ids(blocks: &mut [Block]) {
    let mut taken = BTreeSet::new();
    each_heading(blocks, &mut |heading| {
        if let Some(id) = &heading.id
            && !taken.insert(id.clone())
        {
            heading.id = None;
        }
    });
    // Where to go on counting, so that a thousand equal headings do not count from two each time.
    let mut numbers = BTreeMap::new();
    each_heading(blocks, &mut |heading| {
        if heading.id.is_none() {
            let slug = slug(&heading.content);
            let number = numbers.entry(slug.clone()).or_insert(1);
            let mut id = slug.clone();
            while !taken.insert(id.clone()) {
                *number += 1;
                id = format!("{slug}-{number}");
            }
            heading.id = Some(id);
        }
    });
}

/// The words in lower case, joined by hyphens.
pub(crate) fn slug(content: &[Inline]) -> String {
    let mut slug = String::new();
    // Room for the number that makes an id unique.
    let chars_max = HEADING_ID_CHARS_MAX - 10;
    for c in plain(content, " ").chars().flat_map(char::to_lowercase).take(chars_max) {
        if c.is_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    if slug.is_empty() { "section".into() } else { slug }
}

fn each_heading(blocks: &mut [Block], visit: &mut impl FnMut(&mut Heading)) {
    for block in blocks {
        match block {
            Block::Heading(heading) => visit(heading),
            Block::BulletList(items) | Block::OrderedList(_, items) => {
                for item in items {
                    each_heading(item, visit);
                }
            }
            Block::FactBox(fact_box) => each_heading(&mut fact_box.blocks, visit),
            _ => {}
        }
    }
}
