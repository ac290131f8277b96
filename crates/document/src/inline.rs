//! Lines of text with marks, as the writers see them: a sequence of openings and closings.

use crate::schema::{Inline, Mark};

/// One step in writing a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    Open(&'a Mark),
    Close(&'a Mark),
    Text(&'a str),
    Break,
}

/// The steps that write `line`, with marks nested and each kept open as long as it lasts.
pub(crate) fn pieces(line: &[Inline]) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut open: Vec<&Mark> = Vec::new();
    for (index, inline) in line.iter().enumerate() {
        let wanted: Vec<&Mark> = match inline {
            Inline::Text(_, marks) => marks.iter().collect(),
            // A break belongs to the marks that go on behind it.
            Inline::Break => {
                let next = line[index..].iter().find_map(|inline| match inline {
                    Inline::Text(_, marks) => Some(marks),
                    Inline::Break => None,
                });
                let next: Vec<&Mark> = next.into_iter().flatten().collect();
                open[..common(&open, &next)].to_vec()
            }
        };
        let kept = common(&open, &wanted);
        pieces.extend(open.drain(kept..).rev().map(Piece::Close));
        for &mark in &wanted[kept..] {
            open.push(mark);
            pieces.push(Piece::Open(mark));
        }
        pieces.push(match inline {
            Inline::Text(text, _) => Piece::Text(text),
            Inline::Break => Piece::Break,
        });
    }
    pieces.extend(open.into_iter().rev().map(Piece::Close));
    pieces
}

/// The words of `line` alone, with `between` for each break.
pub(crate) fn plain(line: &[Inline], between: &str) -> String {
    line.iter()
        .map(|inline| match inline {
            Inline::Text(text, _) => text.as_str(),
            Inline::Break => between,
        })
        .collect()
}

fn common(a: &[&Mark], b: &[&Mark]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}
