//! Stands in for validation in a build without the feature `schemas`.

use super::{Resources, SchemaError, SchemaFault};
use crate::event::Json;
use std::convert::Infallible;

/// No schema compiles in this build, so there is no value of this type.
#[derive(Debug)]
pub(super) struct CompiledSchema(Infallible);

impl CompiledSchema {
    pub(super) fn new(
        _: &std::sync::Arc<Json>,
        _: Option<&str>,
        _: impl Resources + 'static,
        _: bool,
    ) -> Result<CompiledSchema, SchemaError> {
        let message = String::from("this build of dadar cannot validate: it was built without the feature `schemas`");
        Err(SchemaError { path: String::new(), message })
    }

    pub(super) fn faults(&self, _: &Json) -> Vec<SchemaFault> {
        match self.0 {}
    }
}
