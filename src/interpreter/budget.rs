//! Budgets that were used up. Every computation that somebody in force needs is evaluated, so that what is reported does not
//! depend on which part of a condition happened to be looked at.

use super::context::EventContext;
use crate::decision::{MAX_ASKED_BY, TypeError};
use crate::expr::{Env, Limit, evaluate_measured};
use crate::rules::{Computations, RuleId};
use std::collections::{BTreeMap, BTreeSet};

/// An entry for each computation that has used up its budget. `in_force` tells which rules are there for the event.
pub(super) fn exceeded<'a>(
    computations: &'a Computations<'a>,
    context: &mut EventContext<'a>,
    in_force: impl Fn(RuleId) -> bool,
) -> Vec<TypeError> {
    let mut found: BTreeMap<(&str, Limit), BTreeSet<u32>> = BTreeMap::new();
    let asks =
        |number: &u32| computations.users.get(*number as usize).is_some_and(|user| user.rule.is_none_or(&in_force));
    for computation in &computations.all {
        let requirers: Vec<u32> = computation.users.iter().copied().filter(asks).collect();
        if requirers.is_empty() {
            continue;
        }
        if let Some(exceeded) = evaluate_measured(computation.typed, context).exceeded {
            found.entry((&computation.shown, exceeded.limit)).or_default().extend(requirers);
        }
    }
    let requirer = |number: &u32| computations.users.get(*number as usize).map(|user| user.requirer.clone());
    let entries = found.into_iter().map(|((shown, limit), requirers)| TypeError {
        path: shown.to_owned(),
        expected: context.budget().describe(limit),
        found: String::from("more"),
        asked_by: requirers.iter().filter_map(requirer).take(MAX_ASKED_BY).collect(),
        count: requirers.len(),
    });
    entries.collect()
}
