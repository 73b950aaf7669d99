//! The effects of rules that match.

use super::builder::Builder;
use super::destinations::DestinationPlan;
use crate::logic::{DraftId, ValueId};
use crate::rules::{GroupId, MatchMode, Member, RuleSet};
use smallvec::SmallVec;

/// The effects of the rules, by rank.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    rules: Vec<RuleEffect>,
    rare: Vec<RareParts>,
}

/// The effect of a rule. It is small, because it is read for every match; parts that few rules have are stored separately.
#[derive(Debug, Default)]
struct RuleEffect {
    subscribers: SmallVec<[u32; 4]>,
    /// The number of its rare parts, from 1; 0 if it has none.
    rare: u32,
}

/// Parts that few rules have.
#[derive(Debug, Default)]
pub(crate) struct RareParts {
    pub(crate) exclude: Box<[u32]>,
    pub(crate) labels: Box<[(u32, ValueId)]>,
    pub(crate) destinations: Box<[DestinationPlan]>,
    pub(crate) stop: bool,
    /// The `first` groups around the rule, and its position in each.
    pub(crate) firsts: Box<[(u32, u32)]>,
}

impl RareParts {
    fn is_empty(&self) -> bool {
        self.exclude.is_empty()
            && self.labels.is_empty()
            && self.destinations.is_empty()
            && self.firsts.is_empty()
            && !self.stop
    }
}

impl Effects {
    /// The effects of all rules, by rank. Each rule becomes a candidate: its condition is added to `candidates`. A disabled rule
    /// has a condition that is never true, so that numbers are ranks.
    pub(super) fn new(builder: &mut Builder<'_>, candidates: &mut Vec<DraftId>) -> Effects {
        let rules = builder.rules;
        let groups = builder.lowering.groups(&rules.groups);
        let positions = Positions::new(rules);
        let mut effects = Effects { rules: Vec::with_capacity(rules.rules.len()), rare: Vec::new() };
        for (number, rule) in rules.rules.iter().enumerate() {
            candidates.push(builder.lowering.rule(rule, &groups));
            let rare = RareParts {
                exclude: builder.subscriber_numbers(&rule.exclude),
                labels: builder.label_values(&rule.labels),
                destinations: builder.destinations(&rule.destinations),
                stop: rule.stop,
                firsts: positions.in_first_groups(rules, number, rule.group),
            };
            let subscribers = SmallVec::from_slice(&builder.subscriber_numbers(&rule.subscribers));
            let rare = effects.add_rare(rare);
            effects.rules.push(RuleEffect { subscribers, rare });
        }
        effects
    }

    /// Stores rare parts that are not empty; returns their number.
    fn add_rare(&mut self, rare: RareParts) -> u32 {
        if rare.is_empty() {
            return 0;
        }
        self.rare.push(rare);
        self.rare.len() as u32
    }

    /// How many rules there are.
    pub(crate) fn len(&self) -> usize {
        self.rules.len()
    }

    /// The subscribers of a rule.
    pub(crate) fn subscribers(&self, rule: u32) -> &[u32] {
        self.rules.get(rule as usize).map_or(&[], |effect| &effect.subscribers)
    }

    /// The rare parts of a rule.
    pub(crate) fn rare_parts(&self, rule: u32) -> Option<&RareParts> {
        if self.rare.is_empty() {
            return None;
        }
        let number = self.rules.get(rule as usize)?.rare.checked_sub(1)?;
        self.rare.get(number as usize)
    }

    /// True if some rule has rare parts.
    pub(crate) fn have_rare_parts(&self) -> bool {
        !self.rare.is_empty()
    }
}

/// The position of every rule and group in the group around it.
struct Positions {
    rules: Vec<u32>,
    groups: Vec<u32>,
}

impl Positions {
    fn new(rules: &RuleSet) -> Positions {
        let mut positions = Positions { rules: vec![0; rules.rules.len()], groups: vec![0; rules.groups.len()] };
        for group in &rules.groups {
            for (position, member) in (0u32..).zip(&group.members) {
                let slot = match member {
                    Member::Rule(id) => positions.rules.get_mut(id.0 as usize),
                    Member::Group(id) => positions.groups.get_mut(id.0 as usize),
                };
                if let Some(slot) = slot {
                    *slot = position;
                }
            }
        }
        positions
    }

    /// The `first` groups around a rule, and its position in each.
    fn in_first_groups(&self, rules: &RuleSet, rule: usize, group: Option<GroupId>) -> Box<[(u32, u32)]> {
        let mut firsts = Vec::new();
        let mut position = self.rules.get(rule).copied().unwrap_or_default();
        let mut enclosing = group;
        while let Some((id, group)) = enclosing.and_then(|id| Some((id, rules.groups.get(id.0 as usize)?))) {
            if group.mode == MatchMode::First {
                firsts.push((id.0, position));
            }
            position = self.groups.get(id.0 as usize).copied().unwrap_or_default();
            enclosing = group.parent;
        }
        firsts.into()
    }
}
