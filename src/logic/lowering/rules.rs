//! The conditions of rules and groups.

use super::Lowering;
use crate::expr::Typed;
use crate::logic::DraftId;
use crate::rules::{Group, GroupId, Rule, RuleSet};
use crate::topic::TopicPattern;

impl Lowering<'_> {
    /// The condition of each group, those of the groups around it included.
    pub(crate) fn groups(&mut self, groups: &[Group]) -> Vec<DraftId> {
        let mut conditions = Vec::with_capacity(groups.len());
        for group in groups {
            let parent = of_group(group.parent, &conditions);
            let topics = self.limited_to(&group.topics);
            let when = self.when(group.when.as_ref());
            let active = self.conditions.active(group.active);
            let enabled = self.conditions.constant(group.enabled);
            conditions.push(self.conditions.and([parent, topics, when, active, enabled]));
        }
        conditions
    }

    /// The condition of a rule, those of the groups around it included.
    pub(crate) fn rule(&mut self, rule: &Rule, groups: &[DraftId]) -> DraftId {
        let group = of_group(rule.group, groups);
        if !rule.enabled || group == DraftId::FALSE {
            return DraftId::FALSE;
        }
        let topics = self.limited_to(&rule.topics);
        let when = self.when(rule.when.as_ref());
        let active = self.conditions.active(rule.active);
        self.conditions.and([group, topics, when, active])
    }

    /// The condition that a rule is in force: all of its condition except `when`.
    pub(crate) fn in_force(&mut self, rules: &RuleSet, rule: &Rule) -> DraftId {
        let mut parts = vec![self.limited_to(&rule.topics), self.conditions.active(rule.active)];
        parts.push(self.conditions.constant(rule.enabled));
        let mut enclosing = rule.group;
        while let Some(group) = enclosing.and_then(|id| rules.groups.get(id.0 as usize)) {
            parts.push(self.limited_to(&group.topics));
            parts.push(self.conditions.active(group.active));
            parts.push(self.conditions.constant(group.enabled));
            enclosing = group.parent;
        }
        self.conditions.and(parts)
    }

    /// The condition that the topic matches one of the patterns. Without patterns, every topic does.
    pub(crate) fn limited_to(&mut self, patterns: &[TopicPattern]) -> DraftId {
        if patterns.is_empty() {
            return DraftId::TRUE;
        }
        let set = self.pattern_sets.intern(patterns);
        self.conditions.topic(set)
    }

    /// The condition of a `when`, which is true if it is omitted.
    pub(crate) fn when(&mut self, when: Option<&Typed>) -> DraftId {
        when.map_or(DraftId::TRUE, |when| self.truth(when))
    }
}

fn of_group(group: Option<GroupId>, conditions: &[DraftId]) -> DraftId {
    group.and_then(|id| conditions.get(id.0 as usize)).copied().unwrap_or(DraftId::TRUE)
}
