//! Values of another type than some step needs.

use crate::decision::{MAX_REQUIRED_BY, Requirer, TypeError};
use crate::rules::{Transform, TransformId};
use std::collections::{BTreeMap, BTreeSet};

/// The type errors of steps: one for each path and type, each counted once for each transform.
#[derive(Clone, Debug, Default)]
pub(crate) struct StepErrors(BTreeMap<(String, String), Noted>);

/// An error and the transforms that it was noted for.
#[derive(Clone, Debug)]
struct Noted {
    error: TypeError,
    transforms: BTreeSet<TransformId>,
}

impl StepErrors {
    /// Notes an error of a step of a transform.
    pub(super) fn note(&mut self, path: &str, expected: String, found: String, id: TransformId, transform: &Transform) {
        let new = |(path, expected): &(String, String)| Noted {
            error: TypeError {
                path: path.clone(),
                expected: expected.clone(),
                found,
                required_by: Vec::new(),
                count: 0,
            },
            transforms: BTreeSet::new(),
        };
        let noted = self.0.entry((path.to_owned(), expected)).or_insert_with_key(new);
        if noted.transforms.insert(id) {
            noted.error.count += 1;
            if noted.error.required_by.len() < MAX_REQUIRED_BY {
                noted.error.required_by.push(Requirer::Transform(transform.name.text.clone()));
            }
        }
    }

    /// The errors by path and type.
    pub(crate) fn into_list(self) -> Vec<TypeError> {
        self.0.into_values().map(|noted| noted.error).collect()
    }
}
