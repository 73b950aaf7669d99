//! The columns of comments.
//!
//! - Trailing comments are two spaces from the value. Those that shared a column, without an empty line between them, share
//!   one again.
//! - A comment below another one in the same column stays in the column of that one.
//! - Any other comment on a line of its own that was as far in as the next line is as far in as that line again; at the end of
//!   the file, one that was not indented is not indented.

use crate::yaml::{YamlLimits, tokens};
use std::ops::Range;

/// The spaces between a value and its trailing comment.
const GAP: usize = 2;

/// Moves the comments of a text that was laid out to the columns that those of its original call for.
pub(super) fn place(original: &str, laid_out: &str, limits: YamlLimits) -> String {
    let (before, after) = (Commented::of(original, limits), Commented::of(laid_out, limits));
    if before.comments.len() != after.comments.len() {
        // The caller compares the two, and discards the result.
        return laid_out.to_owned();
    }
    let columns = columns(&before, &after);
    let mut placed = String::with_capacity(laid_out.len());
    let mut rest = before.comments.iter().zip(&after.comments).zip(columns).peekable();
    for (number, line) in after.lines.iter().enumerate() {
        match rest.next_if(|((_, comment), _)| comment.line == number) {
            Some(((old, comment), column)) => {
                let mut code = comment.code(line);
                placed.push_str(code);
                if old.own_line && !comment.own_line {
                    // It was below a `-` or a `key:`, and was moved to the same line.
                    placed.push('\n');
                    code = "";
                }
                placed.extend(std::iter::repeat_n(' ', column.saturating_sub(width(code))));
                placed.push_str(line.get(comment.offset..).unwrap_or_default().trim_end());
            }
            None => placed.push_str(line),
        }
        placed.push('\n');
    }
    placed
}

/// The lines of a text, and its comments.
struct Commented<'t> {
    lines: Vec<&'t str>,
    comments: Vec<Comment>,
}

struct Comment {
    line: usize,
    /// Its byte offset in its line.
    offset: usize,
    column: usize,
    own_line: bool,
}

impl Comment {
    /// The text before it, without the spaces between them.
    fn code<'l>(&self, line: &'l str) -> &'l str {
        line.get(..self.offset).unwrap_or_default().trim_end()
    }
}

impl<'t> Commented<'t> {
    fn of(text: &'t str, limits: YamlLimits) -> Commented<'t> {
        let lines: Vec<&str> = text.lines().collect();
        let mut comments = Vec::new();
        let found = tokens(text, limits).comments;
        let mut starts = found.iter().map(|range| range.start);
        let mut next = starts.next();
        let mut line_start = 0;
        for (number, line) in text.split_inclusive('\n').enumerate() {
            let end = line_start + line.len();
            if let Some(start) = next.filter(|start| *start < end) {
                let before = line.get(..start - line_start).unwrap_or_default();
                let (offset, column, own_line) = (before.len(), width(before), before.trim().is_empty());
                comments.push(Comment { line: number, offset, column, own_line });
                next = starts.next();
            }
            line_start = end;
        }
        Commented { lines, comments }
    }

    fn line(&self, number: usize) -> &'t str {
        self.lines.get(number).copied().unwrap_or_default()
    }

    /// By comment: the indentation of the next line that has more than a comment; `None` at the end of the text.
    fn next_indents(&self) -> Vec<Option<usize>> {
        let mut indents = vec![None; self.comments.len()];
        let mut next = None;
        let mut comments = self.comments.iter().zip(&mut indents).rev().peekable();
        for (number, line) in self.lines.iter().enumerate().rev() {
            let own_line = match comments.next_if(|(comment, _)| comment.line == number) {
                Some((comment, indent)) => {
                    *indent = next;
                    comment.own_line
                }
                None => false,
            };
            if !own_line && !line.trim().is_empty() {
                next = Some(line.len() - line.trim_start().len());
            }
        }
        indents
    }

    /// True if an empty line is between two lines.
    fn is_parted(&self, lines: Range<usize>) -> bool {
        lines.skip(1).any(|line| self.line(line).trim().is_empty())
    }
}

/// The column of each comment.
fn columns(before: &Commented<'_>, after: &Commented<'_>) -> Vec<usize> {
    let (old_next, new_next) = (before.next_indents(), after.next_indents());
    let shared = shared_columns(before, after);
    let mut columns: Vec<usize> = Vec::with_capacity(shared.len());
    let mut above: Option<&Comment> = None;
    for (at, (old, new)) in before.comments.iter().zip(&after.comments).enumerate() {
        let continues = above.is_some_and(|above| above.line + 1 == old.line && above.column == old.column);
        let follows = |next: &[Option<usize>]| next.get(at).copied().flatten();
        let column = match (shared.get(at).copied().flatten(), columns.last()) {
            (Some(column), _) => column,
            (None, Some(column)) if continues => *column,
            _ => match (follows(&old_next), follows(&new_next)) {
                (Some(next), Some(new_next)) if old.column == next || old.own_line != new.own_line => new_next,
                (None, _) if old.column == 0 => 0,
                _ => new.column,
            },
        };
        columns.push(column);
        above = Some(old);
    }
    columns
}

/// The columns of trailing comments; `None` for the others.
fn shared_columns(before: &Commented<'_>, after: &Commented<'_>) -> Vec<Option<usize>> {
    let mut columns = vec![None; before.comments.len()];
    let mut run: Vec<usize> = Vec::new();
    let mut last: Option<&Comment> = None;
    for (at, old) in before.comments.iter().enumerate().filter(|(_, comment)| !comment.own_line) {
        let joins = last.is_some_and(|last| last.column == old.column && !before.is_parted(last.line..old.line));
        if !joins {
            share(&std::mem::take(&mut run), after, &mut columns);
        }
        run.push(at);
        last = Some(old);
    }
    share(&run, after, &mut columns);
    columns
}

/// Sets the column of a run of comments: after the longest of the lines before them.
fn share(run: &[usize], after: &Commented<'_>, columns: &mut [Option<usize>]) {
    let comments = run.iter().filter_map(|at| after.comments.get(*at));
    let widest = comments.map(|comment| width(comment.code(after.line(comment.line)))).max();
    for at in run {
        if let (Some(column), Some(widest)) = (columns.get_mut(*at), widest) {
            *column = Some(widest + GAP);
        }
    }
}

fn width(text: &str) -> usize {
    text.chars().count()
}
