//! Texts that are syntax elsewhere and are taken literally here: globs, topic patterns and texts in expressions (W023).

use super::RuleSet;
use super::walk::expressions;
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::event::Json;
use crate::expr::{Typed, TypedNode};
use crate::topic::{Segment, TopicPattern};

pub(super) fn lint(rules: &RuleSet, diagnostics: &mut Vec<Diagnostic>) {
    expressions(rules, &mut |typed| lint_expression(typed, true, diagnostics));
    lint_topics(rules, diagnostics);
}

fn report(span: Span, message: String, help: String, diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.push(Diagnostic::new(Code::TakenLiterally, span, message).help(help));
}

/// (Recurses no deeper than the parser allows.)
fn lint_expression(typed: &Typed, is_whole: bool, diagnostics: &mut Vec<Diagnostic>) {
    match &typed.node {
        // A literal as a whole is a label or a value, not part of an expression.
        TypedNode::Const(value) if !is_whole => lint_constant(value, typed.span, diagnostics),
        TypedNode::Call(function, arguments, _) => {
            for (at, argument) in arguments.iter().enumerate() {
                match (function.name, at) {
                    ("glob", 1) => lint_globs(argument, diagnostics),
                    // Its `${name}` is a group.
                    ("regex_replace", 2) => {}
                    _ => lint_expression(argument, false, diagnostics),
                }
            }
        }
        _ => typed.children().for_each(|part| lint_expression(part, false, diagnostics)),
    }
}

fn lint_constant(value: &Json, span: Span, diagnostics: &mut Vec<Diagnostic>) {
    match value {
        Json::String(text) if is_variable(text) => {
            let message = format!("`{text}` is not replaced: this is compared with the text itself");
            let help =
                "rules do not read environment variables: put values that differ between deployments into a lookup";
            report(span, message, help.to_owned(), diagnostics);
        }
        Json::Array(items) => items.iter().for_each(|item| lint_constant(item, span, diagnostics)),
        _ => {}
    }
}

/// True for `${NAME}`.
fn is_variable(text: &str) -> bool {
    let name = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).unwrap_or_default();
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A glob, or a list of them.
fn lint_globs(argument: &Typed, diagnostics: &mut Vec<Diagnostic>) {
    let TypedNode::Const(value) = &argument.node else { return };
    let texts = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    for text in texts.iter().filter_map(Json::as_str) {
        if let Some((message, help)) = literal_in_glob(text) {
            report(argument.span, message, help, diagnostics);
        }
    }
}

/// The first part of a glob that is syntax in other dialects: the message and the help.
fn literal_in_glob(glob: &str) -> Option<(String, String)> {
    let mut chars = glob.char_indices();
    while let Some((at, c)) = chars.next() {
        let rest = glob.get(at + c.len_utf8()..).unwrap_or_default();
        match c {
            '\\' => {
                let (_, next) = chars.next()?;
                if !matches!(next, '*' | '?' | '\\' | '{' | '}' | '[' | ']') {
                    let message = format!("in the glob `{glob}`, `\\{next}` is just `{next}`");
                    return Some((
                        message,
                        format!("for a backslash, write `\\\\{next}`; for `{next}`, leave the `\\` out"),
                    ));
                }
            }
            '{' => {
                if let Some(alternatives) = alternatives(rest) {
                    let message = format!("in the glob `{glob}`, `{{{alternatives}}}` is taken literally");
                    let each: Vec<String> = alternatives
                        .split(',')
                        .map(|one| format!("`{}`", spelt(glob, at, alternatives, one)))
                        .collect();
                    return Some((
                        message,
                        format!("list the globs: {}; for the braces themselves, write `\\{{`", each.join(", ")),
                    ));
                }
            }
            '[' => {
                if let Some(range) = range(rest) {
                    let message = format!("in the glob `{glob}`, `[{range}]` is taken literally");
                    return Some((
                        message,
                        format!(
                            "use `matches` with a regular expression; for the brackets themselves, write `\\[{range}\\]`"
                        ),
                    ));
                }
            }
            _ => {}
        }
    }
    None
}

/// The glob with one alternative in place of the braces.
fn spelt(glob: &str, brace: usize, alternatives: &str, one: &str) -> String {
    let before = glob.get(..brace).unwrap_or_default();
    let after = glob.get(brace + alternatives.len() + 2..).unwrap_or_default();
    format!("{before}{one}{after}")
}

/// `a,b` of `a,b}…`: words separated by commas. Braces with other text between them are more likely JSON.
fn alternatives(rest: &str) -> Option<&str> {
    let (inside, _) = rest.split_once('}')?;
    let is_word = |word: &str| word.chars().all(|c| c.is_alphanumeric() || "_-./*?+".contains(c));
    (inside.contains(',') && inside.len() > 1 && inside.split(',').all(is_word)).then_some(inside)
}

/// `a-z0-9` of `a-z0-9]…`: ranges of letters or digits, and `_`. Other words in brackets are more likely meant as they are.
fn range(rest: &str) -> Option<&str> {
    let (inside, _) = rest.split_once(']')?;
    let content = inside.strip_prefix(['!', '^']).unwrap_or(inside);
    let chars: Vec<char> = content.chars().filter(|c| *c != '_').collect();
    let kind = |c: char| (c.is_ascii_digit(), c.is_ascii_lowercase(), c.is_ascii_uppercase());
    let is_range = |range: &[char]| match range {
        [low, '-', high] => low.is_ascii_alphanumeric() && kind(*low) == kind(*high) && low < high,
        _ => false,
    };
    (!chars.is_empty() && chars.chunks(3).all(is_range)).then_some(inside)
}

fn lint_topics(rules: &RuleSet, diagnostics: &mut Vec<Diagnostic>) {
    let of_rules = rules.rules.iter().map(|rule| (&rule.topics, &rule.topic_spans));
    let of_groups = rules.groups.iter().map(|group| (&group.topics, &group.topic_spans));
    let of_schemas = rules.schemas.iter().map(|schema| (&schema.topics, &schema.topic_spans));
    let uses = of_rules.chain(of_groups).chain(of_schemas).flat_map(|(topics, spans)| topics.iter().zip(spans));
    let nodes = rules.topics.iter().map(|node| (&node.pattern, &node.span));
    for (pattern, span) in uses.chain(nodes) {
        if let Some((wildcard, meant)) = foreign_wildcard(pattern) {
            let message =
                format!("`{wildcard}` in the topic `{}` is not a wildcard: it is taken literally", pattern.text);
            report(*span, message, format!("write `{meant}`"), diagnostics);
        }
    }
}

/// A wildcard of NATS or MQTT, and the pattern that was probably meant.
pub(super) fn foreign_wildcard(pattern: &TopicPattern) -> Option<(&'static str, String)> {
    let text = &*pattern.text;
    if text.contains("/+/") || text.ends_with("/+") {
        return Some(("+", text.replace("/+", "/*").replace('/', ".")));
    }
    let is = |segment: &Segment, literal: &str| matches!(segment, Segment::Literal(text) if **text == *literal);
    if pattern.segments.len() > 1 && pattern.segments.last().is_some_and(|last| is(last, ">")) {
        // In NATS, `>` is one or more segments.
        return Some((">", format!("{}*.#", text.strip_suffix('>').unwrap_or(text))));
    }
    if pattern.segments.iter().any(|segment| is(segment, "+")) {
        let segments = text.split('.').map(|segment| if segment == "+" { "*" } else { segment });
        return Some(("+", segments.collect::<Vec<_>>().join(".")));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_of_other_dialects() {
        let found = |glob: &str| literal_in_glob(glob).map(|(message, _)| message);
        for glob in ["*.{jpg,png}", "img[0-9]", "[a-zA-Z]*", "[!a-z]*", "C:\\temp\\*", "a\\,b", "{a,b}", "x{,-old}"] {
            assert!(found(glob).is_some(), "{glob}");
        }
        for glob in [
            "*",
            "a?c",
            "\\{a,b\\}",
            "\\[a-z\\]",
            "a\\*b",
            "a\\\\b",
            "{a}",
            "[abc]",
            "[INFO]*",
            "{\"a\":1,\"b\":2}*",
            "{",
            "[",
            "a]b-c[",
            "[z-a]",
            "[2026-01-01]*",
            "*{id: 5, x}*",
            "[-]",
            "{,}",
            "*[high-priority]*",
        ] {
            assert_eq!(found(glob), None, "{glob}");
        }
        let (_, help) = literal_in_glob("*.{jpg,png}").unwrap();
        assert_eq!(help, "list the globs: `*.jpg`, `*.png`; for the braces themselves, write `\\{`");
    }

    #[test]
    fn variables_are_whole_texts() {
        assert!(is_variable("${REGION}") && is_variable("${_a1}"));
        for text in ["${}", "$REGION", "${a b}", "x${A}", "${env:A}", "${1}", "{A}", "${A}x"] {
            assert!(!is_variable(text), "{text}");
        }
    }

    #[test]
    fn wildcards_of_other_brokers() {
        let found = |text: &str| foreign_wildcard(&TopicPattern::parse(text).unwrap()).map(|(_, meant)| meant);
        assert_eq!(found("order.>").as_deref(), Some("order.*.#"));
        assert_eq!(found("order.+.failed").as_deref(), Some("order.*.failed"));
        assert_eq!(found("order/+/failed").as_deref(), Some("order.*.failed"));
        for text in ["order.created", "c++.build", "a>b", ">", "order.*.#", "a/b", "order.>.x"] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
