//! Topic patterns: dotted names in which `*` is exactly one segment and `#` zero or more, as in AMQP 0-9-1 topic exchanges.

use std::ops::Range;
use std::sync::Arc;

mod trie;
pub use trie::PatternTrie;

/// At most so many segments in a pattern.
pub const MAX_SEGMENTS: usize = 128;

/// One segment of a pattern.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Segment {
    /// This text.
    Literal(Box<str>),
    /// `*`: any one segment.
    One,
    /// `#`: any number of segments.
    Many,
}

/// A parsed topic pattern; a plain topic is a pattern without wildcards.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TopicPattern {
    /// As written.
    pub text: Arc<str>,
    /// Its segments; never empty.
    pub segments: Vec<Segment>,
}

/// Why a text is no pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError {
    /// The bytes to blame.
    pub range: Range<usize>,
    /// In a few words.
    pub message: String,
}

impl TopicPattern {
    /// Parses `order.*.created`, `delivery.#`. A segment that only contains a wildcard among other characters (`ord*`)
    /// is an error, since it was surely meant as a glob.
    pub fn parse(text: &str) -> Result<TopicPattern, PatternError> {
        todo!("{text}")
    }

    /// True if the topic matches. Linear in practice; never exponential.
    pub fn matches(&self, topic: &str) -> bool {
        todo!("{topic}")
    }

    /// How many segments are literal: the rank of the pattern where settings compete.
    pub fn literals(&self) -> usize {
        todo!()
    }

    /// True if some topic matches both patterns.
    pub fn overlaps(&self, other: &TopicPattern) -> bool {
        todo!("{other:?}")
    }

    /// True if every topic that `other` matches is matched by this pattern.
    pub fn covers(&self, other: &TopicPattern) -> bool {
        todo!("{other:?}")
    }
}
