//! Schemas: which of them apply to an event, and which faults they find.

use super::builder::Builder;
use super::evaluator::Evaluator;
use super::outcome::Outcome;
use crate::decision::Invalid;
use crate::expr::{Path, PathId, PathTable, Root};
use crate::logic::{DraftId, NodeId, Seal, Sealer};
use crate::rules::SchemaTarget;
use crate::schema::Validator;
use std::sync::Arc;

/// A schema and the events that it validates.
#[derive(Debug)]
pub(crate) struct SchemaPlan<C = NodeId> {
    name: Arc<str>,
    applies: C,
    /// The path of the value that is validated.
    pub(crate) target: PathId,
    rejects: bool,
    validator: Validator,
}

impl<C: Seal> Seal for SchemaPlan<C> {
    type Sealed = SchemaPlan<C::Sealed>;

    fn seal(self, sealer: &mut Sealer) -> Self::Sealed {
        let SchemaPlan { name, applies, target, rejects, validator } = self;
        SchemaPlan { name, applies: applies.seal(sealer), target, rejects, validator }
    }
}

/// All schemas. The paths that they validate are added to `paths`.
pub(super) fn schemas(builder: &mut Builder<'_>, paths: &mut PathTable) -> Vec<SchemaPlan<DraftId>> {
    let schemas = builder.rules.schemas.iter().map(|schema| {
        let lowering = &mut builder.lowering;
        let parts = [lowering.limited_to(&schema.topics), lowering.when(schema.when.as_ref())];
        let root = match schema.target {
            SchemaTarget::Event => Root::Event,
            SchemaTarget::Data => Root::Data,
            SchemaTarget::Headers => Root::Headers,
        };
        SchemaPlan {
            name: schema.name.text.clone(),
            applies: lowering.conditions.and(parts),
            target: paths.intern(Path { root, steps: Vec::new() }),
            rejects: schema.rejects,
            validator: schema.validator.clone(),
        }
    });
    schemas.collect()
}

/// Runs every schema that applies. True if one of them rejects the event.
pub(crate) fn validate(schemas: &[SchemaPlan], evaluator: &mut Evaluator<'_, '_>, outcome: &mut Outcome<'_>) -> bool {
    let mut rejected = false;
    for schema in schemas {
        if !evaluator.holds(schema.applies) {
            continue;
        }
        let faults = schema.validator.validate(&evaluator.path_value(schema.target).to_json());
        if faults.is_empty() {
            continue;
        }
        rejected |= schema.rejects;
        outcome.reports_mut().invalid.extend(faults.into_iter().map(|fault| Invalid {
            schema: schema.name.clone(),
            path: fault.path,
            message: fault.message,
        }));
    }
    rejected
}
