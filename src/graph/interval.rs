//! Which of many ranges hold a number: sorted bounds for half lines, an augmented binary tree for bounded ranges.

use super::literal::{Bound, Range, above, below};
use crate::event::Number;
use std::cmp::Ordering;

/// Ranges with what they lead to.
#[derive(Debug, Default)]
pub(crate) struct Intervals {
    /// Lower bounds alone, ascending: those that hold are a prefix.
    lower: Vec<(Bound, u32)>,
    /// Upper bounds alone, descending: those that hold are a prefix.
    upper: Vec<(Bound, u32)>,
    /// Bounded ranges by lower bound, as an implicit balanced tree: the middle of every part is its root.
    bounded: Vec<Bounded>,
}

/// A bounded range; `reach` is the greatest upper bound in the part of the tree that it is the root of.
#[derive(Clone, Copy, Debug)]
struct Bounded {
    low: Bound,
    high: Bound,
    reach: Number,
    entry: u32,
}

impl Intervals {
    /// The index of ranges with their entries.
    pub(crate) fn new(ranges: impl IntoIterator<Item = (Range, u32)>) -> Intervals {
        let mut all = Intervals::default();
        for (range, entry) in ranges {
            match (range.low, range.high) {
                (Some(low), Some(high)) => all.bounded.push(Bounded { low, high, reach: high.at, entry }),
                (Some(low), None) => all.lower.push((low, entry)),
                (None, Some(high)) => all.upper.push((high, entry)),
                (None, None) => {}
            }
        }
        all.lower.sort_by(|(a, _), (b, _)| a.at.cmp(&b.at).then(b.inclusive.cmp(&a.inclusive)));
        all.upper.sort_by(|(a, _), (b, _)| b.at.cmp(&a.at).then(b.inclusive.cmp(&a.inclusive)));
        all.bounded.sort_by(|a, b| a.low.at.cmp(&b.low.at).then(b.low.inclusive.cmp(&a.low.inclusive)));
        spread_reach(&mut all.bounded);
        all
    }

    /// True if there is nothing to find.
    pub(crate) fn is_empty(&self) -> bool {
        self.lower.is_empty() && self.upper.is_empty() && self.bounded.is_empty()
    }

    /// Calls `found` with the entry of every range that holds `n`.
    pub(crate) fn stab(&self, n: Number, found: &mut impl FnMut(u32)) {
        self.lower.iter().take_while(|(bound, _)| above(n, *bound)).for_each(|(_, entry)| found(*entry));
        self.upper.iter().take_while(|(bound, _)| below(n, *bound)).for_each(|(_, entry)| found(*entry));
        stab(&self.bounded, n, found);
    }
}

/// Sets `reach` from the leaves up; returns that of the whole part.
fn spread_reach(part: &mut [Bounded]) -> Option<Number> {
    let middle = part.len() / 2;
    let (left, rest) = part.split_at_mut_checked(middle)?;
    let (root, right) = rest.split_first_mut()?;
    let below = [spread_reach(left), spread_reach(right)];
    for reach in below.into_iter().flatten() {
        root.reach = root.reach.max(reach);
    }
    Some(root.reach)
}

/// Descends only where a range can still reach `n`. The depth is logarithmic.
fn stab(part: &[Bounded], n: Number, found: &mut impl FnMut(u32)) {
    let Some((left, rest)) = part.split_at_checked(part.len() / 2) else { return };
    let Some((root, right)) = rest.split_first() else { return };
    if root.reach.cmp(&n) == Ordering::Less {
        return;
    }
    stab(left, n, found);
    if above(n, root.low) {
        if below(n, root.high) {
            found(root.entry);
        }
        stab(right, n, found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bound() -> impl Strategy<Value = Option<Bound>> {
        let number = prop_oneof![
            (-20i64..20).prop_map(|n| Number::int(n.into())),
            (-20i64..20).prop_map(|n| Number::Float(n as f64 / 2.0))
        ];
        proptest::option::of((number, any::<bool>()).prop_map(|(at, inclusive)| Bound { at, inclusive }))
    }

    proptest! {
        #[test]
        fn finds_what_a_loop_finds(
            ranges in prop::collection::vec((bound(), bound()), 0..60),
            n in -50i64..50,
        ) {
            let ranges: Vec<Range> = ranges
                .into_iter()
                .map(|(low, high)| Range { low, high })
                .filter(|range| range.low.is_some() || range.high.is_some())
                .collect();
            let n = Number::Float(n as f64 / 2.0);
            let index = Intervals::new(ranges.iter().copied().zip(0..));
            let mut found = Vec::new();
            index.stab(n, &mut |entry| found.push(entry as usize));
            found.sort_unstable();
            let expected: Vec<usize> =
                (0..ranges.len()).filter(|at| ranges[*at].holds(n)).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
