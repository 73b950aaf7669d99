//! Nodes with the cost of copying them.

use super::YamlNode;

/// A node and the cost of a copy.
pub(super) struct Built {
    pub(super) node: YamlNode,
    /// The number of nodes, and of pieces of text.
    pub(super) cost: usize,
    /// The depth of the node: 0 for a scalar.
    pub(super) height: usize,
}
