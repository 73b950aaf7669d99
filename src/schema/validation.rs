//! Validation by the crate `jsonschema`.

use super::references::References;
use super::{MAX_FAULTS, Resources, SchemaError, SchemaFault, chains, cost, message};
use crate::event::Json;
use jsonschema::{Draft, PatternOptions, Retrieve, Uri};
use std::sync::{Arc, Mutex, PoisonError};

/// The size limit of a compiled regular expression of a schema, in bytes.
const PATTERN_SIZE: usize = 4 << 20;

/// The limit for backtracking of a regular expression on one value (look-around cannot be matched in linear time).
const BACKTRACKING: usize = 100_000;

/// The limit for the recursion of validation: the depth of the value times the length of the longest chain in the schema.
const MAX_RECURSION: usize = 4_096;

/// The address of a schema that is not in a file of its own.
const NOWHERE: &str = "dadar:///schema.json";

/// The supported drafts, by the value of `$schema`.
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
    /// The levels of recursion for each level of a value.
    levels: usize,
    references: References,
}

impl CompiledSchema {
    pub(super) fn new(
        schema: &Arc<Json>,
        base: Option<&str>,
        resources: impl Resources + 'static,
        formats: bool,
    ) -> Result<CompiledSchema, SchemaError> {
        let draft = draft(schema)?;
        let base = base.unwrap_or(NOWHERE);
        let mut documents = vec![(base.to_owned(), schema.clone())];
        // Compilation recurses along references, so each document is checked before its references are followed.
        let mut references = References::new(&documents);
        let too_long = |path| SchemaError { path, message: chains::too_long() };
        let mut levels = chains::levels(&references).map_err(too_long)?;
        let read = Arc::new(Mutex::new(Vec::new()));
        let patterns = PatternOptions::fancy_regex()
            .backtrack_limit(BACKTRACKING)
            .size_limit(PATTERN_SIZE)
            .dfa_size_limit(PATTERN_SIZE);
        let options = jsonschema::options()
            .with_draft(draft)
            .should_validate_formats(formats)
            .with_base_uri(base)
            .with_pattern_options(patterns)
            .with_retriever(Retriever { resources, read: read.clone() });
        let validator = options.build(schema).map_err(|error| message::broken(&error, schema))?;
        documents.append(&mut read.lock().unwrap_or_else(PoisonError::into_inner));
        if documents.len() > 1 {
            references = References::new(&documents);
            let too_long = |_| SchemaError { path: String::new(), message: chains::too_long() };
            levels = chains::levels(&references).map_err(too_long)?;
        }
        Ok(CompiledSchema { validator, levels: levels + 1, references })
    }

    pub(super) fn faults(&self, value: &Json) -> Vec<SchemaFault> {
        let branches = self.references.may_branch();
        let applications = if branches { cost::applications(&self.references, value) } else { 0 };
        if applications > cost::MOST {
            let message = format!("not validated: the schema would be applied more than {} times", cost::MOST);
            return vec![SchemaFault { path: String::new(), message }];
        }
        if !is_within(value, MAX_RECURSION / self.levels) {
            let message =
                format!("nested more than {} deep, which this schema cannot validate", MAX_RECURSION / self.levels);
            return vec![SchemaFault { path: String::new(), message }];
        }
        if self.validator.is_valid(value) {
            return Vec::new();
        }
        if applications > cost::MOST_WITH_FAULTS {
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

/// Documents by URI.
type Documents = Vec<(String, Arc<Json>)>;

/// Reads the documents that references lead to, and keeps them.
struct Retriever<R> {
    resources: R,
    read: Arc<Mutex<Documents>>,
}

impl<R: Resources> Retrieve for Retriever<R> {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Json, Box<dyn std::error::Error + Send + Sync>> {
        let schema = Arc::new(self.resources.get(uri.as_str())?);
        let document = (uri.as_str().to_owned(), schema.clone());
        chains::levels(&References::new(std::slice::from_ref(&document))).map_err(|_| chains::too_long())?;
        self.read.lock().unwrap_or_else(PoisonError::into_inner).push(document);
        Ok(Json::clone(&schema))
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
