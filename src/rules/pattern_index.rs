//! An index of topic patterns by their literal segments, so that a pattern is compared only with the few that may overlap it.

use crate::topic::{Segment, TopicPattern};
use std::collections::HashMap;

/// The number of segments that are indexed.
const POSITIONS: usize = 8;

/// In order of their numbers.
pub(super) struct PatternIndex<'p> {
    patterns: Vec<&'p TopicPattern>,
    positions: Vec<PositionIndex<'p>>,
}

/// The patterns by their segment at one position.
#[derive(Default)]
struct PositionIndex<'p> {
    /// Patterns with this literal at the position.
    literal: HashMap<&'p str, Vec<usize>>,
    /// Patterns that match any segment at the position, by `*` or by a `#` at it or before it.
    open: Vec<usize>,
}

impl<'p> PatternIndex<'p> {
    pub(super) fn new(patterns: impl IntoIterator<Item = &'p TopicPattern>) -> Self {
        let mut index = PatternIndex { patterns: Vec::new(), positions: Vec::new() };
        index.positions.resize_with(POSITIONS, PositionIndex::default);
        for (number, pattern) in patterns.into_iter().enumerate() {
            index.patterns.push(pattern);
            let many = pattern.segments.iter().position(|segment| *segment == Segment::Many).unwrap_or(usize::MAX);
            for (at, position) in index.positions.iter_mut().enumerate() {
                match pattern.segments.get(at) {
                    _ if many <= at => position.open.push(number),
                    Some(Segment::Literal(text)) => position.literal.entry(text).or_default().push(number),
                    Some(_) => position.open.push(number),
                    // Too short to overlap a pattern that has a segment here.
                    None => {}
                }
            }
        }
        index
    }

    /// The numbers of all patterns that overlap this one.
    pub(super) fn overlapping<'s>(&'s self, pattern: &'s TopicPattern) -> impl Iterator<Item = usize> + 's {
        let fixed = pattern.segments.iter().take_while(|segment| **segment != Segment::Many);
        let choices = fixed.zip(&self.positions).filter_map(|(segment, position)| match segment {
            Segment::Literal(text) => {
                let literal = position.literal.get(&**text).map(Vec::as_slice).unwrap_or_default();
                Some((literal, position.open.as_slice()))
            }
            _ => None,
        });
        let best = choices.min_by_key(|(literal, open)| literal.len() + open.len());
        let all = if best.is_none() { 0..self.patterns.len() } else { 0..0 };
        let (literal, open) = best.unwrap_or_default();
        let candidates = literal.iter().chain(open).copied().chain(all);
        candidates.filter(|number| {
            self.patterns.get(*number).is_some_and(|other| !differ(other, pattern) && other.overlaps(pattern))
        })
    }
}

/// True if the patterns have different literals before the first `#` of either: a fast check that excludes most pairs.
fn differ(a: &TopicPattern, b: &TopicPattern) -> bool {
    for pair in a.segments.iter().zip(&b.segments) {
        match pair {
            (Segment::Many, _) | (_, Segment::Many) => return false,
            (Segment::Literal(one), Segment::Literal(other)) if one != other => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_comparing_all_finds() {
        let texts = ["a", "a.b", "a.*", "*.b", "#", "a.#", "#.b", "a.b.c", "a.*.c", "*", "b.#.c", "a.#.c.#", "x.y"];
        let patterns: Vec<TopicPattern> = texts.iter().map(|text| TopicPattern::parse(text).unwrap()).collect();
        let index = PatternIndex::new(&patterns);
        for pattern in &patterns {
            let mut found: Vec<usize> = index.overlapping(pattern).collect();
            found.sort_unstable();
            let all = patterns.iter().enumerate().filter(|(_, other)| other.overlaps(pattern));
            assert_eq!(found, all.map(|(at, _)| at).collect::<Vec<_>>(), "{}", pattern.text);
        }
    }
}
