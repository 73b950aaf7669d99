//! Analysis of rule sets without events: what values a term can have. Questions are answered exactly, or not at all.

mod facts;
pub mod sets;

pub use facts::facts_at;
