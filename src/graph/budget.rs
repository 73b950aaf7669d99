//! Exceeded budgets: which computations are reported, and how large an event must be to exceed a budget.

use super::builder::Builder;
use super::envelope::{PathSources, Source};
use super::evaluator::Evaluator;
use super::outcome::Outcome;
use crate::decision::Requirer;
use crate::expr::{Budget, PathId, Root, Sizes, Typed, TypedNode, safe_size};
use crate::logic::{DraftId, NodeId, Seal, Sealer, ValueId, ValueNode, Values};
use crate::rules::{Computations, Envelope, Layout, OverBudget, budget_errors};

/// The computations of a rule set, and the parts of it that use them.
#[derive(Debug)]
pub(crate) struct BudgetPlan<C = NodeId> {
    computations: Vec<ComputationPlan>,
    users: Vec<UserPlan<C>>,
    /// By named value: true if its value is a part of the event or a constant.
    plain_defines: Vec<bool>,
    /// True if topic, id and time are parts of the event.
    plain_envelope: bool,
    /// The bytes of the largest cell of a lookup table.
    cell: usize,
}

#[derive(Debug)]
struct ComputationPlan {
    value: ValueId,
    shown: Box<str>,
    users: Box<[u32]>,
}

#[derive(Debug)]
struct UserPlan<C> {
    requirer: Requirer,
    in_force: C,
}

impl<C> Default for BudgetPlan<C> {
    fn default() -> BudgetPlan<C> {
        BudgetPlan {
            computations: Vec::new(),
            users: Vec::new(),
            plain_defines: Vec::new(),
            plain_envelope: false,
            cell: 0,
        }
    }
}

impl<C: Seal> Seal for BudgetPlan<C> {
    type Sealed = BudgetPlan<C::Sealed>;

    fn seal(self, sealer: &mut Sealer) -> Self::Sealed {
        let BudgetPlan { computations, users, plain_defines, plain_envelope, cell } = self;
        BudgetPlan { computations, users: users.seal(sealer), plain_defines, plain_envelope, cell }
    }
}

impl<C: Seal> Seal for UserPlan<C> {
    type Sealed = UserPlan<C::Sealed>;

    fn seal(self, sealer: &mut Sealer) -> Self::Sealed {
        UserPlan { requirer: self.requirer, in_force: self.in_force.seal(sealer) }
    }
}

impl BudgetPlan<DraftId> {
    pub(super) fn new(builder: &mut Builder<'_>) -> BudgetPlan<DraftId> {
        let rules = builder.rules;
        let Computations { users, all } = Computations::new(rules);
        if all.is_empty() {
            return BudgetPlan::default();
        }
        let users = users.into_iter().map(|user| {
            let rule = user.rule.and_then(|id| rules.rules.get(id.0 as usize));
            UserPlan {
                requirer: user.requirer,
                in_force: rule.map_or(DraftId::TRUE, |rule| builder.lowering.in_force(rules, rule)),
            }
        });
        let users = users.collect();
        let values = &mut builder.lowering.values;
        let computations = all.into_iter().map(|computation| ComputationPlan {
            value: values.intern(computation.typed),
            shown: computation.shown.into(),
            users: computation.users.into(),
        });
        let cases = rules.defines.iter().map(|define| &define.cases.alternatives);
        BudgetPlan {
            computations: computations.collect(),
            users,
            plain_defines: cases.map(|cases| cases.iter().all(|case| is_part(&case.value))).collect(),
            plain_envelope: match &rules.envelope {
                Envelope::CloudEvents => true,
                Envelope::Plain(Layout { id, topic, time, .. }) | Envelope::Auto(Layout { id, topic, time, .. }) => {
                    [id, topic, time].into_iter().all(is_part)
                }
            },
            cell: rules.lookups.iter().map(crate::lookup::Lookup::longest_cell).max().unwrap_or(0),
        }
    }
}

impl BudgetPlan {
    /// For each computation, the sizes of events that cannot exceed this budget.
    pub(super) fn thresholds(&self, values: &Values, sources: &PathSources, budget: Budget) -> Thresholds {
        let computed = |path: PathId| matches!(sources.of(path), Source::Root(Root::Topic | Root::Id | Root::Time));
        let sizes = Sizes {
            is_plain: &|define| self.plain_defines.get(define.0 as usize).copied().unwrap_or(false),
            is_part: &|path| self.plain_envelope || !computed(path),
            cell: self.cell,
        };
        let safe = |plan: &ComputationPlan| match values.get(plan.value) {
            Some(ValueNode::Expression(typed)) => safe_size(typed, &sizes, budget),
            _ => usize::MAX,
        };
        let safe: Box<[usize]> = self.computations.iter().map(safe).collect();
        Thresholds { least: safe.iter().copied().min().unwrap_or(usize::MAX), safe }
    }

    fn is_in_force(&self, user: u32, evaluator: &mut Evaluator<'_, '_>) -> bool {
        self.users.get(user as usize).is_some_and(|user| evaluator.holds(user.in_force))
    }

    /// Adds an error for each computation that exceeded its budget on an event of this size.
    pub(super) fn report(
        &self,
        evaluator: &mut Evaluator<'_, '_>,
        size: usize,
        thresholds: &Thresholds,
        outcome: &mut Outcome<'_>,
    ) {
        let mut found = OverBudget::new();
        for (computation, safe) in self.computations.iter().zip(&thresholds.safe) {
            if size <= *safe {
                continue;
            }
            let in_force = |user: &u32| self.is_in_force(*user, evaluator);
            let users: Vec<u32> = computation.users.iter().copied().filter(in_force).collect();
            if users.is_empty() {
                continue;
            }
            evaluator.value(computation.value);
            if let Some(limit) = evaluator.exceeded(computation.value) {
                found.entry((&computation.shown, limit)).or_default().extend(users);
            }
        }
        if found.is_empty() {
            return;
        }
        let requirer = |user: u32| self.users.get(user as usize).map(|user| user.requirer.clone());
        let errors = &mut outcome.reports_mut().errors;
        errors.extend(budget_errors(found, evaluator.budget, requirer));
        errors.sort_by(|a, b| (&a.path, &a.expected).cmp(&(&b.path, &b.expected)));
    }
}

/// The sizes of events that cannot exceed one budget.
#[derive(Debug)]
pub(crate) struct Thresholds {
    /// The least of `safe`.
    least: usize,
    /// By computation: the largest safe size.
    safe: Box<[usize]>,
}

impl Thresholds {
    /// True if no event of this size can exceed the budget.
    pub(super) fn are_above(&self, size: usize) -> bool {
        size <= self.least
    }

    /// True if no event can exceed the budget.
    pub(super) fn are_beyond_reach(&self) -> bool {
        self.least == usize::MAX
    }
}

/// An upper bound for the size of a line's values. (The most compact values are lists of one-digit numbers.)
pub(super) fn size_of_line(bytes: usize) -> usize {
    bytes.saturating_mul(18).saturating_add(64)
}

/// True if the value of an expression is a part of the event, or a scalar constant.
fn is_part(typed: &Typed) -> bool {
    match &typed.node {
        TypedNode::Path(_) => true,
        TypedNode::Const(json) => !json.is_array() && !json.is_object(),
        TypedNode::Coalesce(a, b) => is_part(a) && is_part(b),
        TypedNode::Steps(base, _) => is_part(base),
        _ => false,
    }
}
