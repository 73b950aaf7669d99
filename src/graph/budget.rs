//! Budgets that were used up: which computations are reported, and from which size of an event on that has to be looked at.

use super::condition::NodeId;
use super::layout::{LayoutPlan, Source};
use super::run::Run;
use super::targets::TargetBuilder;
use super::values::{ValueId, ValueNode, Values};
use crate::decision::{Requirer, TypeError};
use crate::expr::{Budget, PathId, Root, Sizes, Typed, TypedNode, safe_size};
use crate::rules::{Computations, Envelope, Layout, OverBudget, RuleSet, budget_errors};

/// The computations of a rule set, and who needs them.
#[derive(Debug, Default)]
pub(crate) struct BudgetPlan {
    computations: Vec<ComputationPlan>,
    users: Vec<UserPlan>,
    /// By named value: true if it is a part of the event or a constant.
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
struct UserPlan {
    requirer: Requirer,
    in_force: NodeId,
}

impl BudgetPlan {
    pub(super) fn new(rules: &RuleSet, builder: &mut TargetBuilder<'_, '_>) -> BudgetPlan {
        let Computations { users, all } = Computations::new(rules);
        if all.is_empty() {
            return BudgetPlan::default();
        }
        let users = users.into_iter().map(|user| {
            let rule = user.rule.and_then(|id| rules.rules.get(id.0 as usize));
            UserPlan {
                requirer: user.requirer,
                in_force: rule.map_or(NodeId::TRUE, |rule| builder.in_force(rules, rule)),
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

    /// The conditions under which somebody needs a computation.
    pub(super) fn conditions_mut(&mut self) -> impl Iterator<Item = &mut NodeId> {
        self.users.iter_mut().map(|user| &mut user.in_force)
    }

    /// From which size on an event can use up which budget.
    pub(super) fn thresholds(&self, values: &Values, layout: &LayoutPlan, budget: Budget) -> Thresholds {
        let computed = |path: PathId| {
            let source = layout.sources.get(super::at(path));
            matches!(source, Some(Source::Root(Root::Topic | Root::Id | Root::Time)))
        };
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

    fn is_in_force(&self, user: u32, run: &mut Run<'_, '_>) -> bool {
        self.users.get(user as usize).is_some_and(|user| run.holds(user.in_force))
    }

    /// Adds an entry for each computation that has used up its budget on an event of this size.
    pub(super) fn report(
        &self,
        run: &mut Run<'_, '_>,
        size: usize,
        thresholds: &Thresholds,
        errors: &mut Vec<TypeError>,
    ) {
        let mut found = OverBudget::new();
        for (computation, safe) in self.computations.iter().zip(&thresholds.safe) {
            if size <= *safe {
                continue;
            }
            let in_force = |user: &u32| self.is_in_force(*user, run);
            let users: Vec<u32> = computation.users.iter().copied().filter(in_force).collect();
            if users.is_empty() {
                continue;
            }
            run.value(computation.value);
            if let Some(limit) = run.exceeded(computation.value) {
                found.entry((&computation.shown, limit)).or_default().extend(users);
            }
        }
        if found.is_empty() {
            return;
        }
        let requirer = |user: u32| self.users.get(user as usize).map(|user| user.requirer.clone());
        errors.extend(budget_errors(found, run.budget, requirer));
        errors.sort_by(|a, b| (&a.path, &a.expected).cmp(&(&b.path, &b.expected)));
    }
}

/// From which size on an event can use up budgets, for one budget.
#[derive(Debug)]
pub(crate) struct Thresholds {
    /// The least of `safe`.
    least: usize,
    /// By computation: the largest size that is safe.
    safe: Box<[usize]>,
}

impl Thresholds {
    /// True if no event of this size can use up a budget.
    pub(super) fn are_above(&self, size: usize) -> bool {
        size <= self.least
    }

    /// True if no event at all can.
    pub(super) fn are_beyond_reach(&self) -> bool {
        self.least == usize::MAX
    }
}

/// The size of a line's values at most: the most compact are numbers of one digit in a list.
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
