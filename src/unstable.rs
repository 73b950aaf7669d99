//! The parts of the engine that the program `dadar`, its tests, its benchmarks and its fuzz targets use.
//!
//! **Not covered by semantic versioning**: anything in here may change in any release. If your program needs something from
//! here, please open an issue, so that it can be made public.

/// Sets of values, and the guarantees of schemas.
pub mod analysis {
    pub use crate::analysis::*;
}

/// Events: scanning, decoding and values.
pub mod event {
    pub use crate::event::*;
}

/// Expressions: parsing, types, functions and evaluation.
pub mod expr {
    pub use crate::expr::*;
}

/// The evaluator that defines the semantics, and traces decisions.
pub mod interpreter {
    pub use crate::interpreter::*;
}

/// Lookup tables.
pub mod lookup {
    pub use crate::lookup::*;
}

/// Streams and growing files, decided by several threads.
#[cfg(feature = "pipeline")]
pub mod pipeline {
    pub use crate::pipeline::*;
}

/// The parts of a rule set, as checked and resolved.
pub mod rules {
    pub use crate::rules::*;
}

/// JSON Schemas.
pub mod schema {
    pub use crate::schema::*;
}

/// Topic patterns.
pub mod topic {
    pub use crate::topic::*;
}

/// The parts of a trace.
pub mod trace {
    pub use crate::trace::*;
}

/// YAML with the place of each node.
pub mod yaml {
    pub use crate::yaml::*;
}
