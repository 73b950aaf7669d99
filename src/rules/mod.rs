//! The rule set: checked and resolved, but not yet compiled into a graph.
//!
//! Does not use events or the graph. Each part of a rule set has a file for its types, and one in `decode` for its decoder.

mod active;
mod cancellation;
mod cases;
mod compile;
mod computations;
mod decode;
mod destination;
mod envelope;
mod files;
mod filter;
mod foreign;
mod group;
mod id;
mod input_recorder;
mod input_snapshot;
mod json_place;
pub mod keys;
mod lint;
mod lint_destinations;
mod lint_literals;
mod lint_names;
mod lint_schemas;
mod lint_transforms;
mod load;
mod load_error;
mod loaded;
mod name;
mod name_index;
mod nesting;
mod options;
mod pattern_index;
mod rule;
mod rule_set;
mod schema;
mod sites;
mod subscriber;
pub(crate) mod suppressions;
mod table;
mod topic_node;
mod transform;
pub(crate) mod walk;

pub use active::Active;
pub use cases::{Alternative, Cases, NamedCases};
pub(crate) use computations::{Computations, OverBudget, budget_errors, shown as shown_computation};
pub use destination::Destination;
pub(crate) use destination::{choose_by_value, distinct_errors};
pub use envelope::{Envelope, Layout};
pub use filter::Filter;
pub use group::{Group, MatchMode, Member};
pub use id::{GroupId, RuleId};
pub use input_snapshot::InputSnapshot;
pub use load::{load, load_strings};
pub use load_error::LoadError;
pub use loaded::{Loaded, LoadedFile};
pub use name::{Name, NameKind, NamePlace};
pub use name_index::NameIndex;
pub use options::{LoadLimits, LoadOptions};
pub use rule::Rule;
pub use rule_set::RuleSet;
pub use schema::{Schema, SchemaTarget};
pub use sites::{ConditionRole, Site, SiteId, SiteIdentity, SiteKind, Sites};
pub use subscriber::{Defaults, Subscriber};
pub use table::{DecisionRow, KeyRow, Table, TableKind, Target};
pub use topic_node::{Setting, TopicNode};
pub use transform::{
    Action, CheckedExpression, FieldPath, LookupStep, SourceValue, TemplatePiece, Transform, TransformId,
    TransformStep, ValueSource,
};

#[cfg(test)]
mod tests;
