//! Checks that the parser does not make: lists, mappings and quoted texts must be indented on the lines that continue them,
//! and blocks must not be indented with tabs.

use super::{CollectionKind, OpenCollection, TreeBuilder};
use crate::diagnostic::{Code, Diagnostic};
use crate::yaml::source_map::line_start;
use crate::yaml::syntax::TAB;
use std::ops::Range;

/// The kind of node that continues on a further line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Continued {
    /// `[…]` or `{…}`
    Flow,
    /// `'…'` or `"…"`
    Quoted,
}

impl TreeBuilder<'_> {
    /// Checks the lines of `range` after the first: each must be indented further than the enclosing block.
    pub(super) fn check_continuation(&mut self, range: &Range<usize>, continued: Continued) {
        let text = self.recovery.source.as_str();
        let Some(first_len) = text.get(range.clone()).and_then(|text| text.find(['\n', '\r'])) else { return };
        let first_end = range.start + first_len;
        let Some(column) = self.block_column() else { return };
        let lines = text.get(first_end..range.end).unwrap_or_default();
        let mut at = first_end;
        for line in lines.split_inclusive(['\n', '\r']) {
            let (start, content) = (at, line.trim_start_matches(' '));
            at += line.len();
            let indent = line.len() - content.len();
            let first = start + line.len() - line.trim_start_matches([' ', '\t']).len();
            let comment = continued == Continued::Flow && content.trim_start().starts_with('#');
            // Only the closing bracket may be at the column of the key, which is common style.
            let closing = continued == Continued::Flow && first + 1 == range.end && indent >= column;
            if indent > column || content.trim().is_empty() || comment || closing {
                continue;
            }
            let what = if continued == Continued::Flow { "list or mapping" } else { "quoted text" };
            let (at, message, help) = match content.starts_with('\t') {
                true => (start + indent, String::from(TAB.0), TAB.1),
                false => {
                    let message = format!(
                        "this line continues a {what}, but is not indented further than the block that it continues"
                    );
                    (first, message, "indent it by spaces")
                }
            };
            let width = text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
            let span = self.span(&(at..at + width));
            self.report(Diagnostic::new(Code::YamlSyntax, span, message).help(help));
            return;
        }
    }

    /// The column of the innermost list or mapping in block style; `None` if there is none.
    fn block_column(&self) -> Option<usize> {
        let OpenCollection { start, kind, .. } = self.stack.iter().rev().find(|frame| !frame.flow)?;
        let from = line_start(self.source, *start);
        let before = self.source.get(from..*start)?;
        // For a list that is not indented further than its key, the parser reports a start after its first `-`.
        if matches!(kind, CollectionKind::Sequence(_)) && !self.source.get(*start..)?.starts_with('-') {
            return Some(before.rfind('-').unwrap_or(0));
        }
        // An anchor may precede the first key.
        let rest = before.trim_start_matches([' ', '\t', '-', '?']);
        Some(before.len() - rest.len())
    }

    /// Checks that there is no tab before a block that begins at `start`.
    pub(super) fn check_tabs(&mut self, start: usize) {
        let from = line_start(self.source, start);
        let before = self.source.get(from..start).unwrap_or_default();
        let margin = before.len() - before.trim_start_matches([' ', '\t', '-', '?']).len();
        if let Some(tab) = before.get(..margin).and_then(|margin| margin.find('\t')) {
            let span = self.span(&(from + tab..from + tab + 1));
            self.report(Diagnostic::new(Code::YamlSyntax, span, TAB.0).help(TAB.1));
        }
    }
}
