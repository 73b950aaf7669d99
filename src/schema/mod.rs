//! Compiled JSON Schemas: validation, and what they say of types.
//!
//! Nothing is fetched: a `$ref` leads to what the [`Resources`] given by the caller have, or nowhere.

use crate::event::{Json, Step, Type};
use jsonschema::{Draft, PatternOptions, Retrieve, Uri};
use std::sync::Arc;

mod cost;
mod message;
mod types;

/// At most so many faults are told of one value.
pub const MAX_FAULTS: usize = 20;

/// How much a regular expression of a schema may take, in bytes, once compiled.
const PATTERN_SIZE: usize = 4 << 20;

/// How much backtracking a regular expression may do on one value (look-around cannot be matched in linear time).
const BACKTRACKING: usize = 100_000;

/// Where a schema without a file of its own is thought to lie.
const NOWHERE: &str = "dadar:///schema.json";

/// The drafts that are known, by what `$schema` says.
const DRAFTS: [(&str, Draft); 5] = [
    ("json-schema.org/draft/2020-12/schema", Draft::Draft202012),
    ("json-schema.org/draft/2019-09/schema", Draft::Draft201909),
    ("json-schema.org/draft-07/schema", Draft::Draft7),
    ("json-schema.org/draft-06/schema", Draft::Draft6),
    ("json-schema.org/draft-04/schema", Draft::Draft4),
];

/// A compiled schema.
#[derive(Clone, Debug)]
pub struct Validator {
    compiled: Arc<jsonschema::Validator>,
    schema: Arc<Json>,
    /// True if the work may grow faster than the value.
    may_branch: bool,
}

/// One fault of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaFault {
    /// A JSON Pointer into the value; empty for the value itself.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

/// Why a schema is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaError {
    /// A JSON Pointer to what is wrong in the schema.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

/// Other schemas, which `$ref` may lead to.
pub trait Resources: Send + Sync {
    /// The schema at an address, or why there is none.
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

struct Retriever<R>(R);

impl<R: Resources> Retrieve for Retriever<R> {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Json, Box<dyn std::error::Error + Send + Sync>> {
        self.0.get(uri.as_str()).map_err(Into::into)
    }
}

impl Validator {
    /// Compiles a schema. `base` is the address that relative references start from.
    pub fn compile(
        schema: Json,
        base: Option<&str>,
        resources: impl Resources + 'static,
    ) -> Result<Validator, SchemaError> {
        let draft = draft(&schema)?;
        let patterns = PatternOptions::fancy_regex()
            .backtrack_limit(BACKTRACKING)
            .size_limit(PATTERN_SIZE)
            .dfa_size_limit(PATTERN_SIZE);
        let options = jsonschema::options()
            .with_draft(draft)
            .with_base_uri(base.unwrap_or(NOWHERE))
            .with_pattern_options(patterns)
            .with_retriever(Retriever(resources));
        match options.build(&schema) {
            Ok(compiled) => {
                let may_branch = cost::may_branch(&schema);
                Ok(Validator { compiled: Arc::new(compiled), schema: Arc::new(schema), may_branch })
            }
            Err(error) => Err(message::broken(&error, &schema)),
        }
    }

    /// All faults of a value, in the order of the schema (at most [`MAX_FAULTS`]); none if it is valid.
    pub fn validate(&self, value: &Json) -> Vec<SchemaFault> {
        let applications = if self.may_branch { cost::applications(&self.schema, value) } else { 0 };
        if applications > cost::MOST {
            let message = format!("not validated: the schema would be applied more than {} times", cost::MOST);
            return vec![SchemaFault { path: String::new(), message }];
        }
        if self.compiled.is_valid(value) {
            return Vec::new();
        }
        if applications > cost::MOST_WITH_FAULTS {
            let message = String::from("does not match the schema, which is too nested for a list of faults");
            return vec![SchemaFault { path: String::new(), message }];
        }
        let faults = self.compiled.iter_errors(value).take(MAX_FAULTS);
        faults.map(|error| SchemaFault { path: message::pointer(&error), message: message::fault(&error) }).collect()
    }

    /// The types that a valid value can have at a path (`Type::ANY` where the schema does not say; with null where the
    /// path is not required).
    pub fn type_at(&self, steps: &[Step]) -> Type {
        types::type_at(&self.schema, steps)
    }
}

/// The draft that `$schema` names; 2020-12 where it is not there.
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

#[cfg(test)]
mod tests;
