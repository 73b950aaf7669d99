//! The normal form of conditions: the conditions of rules as a boolean DAG over tests `value op constant`.
//!
//! ```text
//! Typed ── Lowering ──▶ DraftConditions ── Sealer ──▶ Conditions
//!                       (hash-consed,                 (only what is used,
//!                        simplified)                   renumbered)
//! ```
//!
//! * A **value** is a path, a named value or a computed expression. Equal expressions are one value.
//! * A **test** compares one value with a constant. A condition that has no such form becomes `expression == true`.
//! * A **condition** is in negation normal form. Equal conditions are one node.
//!
//! The module knows expressions and the rules that they belong to, but not where values come from (slots, trees) or how matching
//! conditions are found. The decision graph adds both.

mod draft;
mod element;
mod hash_cons;
mod interval;
mod literal;
mod lowering;
mod node;
mod op;
mod pattern_sets;
mod range;
mod seal;
mod values;

pub(crate) use draft::DraftConditions;
pub(crate) use element::ElementTest;
pub(crate) use interval::Intervals;
pub(crate) use literal::Literal;
pub(crate) use lowering::Lowering;
pub(crate) use node::{DraftId, Node, NodeId};
pub(crate) use op::{Op, Test};
pub(crate) use pattern_sets::PatternSets;
pub(crate) use range::Range;
pub(crate) use seal::{Conditions, Seal, Sealer};
pub(crate) use values::{ValueId, ValueNode, Values};
