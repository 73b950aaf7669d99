//! Compiled JSON Schemas: validation, and what they say of types.

use crate::event::{Json, Step, Type};

/// A compiled schema.
#[derive(Clone, Debug)]
pub struct Validator {}

/// One fault of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaFault {
    /// A JSON Pointer into the value; empty for the value itself.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

impl Validator {
    /// All faults of a value, in the order of the schema; none if it is valid.
    pub fn validate(&self, value: &Json) -> Vec<SchemaFault> {
        todo!("{value}")
    }

    /// The types that a valid value can have at a path (`Type::ANY` where the schema does not say; with null where the
    /// path is not required).
    pub fn type_at(&self, steps: &[Step]) -> Type {
        todo!("{steps:?}")
    }
}
