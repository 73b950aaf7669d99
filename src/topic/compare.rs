//! Comparison of patterns: whether two share a topic, and whether one matches every topic of the other.
//!
//! Both are computed on finite automata. A state is a position in a pattern; a set of states is a bit set, since a
//! pattern has at most 128 segments and so at most 129 positions.

use super::Segment;
use rustc_hash::FxHashSet;
use std::collections::VecDeque;

/// A set of positions in a pattern. Positions of a pattern that was constructed directly and is longer than the parser allows
/// are left out, so `covers` is false for it.
type Set = [u64; 3];

/// True if some topic matches both: a table over the pairs of positions.
pub(super) fn overlap(a: &[Segment], b: &[Segment]) -> bool {
    // `row[j]`: the first `i` segments of `a` and the first `j` of `b` share a topic.
    let mut row = vec![false; b.len() + 1];
    for i in 0..=a.len() {
        let one = i.checked_sub(1).and_then(|i| a.get(i));
        let mut next: Vec<bool> = Vec::with_capacity(row.len());
        for j in 0..=b.len() {
            let other = j.checked_sub(1).and_then(|j| b.get(j));
            let above = row.get(j).copied().unwrap_or_default() && one.is_some();
            let left = next.last().copied().unwrap_or_default();
            let both = j.checked_sub(1).and_then(|j| row.get(j)).copied().unwrap_or_default();
            next.push(match (one, other) {
                (None, None) => true,
                (Some(Segment::Many), Some(Segment::Many)) => above || left || both,
                // `#` matches nothing, or one more segment of the other pattern.
                (Some(Segment::Many), _) => above || left,
                (_, Some(Segment::Many)) => left || above,
                (None, _) | (_, None) => false,
                (Some(Segment::Literal(x)), Some(Segment::Literal(y))) => both && x == y,
                (Some(_), Some(_)) => both,
            });
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

/// True if `general` matches every topic of `special`.
///
/// Walks `special` together with the sets of positions that `general` may be in. If `special` can end where `general` cannot,
/// a topic is not covered. The alphabet is the literals of both patterns and one segment that is in neither: the patterns
/// cannot distinguish any other segments.
pub(super) fn covers(general: &[Segment], special: &[Segment]) -> bool {
    if let Some(answer) = covers_easily(general, special) {
        return answer;
    }
    let mut alphabet: Vec<Option<&str>> = vec![None];
    let literals = general.iter().chain(special);
    alphabet.extend(literals.filter_map(|s| if let Segment::Literal(text) = s { Some(Some(&**text)) } else { None }));
    alphabet.sort_unstable();
    alphabet.dedup();
    let start = (closed(special, set_of(0)), closed(general, set_of(0)));
    let mut known = FxHashSet::from_iter([start]);
    let mut open = VecDeque::from([start]);
    while let Some((at_special, at_general)) = open.pop_front() {
        // If two patterns ever need more sets than that, the safe answer is that one does not cover the other.
        if known.len() > 100_000 {
            return false;
        }
        for segment in &alphabet {
            let next = (advance(special, at_special, *segment), advance(general, at_general, *segment));
            // Checked after a segment, even if the sets are the initial ones: a topic has at least one segment.
            if has(next.0, special.len()) && !has(next.1, general.len()) {
                return false;
            }
            if next.0 != [0; 3] && known.insert(next) {
                open.push_back(next);
            }
        }
    }
    true
}

/// The cases that need no walk: nearly all.
fn covers_easily(general: &[Segment], special: &[Segment]) -> Option<bool> {
    if general == special || general == [Segment::Many] {
        return Some(true);
    }
    let is_many = |segment: &Segment| *segment == Segment::Many;
    if !general.iter().any(is_many) {
        let same_length = general.len() == special.len() && !special.iter().any(is_many);
        let each = |(a, b): (&Segment, &Segment)| *a == Segment::One || a == b;
        return Some(same_length && general.iter().zip(special).all(each));
    }
    None
}

fn set_of(position: usize) -> Set {
    let mut set = [0; 3];
    put(&mut set, position);
    set
}

fn put(set: &mut Set, position: usize) {
    if let Some(word) = set.get_mut(position / 64) {
        *word |= 1 << (position % 64);
    }
}

fn has(set: Set, position: usize) -> bool {
    set.get(position / 64).is_some_and(|word| word >> (position % 64) & 1 == 1)
}

/// Adds the positions that are reached without a segment: those after a `#`.
fn closed(pattern: &[Segment], mut set: Set) -> Set {
    for (n, segment) in pattern.iter().enumerate() {
        if *segment == Segment::Many && has(set, n) {
            put(&mut set, n + 1);
        }
    }
    set
}

/// The positions after one more segment; `None` is a segment that no literal equals.
fn advance(pattern: &[Segment], set: Set, next: Option<&str>) -> Set {
    let mut after = [0; 3];
    for (n, segment) in pattern.iter().enumerate().filter(|(n, _)| has(set, *n)) {
        match segment {
            Segment::Many => put(&mut after, n),
            Segment::One => put(&mut after, n + 1),
            Segment::Literal(text) if next == Some(&**text) => put(&mut after, n + 1),
            Segment::Literal(_) => {}
        }
    }
    closed(pattern, after)
}
