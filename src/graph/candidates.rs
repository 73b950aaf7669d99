//! Candidates: rules and rows of decision tables, by the order in which they are numbered, and how they are found.
//!
//! Rules come first, by rank; the rows of decision tables follow.

use super::bits::Bits;
use super::posting::Posting;
use crate::logic::{NodeId, Seal, Sealer};

/// How candidates are found that no index finds, and which of them hits disable.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    /// How many there are.
    pub(crate) count: usize,
    /// Those whose condition is tested for every event.
    pub(crate) always: Vec<Posting>,
    /// Those that hits enable and disable. They have numbers of their own, so that the sets are not larger than necessary.
    pub(crate) by_default: Vec<ByDefault>,
    /// Which of these are enabled unless a hit disables them.
    pub(crate) defaults: Bits,
    /// True if several hits in one event can lead to the same candidate, so that it has to be marked.
    pub(crate) has_repeats: bool,
}

/// A candidate that is enabled, by default or by a hit, and that other hits may disable.
#[derive(Debug)]
pub(crate) struct ByDefault<C = NodeId> {
    pub(crate) candidate: u32,
    /// The condition that remains to be tested if it is still enabled in the end.
    pub(crate) rest: C,
}

impl<C: Seal> Seal for ByDefault<C> {
    type Sealed = ByDefault<C::Sealed>;

    fn seal(self, sealer: &mut Sealer) -> Self::Sealed {
        ByDefault { candidate: self.candidate, rest: self.rest.seal(sealer) }
    }
}
