//! `dadar` decides where events go, by rules in YAML.

pub mod decision;
pub mod diagnostic;
pub mod event;
pub mod explain;
pub mod expr;
mod graph;
pub mod lookup;
pub mod reference;
#[cfg(feature = "watch")]
pub mod reload;
pub mod route;
pub mod rules;
pub mod schema;
pub mod suite;
pub mod topic;
pub mod yaml;
