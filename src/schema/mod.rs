//! JSON Schemas: validation, and the types that they guarantee.
//!
//! Nothing is fetched from a network: a `$ref` to another document is resolved only by the caller's [`Resources`]. Without the
//! feature `schemas` no schema compiles.

use crate::event::{Json, Step, Type};
use std::sync::Arc;

#[cfg(feature = "schemas")]
mod chains;
#[cfg(feature = "schemas")]
mod cost;
mod keywords;
#[cfg(feature = "schemas")]
mod message;
#[cfg(feature = "schemas")]
mod references;
mod types;
#[cfg(feature = "schemas")]
mod validation;

#[cfg(not(feature = "schemas"))]
#[path = "unavailable.rs"]
mod validation;

pub(crate) use keywords::{Misspelt, misspelt_keywords};

/// The limit for reported faults of one value.
pub const MAX_FAULTS: usize = 20;

/// A compiled schema.
#[derive(Clone, Debug)]
pub struct Validator {
    compiled: Arc<validation::CompiledSchema>,
    schema: Arc<Json>,
}

/// One fault of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaFault {
    /// A JSON Pointer into the value; empty for the value itself.
    pub path: String,
    /// The problem.
    pub message: String,
}

/// The error about a schema that does not compile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SchemaError {
    /// A JSON Pointer to the fault in the schema.
    pub path: String,
    /// The problem.
    pub message: String,
}

/// Provides other schemas, to which `$ref` may refer.
pub trait Resources: Send + Sync {
    /// The schema at an address, or the reason why it is not available.
    fn get(&self, uri: &str) -> Result<Json, String>;
}

/// No other schemas.
#[derive(Clone, Copy, Debug)]
pub struct NoResources;

impl Resources for NoResources {
    fn get(&self, uri: &str) -> Result<Json, String> {
        Err(format!("`{uri}` is not available"))
    }
}

impl Validator {
    /// Compiles a schema that asserts `format`. `base` is the address that relative references start from.
    pub fn compile(
        schema: Json,
        base: Option<&str>,
        resources: impl Resources + 'static,
    ) -> Result<Validator, SchemaError> {
        Validator::compile_with_formats(schema, base, resources, true)
    }

    /// As [`Validator::compile`]; without `formats`, `format` is an annotation only.
    pub fn compile_with_formats(
        schema: Json,
        base: Option<&str>,
        resources: impl Resources + 'static,
        formats: bool,
    ) -> Result<Validator, SchemaError> {
        let schema = Arc::new(schema);
        let compiled = validation::CompiledSchema::new(&schema, base, resources, formats)?;
        Ok(Validator { compiled: Arc::new(compiled), schema })
    }

    /// The faults of a value, in the order of the schema (at most [`MAX_FAULTS`]); empty if it is valid.
    pub fn validate(&self, value: &Json) -> Vec<SchemaFault> {
        self.compiled.faults(value)
    }

    /// True if the schema has `required` at its root and accepts null nevertheless: `required` is about objects only.
    pub(crate) fn lets_null_pass(&self) -> bool {
        let required = self.schema.get("required").and_then(Json::as_array);
        required.is_some_and(|names| !names.is_empty()) && self.validate(&Json::Null).is_empty()
    }

    /// The types that a valid value can have at a path (`Type::ANY` if the schema does not restrict it; including null if
    /// the path is not required).
    pub fn type_at(&self, steps: &[Step]) -> Type {
        types::type_at(&self.schema, steps)
    }
}

/// An address with its escapes (`%20`) decoded.
pub(crate) fn decode_percent(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(b) = rest.next() {
        let hex = |b: u8| char::from(b).to_digit(16);
        let mut ahead = rest.clone();
        match (b, ahead.next().and_then(hex), ahead.next().and_then(hex)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                rest = ahead;
            }
            _ => bytes.push(b),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
#[cfg(feature = "schemas")]
mod tests;
