//! Exceeded budgets. Every computation that an active part of the rule set needs is evaluated, so that the report does not
//! depend on short-circuit evaluation.

use super::context::EventContext;
use crate::decision::TypeError;
use crate::expr::{Env, evaluate_measured};
use crate::rules::{Computations, OverBudget, RuleId, budget_errors};

/// An entry for each computation that exceeded its budget. `in_force` is true for the rules whose requirements count for the event.
pub(super) fn exceeded<'a>(
    computations: &'a Computations<'a>,
    context: &mut EventContext<'a>,
    in_force: impl Fn(RuleId) -> bool,
) -> Vec<TypeError> {
    let mut found = OverBudget::new();
    let requires =
        |number: &u32| computations.users.get(*number as usize).is_some_and(|user| user.rule.is_none_or(&in_force));
    for computation in &computations.all {
        let requirers: Vec<u32> = computation.users.iter().copied().filter(requires).collect();
        if requirers.is_empty() {
            continue;
        }
        if let Some(exceeded) = evaluate_measured(computation.typed, context).exceeded {
            found.entry((&computation.shown, exceeded.limit)).or_default().extend(requirers);
        }
    }
    let requirer = |user: u32| computations.users.get(user as usize).map(|user| user.requirer.clone());
    budget_errors(found, context.budget(), requirer).collect()
}
