//! Sets of numbers. Numbers are integers of up to 64 bits and finite floats, so each has a next one; a range is closed at both
//! ends, and `x > 5` begins with the number after 5.

use crate::event::Number;
use std::cmp::Ordering;

/// Disjoint closed ranges in ascending order, with numbers between any two of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct NumberSet {
    ranges: Vec<(Number, Number)>,
}

const LEAST: Number = Number::Float(f64::MIN);
const GREATEST: Number = Number::Float(f64::MAX);
const LEAST_INT: i128 = i64::MIN as i128;
const GREATEST_INT: i128 = u64::MAX as i128;

/// The next number; none after the greatest.
fn after(number: Number) -> Option<Number> {
    let float = match number {
        Number::Float(n) => n.next_up(),
        Number::Int(n) => {
            let near = n as f64;
            if Number::Float(near) > number { near } else { near.next_up() }
        }
    };
    let whole = match number {
        Number::Int(n) => Some(n + 1),
        // Beyond the range of integers, the next whole number is a float.
        Number::Float(n) if n < LEAST_INT as f64 => Some(LEAST_INT),
        Number::Float(n) if n < GREATEST_INT as f64 => Some(n.floor() as i128 + 1),
        Number::Float(_) => None,
    };
    let whole = whole.filter(|n| *n <= GREATEST_INT).map(Number::Int);
    [Number::float(float), whole].into_iter().flatten().min()
}

/// The previous number; none before the least.
fn before(number: Number) -> Option<Number> {
    let float = match number {
        Number::Float(n) => n.next_down(),
        Number::Int(n) => {
            let near = n as f64;
            if Number::Float(near) < number { near } else { near.next_down() }
        }
    };
    let whole = match number {
        Number::Int(n) => Some(n - 1),
        Number::Float(n) if n > GREATEST_INT as f64 => Some(GREATEST_INT),
        Number::Float(n) if n > LEAST_INT as f64 => Some(n.ceil() as i128 - 1),
        Number::Float(_) => None,
    };
    let whole = whole.filter(|n| *n >= LEAST_INT).map(Number::Int);
    [Number::float(float), whole].into_iter().flatten().max()
}

impl NumberSet {
    /// No number.
    pub const NONE: NumberSet = NumberSet { ranges: Vec::new() };

    /// Every number.
    pub fn all() -> NumberSet {
        NumberSet::between(LEAST, GREATEST)
    }

    /// One number.
    pub fn only(number: Number) -> NumberSet {
        NumberSet::between(number, number)
    }

    /// From `low` to `high`, both included; none if `low` is greater.
    pub fn between(low: Number, high: Number) -> NumberSet {
        NumberSet { ranges: if low <= high { vec![(low, high)] } else { Vec::new() } }
    }

    /// All numbers less than `limit`.
    pub fn less_than(limit: Number) -> NumberSet {
        before(limit).map_or(NumberSet::NONE, NumberSet::at_most)
    }

    /// All numbers up to `limit`.
    pub fn at_most(limit: Number) -> NumberSet {
        NumberSet::between(LEAST, limit)
    }

    /// All numbers greater than `limit`.
    pub fn greater_than(limit: Number) -> NumberSet {
        after(limit).map_or(NumberSet::NONE, NumberSet::at_least)
    }

    /// All numbers from `limit` on.
    pub fn at_least(limit: Number) -> NumberSet {
        NumberSet::between(limit, GREATEST)
    }

    /// The ranges in ascending order.
    pub fn ranges(&self) -> &[(Number, Number)] {
        &self.ranges
    }

    /// True if no number is in it.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// True if the number is in it.
    pub fn contains(&self, number: Number) -> bool {
        let found = self.ranges.binary_search_by(|(low, high)| match (low.cmp(&number), high.cmp(&number)) {
            (Ordering::Greater, _) => Ordering::Greater,
            (_, Ordering::Less) => Ordering::Less,
            _ => Ordering::Equal,
        });
        found.is_ok()
    }

    /// The numbers that are in both.
    #[must_use]
    pub fn intersection(&self, other: &NumberSet) -> NumberSet {
        let (mut a, mut b) = (self.ranges.iter().peekable(), other.ranges.iter().peekable());
        let mut ranges = Vec::new();
        while let (Some((low, high)), Some((other_low, other_high))) = (a.peek(), b.peek()) {
            let (start, end) = ((*low).max(*other_low), (*high).min(*other_high));
            if start <= end {
                ranges.push((start, end));
            }
            if high <= other_high {
                a.next();
            } else {
                b.next();
            }
        }
        NumberSet { ranges }
    }

    /// The numbers that are not in it.
    #[must_use]
    pub fn complement(&self) -> NumberSet {
        let mut ranges = Vec::with_capacity(self.ranges.len() + 1);
        let mut start = Some(LEAST);
        for (low, high) in &self.ranges {
            if let (Some(start), Some(end)) = (start, before(*low))
                && start <= end
            {
                ranges.push((start, end));
            }
            start = after(*high);
        }
        ranges.extend(start.map(|start| (start, GREATEST)));
        NumberSet { ranges }
    }

    /// The numbers that are in at least one of them.
    #[must_use]
    pub fn union(&self, other: &NumberSet) -> NumberSet {
        self.complement().intersection(&other.complement()).complement()
    }

    /// A number in it, with as few digits as possible: 0, an integer near 0, or a short decimal.
    pub fn example(&self) -> Option<Number> {
        let zero = Number::int(0);
        if self.contains(zero) {
            return Some(zero);
        }
        let simplest = self.ranges.iter().map(|(low, high)| simplest(*low, *high));
        simplest
            .min_by(|(a_digits, a), (b_digits, b)| {
                let size = |number: &Number| number.as_f64().abs();
                a_digits.cmp(b_digits).then(size(a).total_cmp(&size(b))).then(a.cmp(b))
            })
            .map(|(_, number)| number)
    }
}

/// The number of a range with the fewest decimals, and how many it has.
fn simplest(low: Number, high: Number) -> (u32, Number) {
    // The end that is nearer to 0.
    let (near, is_positive) = if low > Number::int(0) { (low, true) } else { (high, false) };
    let is_within = |number: Number| low <= number && number <= high;
    for decimals in 0..17 {
        let scale = 10_f64.powi(decimals as i32);
        let scaled = near.as_f64() * scale;
        let rounded = if is_positive { scaled.ceil() } else { scaled.floor() };
        let candidate = Number::float(rounded / scale).map(|number| number.as_int().map_or(number, Number::Int));
        if let Some(number) = candidate.filter(|number| is_within(*number)) {
            return (decimals, number);
        }
    }
    (17, near)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn float(n: f64) -> Number {
        Number::float(n).unwrap()
    }

    #[test]
    fn neighbours_have_nothing_between_them() {
        let big = 9_007_199_254_740_993;
        for (number, next) in [
            (Number::int(0), float(5e-324)),
            (Number::int(1), float(1.0_f64.next_up())),
            (Number::int(big), Number::int(big + 1)),
            (float(1e18), Number::int(1_000_000_000_000_000_001)),
            (Number::int(u64::MAX.into()), float(18_446_744_073_709_551_616.0)),
            (float(18_446_744_073_709_551_616.0), float(18_446_744_073_709_551_616.0_f64.next_up())),
            (float(-9_223_372_036_854_775_808.0_f64.next_up()), Number::int(i64::MIN.into())),
            (Number::int(-1), float((-1.0_f64).next_up())),
        ] {
            assert_eq!(after(number), Some(next), "{number:?}");
            assert_eq!(before(next), Some(number), "{next:?}");
        }
        assert_eq!((after(GREATEST), before(LEAST)), (None, None));
    }

    #[test]
    fn examples_are_short() {
        let example = |set: NumberSet| set.example().map(Number::to_json).map(|json| json.to_string());
        let shown = [
            (NumberSet::all(), "0"),
            (NumberSet::greater_than(Number::int(5000)), "5001"),
            (NumberSet::at_least(float(0.25)).intersection(&NumberSet::less_than(float(0.4))), "0.3"),
            (NumberSet::less_than(Number::int(-3)), "-4"),
            (NumberSet::only(float(1.5)), "1.5"),
            (NumberSet::greater_than(Number::int(5)).intersection(&NumberSet::less_than(Number::int(6))), "5.1"),
            (NumberSet::only(Number::int(u64::MAX.into())), "18446744073709551615"),
        ];
        for (set, wanted) in shown {
            assert_eq!(example(set).as_deref(), Some(wanted));
        }
        assert_eq!(example(NumberSet::NONE), None);
    }
}
