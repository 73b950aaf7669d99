//! Finds traps, tags, and the positions of syntax errors while the tree is built.

use super::{Aborted, CollectionKind, Key, OpenCollection, TreeBuilder, file_range};
use crate::diagnostic::{Code, Diagnostic};
use crate::yaml::source_map::ScalarForm;
use crate::yaml::syntax::{self, NodeStart};
use crate::yaml::traps::{self, Trap};
use crate::yaml::{YamlEntry, YamlNode};
use std::ops::Range;

impl TreeBuilder<'_> {
    fn trap(&mut self, code: Code, range: Range<usize>, prefix: &str, message: String) {
        self.pass.traps.push(Trap::new(code, self.file, self.source, range, prefix, message));
    }

    /// Looks for text that YAML cut off or read as a header.
    pub(super) fn find_trap(&mut self, style: ScalarForm, range: &Range<usize>) {
        match style {
            ScalarForm::Plain if self.at_key() => {
                if let Some(whole) = traps::cut_by_colon(self.source, range.clone(), self.in_flow()) {
                    let prefix = self.outer_prefix(range.start);
                    let message = "the text ends at the `: `, which YAML takes for the end of a key";
                    self.trap(Code::YamlSyntax, whole, &prefix, String::from(message));
                }
            }
            ScalarForm::Plain => {
                if let Some(whole) = traps::cut_by_comment(self.source, range.clone(), self.in_flow()) {
                    let prefix = self.prefix();
                    let message = "the text ends at the ` #`, which begins a YAML comment";
                    self.trap(Code::YamlSyntax, whole, &prefix, String::from(message));
                }
            }
            ScalarForm::Literal | ScalarForm::Folded => {
                let header = self.source.get(range.clone()).unwrap_or("");
                if traps::is_comparison(header) {
                    let message = String::from("a `>` at the beginning announces a block of text on the lines below");
                    let prefix = self.prefix();
                    self.trap(Code::YamlSyntax, range.clone(), &prefix, message);
                }
            }
            ScalarForm::Single | ScalarForm::Double => {}
        }
    }

    /// The text before the mapping that begins at `start`.
    fn outer_prefix(&self, start: usize) -> String {
        let outer = self.stack.len().checked_sub(2).and_then(|at| self.stack.get(at));
        let begins = self.stack.last().is_some_and(|frame| frame.start == start);
        match outer {
            Some(OpenCollection { kind: CollectionKind::Sequence(_), flow: false, .. }) if begins => String::from("- "),
            _ => String::new(),
        }
    }

    /// Reports a tag; true if it is an expression that begins with `!`.
    pub(super) fn tag(&mut self, tag: Range<usize>, node: &Range<usize>, value: &str) -> bool {
        let written = self.source.get(tag.clone()).unwrap_or("!");
        let message = format!("`{written}` is a YAML tag, and tags mean nothing here");
        let expression = written.contains(['(', '.', '[', '"']) || (node.is_empty() && value.is_empty());
        let local = !written.starts_with("!!") && !written.starts_with("!<") && written.len() > 1;
        let whole = if self.at_key() { None } else { traps::value_range(self.source, tag.start, self.in_flow()) };
        // A node on a later line really has a tag.
        let whole = whole.filter(|whole| local && expression && node.start <= whole.end);
        if let Some(whole) = whole {
            let message = format!("a `!` at the beginning makes `{written}` a YAML tag");
            let prefix = self.prefix();
            self.trap(Code::Tag, whole, &prefix, message);
            return true;
        }
        let help = match written {
            "!!str" => format!("leave it out, and put the text in quotes: `\"{value}\"`"),
            _ => String::from("leave it out; put a text that begins with `!` in single quotes"),
        };
        self.report(Diagnostic::new(Code::Tag, self.span(&tag), message).help(help));
        false
    }

    pub(super) fn split_list(&mut self, pieces: &[Range<usize>]) {
        for (whole, count) in traps::split_by_commas(self.source, pieces) {
            let message = format!("the commas split this into {count} items of the list");
            self.trap(Code::YamlSyntax, whole, "", message);
        }
    }

    /// In a flow mapping the first piece is a value, and those that follow are keys without one.
    pub(super) fn split_mapping(&mut self, entries: &[YamlEntry]) {
        for (at, entry) in entries.iter().enumerate() {
            let rest = entries.iter().skip(at + 1).take_while(|entry| entry.value.is_empty());
            let keys = rest.map(|entry| file_range(entry.key.text.span()));
            let pieces = std::iter::once(file_range(entry.value.span)).chain(keys);
            if let Some((whole, count)) = traps::first_split(self.source, pieces) {
                let keys = if count == 2 { String::from("another key") } else { format!("{} more keys", count - 1) };
                let message = format!("the commas split this into a value and {keys}");
                let prefix = format!("{}: ", entry.key.text.value);
                self.trap(Code::YamlSyntax, whole, &prefix, message);
            }
        }
    }

    // ── Errors ───────────────────────────────────────────────────────────────────────────────────────────────────

    pub(super) fn syntax_error(&mut self, kind: &granit_parser::ErrorKind, at: Option<usize>) -> Result<(), Aborted> {
        let at = at.unwrap_or(self.end);
        let unclosed = matches!(kind, granit_parser::ErrorKind::UnclosedFlowCollection { .. });
        if unclosed && self.find_comment() {
            return Err(Aborted);
        }
        // A key that is too long does not need quotes.
        let place = if syntax::long_key(self.source, at).is_some() { None } else { self.place(at) };
        match place.and_then(|place| syntax::trap(self.file, self.source, kind, at, &place)) {
            Some(trap) => self.pass.traps.push(trap),
            None => self.report(syntax::report(self.file, self.source, kind, at)),
        }
        Err(Aborted)
    }

    /// `[x == "a #b"]`: the closing bracket is in a supposed comment.
    fn find_comment(&mut self) -> bool {
        let start = self.skip(self.end, if self.at_value() { ":" } else { "," });
        let Some(whole) = traps::value_range(self.source, start, true) else { return false };
        let found = traps::hides_comment(self.source.get(whole.clone()).unwrap_or(""));
        if found {
            let message = String::from("the text ends at the ` #`, which begins a YAML comment");
            let prefix = self.prefix();
            self.trap(Code::YamlSyntax, whole, &prefix, message);
        }
        found
    }

    /// The node that was being read at the error at `at`.
    fn place(&self, at: usize) -> Option<NodeStart> {
        if let Some(place) = self.split_place() {
            return Some(place);
        }
        if let Some(OpenCollection { kind: CollectionKind::Mapping { key: Some(Key::Scalar(_)), .. }, .. }) =
            self.stack.last()
        {
            let start = self.skip(self.end, ":");
            return Some(NodeStart { start, prefix: self.prefix(), flow: self.in_flow(), split: false });
        }
        let has = |from: usize, marks: &[char]| self.source.get(from..at).is_some_and(|text| text.contains(marks));
        let last = self.last.as_ref().filter(|last| !has(last.start, &['\n', '\r']) && !has(self.end, &[',']));
        let last = last.cloned();
        last.or_else(|| {
            let start = self.skip(self.end, if self.in_flow() { "," } else { "-" });
            Some(NodeStart { start, prefix: self.prefix(), flow: self.in_flow(), split: false })
        })
    }

    /// The expression that flow commas have begun to split, if there is one.
    fn split_place(&self) -> Option<NodeStart> {
        let frame = self.stack.last().filter(|frame| frame.flow)?;
        let is_open = |node: &YamlNode| {
            let plain = node.scalar().is_some_and(|scalar| scalar.plain);
            plain && traps::OpenDelimiters::behind(self.source.get(file_range(node.span)).unwrap_or("")).is_open()
        };
        let (node, prefix) = match &frame.kind {
            CollectionKind::Sequence(items) => (items.iter().find(|item| is_open(item))?, String::new()),
            CollectionKind::Mapping { entries, .. } => {
                let entry = entries.iter().find(|entry| is_open(&entry.value))?;
                (&entry.value, format!("{}: ", entry.key.text.value))
            }
        };
        Some(NodeStart { start: node.span.start as usize, prefix, flow: true, split: true })
    }

    /// The first letter from `at` on, after an optional `mark`.
    pub(super) fn skip(&self, at: usize, mark: &str) -> usize {
        let rest = self.source.get(at..).unwrap_or("").trim_start();
        let rest = rest.strip_prefix(mark).unwrap_or(rest).trim_start();
        self.source.len() - rest.len()
    }

    pub(super) fn several_documents(&mut self, range: &Range<usize>) -> Result<(), Aborted> {
        let message = "a second YAML document begins here, and a rule file is one";
        let help = "put it into a file of its own, or take out the `---`";
        self.report(Diagnostic::new(Code::SeveralDocuments, self.span(range), message).help(help));
        Ok(())
    }
}
