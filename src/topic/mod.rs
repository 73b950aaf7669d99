//! Topic patterns: dotted names in which `*` is exactly one segment and `#` zero or more, as in AMQP 0-9-1 topic exchanges.

use std::ops::Range;
use std::sync::Arc;

mod compare;
mod trie;
pub use trie::PatternTrie;

/// The limit for segments in a pattern.
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

/// The error about an invalid pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PatternError {
    /// The invalid bytes.
    pub range: Range<usize>,
    /// The problem, in a few words.
    pub message: String,
}

impl Segment {
    /// True if it matches this segment of a topic.
    fn takes(&self, segment: &str) -> bool {
        match self {
            Segment::Literal(text) => **text == *segment,
            Segment::One | Segment::Many => true,
        }
    }
}

impl TopicPattern {
    /// The pattern for the same topics and all topics below them: followed by `.#`, unless it already ends in `#`.
    pub(crate) fn and_below(&self) -> TopicPattern {
        let mut below = self.clone();
        if below.segments.last() != Some(&Segment::Many) {
            below.segments.push(Segment::Many);
            below.text = format!("{}.#", self.text).into();
        }
        below
    }

    /// Parses `order.*.created`, `delivery.#`. A segment that contains a wildcard and other characters (`ord*`) is an error,
    /// since it was probably meant as a glob.
    pub fn parse(text: &str) -> Result<TopicPattern, PatternError> {
        if text.is_empty() {
            return Err(PatternError { range: 0..0, message: "empty topic pattern".to_owned() });
        }
        let mut segments = Vec::new();
        let mut start = 0;
        for part in text.split('.') {
            let range = start..start + part.len();
            if segments.len() == MAX_SEGMENTS {
                let message = format!("more than {MAX_SEGMENTS} segments in a topic pattern");
                return Err(PatternError { range: start..text.len(), message });
            }
            segments.push(parse_segment(part, text).map_err(|message| blame(range.clone(), text, message))?);
            start = range.end + 1;
        }
        Ok(TopicPattern { text: text.into(), segments })
    }

    /// True if the topic matches. Linear in practice; never exponential.
    pub fn matches(&self, topic: &str) -> bool {
        // As with globs, backtracking only to the last `#` is enough: a longer match of an earlier `#` cannot help.
        let mut pattern = self.segments.as_slice();
        let mut topic = Some(topic);
        let mut again: Option<(&[Segment], &str)> = None;
        loop {
            let split = topic.map(split_first);
            match (pattern.split_first(), split) {
                (None, None) => return true,
                (Some((Segment::Many, rest)), _) => {
                    if rest.is_empty() {
                        return true;
                    }
                    pattern = rest;
                    again = topic.map(|topic| (rest, topic));
                    continue;
                }
                (Some((segment, rest)), Some((first, others))) if segment.takes(first) => {
                    (pattern, topic) = (rest, others);
                    continue;
                }
                _ => {}
            }
            // The last `#` matches one more segment.
            let Some((after, from)) = again else { return false };
            let (_, others) = split_first(from);
            (pattern, topic) = (after, others);
            again = others.map(|others| (after, others));
        }
    }

    /// The number of literal segments: the rank of the pattern if several define the same setting.
    pub fn literals(&self) -> usize {
        self.segments.iter().filter(|segment| matches!(segment, Segment::Literal(_))).count()
    }

    /// True if some topic matches both patterns.
    pub fn overlaps(&self, other: &TopicPattern) -> bool {
        compare::overlap(&self.segments, &other.segments)
    }

    /// True if this pattern matches every topic that `other` matches.
    pub fn covers(&self, other: &TopicPattern) -> bool {
        compare::covers(&self.segments, &other.segments)
    }
}

/// The first segment of a topic, and the rest after the dot.
fn split_first(topic: &str) -> (&str, Option<&str>) {
    match topic.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (topic, None),
    }
}

fn parse_segment(part: &str, text: &str) -> Result<Segment, String> {
    match part {
        "" => Err(format!("empty segment in the topic pattern `{text}`")),
        "*" => Ok(Segment::One),
        "#" => Ok(Segment::Many),
        _ if part.contains(['*', '#']) => Err(format!(
            "a wildcard stands for whole segments, so `{part}` would match nothing but itself; write `*` for one segment, \
             `#` for any number"
        )),
        _ => Ok(Segment::Literal(part.into())),
    }
}

/// An empty segment is reported at the dot next to it.
fn blame(range: Range<usize>, text: &str, message: String) -> PatternError {
    let range = match range {
        Range { start, end } if start == end && end < text.len() => start..end + 1,
        Range { start, end } if start == end => start.saturating_sub(1)..end,
        range => range,
    };
    PatternError { range, message }
}

#[cfg(test)]
mod tests;
