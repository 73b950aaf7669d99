//! A rule as plain data, and its form for each engine.

use std::fmt::Write;

/// One rule: all of its conditions hold.
pub(crate) type Rule = Vec<Condition>;

/// A condition on one field of the event.
pub(crate) enum Condition {
    Equal(&'static str, String),
    /// The number `area`, the last field of the event, is between these, both ends excluded.
    Area(usize, usize),
    /// The text contains this: the glob `*text*`.
    Contains(&'static str, String),
    Prefix(&'static str, String),
    Suffix(&'static str, String),
    /// The field is present and equals none of these.
    NoneOf(&'static str, Vec<String>),
}

use Condition::{Area, Contains, Equal, NoneOf, Prefix, Suffix};

impl Condition {
    pub(crate) fn field(&self) -> &'static str {
        match self {
            Equal(field, _) | Contains(field, _) | Prefix(field, _) | Suffix(field, _) | NoneOf(field, _) => field,
            Area(..) => "area",
        }
    }
}

/// The names of the fields that the rules read, in the order of their first use.
pub(crate) fn fields(rules: &[Rule]) -> Vec<&'static str> {
    let mut fields = Vec::new();
    for condition in rules.iter().flatten() {
        if !fields.contains(&condition.field()) {
            fields.push(condition.field());
        }
    }
    fields
}

/// The path of a field in the event.
pub(crate) fn path(field: &'static str) -> Vec<&'static str> {
    if field == "area" { vec!["area"] } else { vec!["properties", field] }
}

pub(crate) fn dadar(rules: &[Rule]) -> String {
    let mut out = String::from(
        "ruleset:\n  name: peers\n  envelope: {id: 'null', time: 'null', topic: '\"city.lot\"', data: event, headers: event.properties}\nrules:\n",
    );
    for (n, rule) in rules.iter().enumerate() {
        let when = joined(rule, " && ", |condition| match condition {
            Equal(field, value) => format!("data.properties.{field} == \"{value}\""),
            Area(low, high) => format!("data.area > {low} && data.area < {high}"),
            Contains(field, text) => format!("glob(data.properties.{field}, \"*{text}*\")"),
            Prefix(field, text) => format!("starts_with(data.properties.{field}, \"{text}\")"),
            Suffix(field, text) => format!("ends_with(data.properties.{field}, \"{text}\")"),
            NoneOf(field, values) => match values.as_slice() {
                [value] => {
                    format!("exists(data.properties.{field}) && data.properties.{field} != \"{value}\"")
                }
                _ => format!(
                    "exists(data.properties.{field}) && !(data.properties.{field} in [{}])",
                    quoted(values, '"')
                ),
            },
        });
        writeln!(out, "  - {{name: r{n}, when: '{when}', subscribers: [s{}]}}", n % 1000).unwrap();
    }
    out
}

pub(crate) fn quamina(rule: &Rule) -> String {
    let one = |condition: &Condition| {
        let test = match condition {
            Equal(_, value) => format!("\"{value}\""),
            Area(low, high) => format!("{{\"numeric\": [\">\", {low}, \"<\", {high}]}}"),
            Contains(_, text) => format!("{{\"wildcard\": \"*{text}*\"}}"),
            Prefix(_, text) => format!("{{\"prefix\": \"{text}\"}}"),
            Suffix(_, text) => format!("{{\"suffix\": \"{text}\"}}"),
            NoneOf(_, values) => format!("{{\"anything-but\": [{}]}}", quoted(values, '"')),
        };
        format!("\"{}\": [{test}]", condition.field())
    };
    let (late, early): (Vec<&Condition>, Vec<&Condition>) = rule.iter().partition(|one| matches!(one, Area(..)));
    let mut parts: Vec<String> = late.into_iter().map(one).collect();
    if !early.is_empty() {
        let early: Vec<String> = early.into_iter().map(one).collect();
        parts.push(format!("\"properties\": {{{}}}", early.join(", ")));
    }
    format!("{{{}}}", parts.join(", "))
}

/// None if the language of a-tree cannot express it: it has no text patterns.
pub(crate) fn a_tree(rule: &Rule) -> Option<String> {
    translated(rule, " and ", |condition| match condition {
        Equal(field, value) => Some(format!("{field} = '{value}'")),
        Area(low, high) => Some(format!("area > {low}.0 and area < {high}.0")),
        NoneOf(field, values) => Some(format!("{field} not in [{}]", quoted(values, '\''))),
        Contains(..) | Prefix(..) | Suffix(..) => None,
    })
}

pub(crate) fn cel(rule: &Rule) -> String {
    joined(rule, " && ", |condition| match condition {
        Equal(field, value) => format!("{field} == \"{value}\""),
        Area(low, high) => format!("area > {low}.0 && area < {high}.0"),
        Contains(field, text) => format!("{field}.contains(\"{text}\")"),
        Prefix(field, text) => format!("{field}.startsWith(\"{text}\")"),
        Suffix(field, text) => format!("{field}.endsWith(\"{text}\")"),
        NoneOf(field, values) => format!("!({field} in [{}])", quoted(values, '"')),
    })
}

/// None if evalexpr would need regular expressions.
pub(crate) fn evalexpr(rule: &Rule) -> Option<String> {
    translated(rule, " && ", |condition| match condition {
        Equal(field, value) => Some(format!("{field} == \"{value}\"")),
        Area(low, high) => Some(format!("area > {low}.0 && area < {high}.0")),
        NoneOf(field, values) => {
            Some(values.iter().map(|value| format!("{field} != \"{value}\"")).collect::<Vec<_>>().join(" && "))
        }
        Contains(..) | Prefix(..) | Suffix(..) => None,
    })
}

fn joined(rule: &Rule, and: &str, write: impl Fn(&Condition) -> String) -> String {
    rule.iter().map(write).collect::<Vec<_>>().join(and)
}

fn translated(rule: &Rule, and: &str, write: impl Fn(&Condition) -> Option<String>) -> Option<String> {
    Some(rule.iter().map(write).collect::<Option<Vec<_>>>()?.join(and))
}

fn quoted(values: &[String], quote: char) -> String {
    values.iter().map(|value| format!("{quote}{value}{quote}")).collect::<Vec<_>>().join(", ")
}
