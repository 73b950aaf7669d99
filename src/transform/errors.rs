//! Type errors of steps.

use crate::decision::{MAX_REQUIRED_BY, Requirer, TypeError};
use crate::rules::{Transform, TransformId};
use std::collections::{BTreeMap, BTreeSet};

/// The type errors of steps: one entry for each path and type, counted once for each transform.
#[derive(Clone, Debug, Default)]
pub(crate) struct StepErrors(BTreeMap<(String, String), CountedError>);

/// An error and the transforms in which it occurred.
#[derive(Clone, Debug)]
struct CountedError {
    error: TypeError,
    transforms: BTreeSet<TransformId>,
}

impl StepErrors {
    /// Adds an error of a step of a transform.
    pub(super) fn add(&mut self, path: &str, expected: String, found: String, id: TransformId, transform: &Transform) {
        let new = |(path, expected): &(String, String)| CountedError {
            error: TypeError {
                path: path.clone(),
                expected: expected.clone(),
                found,
                required_by: Vec::new(),
                count: 0,
            },
            transforms: BTreeSet::new(),
        };
        let counted = self.0.entry((path.to_owned(), expected)).or_insert_with_key(new);
        if counted.transforms.insert(id) {
            counted.error.count += 1;
            if counted.error.required_by.len() < MAX_REQUIRED_BY {
                counted.error.required_by.push(Requirer::Transform(transform.name.text.clone()));
            }
        }
    }

    /// The errors by path and type.
    pub(crate) fn into_list(self) -> Vec<TypeError> {
        self.0.into_values().map(|counted| counted.error).collect()
    }
}
