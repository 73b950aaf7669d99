//! Conflicts between settings: two patterns of the same rank that apply to a common topic, with different values for one key.
//!
//! Only patterns with wildcards can conflict (two plain topics of equal length are equal or have no common topics below
//! them). An index finds the patterns that may conflict with one, so that thousands of topics cost little.

use super::RuleSetDecoder;
use crate::diagnostic::{Code, Diagnostic};
use crate::event::{Json, Number, Value};
use crate::rules::pattern_index::PatternIndex;
use crate::rules::{Setting, TopicNode};
use crate::topic::{MAX_SEGMENTS, Segment, TopicPattern};
use std::collections::HashMap;

/// The limit for conflicts that are reported for one key.
const SHOWN: usize = 20;

/// One setting of one node.
#[derive(Clone, Copy)]
struct GivenSetting<'n> {
    node: &'n TopicNode,
    setting: &'n Setting,
}

impl RuleSetDecoder<'_> {
    pub(super) fn check_settings(&mut self, nodes: &[TopicNode]) {
        let mut keys: HashMap<&str, Vec<GivenSetting<'_>>> = HashMap::new();
        for node in nodes {
            for (key, setting) in &node.settings {
                keys.entry(key).or_default().push(GivenSetting { node, setting });
            }
        }
        let mut keys: Vec<_> = keys.into_iter().collect();
        keys.sort_by_key(|(key, _)| *key);
        keys.into_iter().for_each(|(key, given)| self.check_setting(key, &given));
    }

    fn check_setting(&mut self, key: &str, given: &[GivenSetting<'_>]) {
        let mut ranks: HashMap<usize, Vec<GivenSetting<'_>>> = HashMap::new();
        for one in given {
            ranks.entry(one.node.pattern.literals()).or_default().push(*one);
        }
        let mut ranks: Vec<_> = ranks.into_iter().collect();
        ranks.sort_by_key(|(rank, _)| *rank);
        let mut ties: Vec<_> = ranks.iter().flat_map(|(_, peers)| ties(peers, given)).take(SHOWN).collect();
        ties.sort_by_key(|(first, second)| (first.setting.span, second.setting.span));
        for (first, second) in ties {
            let (one, other) = (&first.node.pattern.text, &second.node.pattern.text);
            let message = format!("topics under both `{one}` and `{other}` would have two values for `{key}`");
            let help = "give both the same value, or set it on a pattern with more literal segments";
            let diagnostic = Diagnostic::new(Code::SettingsTie, second.setting.span, message);
            self.report(diagnostic.also(first.setting.span, "and here").help(help));
        }
    }
}

/// Conflicts among patterns of one rank.
fn ties<'n>(peers: &[GivenSetting<'n>], all: &[GivenSetting<'n>]) -> Vec<(GivenSetting<'n>, GivenSetting<'n>)> {
    let below: Vec<TopicPattern> = peers.iter().map(|peer| below(&peer.node.pattern)).collect();
    let index = PatternIndex::new(&below);
    let mut found = Vec::new();
    for (at, (peer, pattern)) in peers.iter().zip(&below).enumerate() {
        if is_plain(&peer.node.pattern) {
            continue;
        }
        for other_at in index.overlapping(pattern) {
            let Some(other) = peers.get(other_at) else { continue };
            // Each pair once: from its later pattern, or from the one with wildcards.
            let once = other_at < at || is_plain(&other.node.pattern);
            let differ = other_at != at && once && !same(&peer.setting.value, &other.setting.value);
            if !differ || decided(&peer.node.pattern, &other.node.pattern, all) {
                continue;
            }
            let (first, second) = if peer.setting.span < other.setting.span { (peer, other) } else { (other, peer) };
            found.push((*first, *second));
            if found.len() >= SHOWN {
                return found;
            }
        }
    }
    found
}

/// True if a pattern of a higher rank always decides where both patterns apply.
fn decided(a: &TopicPattern, b: &TopicPattern, all: &[GivenSetting<'_>]) -> bool {
    let Some(common) = common(a, b) else { return false };
    let decides =
        |one: &GivenSetting<'_>| one.node.pattern.literals() > a.literals() && below(&one.node.pattern).covers(&common);
    all.iter().any(decides)
}

/// The pattern and everything below it.
fn below(pattern: &TopicPattern) -> TopicPattern {
    let mut segments = pattern.segments.clone();
    if segments.last() != Some(&Segment::Many) && segments.len() < MAX_SEGMENTS {
        segments.push(Segment::Many);
    }
    TopicPattern { text: pattern.text.clone(), segments }
}

/// The pattern that matches exactly the topics under both; `None` if no single pattern does.
fn common(a: &TopicPattern, b: &TopicPattern) -> Option<TopicPattern> {
    let (a_head, b_head) = (head(a)?, head(b)?);
    let mut segments = Vec::new();
    for at in 0..a_head.len().max(b_head.len()) {
        segments.push(match (a_head.get(at), b_head.get(at)) {
            (Some(Segment::One), Some(other)) | (Some(other), Some(Segment::One)) => other.clone(),
            (Some(one), _) | (None, Some(one)) => one.clone(),
            (None, None) => return None,
        });
    }
    segments.push(Segment::Many);
    Some(TopicPattern { text: a.text.clone(), segments })
}

/// The segments before a trailing `#`; `None` if there is a `#` elsewhere.
fn head(pattern: &TopicPattern) -> Option<&[Segment]> {
    let head = match pattern.segments.as_slice() {
        [head @ .., Segment::Many] => head,
        all => all,
    };
    (!head.contains(&Segment::Many)).then_some(head)
}

pub(super) fn is_plain(pattern: &TopicPattern) -> bool {
    pattern.segments.iter().all(|segment| matches!(segment, Segment::Literal(_)))
}

/// Equality of JSON values; numbers are equal by value.
fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => Number::from_json(a) == Number::from_json(b),
        _ => a == b,
    }
}

/// The canonical text of a value: equal for equal values.
pub(super) fn canonical(value: &Json) -> String {
    let arena = bumpalo::Bump::new();
    let mut text = String::new();
    crate::event::canonical_json(Value::from_json(value, &arena), &mut text);
    text
}
