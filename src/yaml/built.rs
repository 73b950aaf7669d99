//! Nodes with what copies of them cost.

use super::YamlNode;

/// A node and what copies of it would cost.
pub(super) struct Built {
    pub(super) node: YamlNode,
    /// Nodes, and text by the piece.
    pub(super) cost: usize,
    /// How deep it is nested: 0 for a scalar.
    pub(super) height: usize,
}
