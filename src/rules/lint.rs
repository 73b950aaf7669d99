//! Lints of a whole rule set: what is right, but probably not as meant.

use super::pattern_index::PatternIndex;
use super::walk::{expressions, visit};
use super::{Group, GroupId, Member, Mode, Name, Rule, RuleSet};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::event::Json;
use crate::expr::TypedNode;
use crate::topic::{Segment, TopicPattern};
use std::collections::{HashMap, HashSet};

/// For so many unmatched topics a near one is looked for.
const HINTS: usize = 50;

/// All lints. The rule set must be without errors.
pub(super) fn lint(rules: &RuleSet, diagnostics: &mut Vec<Diagnostic>) {
    no_effect(rules, diagnostics);
    unreachable_in_first(rules, diagnostics);
    unmatched_topics(rules, diagnostics);
    unused(rules, diagnostics);
}

/// Rules that change nothing when they match. In a `first` group they do: those after them are not tried.
fn no_effect(rules: &RuleSet, diagnostics: &mut Vec<Diagnostic>) {
    let in_first = |rule: &Rule| around(rules, rule.group).any(|group| group.mode == Mode::First);
    let idle = |rule: &&Rule| {
        rule.subscribers.is_empty()
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

/// The groups around, from the inside.
fn around(rules: &RuleSet, group: Option<GroupId>) -> impl Iterator<Item = &Group> {
    let get = |id: GroupId| rules.groups.get(id.0 as usize);
    std::iter::successors(group.and_then(get), move |group| group.parent.and_then(get))
}

/// Alternatives behind one that always matches.
fn unreachable_in_first(rules: &RuleSet, diagnostics: &mut Vec<Diagnostic>) {
    for group in rules.groups.iter().filter(|group| group.mode == Mode::First) {
        let always = group.members.iter().position(|member| always(rules, *member, &group.topics));
        let Some(always) = always else { continue };
        let Some(winner) = group.members.get(always).and_then(|member| name(rules, *member)) else { continue };
        for loser in group.members.iter().skip(always + 1).filter_map(|member| name(rules, *member)) {
            let message = format!("`{}` is never reached", loser.text);
            let diagnostic = Diagnostic::new(Code::Unreachable, loser.span, message);
            let help = "the first alternative that matches wins: move it before the other, or give that a condition";
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

/// True for an alternative that matches whatever comes. `topics` are those that come. (Groups nest no deeper than YAML.)
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

/// Patterns of rules and groups that no topic of the tree matches; where there is a tree of plain topics.
fn unmatched_topics(rules: &RuleSet, diagnostics: &mut Vec<Diagnostic>) {
    let declared = Declared::new(rules);
    if declared.plain.is_empty() {
        return;
    }
    let of_rules = rules.rules.iter().map(|rule| (&rule.name, &rule.topics));
    let of_groups = rules.groups.iter().map(|group| (&group.name, &group.topics));
    let mut known: HashMap<&TopicPattern, bool> = HashMap::new();
    let mut hints = 0;
    for (name, topics) in of_rules.chain(of_groups) {
        for pattern in topics {
            if *known.entry(pattern).or_insert_with(|| declared.meets(pattern)) {
                continue;
            }
            hints += 1;
            let near = || did_you_mean(&pattern.text, declared.plain.iter().copied());
            let help = if hints > HINTS { None } else { near() };
            let message = format!("no topic under `topics` matches `{}`, which `{}` is for", pattern.text, name.text);
            diagnostics.push(Diagnostic::new(Code::UnmatchedTopic, name.span, message).maybe_help(help));
        }
    }
}

/// The topics of the tree.
struct Declared<'r> {
    plain: HashSet<&'r str>,
    index: PatternIndex<'r>,
}

impl<'r> Declared<'r> {
    fn new(rules: &'r RuleSet) -> Self {
        let patterns = || rules.topics.iter().map(|node| &node.pattern);
        let is_plain = |pattern: &&TopicPattern| pattern.segments.iter().all(|s| matches!(s, Segment::Literal(_)));
        let plain = patterns().filter(is_plain).map(|pattern| &*pattern.text).collect();
        Declared { plain, index: PatternIndex::new(patterns()) }
    }

    /// True if some topic of the tree matches the pattern, or could.
    fn meets(&self, pattern: &TopicPattern) -> bool {
        self.plain.contains(&*pattern.text) || self.index.overlapping(pattern).next().is_some()
    }
}

/// Named values and lookups that nothing uses.
fn unused(rules: &RuleSet, diagnostics: &mut Vec<Diagnostic>) {
    let mut defines = HashSet::new();
    let mut lookups = HashSet::new();
    expressions(rules, &mut |typed| {
        visit(typed, &mut |part| match &part.node {
            TypedNode::Define(id) => {
                defines.insert(id.0 as usize);
            }
            TypedNode::Call(function, args, _) if function.name == "lookup" => {
                if let Some(TypedNode::Const(Json::String(name))) = args.first().map(|arg| &arg.node) {
                    lookups.insert(name.split('.').next().unwrap_or_default());
                }
            }
            _ => {}
        });
    });
    let idle_defines = rules.defines.iter().enumerate().filter(|(at, _)| !defines.contains(at));
    for (_, named) in idle_defines {
        let message = format!("nothing uses the named value `{}`", named.name.text);
        diagnostics.push(Diagnostic::new(Code::Unused, named.name.span, message));
    }
    for lookup in rules.lookups.iter().filter(|lookup| !lookups.contains(&*lookup.name)) {
        let message = format!("nothing uses the lookup `{}`", lookup.name);
        diagnostics.push(Diagnostic::new(Code::Unused, lookup.span, message));
    }
}
