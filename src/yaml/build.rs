//! Builds the tree from the YAML parser's events.
//!
//! OpenDelimiters collections are on an explicit stack, so nesting cannot exhaust the thread's stack.

mod aliases;
mod find;
mod indent;
mod scalars;

use super::anchors::Anchors;
use super::built::Built;
use super::comment::{CommentPlacement, YamlComment};
use super::source_map;
use super::syntax::{self, NodeStart};
use super::traps::{QuotingRecovery, Trap};
use super::{YamlDocument, YamlEntry, YamlKind, YamlLimits, YamlNode, YamlScalar, keys};
use crate::diagnostic::{Code, Diagnostic, FileId, Span};
use granit_parser::{ErrorKind, Event, Parser, StructureStyle};
use indent::Continued;
use std::ops::Range;

/// The result of reading a file once.
#[derive(Default)]
pub(super) struct Pass {
    /// The tree and the comments. There is no tree for an empty file, nor if it cannot be trusted.
    pub(super) document: YamlDocument,
    /// The diagnostics, except those of traps.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Texts that should have been quoted.
    pub(super) traps: Vec<Trap>,
    /// True if the file has more comments than the limit: it is read again without them.
    too_many_comments: bool,
}

/// A collection that is not closed yet.
struct OpenCollection {
    start: usize,
    flow: bool,
    anchor: usize,
    cost: usize,
    height: usize,
    kind: CollectionKind,
}

enum CollectionKind {
    Sequence(Vec<YamlNode>),
    Mapping { entries: Vec<YamlEntry>, key: Option<Key> },
}

/// A key that waits for its value.
enum Key {
    Scalar(YamlScalar),
    /// A key that was rejected.
    Bad,
}

/// Reading stops early, and the reason has been reported.
struct Aborted;

struct TreeBuilder<'a> {
    file: FileId,
    /// The original text of the file.
    source: &'a str,
    recovery: &'a QuotingRecovery,
    limits: YamlLimits,
    stack: Vec<OpenCollection>,
    anchors: Anchors,
    /// The end of what was read so far.
    end: usize,
    /// The last completed node, with the text before it.
    last: Option<NodeStart>,
    pass: Pass,
}

/// Reads the file once.
pub(super) fn pass(file: FileId, source: &str, recovery: &QuotingRecovery, limits: YamlLimits) -> Pass {
    let mut builder = TreeBuilder {
        file,
        source,
        recovery,
        limits,
        stack: Vec::new(),
        anchors: Anchors::new(limits.alias_nodes),
        end: 0,
        last: None,
        pass: Pass::default(),
    };
    if builder.run().is_err() {
        builder.pass.document.root = None;
    }
    if !builder.pass.too_many_comments {
        return builder.pass;
    }
    let mut pass = pass(file, source, recovery, YamlLimits { comments: 0, ..limits });
    pass.document.more_comments = true;
    pass
}

/// The parser with our options.
pub(super) fn parser(source: &str, limits: YamlLimits) -> Parser<'_, granit_parser::StrInput<'_>> {
    let options = granit_parser::options! {
        emit_comments: limits.comments > 0,
        max_buffered_comment_events: limits.comments,
        emit_anchor_events: true,
        emit_unresolved_aliases: true,
        flow_nesting_limit: limits.depth,
        block_nesting_limit: limits.depth,
    };
    Parser::new_from_str_with_options(source, options)
}

impl TreeBuilder<'_> {
    fn run(&mut self) -> Result<(), Aborted> {
        let recovery = self.recovery;
        let mut documents = 0;
        for event in parser(&recovery.source, self.limits) {
            let (event, span) = match event {
                Ok(read) => read,
                Err(error) if matches!(error.kind(), ErrorKind::TooManyComments) => {
                    self.pass.too_many_comments = true;
                    return Err(Aborted);
                }
                Err(error) => return self.syntax_error(error.kind(), error.marker().byte_offset()),
            };
            let range = span.byte_range().unwrap_or(self.end..self.end);
            let tag = span.tag_span().and_then(|tag| tag.byte_range());
            if matches!(event, Event::DocumentStart(..)) {
                documents += 1;
                if documents > 1 {
                    return self.several_documents(&range);
                }
            }
            self.take(event, range, tag)?;
        }
        Ok(())
    }

    fn take(&mut self, event: Event<'_>, range: Range<usize>, tag: Option<Range<usize>>) -> Result<(), Aborted> {
        match event {
            Event::Scalar(value, style, anchor, _) => self.scalar(&value, style, anchor, range, tag),
            Event::SequenceStart(style, anchor, _) => {
                self.open(CollectionKind::Sequence(Vec::new()), style, anchor, range, tag)
            }
            Event::MappingStart(style, anchor, _) => {
                let kind = CollectionKind::Mapping { entries: Vec::new(), key: None };
                self.open(kind, style, anchor, range, tag)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(range),
            Event::Alias(id) => self.alias(id, range),
            Event::UnresolvedAlias(name) => self.unknown_alias(&name, range),
            Event::Comment(..) => self.comment(&range),
            Event::Anchor(id, name) => {
                self.anchors.name(id, &name, syntax::span(self.file, &range));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn comment(&mut self, range: &Range<usize>) -> Result<(), Aborted> {
        if self.pass.document.comments.len() >= self.limits.comments {
            self.pass.too_many_comments = true;
            return Err(Aborted);
        }
        let line_start = source_map::line_start(self.source, range.start);
        let before = self.source.get(line_start..range.start).unwrap_or_default();
        let placement = match before.trim_start_matches('\u{feff}').trim().is_empty() {
            true => CommentPlacement::OwnLine,
            false => CommentPlacement::Trailing,
        };
        let line_start = self.span(&(line_start..range.start)).start;
        self.pass.document.comments.push(YamlComment { span: self.span(range), placement, line_start });
        Ok(())
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.pass.diagnostics.push(diagnostic);
    }

    fn span(&self, range: &Range<usize>) -> Span {
        syntax::span(self.file, range)
    }

    /// True inside of `[…]` or `{…}`.
    fn in_flow(&self) -> bool {
        self.stack.last().is_some_and(|frame| frame.flow)
    }

    /// True if the next node is a key.
    fn at_key(&self) -> bool {
        matches!(self.stack.last(), Some(OpenCollection { kind: CollectionKind::Mapping { key: None, .. }, .. }))
    }

    /// True if the next node is the value of a key.
    fn at_value(&self) -> bool {
        matches!(self.stack.last(), Some(OpenCollection { kind: CollectionKind::Mapping { key: Some(_), .. }, .. }))
    }

    /// The text before the next node on its line.
    fn prefix(&self) -> String {
        match self.stack.last() {
            Some(OpenCollection { kind: CollectionKind::Mapping { key: Some(Key::Scalar(key)), .. }, .. }) => {
                let written = self.source.get(key.text.span().start as usize..key.text.span().end as usize);
                format!("{}: ", written.unwrap_or(&key.text.value))
            }
            Some(OpenCollection { kind: CollectionKind::Sequence(_), flow: false, .. }) => String::from("- "),
            _ => String::new(),
        }
    }

    fn open(
        &mut self,
        kind: CollectionKind,
        style: StructureStyle,
        anchor: usize,
        range: Range<usize>,
        tag: Option<Range<usize>>,
    ) -> Result<(), Aborted> {
        if self.stack.len() >= self.limits.depth {
            self.report(syntax::too_deep(self.span(&range)));
            return Err(Aborted);
        }
        if let Some(tag) = tag {
            self.tag(tag, &range, "");
        }
        let flow = style == StructureStyle::Flow;
        if !flow {
            self.check_tabs(range.start);
        }
        self.end = self.end.max(range.end);
        self.last = None;
        self.stack.push(OpenCollection { start: range.start, flow, anchor, cost: 1, height: 0, kind });
        Ok(())
    }

    fn close(&mut self, range: Range<usize>) -> Result<(), Aborted> {
        let Some(frame) = self.stack.pop() else { return Ok(()) };
        if frame.flow {
            self.end = self.end.max(range.end);
            if !self.in_flow() {
                self.check_continuation(&(frame.start..range.end), Continued::Flow);
            }
        }
        let span = Span::new(self.file, frame.start, self.end);
        let kind = match frame.kind {
            CollectionKind::Sequence(items) => {
                if frame.flow {
                    let pieces: Vec<_> = items.iter().map(|item| file_range(item.span)).collect();
                    self.split_list(&pieces);
                }
                YamlKind::Sequence(items)
            }
            CollectionKind::Mapping { entries, .. } => {
                if frame.flow {
                    self.split_mapping(&entries);
                }
                YamlKind::Mapping(keys::resolve(entries, &mut self.pass.diagnostics))
            }
        };
        let height = frame.height + 1;
        self.complete(Built { node: YamlNode { span, kind }, cost: frame.cost, height }, frame.anchor, frame.start)
    }

    /// Adds a completed node to its enclosing collection.
    fn complete(&mut self, built: Built, anchor: usize, start: usize) -> Result<(), Aborted> {
        self.last = Some(NodeStart { start, prefix: self.prefix(), flow: self.in_flow(), split: false });
        if anchor != 0 {
            let fits = self.anchors.keep(anchor, &built, || used_anchors(self.recovery, self.limits));
            if !fits {
                return self.over_budget(built.node.span, None);
            }
        }
        self.attach(built)
    }

    fn attach(&mut self, Built { node, cost, height }: Built) -> Result<(), Aborted> {
        let Some(frame) = self.stack.last_mut() else {
            self.pass.document.root = Some(node).filter(|node| !node.is_empty());
            return Ok(());
        };
        frame.cost += cost;
        frame.height = frame.height.max(height);
        let complaint = match &mut frame.kind {
            CollectionKind::Sequence(items) => {
                items.push(node);
                None
            }
            CollectionKind::Mapping { entries, key } => match key.take() {
                Some(Key::Scalar(key)) => {
                    entries.push(YamlEntry { key, value: node });
                    None
                }
                Some(Key::Bad) => None,
                None => {
                    let complaint = bad_key(&node);
                    *key = Some(match node.kind {
                        YamlKind::Scalar(scalar) if complaint.is_none() => Key::Scalar(scalar),
                        _ => Key::Bad,
                    });
                    complaint
                }
            },
        };
        self.pass.diagnostics.extend(complaint);
        Ok(())
    }
}

fn file_range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

fn bad_key(node: &YamlNode) -> Option<Diagnostic> {
    let (message, help) = match &node.kind {
        YamlKind::Scalar(_) if node.is_empty() => ("there is no key before this `:`", "write `key: value`"),
        YamlKind::Scalar(_) => return None,
        YamlKind::Sequence(_) => ("a list cannot be a key", "use a text as the key; quote one that begins with `[`"),
        YamlKind::Mapping(_) => ("a mapping cannot be a key", "use a text as the key; quote one that begins with `{`"),
    };
    Some(Diagnostic::new(Code::WrongType, node.span, message).help(help))
}

/// The anchors that have aliases.
fn used_anchors(recovery: &QuotingRecovery, limits: YamlLimits) -> Vec<usize> {
    let events = parser(&recovery.source, YamlLimits { comments: 0, ..limits }).map_while(Result::ok);
    events.filter_map(|(event, _)| if let Event::Alias(id) = event { Some(id) } else { None }).collect()
}
