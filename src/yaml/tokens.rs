//! The tokens of a file that have a text, as they are written: aliases are not resolved, and quotes are known.

use super::YamlLimits;
use super::build::parser;
use granit_parser::{Event, ScalarStyle, StructureStyle};
use std::ops::Range;

/// A token and its range in the file.
#[derive(Clone, Debug)]
pub(crate) struct YamlToken {
    pub(crate) range: Range<usize>,
    pub(crate) kind: YamlTokenKind,
}

/// The kinds of tokens.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum YamlTokenKind {
    /// A scalar: its value and its style. Its range includes its quotes.
    Scalar(String, ScalarStyle),
    /// The start of a mapping or list; `flow` if it is written with brackets.
    Open { mapping: bool, flow: bool },
    /// The end of a mapping or list.
    Close,
    /// A use of an anchor, by the anchor's position among all anchors.
    Alias(usize),
    /// The name of an anchor.
    Anchor(String),
}

/// The tokens of a text.
#[derive(Clone, Debug, Default)]
pub(crate) struct YamlTokens {
    /// Those of its nodes, in the order of the text.
    pub(crate) nodes: Vec<YamlToken>,
    /// The comments, from `#` to the end of the line, in the order of the text.
    pub(crate) comments: Vec<Range<usize>>,
}

/// The tokens of a text. Reading stops at the first error.
pub(crate) fn tokens(text: &str, limits: YamlLimits) -> YamlTokens {
    let mut tokens = YamlTokens::default();
    for (event, span) in parser(text, YamlLimits { comments: usize::MAX, ..limits }).map_while(Result::ok) {
        let Some(range) = span.byte_range() else { continue };
        match event {
            Event::Comment(..) => tokens.comments.push(range),
            event => tokens.nodes.extend(kind(event).map(|kind| YamlToken { range, kind })),
        }
    }
    tokens.comments.sort_by_key(|range| range.start);
    tokens
}

fn kind(event: Event<'_>) -> Option<YamlTokenKind> {
    Some(match event {
        Event::Scalar(value, style, ..) => YamlTokenKind::Scalar(value.into_owned(), style),
        Event::SequenceStart(style, ..) => YamlTokenKind::Open { mapping: false, flow: style == StructureStyle::Flow },
        Event::MappingStart(style, ..) => YamlTokenKind::Open { mapping: true, flow: style == StructureStyle::Flow },
        Event::SequenceEnd | Event::MappingEnd => YamlTokenKind::Close,
        Event::Alias(id) => YamlTokenKind::Alias(id),
        Event::Anchor(_, name) => YamlTokenKind::Anchor(name.into_owned()),
        _ => return None,
    })
}
