//! Schemas: which apply to an event, and what they find.

use super::condition::NodeId;
use super::run::Run;
use crate::decision::Invalid;
use crate::expr::PathId;
use crate::schema::Validator;
use std::sync::Arc;

/// A schema and the events it is for.
#[derive(Debug)]
pub(crate) struct SchemaPlan {
    pub(crate) name: Arc<str>,
    pub(crate) applies: NodeId,
    /// The path of what is validated.
    pub(crate) target: PathId,
    pub(crate) rejects: bool,
    pub(crate) validator: Validator,
}

/// Runs every schema that applies. True if one refuses the event.
pub(crate) fn validate(schemas: &[SchemaPlan], run: &mut Run<'_, '_>, invalid: &mut Vec<Invalid>) -> bool {
    let mut rejected = false;
    for schema in schemas {
        if !run.holds(schema.applies) {
            continue;
        }
        let faults = schema.validator.validate(&run.path_value(schema.target).to_json());
        rejected |= schema.rejects && !faults.is_empty();
        invalid.extend(faults.into_iter().map(|fault| Invalid {
            schema: schema.name.clone(),
            path: fault.path,
            message: fault.message,
        }));
    }
    rejected
}
