//! A parsed file: its tree and its comments.

use super::comment::{CommentPlacement, YamlComment};
use super::{YamlEntry, YamlKind, YamlNode};
use crate::diagnostic::Span;

/// A parsed YAML file.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct YamlDocument {
    /// The tree. `None` for an empty file, and for one that cannot be parsed.
    pub root: Option<YamlNode>,
    /// The comments, in file order.
    pub comments: Vec<YamlComment>,
    /// True if the file has more comments than [`YamlLimits::comments`](super::YamlLimits::comments). None of them are
    /// kept then.
    pub more_comments: bool,
}

/// A step on the way from the root of a document to one of its nodes.
#[derive(Clone, Copy, Debug)]
pub enum NodeStep<'n> {
    /// The value of this entry.
    Value(&'n YamlEntry),
    /// The key of this entry.
    Key(&'n YamlEntry),
    /// The item of a sequence at this position.
    Item(usize),
}

/// The innermost node at an offset, and the way to it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NodeAt<'n> {
    /// The node. For an offset on a key, it is the mapping that has the key.
    pub node: &'n YamlNode,
    /// The steps from the root to the node; the last one may be a key of it.
    pub steps: Vec<NodeStep<'n>>,
}

impl YamlDocument {
    /// The innermost node that contains an offset of the file, its end included. `None` outside of the tree.
    ///
    /// A node that an alias copied is found only where its anchor is.
    ///
    /// ```
    /// use dadar::diagnostic::FileId;
    /// use dadar::unstable::yaml::{NodeStep, YamlLimits, parse};
    ///
    /// let text = "rules:\n  - {name: vip, when: data.vip}\n";
    /// let document = parse(FileId(0), text, YamlLimits::default(), &mut Vec::new());
    /// let found = document.node_at(text.find("data.vip").unwrap_or_default() as u32).expect("it is in the tree");
    /// assert_eq!(found.node.scalar().map(|scalar| &*scalar.text.value), Some("data.vip"));
    /// let step = |step: &NodeStep<'_>| match step {
    ///     NodeStep::Value(entry) | NodeStep::Key(entry) => entry.key.text.value.clone(),
    ///     NodeStep::Item(index) => index.to_string(),
    /// };
    /// assert_eq!(found.steps.iter().map(step).collect::<Vec<_>>().join("/"), "rules/0/when");
    /// ```
    pub fn node_at(&self, offset: u32) -> Option<NodeAt<'_>> {
        let mut node = self.root.as_ref().filter(|root| covers(root.span, offset))?;
        let mut steps = Vec::new();
        loop {
            let inner = match &node.kind {
                YamlKind::Scalar(_) => None,
                // The first match in file order: copies by aliases come after the node that their anchor names.
                YamlKind::Sequence(items) => {
                    let mut items = items.iter().enumerate().filter(|(_, item)| within(item.span, node.span));
                    items.find(|(_, item)| covers(item.span, offset)).map(|(at, item)| (NodeStep::Item(at), item))
                }
                YamlKind::Mapping(entries) => {
                    let mut own = entries.iter().filter(|entry| within(entry.key.text.span(), node.span));
                    let found = own.find(|entry| covers(whole(entry), offset));
                    if let Some(entry) = found.filter(|entry| covers(entry.key.text.span(), offset)) {
                        steps.push(NodeStep::Key(entry));
                        return Some(NodeAt { node, steps });
                    }
                    let inner = found.filter(|entry| covers(entry.value.span, offset));
                    inner.map(|entry| (NodeStep::Value(entry), &entry.value))
                }
            };
            let Some((step, next)) = inner else { return Some(NodeAt { node, steps }) };
            steps.push(step);
            node = next;
        }
    }

    /// The spans of all entries and items. Copies by aliases are left out.
    pub(crate) fn parts(&self) -> Vec<Span> {
        let mut spans = Vec::new();
        if let Some(root) = &self.root {
            parts(root, &mut |span, is_whole| spans.extend(is_whole.then_some(span)));
        }
        spans
    }

    /// The part of the tree that a comment is about: for a comment at the end of a line, the key or value before it; for
    /// one on a line of its own, the entry or item that begins next. `None` if there is none.
    pub fn subject(&self, comment: &YamlComment) -> Option<Span> {
        let root = self.root.as_ref()?;
        let mut best: Option<Span> = None;
        match comment.placement {
            CommentPlacement::Trailing => {
                parts(root, &mut |span, is_whole| {
                    let on_line = span.end >= comment.line_start && span.end <= comment.span.start;
                    if !is_whole && on_line && best.is_none_or(|best| (span.end, span.start) > (best.end, best.start)) {
                        best = Some(span);
                    }
                });
            }
            CommentPlacement::OwnLine => {
                parts(root, &mut |span, is_whole| {
                    let is_next = span.start >= comment.span.end;
                    let nearer = |best: Span| (span.start, u32::MAX - span.end) < (best.start, u32::MAX - best.end);
                    if is_whole && is_next && best.is_none_or(nearer) {
                        best = Some(span);
                    }
                });
            }
        }
        best
    }
}

/// Calls `seen` with the span of each entry and item as a whole (`true`), and of each key and node (`false`). Copies by
/// aliases are left out. (Recurses no deeper than the limit for nesting.)
fn parts(node: &YamlNode, seen: &mut dyn FnMut(Span, bool)) {
    seen(node.span, false);
    match &node.kind {
        YamlKind::Scalar(_) => {}
        YamlKind::Sequence(items) => {
            for item in items.iter().filter(|item| within(item.span, node.span)) {
                seen(item.span, true);
                parts(item, seen);
            }
        }
        YamlKind::Mapping(entries) => {
            for entry in entries.iter().filter(|entry| within(entry.key.text.span(), node.span)) {
                seen(whole(entry), true);
                seen(entry.key.text.span(), false);
                if within(entry.value.span, node.span) {
                    parts(&entry.value, seen);
                }
            }
        }
    }
}

/// From the start of the key to the end of the value, unless an alias copied the value.
fn whole(entry: &YamlEntry) -> Span {
    let key = entry.key.text.span();
    Span { end: entry.value.span.end.max(key.end), ..key }
}

fn covers(span: Span, offset: u32) -> bool {
    span.start <= offset && offset <= span.end
}

fn within(inner: Span, outer: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}
