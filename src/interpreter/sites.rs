//! Adds sites to a trace. The parts of a trace are in the order of the rule set, and those of a condition in the order in which
//! they are written, so both are walked side by side.

use crate::expr::{DefineId, Typed, TypedNode};
use crate::rules::{
    Action, Cases, ConditionRole, NameKind, RuleSet, SiteId, SiteKind, Sites, Table, TableKind, TransformStep,
};
use crate::trace::{AlternativeTrace, CasesTrace, Condition, SitePath, TableTrace, Trace};

/// Adds the sites of all parts, except those of steps.
pub(super) fn add_sites(trace: &mut Trace, rules: &RuleSet, sites: &Sites) {
    SiteAdder { rules, sites }.all(trace);
}

/// The site of a step of a transform.
pub(super) fn of_step(sites: &Sites, rules: &RuleSet, transform: usize, step: &TransformStep) -> Option<SitePath> {
    let steps = &rules.transforms.get(transform)?.steps;
    let id = find_step(sites, sites.part(NameKind::Transform, transform)?, steps, step)?;
    sites.get(id).map(|site| site.path.clone())
}

fn find_step(sites: &Sites, owner: SiteId, steps: &[TransformStep], wanted: &TransformStep) -> Option<SiteId> {
    sites.children_of_kind(owner, SiteKind::Step).zip(steps).find_map(|(id, step)| {
        if std::ptr::eq(step, wanted) {
            return Some(id);
        }
        match &step.action {
            Action::ForEach(_, steps) => find_step(sites, id, steps, wanted),
            _ => None,
        }
    })
}

struct SiteAdder<'s> {
    rules: &'s RuleSet,
    sites: &'s Sites,
}

impl SiteAdder<'_> {
    fn path(&self, id: Option<SiteId>) -> Option<SitePath> {
        id.and_then(|id| self.sites.get(id)).map(|site| site.path.clone())
    }

    fn all(&self, trace: &mut Trace) {
        let (rules, sites) = (self.rules, self.sites);
        for (at, (traced, filter)) in trace.filters.iter_mut().zip(&rules.filters).enumerate() {
            let id = sites.part(NameKind::Filter, at);
            traced.site = self.path(id);
            self.when(&mut traced.condition, id, Some(&filter.condition));
        }
        for (at, (traced, schema)) in trace.schemas.iter_mut().zip(&rules.schemas).enumerate() {
            let id = sites.part(NameKind::Schema, at);
            traced.site = self.path(id);
            self.when(&mut traced.condition, id, schema.when.as_ref());
        }
        for (at, traced) in trace.topics.iter_mut().enumerate() {
            traced.site = self.path(sites.part(NameKind::Topic, at));
        }
        for (at, (traced, rule)) in trace.rules.iter_mut().zip(&rules.rules).enumerate() {
            let id = sites.part(NameKind::Rule, at);
            traced.site = self.path(id);
            self.when(&mut traced.condition, id, rule.when.as_ref());
        }
        for (at, (traced, group)) in trace.groups.iter_mut().zip(&rules.groups).enumerate() {
            let id = sites.part(NameKind::Group, at);
            traced.site = self.path(id);
            self.when(&mut traced.condition, id, group.when.as_ref());
        }
        for (at, (traced, table)) in trace.tables.iter_mut().zip(&rules.tables).enumerate() {
            self.table(traced, table, sites.part(NameKind::Table, at));
        }
        for (at, (traced, named)) in trace.defines.iter_mut().zip(&rules.defines).enumerate() {
            self.cases(traced, &named.cases, sites.part(NameKind::Define, at));
        }
        for (at, (traced, named)) in trace.label_cases.iter_mut().zip(&rules.labels).enumerate() {
            self.cases(traced, &named.cases, sites.part(NameKind::Label, at));
        }
        for (at, (name, declared)) in rules.subscribers.iter().enumerate() {
            // They are sorted by name.
            let found = trace.subscribers.binary_search_by(|traced| traced.name.cmp(name));
            let Some(traced) = found.ok().and_then(|found| trace.subscribers.get_mut(found)) else { continue };
            let id = sites.part(NameKind::Subscriber, at);
            traced.site = self.path(id);
            let filter = id.and_then(|id| sites.children_of_kind(id, SiteKind::SubscriberFilter).next());
            self.when(&mut traced.filter, filter, declared.filter.as_ref());
        }
    }

    fn table(&self, traced: &mut TableTrace, table: &Table, id: Option<SiteId>) {
        traced.site = self.path(id);
        let rows: Vec<SiteId> = id.iter().flat_map(|id| self.sites.children_of_kind(*id, SiteKind::Row)).collect();
        let whens: Vec<Option<&Typed>> = match &table.kind {
            TableKind::Key { key, rows, .. } => {
                traced.key_cases.iter_mut().for_each(|traced| self.cases(traced, key, id));
                rows.iter().map(|_| None).collect()
            }
            TableKind::Decision { rows, .. } => rows.iter().map(|row| row.when.as_ref()).collect(),
        };
        for ((traced, id), when) in traced.rows.iter_mut().zip(rows).zip(whens) {
            traced.site = self.path(Some(id));
            self.when(&mut traced.condition, Some(id), when);
        }
    }

    fn cases(&self, traced: &mut CasesTrace, cases: &Cases, id: Option<SiteId>) {
        traced.site = self.path(id);
        let ids: Vec<SiteId> = id.iter().flat_map(|id| self.sites.children_of_kind(*id, SiteKind::Case)).collect();
        for ((traced, alternative), id) in traced.alternatives.iter_mut().zip(&cases.alternatives).zip(ids) {
            traced.site = self.path(Some(id));
            let AlternativeTrace { condition, result, .. } = traced;
            self.when(condition, Some(id), alternative.when.as_ref());
            if let Some(result) = result {
                self.condition(result, &alternative.value, self.sites.condition(id, ConditionRole::Value));
            }
        }
    }

    fn when(&self, condition: &mut Option<Condition>, owner: Option<SiteId>, typed: Option<&Typed>) {
        if let (Some(condition), Some(typed)) = (condition, typed) {
            let root = owner.and_then(|owner| self.sites.condition(owner, ConditionRole::When));
            self.condition(condition, typed, root);
        }
    }

    /// A condition and its parts. (Recurses no deeper than the parser allows, and no deeper into named values than they are
    /// recorded.)
    fn condition(&self, condition: &mut Condition, typed: &Typed, id: Option<SiteId>) {
        condition.site = self.path(id);
        let parts: Vec<&Typed> = match &typed.node {
            TypedNode::And(parts) | TypedNode::Or(parts) => parts.iter().collect(),
            TypedNode::Not(part) => vec![&**part],
            TypedNode::Define(define) => return self.inside(&mut condition.inside, *define),
            _ => return,
        };
        let ids: Vec<SiteId> = id.iter().flat_map(|id| self.sites.children(*id)).collect();
        for (at, (condition, part)) in condition.parts.iter_mut().zip(parts).enumerate() {
            self.condition(condition, part, ids.get(at).copied());
        }
    }

    /// The recorded parts of the definition of a named value: the condition of each alternative and, if that holds, its value.
    fn inside(&self, recorded: &mut [Condition], define: DefineId) {
        let Some(named) = self.rules.define(define) else { return };
        let id = self.sites.part(NameKind::Define, define.0 as usize);
        let ids = id.iter().flat_map(|id| self.sites.children_of_kind(*id, SiteKind::Case));
        let mut recorded = recorded.iter_mut();
        for (alternative, id) in named.cases.alternatives.iter().zip(ids) {
            if let Some(when) = &alternative.when {
                let Some(condition) = recorded.next() else { return };
                self.condition(condition, when, self.sites.condition(id, ConditionRole::When));
                if !condition.held {
                    continue;
                }
            }
            let Some(value) = recorded.next() else { return };
            self.condition(value, &alternative.value, self.sites.condition(id, ConditionRole::Value));
        }
    }
}
