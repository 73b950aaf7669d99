//! Ranges of numbers.

use crate::event::Number;
use std::cmp::Ordering;

/// One end of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Bound {
    pub(crate) at: Number,
    pub(crate) inclusive: bool,
}

/// A range of numbers with at least one end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub(crate) struct Range {
    pub(crate) low: Option<Bound>,
    pub(crate) high: Option<Bound>,
}

impl Range {
    /// True if the number is within.
    pub(crate) fn holds(&self, n: Number) -> bool {
        self.low.is_none_or(|low| above(n, low)) && self.high.is_none_or(|high| below(n, high))
    }

    /// The numbers that are in both ranges.
    pub(crate) fn intersection(self, other: Range) -> Range {
        Range {
            low: tighter(self.low, other.low, Ordering::Greater),
            high: tighter(self.high, other.high, Ordering::Less),
        }
    }

    /// True if no number is within.
    pub(crate) fn is_empty(&self) -> bool {
        match (self.low, self.high) {
            (Some(low), Some(high)) => match low.at.cmp(&high.at) {
                Ordering::Less => false,
                Ordering::Equal => !(low.inclusive && high.inclusive),
                Ordering::Greater => true,
            },
            _ => false,
        }
    }
}

/// True if `n` satisfies a lower bound.
fn above(n: Number, low: Bound) -> bool {
    match n.cmp(&low.at) {
        Ordering::Greater => true,
        Ordering::Equal => low.inclusive,
        Ordering::Less => false,
    }
}

/// True if `n` satisfies an upper bound.
fn below(n: Number, high: Bound) -> bool {
    match n.cmp(&high.at) {
        Ordering::Less => true,
        Ordering::Equal => high.inclusive,
        Ordering::Greater => false,
    }
}

/// The bound that leaves fewer numbers; `tight` is how it compares to the other.
fn tighter(a: Option<Bound>, b: Option<Bound>, tight: Ordering) -> Option<Bound> {
    match (a, b) {
        (Some(a), Some(b)) => match a.at.cmp(&b.at) {
            Ordering::Equal => Some(Bound { at: a.at, inclusive: a.inclusive && b.inclusive }),
            order if order == tight => Some(a),
            _ => Some(b),
        },
        (one, None) | (None, one) => one,
    }
}
