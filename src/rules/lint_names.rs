//! Names of subscribers that are probably mistakes: syntax of other tools (W023), and names that differ from a declared one by
//! a letter (W027).

use super::{Name, RuleSet, Table};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use std::collections::{BTreeMap, HashMap};

/// The shortest declared name that others are compared with.
const SHORTEST: usize = 5;

pub(super) fn lint(rules: &RuleSet, diagnostics: &mut Vec<Diagnostic>) {
    let mut uses: BTreeMap<&str, Vec<&Name>> = BTreeMap::new();
    for name in named_subscribers(rules).filter(|name| !rules.subscribers.contains_key(&name.text)) {
        uses.entry(&name.text).or_default().push(name);
    }
    for names in uses.values() {
        let Some(first) = names.iter().min_by_key(|name| name.span) else { continue };
        if let Some(help) = syntax_elsewhere(&first.text) {
            let message = format!("the subscriber's name is the text `{}`", first.text);
            diagnostics.push(Diagnostic::new(Code::TakenLiterally, first.span, message).help(help));
        }
    }
    near_names(rules, &uses, diagnostics);
}

/// Every place that names a subscriber, apart from declarations.
fn named_subscribers(rules: &RuleSet) -> impl Iterator<Item = &Name> {
    let of_topics = rules.topics.iter().flat_map(|node| &node.subscribers);
    let of_rules = rules.rules.iter().flat_map(|rule| rule.subscribers.iter().chain(&rule.exclude));
    let of_rows = rules.tables.iter().flat_map(Table::targets).flat_map(|target| &target.subscribers);
    of_topics.chain(of_rules).chain(of_rows).chain(rules.defaults.names())
}

/// For a name with the syntax of templates or lists: the help.
fn syntax_elsewhere(name: &str) -> Option<String> {
    let declare = "or declare a subscriber of that name";
    // W021 reports `${env:…}`.
    let has_template = |open: &str, close: &str| {
        name.split_once(open).is_some_and(|(_, rest)| rest.contains(close) && !rest.starts_with("env:"))
    };
    if has_template("${", "}") || has_template("{{", "}}") {
        return Some(format!("for a name from the event, write `{{expr: …}}`, {declare}"));
    }
    if name.trim() != name {
        return Some(format!("write `{}` without white space at its ends, {declare}", name.trim()));
    }
    let is_word = |word: &str| {
        let word = word.trim();
        !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "_.:-".contains(c))
    };
    if name.contains(',') && name.split(',').all(is_word) {
        let names: Vec<&str> = name.split(',').map(str::trim).collect();
        return Some(format!("for several subscribers, write `[{}]`, {declare}", names.join(", ")));
    }
    None
}

/// Notes undeclared names that are written once and differ from a declared one by a letter.
fn near_names(rules: &RuleSet, uses: &BTreeMap<&str, Vec<&Name>>, diagnostics: &mut Vec<Diagnostic>) {
    let mut by_rest: HashMap<String, Vec<&str>> = HashMap::new();
    for declared in rules.subscribers.keys().filter(|name| name.chars().count() >= SHORTEST) {
        for rest in without_one(declared) {
            by_rest.entry(rest).or_default().push(declared);
        }
    }
    if by_rest.is_empty() {
        return;
    }
    for (name, places) in uses {
        let [only] = places.as_slice() else { continue };
        // Two names at distance 1 are equal once a character of each, or of one of them, is left out.
        let rests = without_one(name);
        let candidates = rests.iter().filter_map(|rest| by_rest.get(rest)).flatten();
        let near = candidates.filter(|declared| is_misspelt(name, declared)).min();
        if let Some(declared) = near {
            let message = format!("the subscriber `{name}` is not declared, unlike `{declared}`");
            let help = did_you_mean(name, [*declared]);
            diagnostics.push(Diagnostic::new(Code::NearName, only.span, message).maybe_help(help));
        }
    }
}

/// The name itself, and the name without each of its characters.
fn without_one(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().take(MAX_LENGTH + 1).collect();
    if chars.len() > MAX_LENGTH {
        return Vec::new();
    }
    let without = |left_out: usize| {
        let kept = chars.iter().enumerate().filter(|(at, _)| *at != left_out);
        kept.map(|(_, c)| *c).collect::<String>()
    };
    let mut all: Vec<String> = (0..=chars.len()).map(without).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Longer names are not compared.
const MAX_LENGTH: usize = 64;

/// True for names at distance 1 whose difference is a letter within a word. Names that are numbered or lettered (`team-a`,
/// `worker2`) are different on purpose.
fn is_misspelt(name: &str, declared: &str) -> bool {
    if strsim::osa_distance(name, declared) != 1 {
        return false;
    }
    let (a, b): (Vec<char>, Vec<char>) = (name.chars().collect(), declared.chars().collect());
    let start = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let end = end.min(a.len().min(b.len()) - start);
    let parts = [(a.get(start..a.len() - end), &a), (b.get(start..b.len() - end), &b)];
    parts.into_iter().all(|(part, whole)| {
        let part = part.unwrap_or_default();
        let is_letter_or_separator = part.iter().all(|c| !c.is_numeric());
        let before = start.checked_sub(1).and_then(|at| whole.get(at));
        let after = whole.get(start + part.len());
        let is_alone = [before, after].into_iter().all(|c| c.is_none_or(|c| !c.is_alphanumeric()));
        let next_to_digit = [before, after].into_iter().flatten().any(|c| c.is_numeric());
        is_letter_or_separator && !next_to_digit && (part.is_empty() || !is_alone)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_names_differ_by_a_letter_of_a_word() {
        for (name, declared) in [
            ("analitics", "analytics"),
            ("analytic", "analytics"),
            ("anlaytics", "analytics"),
            ("fraud_review", "fraud-review"),
            ("fraudreview", "fraud-review"),
            ("Billing", "billing"),
        ] {
            assert!(is_misspelt(name, declared), "{name}");
            assert!(without_one(name).iter().any(|rest| without_one(declared).contains(rest)), "{name}");
        }
        for (name, declared) in [
            ("worker1", "worker2"),
            ("worker", "worker1"),
            ("team-a", "team-b"),
            ("zone.x.north", "zone.y.north"),
            ("shard-1a", "shard-1b"),
            ("analytics", "analytics"),
            ("billing", "filling-x"),
        ] {
            assert!(!is_misspelt(name, declared), "{name}");
        }
    }

    #[test]
    fn names_with_the_syntax_of_other_tools() {
        for name in ["${data.team}", "{{ team }}", "a,b", "a, b.c", " a", "a ", "team-${region}"] {
            assert!(syntax_elsewhere(name).is_some(), "{name}");
        }
        for name in ["a", "a b", "Müller, Söhne", "a,", "${", "${env:TEAM}", "{team}", "a:b", "Smith, J. (audit)"] {
            assert_eq!(syntax_elsewhere(name), None, "{name}");
        }
    }
}
