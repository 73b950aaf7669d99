//! Property tests: random rule sets against random events.
//!
//! `PROPTEST_CASES` sets the number of rule sets, and `PROPTEST_RNG_SEED` the seed; by default they are always the same. A failure
//! prints how to repeat it; CONTRIBUTING.md has the command for a long run.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod agree;
mod conditions;
mod crowd;
mod events;
mod generate;
mod oracle;
mod overrides;
mod sets;
mod sites;
mod split;
mod transforms;
