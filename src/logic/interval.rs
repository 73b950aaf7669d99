//! Finds the ranges that contain a number: sorted bounds for half lines, an augmented binary tree for bounded ranges.
//!
//! Bounds are floats, because a float takes a fifth of the space of a [`Number`] and is compared in one instruction. An open bound
//! becomes the adjacent closed one: `x > b` is `x >= next float after b` for every float x. Bounds and numbers that no float
//! represents (integers beyond 2⁵³) are rare; they are compared exactly, one by one.

use super::range::{Bound, Range};
use crate::event::Number;

/// Ranges, each with an entry.
#[derive(Debug, Default)]
pub(crate) struct Intervals<E> {
    /// Ranges with a lower bound only, ascending: those that contain a number are a prefix.
    lower: HalfLines<E>,
    /// Ranges with an upper bound only, descending: those that contain a number are a prefix.
    upper: HalfLines<E>,
    bounded: Bounded<E>,
    /// Ranges that are compared exactly.
    exact: Vec<(Range, E)>,
}

/// Half lines, sorted so that those that contain a number are a prefix.
#[derive(Debug, Default)]
struct HalfLines<E> {
    bounds: Vec<f64>,
    open: Vec<bool>,
    entries: Vec<E>,
}

/// Bounded ranges by lower bound, as an implicit balanced tree: the middle of every subtree is its root.
#[derive(Debug, Default)]
struct Bounded<E> {
    lows: Vec<f64>,
    highs: Vec<f64>,
    /// The greatest upper bound in the subtree with this root.
    reach: Vec<f64>,
    open: Vec<[bool; 2]>,
    entries: Vec<E>,
}

/// One end as a closed float, and whether it was open.
type End = (f64, bool);

impl<E: Copy + Default> Intervals<E> {
    /// The index of ranges with their entries.
    pub(crate) fn new(ranges: impl IntoIterator<Item = (Range, E)>) -> Intervals<E> {
        let mut all = Intervals::default();
        let (mut lower, mut upper, mut bounded) = (Vec::new(), Vec::new(), Vec::new());
        for (range, entry) in ranges {
            let low = range.low.map(|bound| end(bound, f64::next_up));
            let high = range.high.map(|bound| end(bound, f64::next_down));
            match (low, high) {
                (Some(Some(low)), None) => lower.push((low, entry)),
                (None, Some(Some(high))) => upper.push((high, entry)),
                (Some(Some(low)), Some(Some(high))) => bounded.push((low, high, entry)),
                _ => all.exact.push((range, entry)),
            }
        }
        lower.sort_by(|((a, _), _), ((b, _), _)| a.total_cmp(b));
        upper.sort_by(|((a, _), _), ((b, _), _)| b.total_cmp(a));
        bounded.sort_by(|((a, _), ..), ((b, _), ..)| a.total_cmp(b));
        all.lower = HalfLines::new(lower);
        all.upper = HalfLines::new(upper);
        all.bounded = Bounded::new(bounded);
        all
    }

    /// True if there are no ranges.
    pub(crate) fn is_empty(&self) -> bool {
        self.lower.entries.is_empty()
            && self.upper.entries.is_empty()
            && self.bounded.entries.is_empty()
            && self.exact.is_empty()
    }

    /// Calls `found` with the entry of every range that contains `n`.
    pub(crate) fn stab(&self, n: Number, found: &mut impl FnMut(E)) {
        let near = n.as_f64();
        if Number::Float(near) == n {
            self.lower.prefix(|bound| bound <= near).iter().for_each(|entry| found(*entry));
            self.upper.prefix(|bound| bound >= near).iter().for_each(|entry| found(*entry));
            self.bounded.stab(0, self.bounded.entries.len(), near, found);
        } else {
            self.stab_exactly(n, found);
        }
        self.exact.iter().filter(|(range, _)| range.holds(n)).for_each(|(_, entry)| found(*entry));
    }

    #[cold]
    fn stab_exactly(&self, n: Number, found: &mut impl FnMut(E)) {
        let low = |at: f64, open: bool| Some(bound(at, open, f64::next_down));
        let high = |at: f64, open: bool| Some(bound(at, open, f64::next_up));
        for ((at, open), entry) in self.lower.all() {
            if (Range { low: low(at, open), high: None }).holds(n) {
                found(entry);
            }
        }
        for ((at, open), entry) in self.upper.all() {
            if (Range { low: None, high: high(at, open) }).holds(n) {
                found(entry);
            }
        }
        let Bounded { lows, highs, open, entries, .. } = &self.bounded;
        for (((a, b), open), entry) in lows.iter().zip(highs).zip(open).zip(entries) {
            if (Range { low: low(*a, open[0]), high: high(*b, open[1]) }).holds(n) {
                found(*entry);
            }
        }
    }
}

/// A bound as a closed float; `None` if no float represents it.
fn end(bound: Bound, inwards: fn(f64) -> f64) -> Option<End> {
    let at = bound.at.as_f64();
    let is_exact = Number::Float(at) == bound.at;
    is_exact.then(|| if bound.inclusive { (at, false) } else { (inwards(at), true) })
}

/// The bound that a closed float represents.
fn bound(at: f64, open: bool, outwards: fn(f64) -> f64) -> Bound {
    Bound { at: Number::Float(if open { outwards(at) } else { at }), inclusive: !open }
}

impl<E: Copy + Default> HalfLines<E> {
    fn new(sorted: Vec<(End, E)>) -> HalfLines<E> {
        let mut all = HalfLines::default();
        for ((bound, open), entry) in sorted {
            all.bounds.push(bound);
            all.open.push(open);
            all.entries.push(entry);
        }
        all
    }

    /// The entries of the ranges whose bound satisfies `holds`.
    fn prefix(&self, holds: impl Fn(f64) -> bool) -> &[E] {
        let count = self.bounds.partition_point(|bound| holds(*bound));
        self.entries.get(..count).unwrap_or(&[])
    }

    fn all(&self) -> impl Iterator<Item = (End, E)> {
        let ends = self.bounds.iter().copied().zip(self.open.iter().copied());
        ends.zip(self.entries.iter().copied())
    }
}

impl<E: Copy + Default> Bounded<E> {
    fn new(sorted: Vec<(End, End, E)>) -> Bounded<E> {
        let mut all = Bounded::default();
        for (low, high, entry) in sorted {
            all.lows.push(low.0);
            all.highs.push(high.0);
            all.open.push([low.1, high.1]);
            all.entries.push(entry);
        }
        all.reach = all.highs.clone();
        spread_reach(&mut all.reach);
        all
    }

    /// Visits only subtrees in which a range can contain `n`. The depth is logarithmic.
    fn stab(&self, mut from: usize, to: usize, n: f64, found: &mut impl FnMut(E)) {
        // (The left half by recursion, the right half in the loop.)
        while from < to {
            let root = from + (to - from) / 2;
            if self.reach.get(root).is_none_or(|reach| *reach < n) {
                return;
            }
            self.stab(from, root, n, found);
            if self.lows.get(root).is_none_or(|low| *low > n) {
                return;
            }
            if self.highs.get(root).is_some_and(|high| *high >= n) {
                self.entries.get(root).iter().for_each(|entry| found(**entry));
            }
            from = root + 1;
        }
    }
}

/// Raises each root to the greatest bound of its subtree; returns that of the whole tree.
fn spread_reach(part: &mut [f64]) -> Option<f64> {
    let middle = part.len() / 2;
    let (left, rest) = part.split_at_mut_checked(middle)?;
    let (root, right) = rest.split_first_mut()?;
    for below in [spread_reach(left), spread_reach(right)].into_iter().flatten() {
        *root = root.max(below);
    }
    Some(*root)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number() -> impl Strategy<Value = Number> {
        prop_oneof![
            (-20i64..20).prop_map(|n| Number::int(n.into())),
            (-20i64..20).prop_map(|n| Number::Float(n as f64 / 2.0)),
            // Beyond the exact range of floats.
            (-4i128..4).prop_map(|n| Number::int((1i128 << 60) + n)),
            Just(Number::Float(2f64.powi(60))),
        ]
    }

    fn bound() -> impl Strategy<Value = Option<Bound>> {
        proptest::option::of((number(), any::<bool>()).prop_map(|(at, inclusive)| Bound { at, inclusive }))
    }

    proptest! {
        #[test]
        fn finds_the_same_as_a_loop(ranges in prop::collection::vec((bound(), bound()), 0..60), n in number()) {
            let ranges: Vec<Range> = ranges
                .into_iter()
                .map(|(low, high)| Range { low, high })
                .filter(|range| range.low.is_some() || range.high.is_some())
                .collect();
            let index = Intervals::new(ranges.iter().copied().zip(0u32..));
            let mut found = Vec::new();
            index.stab(n, &mut |entry| found.push(entry as usize));
            found.sort_unstable();
            let expected: Vec<usize> = (0..ranges.len()).filter(|at| ranges[*at].holds(n)).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
