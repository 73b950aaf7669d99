//! How events are read and decided.

use crate::clock::Clock;
use crate::event::{Limits, Mode};
use crate::expr::Budget;

/// How events are read.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The source of `now`.
    pub clock: Clock,
    /// How much of an event is read.
    pub mode: Mode,
    /// The limits on one line of input.
    pub limits: Limits,
    /// Whether the decision about a malformed line shows the beginning of that line.
    pub input_echo: bool,
    /// Whether [`Session::route_to`](crate::Session::route_to) writes deliveries instead of the decision: one line for each
    /// subscriber, or one line with the status for an event that nobody receives. Events are then read strictly, regardless
    /// of `mode`.
    pub deliveries: bool,
    /// The budget of each computation on one event. A computation that exceeds it is null, with an entry under `errors`.
    pub budget: Budget,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clock: Clock::System,
            mode: Mode::Strict,
            limits: Limits::default(),
            input_echo: true,
            deliveries: false,
            budget: Budget::default(),
        }
    }
}
