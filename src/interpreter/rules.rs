//! Content rules and their groups.

use super::{Interpretation, groups_around, texts, written};
use crate::expr::time::format_time;
use crate::rules::{Active, Group, GroupId, MatchMode, Member, Rule, RuleId, RuleSet};
use crate::trace::{Condition, GroupTrace, RuleOutcome, RuleTrace};
use std::sync::Arc;

/// The result of a group's own condition.
struct GroupResult {
    held: bool,
    condition: Option<Condition>,
}

impl<'a> Interpretation<'a> {
    /// Groups and rules (by rank). Each rule is evaluated on its own first; then `first` groups and `stop` are applied.
    pub(super) fn content(&mut self, open: bool) -> (Vec<GroupTrace>, Vec<RuleTrace>) {
        let set = self.rules();
        let groups: Vec<GroupResult> = set.groups.iter().map(|group| self.group(group, open)).collect();
        let mut rules: Vec<RuleTrace> = set.rules.iter().map(|rule| self.rule(rule, &groups, open)).collect();
        strike(set, &mut rules);
        stop(&mut rules);
        let traces = set.groups.iter().zip(groups).map(|(group, result)| GroupTrace {
            site: None,
            name: group.name.text.clone(),
            span: group.name.span,
            mode: if group.mode == MatchMode::First { "first" } else { "all" },
            condition: result.condition,
            matched: rules.iter().any(|rule| rule.outcome.matched() && rule.groups.contains(&group.name.text)),
        });
        (traces.collect(), rules)
    }

    fn group(&mut self, group: &'a Group, open: bool) -> GroupResult {
        let (held, condition) = if open { self.evaluate(group.when.as_ref()) } else { (false, None) };
        GroupResult { held, condition }
    }

    fn rule(&mut self, rule: &'a Rule, groups: &[GroupResult], open: bool) -> RuleTrace {
        let (held, condition) = if open { self.evaluate(rule.when.as_ref()) } else { (false, None) };
        let around = groups_around(self.rules(), rule.group);
        RuleTrace {
            site: None,
            name: rule.name.text.clone(),
            span: rule.name.span,
            priority: rule.priority,
            groups: around.iter().rev().map(|group| group.name.text.clone()).collect(),
            topics: written(&rule.topics),
            outcome: if open { self.outcome(rule, held, groups) } else { RuleOutcome::NotReached },
            condition,
            subscribers: texts(&rule.subscribers),
            destinations: Vec::new(),
            exclude: texts(&rule.exclude),
            labels: rule.labels.iter().map(|(name, _)| name.text.clone()).collect(),
            stop: rule.stop,
        }
    }

    /// The result of a rule on its own: the first reason why it does not match. Constant reasons come before those that depend on
    /// the event, and groups, from the outermost inwards, before the rule itself.
    fn outcome(&self, rule: &Rule, held: bool, result: &[GroupResult]) -> RuleOutcome {
        let mut groups = groups_around(self.rules(), rule.group);
        groups.reverse();
        let name = |group: &Group| Some(group.name.text.clone());
        if let Some(group) = groups.iter().find(|group| !group.enabled) {
            return RuleOutcome::Disabled { group: name(group) };
        }
        if !rule.enabled {
            return RuleOutcome::Disabled { group: None };
        }
        if let Some(group) = groups.iter().find(|group| !group.active.holds(self.context.now)) {
            return self.inactive(group.active, name(group));
        }
        if !rule.active.holds(self.context.now) {
            return self.inactive(rule.active, None);
        }
        if let Some(group) = groups.iter().find(|group| !self.topic_in(&group.topics)) {
            return RuleOutcome::OtherTopic { group: name(group), topics: written(&group.topics) };
        }
        if !self.topic_in(&rule.topics) {
            return RuleOutcome::OtherTopic { group: None, topics: written(&rule.topics) };
        }
        let failed = chain(self.rules(), rule.group)
            .into_iter()
            .rev()
            .find(|id| !result.get(id.0 as usize).is_some_and(|result| result.held));
        if let Some(group) = failed.and_then(|id| self.rules().groups.get(id.0 as usize)) {
            return RuleOutcome::Condition { group: name(group) };
        }
        if held { RuleOutcome::Matched } else { RuleOutcome::Condition { group: None } }
    }

    fn inactive(&self, active: Active, group: Option<Arc<str>>) -> RuleOutcome {
        let zone = &self.rules().zone;
        let shown = |at: Option<jiff::Timestamp>| at.map(|at| format_time(at, zone));
        RuleOutcome::Inactive { group, from: shown(active.from), until: shown(active.until) }
    }

    /// True if a rule's type requirements count: it is enabled and active, and its topics and those of its groups match the event's.
    pub(super) fn requires_types(&self, id: RuleId) -> bool {
        let Some(rule) = self.rules().rules.get(id.0 as usize) else { return false };
        let now = self.context.now;
        let groups = groups_around(self.rules(), rule.group);
        let there = |enabled: bool, active: &Active| enabled && active.holds(now);
        there(rule.enabled, &rule.active)
            && self.topic_in(&rule.topics)
            && groups.iter().all(|group| there(group.enabled, &group.active) && self.topic_in(&group.topics))
    }
}

/// The numbers of the enclosing groups, the innermost first.
fn chain(rules: &RuleSet, innermost: Option<GroupId>) -> Vec<GroupId> {
    let parent = |id: &GroupId| rules.groups.get(id.0 as usize).and_then(|group| group.parent);
    std::iter::successors(innermost, parent).collect()
}

/// In each `first` group, strikes out the members after the first one that matches. Groups come after their parents, so the
/// reverse order handles inner groups first.
fn strike(set: &RuleSet, rules: &mut [RuleTrace]) {
    let firsts = set.groups.iter().rev().filter(|group| group.mode == MatchMode::First);
    for group in firsts {
        let mut winner: Option<Arc<str>> = None;
        for member in &group.members {
            let within = rules_within(set, *member);
            let matched = |id: &RuleId| rules.get(id.0 as usize).is_some_and(|rule| rule.outcome.matched());
            let survivors: Vec<RuleId> = within.into_iter().filter(matched).collect();
            match &winner {
                None if survivors.is_empty() => {}
                None => winner = name_of(set, *member),
                Some(by) => {
                    for id in survivors {
                        if let Some(rule) = rules.get_mut(id.0 as usize) {
                            rule.outcome = RuleOutcome::Struck { group: group.name.text.clone(), by: by.clone() };
                        }
                    }
                }
            }
        }
    }
}

/// The rules of a member: itself, or every rule in the group.
fn rules_within(set: &RuleSet, member: Member) -> Vec<RuleId> {
    match member {
        Member::Rule(id) => vec![id],
        Member::Group(group) => {
            let within = |(at, rule): (u32, &Rule)| chain(set, rule.group).contains(&group).then_some(RuleId(at));
            (0..).zip(&set.rules).filter_map(within).collect()
        }
    }
}

fn name_of(set: &RuleSet, member: Member) -> Option<Arc<str>> {
    match member {
        Member::Rule(id) => set.rules.get(id.0 as usize).map(|rule| rule.name.text.clone()),
        Member::Group(id) => set.groups.get(id.0 as usize).map(|group| group.name.text.clone()),
    }
}

/// Walks the remaining matches by rank and strikes out those after the first rule with `stop`.
fn stop(rules: &mut [RuleTrace]) {
    let mut stopped: Option<Arc<str>> = None;
    for rule in rules.iter_mut().filter(|rule| rule.outcome.matched()) {
        match &stopped {
            Some(by) => rule.outcome = RuleOutcome::Stopped { by: by.clone() },
            None if rule.stop => stopped = Some(rule.name.clone()),
            None => {}
        }
    }
}
