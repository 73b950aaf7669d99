//! Transforms at work: the event that `ingest` produces, and the event that each subscriber is sent.
//!
//! A tree is never changed: where a step writes, a new one is made that shares everything else. So the events
//! that several subscribers are sent share their common parts. The interpreter and the decision graph both use this module,
//! which knows neither.
//!
//! `run` has the state of an event, `environment` evaluates expressions on it, `steps` does the steps, `sources` computes the values that they
//! write, `fields` reads and writes them in the tree (`tree`), `envelope` computes roots like `topic` and `now`, and
//! `shared_prefixes` runs the transforms of all subscribers.

mod envelope;
mod environment;
mod errors;
mod fields;
mod run;
mod shared_prefixes;
mod sources;
mod steps;
mod tree;

pub(crate) use run::{Decided, RuleContext, StepLog, TransformRun};
pub(crate) use shared_prefixes::{Deliveries, PrefixPlan};

#[cfg(test)]
mod tests;
