//! The parts that all stages of the pipeline share.

use super::counts::SharedCounts;
use super::input::Progress;
use crate::reload::Live;

/// The parts that all stages of the pipeline share.
#[derive(Clone, Copy, Debug)]
pub struct Job<'j> {
    /// The rules in force. Each batch is decided by one generation.
    pub live: &'j Live,
    /// The counts of decisions.
    pub counts: &'j SharedCounts,
    /// Records how far decisions have been written.
    pub progress: Option<&'j Progress>,
    /// The number of lines that an earlier run decided.
    pub lines_before: u64,
    /// The number of threads that decide.
    pub threads: usize,
}
