//! Analysis of rule sets without events: the values that a term can have. Questions are answered exactly, or not at all.

mod facts;
pub mod sets;

pub use facts::facts_at;
