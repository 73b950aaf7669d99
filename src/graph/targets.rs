//! Targets: what conditions lead to. Rules come first, by rank; rows of decision tables follow.

use super::bits::Bits;
use super::condition::NodeId;
use super::labels::{CasesPlan, Labels};
use super::literal::Literal;
use super::lowering::Lowering;
use super::names::Names;
use super::posting::Posting;
use super::strings::StringTable;
use super::topics::Topics;
use super::values::ValueId;
use crate::event::Value;
use crate::rules::{Group, GroupId, MatchMode, Member, Rule, RuleSet, Table, TableKind, Target};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

/// All targets with how they are found.
#[derive(Debug, Default)]
pub(crate) struct Targets {
    /// How many there are.
    pub(crate) count: usize,
    /// Rules: the first targets.
    pub(crate) rules: Vec<RulePlan>,
    pub(super) extras: Vec<Extras>,
    /// What has to be looked at for every event.
    pub(crate) always: Vec<Posting>,
    /// What hits enable and defeat. These have numbers of their own, so that their sets are no larger than need be.
    pub(crate) by_default: Vec<ByDefault>,
    /// Which of them hold unless a hit takes them away.
    pub(crate) defaults: Bits,
    /// True if some target can be hit several times in one event, so that it has to be marked.
    pub(crate) has_repeats: bool,
}

impl Targets {
    /// What few rules have.
    pub(crate) fn extras(&self, rule: u32) -> Option<&Extras> {
        if self.extras.is_empty() {
            return None;
        }
        let number = self.rules.get(rule as usize)?.extras.checked_sub(1)?;
        self.extras.get(number as usize)
    }

    /// True if no rule has any.
    pub(crate) fn is_plain(&self) -> bool {
        self.extras.is_empty()
    }
}

/// A target that is enabled, from the outset or by a hit, and may be defeated.
#[derive(Debug)]
pub(crate) struct ByDefault {
    pub(crate) target: u32,
    /// What is left to be asked in the end.
    pub(crate) rest: NodeId,
}

/// What a rule does. Small, since it is looked at for every match; what few rules have stands elsewhere.
#[derive(Debug, Default)]
pub(crate) struct RulePlan {
    pub(crate) subscribers: SmallVec<[u32; 4]>,
    /// The number of its extras, from 1; 0 for none.
    extras: u32,
}

/// What few rules have.
#[derive(Debug, Default)]
pub(crate) struct Extras {
    pub(crate) exclude: Box<[u32]>,
    pub(crate) labels: Box<[(u32, ValueId)]>,
    pub(crate) stop: bool,
    /// The `first` groups around it and its place in each.
    pub(crate) firsts: Box<[(u32, u32)]>,
}

/// A table.
#[derive(Debug)]
pub(crate) struct TablePlan {
    pub(crate) kind: TableKindPlan,
    pub(crate) rows: Vec<RowPlan>,
    pub(crate) otherwise: RowPlan,
}

impl TablePlan {
    /// The key, if it has one.
    pub(crate) fn key_mut(&mut self) -> Option<&mut CasesPlan> {
        match &mut self.kind {
            TableKindPlan::Key { key, .. } => Some(key),
            TableKindPlan::Decision { .. } => None,
        }
    }
}

/// How rows are found.
#[derive(Debug)]
pub(crate) enum TableKindPlan {
    Key {
        key: CasesPlan,
        default: Option<Literal>,
        strings: StringTable<u32>,
        /// Rows whose key is no string.
        others: FxHashMap<Literal, u32>,
    },
    Decision {
        first: bool,
        start: u32,
    },
}

impl TableKindPlan {
    /// The row of a key.
    pub(crate) fn row(strings: &StringTable<u32>, others: &FxHashMap<Literal, u32>, key: Value<'_>) -> Option<u32> {
        match key {
            Value::String(key) => strings.get(key).copied(),
            key => others.get(&Literal::of(key)?).copied(),
        }
    }
}

/// What a row does.
#[derive(Debug, Default)]
pub(crate) struct RowPlan {
    pub(crate) subscribers: Box<[u32]>,
    pub(crate) labels: Box<[(u32, ValueId)]>,
}

/// The targets of all rows of a table.
pub(crate) fn all_targets(table: &Table) -> Vec<&Target> {
    let rows: Vec<&Target> = match &table.kind {
        TableKind::Key { rows, .. } => rows.iter().map(|row| &row.target).collect(),
        TableKind::Decision { rows, .. } => rows.iter().map(|row| &row.target).collect(),
    };
    rows.into_iter().chain([&table.otherwise]).collect()
}

/// Collects targets with their conditions.
pub(crate) struct TargetBuilder<'b, 'l> {
    pub(crate) lowering: Lowering<'l>,
    pub(crate) topics: &'b mut Topics,
    pub(crate) labels: &'b Labels,
    pub(crate) subscribers: &'b Names,
    pub(crate) conditions: Vec<NodeId>,
    pub(crate) extras: Vec<Extras>,
    groups: Vec<NodeId>,
}

impl<'b, 'l> TargetBuilder<'b, 'l> {
    pub(crate) fn new(
        lowering: Lowering<'l>,
        topics: &'b mut Topics,
        labels: &'b Labels,
        subscribers: &'b Names,
    ) -> TargetBuilder<'b, 'l> {
        TargetBuilder {
            lowering,
            topics,
            labels,
            subscribers,
            conditions: Vec::new(),
            extras: Vec::new(),
            groups: Vec::new(),
        }
    }

    /// All rules, by rank. A disabled rule is a target that never holds, so that numbers stay ranks.
    pub(crate) fn rules(&mut self, rules: &RuleSet) -> Vec<RulePlan> {
        for group in &rules.groups {
            let condition = self.group(group);
            self.groups.push(condition);
        }
        let places = Places::new(rules);
        let mut plans = Vec::with_capacity(rules.rules.len());
        for (number, rule) in rules.rules.iter().enumerate() {
            let condition = self.rule(rule);
            self.conditions.push(condition);
            let extras = Extras {
                exclude: self.numbers(&rule.exclude),
                labels: self.labels.plan(&rule.labels, &mut self.lowering),
                stop: rule.stop,
                firsts: places.firsts(rules, number, rule.group),
            };
            let subscribers = SmallVec::from_slice(&self.numbers(&rule.subscribers));
            plans.push(RulePlan { subscribers, extras: self.keep(extras) });
        }
        plans
    }

    /// Keeps extras that have something to say; gives their number.
    fn keep(&mut self, extras: Extras) -> u32 {
        let says_nothing =
            extras.exclude.is_empty() && extras.labels.is_empty() && extras.firsts.is_empty() && !extras.stop;
        if says_nothing {
            return 0;
        }
        self.extras.push(extras);
        self.extras.len() as u32
    }

    fn numbers(&self, names: &[crate::rules::Name]) -> Box<[u32]> {
        self.subscribers.numbers(names.iter().map(|name| &name.text)).into()
    }

    /// The condition of a group with all groups around it.
    fn group(&mut self, group: &Group) -> NodeId {
        let parent = group.parent.and_then(|id| self.groups.get(id.0 as usize)).copied().unwrap_or(NodeId::TRUE);
        let topics = self.limited_to(&group.topics);
        let when = group.when.as_ref().map_or(NodeId::TRUE, |when| self.lowering.truth(when));
        let conditions = &mut self.lowering.conditions;
        let active = conditions.active(group.active);
        let enabled = conditions.constant(group.enabled);
        conditions.and([parent, topics, when, active, enabled])
    }

    fn rule(&mut self, rule: &Rule) -> NodeId {
        let group = rule.group.and_then(|id| self.groups.get(id.0 as usize)).copied().unwrap_or(NodeId::TRUE);
        if !rule.enabled || group == NodeId::FALSE {
            return NodeId::FALSE;
        }
        let topics = self.limited_to(&rule.topics);
        let when = rule.when.as_ref().map_or(NodeId::TRUE, |when| self.lowering.truth(when));
        let active = self.lowering.conditions.active(rule.active);
        self.lowering.conditions.and([group, topics, when, active])
    }

    /// The condition that the topic is in one of the patterns; true for none.
    pub(crate) fn limited_to(&mut self, patterns: &[crate::topic::TopicPattern]) -> NodeId {
        if patterns.is_empty() {
            return NodeId::TRUE;
        }
        let set = self.topics.set(patterns);
        self.lowering.conditions.topic(set)
    }

    /// The condition that a rule is in force for a topic, whatever else it asks.
    pub(crate) fn in_force(&mut self, rules: &RuleSet, rule: &Rule) -> NodeId {
        let mut parts = vec![self.limited_to(&rule.topics), self.lowering.conditions.active(rule.active)];
        parts.push(self.lowering.conditions.constant(rule.enabled));
        let mut around = rule.group;
        while let Some(group) = around.and_then(|id| rules.groups.get(id.0 as usize)) {
            parts.push(self.limited_to(&group.topics));
            parts.push(self.lowering.conditions.active(group.active));
            parts.push(self.lowering.conditions.constant(group.enabled));
            around = group.parent;
        }
        self.lowering.conditions.and(parts)
    }

    /// A table; rows of decision tables become targets.
    pub(crate) fn table(&mut self, table: &Table) -> TablePlan {
        let (kind, targets): (_, Vec<&Target>) = match &table.kind {
            TableKind::Key { key, default, rows } => {
                let numbered = || (0u32..).zip(rows);
                let strings: Vec<_> =
                    numbered().filter_map(|(number, row)| Some((row.key.as_str()?, number))).collect();
                let others = numbered().filter(|(_, row)| !row.key.is_string());
                let others = others.filter_map(|(number, row)| Some((Literal::from_json(&row.key)?, number)));
                let kind = TableKindPlan::Key {
                    key: CasesPlan::new(key, &mut self.lowering),
                    default: default.as_ref().and_then(Literal::from_json),
                    strings: StringTable::new(strings.into_iter()),
                    others: others.collect(),
                };
                (kind, rows.iter().map(|row| &row.target).collect())
            }
            TableKind::Decision { mode, rows, .. } => {
                let start = self.conditions.len() as u32;
                for row in rows {
                    let when = row.when.as_ref().map_or(NodeId::TRUE, |when| self.lowering.truth(when));
                    self.conditions.push(when);
                }
                let kind = TableKindPlan::Decision { first: *mode == MatchMode::First, start };
                (kind, rows.iter().map(|row| &row.target).collect())
            }
        };
        let rows = targets.into_iter().map(|target| self.row(target)).collect();
        TablePlan { kind, rows, otherwise: self.row(&table.otherwise) }
    }

    fn row(&mut self, target: &Target) -> RowPlan {
        RowPlan {
            subscribers: self.numbers(&target.subscribers),
            labels: self.labels.plan(&target.labels, &mut self.lowering),
        }
    }
}

/// The place of every rule and group in the group around it.
struct Places {
    rules: Vec<u32>,
    groups: Vec<u32>,
}

impl Places {
    fn new(rules: &RuleSet) -> Places {
        let mut places = Places { rules: vec![0; rules.rules.len()], groups: vec![0; rules.groups.len()] };
        for group in &rules.groups {
            for (place, member) in group.members.iter().enumerate() {
                let slot = match member {
                    Member::Rule(id) => places.rules.get_mut(id.0 as usize),
                    Member::Group(id) => places.groups.get_mut(id.0 as usize),
                };
                if let Some(slot) = slot {
                    *slot = place as u32;
                }
            }
        }
        places
    }

    /// The `first` groups around a rule and its place in each.
    fn firsts(&self, rules: &RuleSet, rule: usize, group: Option<GroupId>) -> Box<[(u32, u32)]> {
        let mut firsts = Vec::new();
        let mut place = self.rules.get(rule).copied().unwrap_or_default();
        let mut around = group;
        while let Some((id, group)) = around.and_then(|id| Some((id, rules.groups.get(id.0 as usize)?))) {
            if group.mode == MatchMode::First {
                firsts.push((id.0, place));
            }
            place = self.groups.get(id.0 as usize).copied().unwrap_or_default();
            around = group.parent;
        }
        firsts.into()
    }
}
