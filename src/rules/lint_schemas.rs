//! Schemas that let events pass which they were probably meant to reject (W026).

use super::{Envelope, RuleSet, Schema, SchemaTarget};
use crate::diagnostic::{Code, Diagnostic};

pub(super) fn lint(rules: &RuleSet, diagnostics: &mut Vec<Diagnostic>) {
    // With a condition, or a payload that `ingest` makes, the target may never be missing.
    let may_be_missing = |schema: &&Schema| {
        schema.when.is_none() && rules.ingest.is_empty() && target_may_be_missing(&rules.envelope, schema.target)
    };
    let rejecting = rules.schemas.iter().filter(|schema| schema.rejects);
    for schema in rejecting.filter(may_be_missing).filter(|schema| schema.validator.lets_null_pass()) {
        let target = if schema.target == SchemaTarget::Headers { "headers" } else { "data" };
        let message =
            format!("an event without `{target}` passes the schema `{}`, although it has `required`", schema.name.text);
        let help = "add `type: object` to the schema: `required` is about objects only";
        diagnostics.push(Diagnostic::new(Code::SchemaLetsPass, schema.name.span, message).help(help));
    }
}

fn target_may_be_missing(envelope: &Envelope, target: SchemaTarget) -> bool {
    let (Envelope::Plain(layout) | Envelope::Auto(layout)) = envelope else {
        // The headers of a CloudEvent are its attributes.
        return target == SchemaTarget::Data;
    };
    // The empty path is the event itself.
    match target {
        SchemaTarget::Event => false,
        SchemaTarget::Data => layout.data.iter().all(|path| !path.is_empty()),
        SchemaTarget::Headers => layout.headers.iter().all(|path| !path.is_empty()),
    }
}
