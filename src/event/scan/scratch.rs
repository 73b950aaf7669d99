//! The memory that the scans of both modes keep from event to event.

/// Memory of a strict scan.
#[derive(Clone, Debug, Default)]
pub(super) struct StrictScratch {
    pub(super) frames: Vec<StrictFrame>,
    /// The kinds of open brackets beyond the innermost 64.
    pub(super) brackets: Vec<u64>,
    /// A key whose escapes were resolved.
    pub(super) key: Vec<u8>,
}

/// An object or array that the trie leads into, during a strict scan.
#[derive(Clone, Copy, Debug)]
pub(super) struct StrictFrame {
    pub(super) node: u32,
    pub(super) start: u32,
    /// The index in `found` of its first capture.
    pub(super) mark: u32,
    /// For an array: the number of its elements that are still to be found.
    pub(super) left: u32,
    /// For an array: the index of the next element.
    pub(super) index: u32,
    pub(super) object: bool,
}

/// Memory of a trusted scan.
#[derive(Clone, Debug, Default)]
pub(super) struct TrustedScratch {
    pub(super) frames: Vec<TrustedFrame>,
    /// A key whose escapes were resolved.
    pub(super) key: Vec<u8>,
}

/// An object or array that the trie leads into, during a trusted scan.
#[derive(Clone, Copy, Debug)]
pub(super) struct TrustedFrame {
    pub(super) node: u32,
    pub(super) start: u32,
    /// The number of the node's children that are still to be found.
    pub(super) left: u32,
    /// For an array: the index of the next element.
    pub(super) index: u32,
    pub(super) object: bool,
}
