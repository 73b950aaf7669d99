//! The clock that the rules see as `now`.

use jiff::Timestamp;

/// The source of `now`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Clock {
    /// The system's clock, read at most once per event.
    #[default]
    System,
    /// Always this instant.
    Fixed(Timestamp),
    /// Each event's own `time`. For an event whose `time` is missing or is not a time, `now` is null: no period (`active`)
    /// holds, functions of `now` are null, and the decision has an entry under `errors` if the rules read the clock.
    Event,
}
