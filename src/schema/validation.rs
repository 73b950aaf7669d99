//! Validation by the crate `jsonschema`.

use super::{MAX_FAULTS, Resources, SchemaError, SchemaFault, chains, message};
use crate::event::Json;
use jsonschema::{Draft, PatternOptions, Retrieve, Uri};

/// The size limit of a compiled regular expression of a schema, in bytes.
const PATTERN_SIZE: usize = 4 << 20;

/// How much backtracking a regular expression may do on one value (look-around cannot be matched in linear time).
const BACKTRACKING: usize = 100_000;

/// How often validation may recurse on one value: the depth of the value times the levels of the schema at one place.
const MAX_RECURSION: usize = 4_096;

/// The address of a schema that is not in a file of its own.
const NOWHERE: &str = "dadar:///schema.json";

/// The drafts that are known, by the value of `$schema`.
pub(super) const DRAFTS: [(&str, Draft); 5] = [
    ("json-schema.org/draft/2020-12/schema", Draft::Draft202012),
    ("json-schema.org/draft/2019-09/schema", Draft::Draft201909),
    ("json-schema.org/draft-07/schema", Draft::Draft7),
    ("json-schema.org/draft-06/schema", Draft::Draft6),
    ("json-schema.org/draft-04/schema", Draft::Draft4),
];

/// A compiled schema.
#[derive(Debug)]
pub(super) struct CompiledSchema {
    validator: jsonschema::Validator,
    /// How many levels validation recurses for each level of a value.
    levels: usize,
}

impl CompiledSchema {
    pub(super) fn new(
        schema: &Json,
        base: Option<&str>,
        resources: impl Resources + 'static,
    ) -> Result<CompiledSchema, SchemaError> {
        let draft = draft(schema)?;
        let levels = chains::levels(schema).map_err(|path| SchemaError { path, message: chains::too_long() })? + 1;
        let patterns = PatternOptions::fancy_regex()
            .backtrack_limit(BACKTRACKING)
            .size_limit(PATTERN_SIZE)
            .dfa_size_limit(PATTERN_SIZE);
        let options = jsonschema::options()
            .with_draft(draft)
            .with_base_uri(base.unwrap_or(NOWHERE))
            .with_pattern_options(patterns)
            .with_retriever(Retriever(resources));
        let validator = options.build(schema).map_err(|error| message::broken(&error, schema))?;
        Ok(CompiledSchema { validator, levels })
    }

    pub(super) fn faults(&self, value: &Json, in_detail: bool) -> Vec<SchemaFault> {
        if !is_within(value, MAX_RECURSION / self.levels) {
            let message =
                format!("nested more than {} deep, which this schema cannot validate", MAX_RECURSION / self.levels);
            return vec![SchemaFault { path: String::new(), message }];
        }
        if self.validator.is_valid(value) {
            return Vec::new();
        }
        if !in_detail {
            let message = String::from("does not match the schema, which is too nested for a list of faults");
            return vec![SchemaFault { path: String::new(), message }];
        }
        let faults = self.validator.iter_errors(value).take(MAX_FAULTS);
        faults.map(|error| SchemaFault { path: message::pointer(&error), message: message::fault(&error) }).collect()
    }
}

/// True if a value is nested no deeper than `depth`. (Recurses no deeper than that.)
fn is_within(value: &Json, depth: usize) -> bool {
    match (value, depth.checked_sub(1)) {
        (Json::Array(items), Some(left)) => items.iter().all(|item| is_within(item, left)),
        (Json::Object(members), Some(left)) => members.values().all(|member| is_within(member, left)),
        (Json::Array(_) | Json::Object(_), None) => false,
        _ => true,
    }
}

struct Retriever<R>(R);

impl<R: Resources> Retrieve for Retriever<R> {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Json, Box<dyn std::error::Error + Send + Sync>> {
        self.0.get(uri.as_str()).map_err(Into::into)
    }
}

/// The draft that `$schema` names; 2020-12 without it.
fn draft(schema: &Json) -> Result<Draft, SchemaError> {
    let error = |message: String| SchemaError { path: String::from("/$schema"), message };
    match schema {
        Json::Bool(_) => return Ok(Draft::Draft202012),
        Json::Object(_) => {}
        _ => {
            let message = String::from("a schema is an object (or `true` or `false`)");
            return Err(SchemaError { path: String::new(), message });
        }
    }
    let Some(named) = schema.get("$schema") else { return Ok(Draft::Draft202012) };
    let Some(uri) = named.as_str() else { return Err(error(String::from("`$schema` is not a string"))) };
    let bare = uri.trim_end_matches('#');
    let bare = bare.strip_prefix("https://").or_else(|| bare.strip_prefix("http://")).unwrap_or(bare);
    let known = DRAFTS.iter().find(|(name, _)| *name == bare);
    known.map(|(_, draft)| *draft).ok_or_else(|| {
        error(format!("the draft `{uri}` is not known; known are 2020-12, 2019-09, draft-07, draft-06 and draft-04"))
    })
}
