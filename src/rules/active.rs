//! Periods of time in which a rule or a group is in force.

use jiff::Timestamp;

/// A period of time, compared with `now`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Active {
    /// Inclusive.
    pub from: Option<Timestamp>,
    /// Exclusive.
    pub until: Option<Timestamp>,
}

impl Active {
    /// True if `now` is within the period. Without a clock, only a period without ends holds.
    pub fn holds(&self, now: Option<Timestamp>) -> bool {
        let within =
            |now: Timestamp| self.from.is_none_or(|from| now >= from) && self.until.is_none_or(|until| now < until);
        self.is_always() || now.is_some_and(within)
    }

    /// True if it is always in force.
    pub fn is_always(&self) -> bool {
        self.from.is_none() && self.until.is_none()
    }
}
