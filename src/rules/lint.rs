//! Lints of a whole rule set: rules that are valid, but probably wrong.

use super::lint_literals::foreign_wildcard;
use super::pattern_index::PatternIndex;
use super::walk::{expressions, visit};
use super::{Group, GroupId, MatchMode, Member, Name, Rule, RuleId, RuleSet, TableKind};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::expr::{Prepared, TypedNode};
use crate::topic::{PatternTrie, Segment, TopicPattern};
use std::collections::{HashMap, HashSet};

/// The number of unmatched topics for which a similar topic is suggested.
const HINTS: usize = 50;

/// All lints. The rule set must be without errors.
pub(super) fn lint(rules: &RuleSet, diagnostics: &mut Vec<Diagnostic>) {
    no_effect(rules, diagnostics);
    idle_rows(rules, diagnostics);
    unreachable_in_first(rules, diagnostics);
    unreachable_behind_stop(rules, diagnostics);
    unreachable_by_topic(rules, diagnostics);
    unreachable_rows(rules, diagnostics);
    unmatched_topics(rules, diagnostics);
    unused(rules, diagnostics);
    super::lint_destinations::lint(rules, diagnostics);
    super::lint_literals::lint(rules, diagnostics);
    super::lint_names::lint(rules, diagnostics);
    super::lint_schemas::lint(rules, diagnostics);
    super::lint_transforms::lint(rules, diagnostics);
}

/// Rules that change nothing when they match. In a `first` group they do: the alternatives after them are not tried.
fn no_effect(rules: &RuleSet, diagnostics: &mut Vec<Diagnostic>) {
    let in_first = |rule: &Rule| around(rules, rule.group).any(|group| group.mode == MatchMode::First);
    let idle = |rule: &&Rule| {
        rule.subscribers.is_empty()
            && rule.destinations.is_empty()
            && rule.exclude.is_empty()
            && rule.labels.is_empty()
            && !rule.stop
            && !in_first(rule)
    };
    for rule in rules.rules.iter().filter(idle) {
        let message = format!("the rule `{}` has no effect", rule.name.text);
        let help = "give it `subscribers`, `exclude`, `labels` or `stop`";
        diagnostics.push(Diagnostic::new(Code::NoEffect, rule.name.span, message).help(help));
    }
}

/// Rows of tables that change nothing when they match. In a table in which the first row that matches wins, they do: they keep
/// the rows after them from being tried. A row of a table with a key keeps `otherwise` from being used.
fn idle_rows(rules: &RuleSet, diagnostics: &mut Vec<Diagnostic>) {
    for table in &rules.tables {
        let TableKind::Decision { mode: MatchMode::All, rows, .. } = &table.kind else { continue };
        for row in rows.iter().filter(|row| row.target.subscribers.is_empty() && row.target.labels.is_empty()) {
            let message = format!("this row of `{}` has no effect", table.name.text);
            diagnostics
                .push(Diagnostic::new(Code::NoEffect, row.span, message).help("give it `subscribers` or `labels`"));
        }
    }
}

/// The enclosing groups, innermost first.
fn around(rules: &RuleSet, group: Option<GroupId>) -> impl Iterator<Item = &Group> {
    let get = |id: GroupId| rules.groups.get(id.0 as usize);
    std::iter::successors(group.and_then(get), move |group| group.parent.and_then(get))
}

/// Alternatives after one that always matches.
fn unreachable_in_first(rules: &RuleSet, diagnostics: &mut Vec<Diagnostic>) {
    for group in rules.groups.iter().filter(|group| group.mode == MatchMode::First) {
        let always = group.members.iter().position(|member| always(rules, *member, &group.topics));
        let Some(always) = always else { continue };
        let Some(winner) = group.members.get(always).and_then(|member| name(rules, *member)) else { continue };
        for loser in group.members.iter().skip(always + 1).filter_map(|member| name(rules, *member)) {
            let message = format!("`{}` is never reached", loser.text);
            let diagnostic = Diagnostic::new(Code::Unreachable, loser.span, message);
            let help = "the first alternative that matches wins: move it before the other one, or give the other one a condition";
            diagnostics.push(diagnostic.also(winner.span, "this always matches").help(help));
        }
    }
}

/// Rules of lower rank than one that always matches and stops.
fn unreachable_behind_stop(rules: &RuleSet, diagnostics: &mut Vec<Diagnostic>) {
    let open = |group: &Group| {
        group.mode == MatchMode::All
            && group.enabled
            && group.active.is_always()
            && group.when.is_none()
            && group.topics.is_empty()
    };
    let stops = |(rank, rule): &(usize, &Rule)| {
        rule.stop && always(rules, Member::Rule(RuleId(*rank as u32)), &[]) && around(rules, rule.group).all(open)
    };
    let Some((rank, stop)) = rules.rules.iter().enumerate().find(stops) else { return };
    let behind = rules.rules.len() - rank - 1;
    if let Some(next) = rules.rules.get(rank + 1) {
        let more = if behind > 1 { format!(", nor are {} more rules after it", behind - 1) } else { String::new() };
        let message = format!("`{}` is never reached{more}", next.name.text);
        let diagnostic = Diagnostic::new(Code::Unreachable, next.name.span, message);
        let help = "`stop` ends the rules: give the stopping rule a condition or a lower priority";
        diagnostics.push(diagnostic.also(stop.name.span, "this always matches, and stops").help(help));
    }
}

/// Rules and groups whose topics are disjoint from those of an enclosing group.
fn unreachable_by_topic(rules: &RuleSet, diagnostics: &mut Vec<Diagnostic>) {
    let of_rules = rules.rules.iter().map(|rule| (&rule.name, &rule.topics, rule.group));
    let of_groups = rules.groups.iter().map(|group| (&group.name, &group.topics, group.parent));
    for (name, topics, parent) in of_rules.chain(of_groups).filter(|(_, topics, _)| !topics.is_empty()) {
        let apart = |group: &&Group| {
            !group.topics.is_empty() && !topics.iter().any(|own| group.topics.iter().any(|other| other.overlaps(own)))
        };
        if let Some(group) = around(rules, parent).find(apart) {
            let message = format!("no topic matches both `{}` and its group", name.text);
            let diagnostic = Diagnostic::new(Code::Unreachable, name.span, message);
            let help = "the topics of a rule and of every enclosing group must all match";
            diagnostics.push(diagnostic.also(group.name.span, "the group").help(help));
        }
    }
}

/// Rows after one without conditions, in tables in which the first row that matches wins.
fn unreachable_rows(rules: &RuleSet, diagnostics: &mut Vec<Diagnostic>) {
    for table in &rules.tables {
        let TableKind::Decision { mode: MatchMode::First, rows, .. } = &table.kind else { continue };
        let mut rows = rows.iter().skip_while(|row| row.when.is_some());
        let Some(winner) = rows.next() else { continue };
        for loser in rows {
            let message = format!("this row of `{}` is never reached", table.name.text);
            let help = "the first row that matches wins: put a row without `when` last";
            let diagnostic = Diagnostic::new(Code::Unreachable, loser.span, message);
            diagnostics.push(diagnostic.also(winner.span, "this always matches").help(help));
        }
    }
}

fn name(rules: &RuleSet, member: Member) -> Option<&Name> {
    match member {
        Member::Rule(id) => rules.rules.get(id.0 as usize).map(|rule| &rule.name),
        Member::Group(id) => rules.groups.get(id.0 as usize).map(|group| &group.name),
    }
}

/// True for an alternative that matches every event of these topics. (Groups are nested no deeper than YAML.)
fn always(rules: &RuleSet, member: Member, topics: &[TopicPattern]) -> bool {
    let takes_all = |own: &[TopicPattern]| {
        let covered = |pattern: &TopicPattern| own.iter().any(|by| by.covers(pattern));
        own.is_empty() || (!topics.is_empty() && topics.iter().all(covered))
    };
    match member {
        Member::Rule(id) => rules.rules.get(id.0 as usize).is_some_and(|rule| {
            rule.enabled && rule.active.is_always() && rule.when.is_none() && takes_all(&rule.topics)
        }),
        Member::Group(id) => rules.groups.get(id.0 as usize).is_some_and(|group| {
            let open = group.enabled && group.active.is_always() && group.when.is_none() && takes_all(&group.topics);
            open && group.members.iter().any(|member| always(rules, *member, topics))
        }),
    }
}

/// Patterns of rules and groups that no topic of the tree matches, if the tree declares topics that are not patterns.
fn unmatched_topics(rules: &RuleSet, diagnostics: &mut Vec<Diagnostic>) {
    let declared = Declared::new(rules);
    if declared.plain.is_empty() {
        return;
    }
    let of_rules = rules.rules.iter().map(|rule| (&rule.name, &rule.topics, &rule.topic_spans));
    let of_groups = rules.groups.iter().map(|group| (&group.name, &group.topics, &group.topic_spans));
    let mut known: HashMap<&TopicPattern, bool> = HashMap::new();
    let mut hints = 0;
    for (name, topics, spans) in of_rules.chain(of_groups) {
        for (pattern, span) in topics.iter().zip(spans) {
            // A wildcard of another broker is reported by itself.
            let is_fine = || declared.meets(pattern) || foreign_wildcard(pattern).is_some();
            if *known.entry(pattern).or_insert_with(is_fine) {
                continue;
            }
            hints += 1;
            let near = || did_you_mean(&pattern.text, declared.plain.iter().copied());
            let help = if hints > HINTS { None } else { near() };
            let message = format!("no topic under `topics` matches the pattern `{}` of `{}`", pattern.text, name.text);
            diagnostics.push(Diagnostic::new(Code::UnmatchedTopic, *span, message).maybe_help(help));
        }
    }
}

/// The topics of the tree.
struct Declared<'r> {
    plain: HashSet<&'r str>,
    trie: PatternTrie,
    index: PatternIndex<'r>,
}

impl<'r> Declared<'r> {
    fn new(rules: &'r RuleSet) -> Self {
        let patterns = || rules.topics.iter().map(|node| &node.pattern);
        let plain = patterns().filter(|pattern| is_plain(pattern)).map(|pattern| &*pattern.text).collect();
        let mut trie = PatternTrie::default();
        patterns().for_each(|pattern| trie.insert(pattern, 0));
        Declared { plain, trie, index: PatternIndex::new(patterns()) }
    }

    /// True if a topic of the tree matches the pattern, or may match it.
    fn meets(&self, pattern: &TopicPattern) -> bool {
        if !is_plain(pattern) {
            return self.index.overlapping(pattern).next().is_some();
        }
        let mut found = false;
        self.trie.matches(&pattern.text, &mut |_| found = true);
        found
    }
}

fn is_plain(pattern: &TopicPattern) -> bool {
    pattern.segments.iter().all(|segment| matches!(segment, Segment::Literal(_)))
}

/// Unused named values and lookups.
fn unused(rules: &RuleSet, diagnostics: &mut Vec<Diagnostic>) {
    let mut defines = HashSet::new();
    let mut lookups = HashSet::new();
    expressions(rules, &mut |typed| {
        visit(typed, &mut |part| match &part.node {
            TypedNode::Define(id) => {
                defines.insert(id.0 as usize);
            }
            TypedNode::Call(_, _, Prepared::Column { table, .. }) => {
                lookups.extend(rules.lookups.get(table.0 as usize).map(|lookup| &*lookup.name));
            }
            _ => {}
        });
    });
    let idle_defines = rules.defines.iter().enumerate().filter(|(at, _)| !defines.contains(at));
    for (_, named) in idle_defines {
        let message = format!("the named value `{}` is not used", named.name.text);
        diagnostics.push(Diagnostic::new(Code::Unused, named.name.span, message));
    }
    rules.transforms.iter().flat_map(|transform| &transform.steps).for_each(|step| {
        step.tables(&mut |table| {
            lookups.extend(rules.lookups.get(table.0 as usize).map(|lookup| &*lookup.name));
        });
    });
    for lookup in rules.lookups.iter().filter(|lookup| !lookups.contains(&*lookup.name)) {
        let message = format!("the lookup `{}` is not used", lookup.name);
        diagnostics.push(Diagnostic::new(Code::Unused, lookup.span, message));
    }
}
