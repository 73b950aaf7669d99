//! Which of many ranges hold a number: sorted bounds for half lines, an augmented binary tree for bounded ranges.
//!
//! Bounds are floats, since that takes a fifth of the room of a [`Number`] and is compared in one instruction. An open bound
//! is the closed one beside it: `x > b` is `x >= next float after b` for every float x. Bounds that no float stands for
//! (integers beyond 2⁵³) and numbers that no float stands for are rare and compared exactly, one by one.

use super::literal::{Bound, Range};
use crate::event::Number;

/// Ranges with what they lead to.
#[derive(Debug, Default)]
pub(crate) struct Intervals<E> {
    /// Lower bounds alone, ascending: those that hold are a prefix.
    lower: HalfLines<E>,
    /// Upper bounds alone, descending: those that hold are a prefix.
    upper: HalfLines<E>,
    bounded: Bounded<E>,
    /// Ranges that are compared exactly.
    exact: Vec<(Range, E)>,
}

/// Half lines in the order in which they hold.
#[derive(Debug, Default)]
struct HalfLines<E> {
    bounds: Vec<f64>,
    open: Vec<bool>,
    entries: Vec<E>,
}

/// Bounded ranges by lower bound, as an implicit balanced tree: the middle of every part is its root.
#[derive(Debug, Default)]
struct Bounded<E> {
    lows: Vec<f64>,
    highs: Vec<f64>,
    /// The greatest upper bound in the part of the tree that this one is the root of.
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

    /// True if there is nothing to find.
    pub(crate) fn is_empty(&self) -> bool {
        self.lower.entries.is_empty()
            && self.upper.entries.is_empty()
            && self.bounded.entries.is_empty()
            && self.exact.is_empty()
    }

    /// Calls `found` with the entry of every range that holds `n`.
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

/// A bound as a closed float; none where no float stands for it.
fn end(bound: Bound, inwards: fn(f64) -> f64) -> Option<End> {
    let at = bound.at.as_f64();
    let is_exact = Number::Float(at) == bound.at;
    is_exact.then(|| if bound.inclusive { (at, false) } else { (inwards(at), true) })
}

/// The bound that a closed float was made from.
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

    /// The entries of the bounds that hold.
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

    /// Descends only where a range can still reach `n`. The depth is logarithmic.
    fn stab(&self, mut from: usize, to: usize, n: f64, found: &mut impl FnMut(E)) {
        // The left half by recursion, the right half in the loop.
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

/// Raises each root to the greatest bound of its part; gives that of the whole.
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
            // Beyond what floats hold exactly.
            (-4i128..4).prop_map(|n| Number::int((1i128 << 60) + n)),
            Just(Number::Float(2f64.powi(60))),
        ]
    }

    fn bound() -> impl Strategy<Value = Option<Bound>> {
        proptest::option::of((number(), any::<bool>()).prop_map(|(at, inclusive)| Bound { at, inclusive }))
    }

    proptest! {
        #[test]
        fn finds_what_a_loop_finds(ranges in prop::collection::vec((bound(), bound()), 0..60), n in number()) {
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
