//! Aliases: copies of anchored nodes, and texts that YAML reads as aliases.

use super::{Aborted, CollectionKind, Key, OpenCollection, TreeBuilder};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::yaml::built::Built;
use crate::yaml::traps::{self, Trap};
use crate::yaml::{YamlKind, YamlNode, keys, syntax};
use std::ops::Range;

impl TreeBuilder<'_> {
    pub(super) fn alias(&mut self, id: usize, range: Range<usize>) -> Result<(), Aborted> {
        self.end = self.end.max(range.end);
        let span = self.span(&range);
        let Some(height) = self.anchors.height(id) else {
            let message = "this alias is inside its own anchored node";
            self.report(Diagnostic::new(Code::Anchor, span, message).help("write the value instead of the alias"));
            let nothing = self.put_back(range.clone());
            let node = YamlNode { span, kind: YamlKind::Scalar(nothing) };
            return self.complete(Built { node, cost: 1, height: 0 }, 0, range.start);
        };
        if self.stack.len() + height > self.limits.depth {
            self.report(syntax::too_deep(span));
            return Err(Aborted);
        }
        match self.anchors.copy(id) {
            Some(built) => self.complete(built, 0, range.start),
            None => self.over_budget(span, self.anchors.place(id)),
        }
    }

    /// True for the value of a merge key, and for the items of one.
    pub(super) fn is_merging(&self) -> bool {
        let merge = |frame: &OpenCollection| match &frame.kind {
            CollectionKind::Mapping { key: Some(Key::Scalar(key)), .. } => keys::is_merge(key),
            _ => false,
        };
        let mut frames = self.stack.iter().rev();
        match frames.next() {
            Some(OpenCollection { kind: CollectionKind::Sequence(_), .. }) => frames.next().is_some_and(merge),
            Some(frame) => merge(frame),
            None => false,
        }
    }

    pub(super) fn over_budget(&mut self, span: Span, anchor: Option<Span>) -> Result<(), Aborted> {
        let message = format!("the aliases of this file copy more than {} nodes", self.limits.alias_nodes);
        let diagnostic = Diagnostic::new(Code::AliasBudget, span, message).help("use fewer aliases, or write them out");
        self.report(match anchor {
            Some(anchor) => diagnostic.also(anchor, "this node is copied"),
            None => diagnostic,
        });
        Err(Aborted)
    }

    pub(super) fn unknown_alias(&mut self, name: &str, range: Range<usize>) -> Result<(), Aborted> {
        self.end = self.end.max(range.end);
        if self.is_merging() {
            let message = format!("there is no anchor `&{name}` before this alias");
            let help =
                self.anchors.near(name).unwrap_or_else(|| format!("put `&{name}` before a mapping further above"));
            self.report(Diagnostic::new(Code::Anchor, self.span(&range), message).help(help));
            let node = YamlNode { span: self.span(&range), kind: YamlKind::Mapping(Vec::new()) };
            return self.complete(Built { node, cost: 1, height: 1 }, 0, range.start);
        }
        let whole = self.alias_range(name, &range);
        let name = name.strip_suffix(':').unwrap_or(name);
        let alias = "`*` at the beginning makes this a YAML alias";
        let message = match name {
            "" => alias.to_owned(),
            _ => format!("{alias}, and there is no anchor `&{name}` before it"),
        };
        let mut trap = Trap::new(Code::Anchor, self.file, self.source, whole.clone(), &self.prefix(), message);
        if whole == range {
            let is_name = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
            let define =
                || is_name.then(|| format!("put `&{name}` before a value further above; quote it if it is a text"));
            trap.diagnostic = trap.diagnostic.maybe_help(self.anchors.near(name).or_else(define));
        }
        self.pass.traps.push(trap);
        let node = YamlNode { span: self.span(&range), kind: YamlKind::Scalar(self.put_back(range.clone())) };
        self.complete(Built { node, cost: 1, height: 0 }, 0, range.start)
    }

    /// The whole text that begins like an alias.
    pub(super) fn alias_range(&self, name: &str, alias: &Range<usize>) -> Range<usize> {
        if name.ends_with(':') {
            return alias.start..alias.end - 1;
        }
        let key = self.at_key() || self.source.get(alias.end..).is_some_and(|rest| rest.trim_start().starts_with(':'));
        let value = traps::value_range(self.source, alias.start, self.in_flow());
        value.filter(|value| !key && value.end >= alias.end).unwrap_or(alias.clone())
    }
}
