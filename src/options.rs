//! How events are read and decided.

use crate::clock::Clock;
use crate::event::{Limits, Mode};
use crate::expr::Budget;

/// How events are read.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
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

impl Options {
    /// Sets the source of `now`.
    #[must_use]
    pub fn clock(self, clock: Clock) -> Options {
        Options { clock, ..self }
    }

    /// Sets how much of an event is read.
    #[must_use]
    pub fn mode(self, mode: Mode) -> Options {
        Options { mode, ..self }
    }

    /// Sets the limits on one line of input.
    #[must_use]
    pub fn limits(self, limits: Limits) -> Options {
        Options { limits, ..self }
    }

    /// Sets whether the decision about a malformed line shows the beginning of that line.
    #[must_use]
    pub fn input_echo(self, input_echo: bool) -> Options {
        Options { input_echo, ..self }
    }

    /// Sets whether deliveries are written instead of decisions.
    #[must_use]
    pub fn deliveries(self, deliveries: bool) -> Options {
        Options { deliveries, ..self }
    }

    /// Sets the budget of each computation on one event.
    #[must_use]
    pub fn budget(self, budget: Budget) -> Options {
        Options { budget, ..self }
    }
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
