//! The router: decisions for events, by one compiled rule set.

use crate::decision::{Decision, Status};
use crate::event::{Limits, Mode};
use crate::rules::RuleSet;
use jiff::Timestamp;
use std::sync::Arc;

/// Where `now` comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// The system's clock, read at most once an event.
    #[default]
    System,
    /// Always this instant.
    Fixed(Timestamp),
    /// Each event's own `time`; the system's clock where it has none.
    Event,
}

/// How events are read.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Where `now` comes from.
    pub clock: Clock,
    /// How much of an event is read.
    pub mode: Mode,
    /// What a line may be at most.
    pub limits: Limits,
    /// Whether malformed decisions show the beginning of their line.
    pub input_echo: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { clock: Clock::System, mode: Mode::Strict, limits: Limits::default(), input_echo: true }
    }
}

/// A compiled rule set. Cheap to clone and to share between threads.
#[derive(Clone, Debug)]
pub struct Router {
    options: Options,
}

/// A router with the scratch memory of one thread.
#[derive(Debug)]
pub struct Session {
    router: Router,
}

/// What was decided, by number: cheap to look at where names are not needed.
#[derive(Clone, Copy, Debug)]
pub struct Verdict<'s> {
    /// What became of the event.
    pub status: Status,
    /// Who gets it; numbers for [`Router::subscribers`].
    pub subscribers: &'s [u32],
    /// Which rules matched; numbers for [`Router::rules`].
    pub rules: &'s [u32],
}

impl Router {
    /// Compiles a rule set.
    pub fn new(rules: &RuleSet) -> Router {
        Self::with_options(rules, Options::default())
    }

    /// Compiles a rule set.
    pub fn with_options(rules: &RuleSet, options: Options) -> Router {
        let _ = rules;
        Router { options }
    }

    /// Decides about one event. For many events, [`Router::session`] is faster.
    pub fn route(&self, line: &[u8]) -> Decision {
        self.session().route(line, 1)
    }

    /// A session for one thread.
    pub fn session(&self) -> Session {
        Session { router: self.clone() }
    }

    /// The names of all subscribers, sorted; their positions are their numbers.
    pub fn subscribers(&self) -> &[Arc<str>] {
        &[]
    }

    /// The names of all rules, by rank; their positions are their numbers.
    pub fn rules(&self) -> &[Arc<str>] {
        &[]
    }

    /// How events are read.
    pub fn options(&self) -> &Options {
        &self.options
    }
}

impl Session {
    /// Decides about one line, whose number (from 1) stands on the decision if it is malformed.
    pub fn route(&mut self, line: &[u8], number: u64) -> Decision {
        todo!("{line:?} {number} {:?}", self.router)
    }

    /// Decides about one line and appends the decision to `out` as one line of JSON with its line break.
    pub fn route_to(&mut self, line: &[u8], number: u64, out: &mut Vec<u8>) -> Verdict<'_> {
        todo!("{line:?} {number} {out:?}")
    }
}
