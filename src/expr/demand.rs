//! Which types an expression needs of which paths, for the `errors` of a decision.

use super::{PathId, PathTable, Typed};
use crate::event::{Step, Type};

/// A path and the type that some expression needs of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Demand {
    /// The path.
    pub path: PathId,
    /// For paths into elements (`data.items[].price`): the steps behind each `[]`.
    pub elements: Vec<Vec<Step>>,
    /// What is needed; null and missing are always fine.
    pub expected: Type,
}

impl Demand {
    /// As a decision shows it: `data.items[].price`.
    pub fn shown(&self, paths: &PathTable) -> String {
        let mut out = paths.get(self.path).map(ToString::to_string).unwrap_or_default();
        for steps in &self.elements {
            out.push_str("[]");
            steps.iter().for_each(|step| out.push_str(&step.to_string()));
        }
        out
    }
}

/// All demands of an expression used where `expected` is needed, each once, in order of appearance. What stands behind a
/// named value is asked for by the named value itself and not repeated here.
pub fn demands(typed: &Typed, expected: Type, out: &mut Vec<Demand>) {
    let _ = out;
    todo!("{typed:?} {expected:?}")
}
