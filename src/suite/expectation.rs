//! The expectations of a test about a decision, field by field, and their comparison with it.

use super::TestFailure;
use crate::diagnostic::{Sources, Span};
use crate::event::{Json, Value};
use bumpalo::Bump;

/// An expectation about one field of a decision.
#[derive(Debug)]
pub(super) struct Expectation {
    pub(super) field: &'static str,
    pub(super) span: Span,
    pub(super) matcher: Matcher,
}

/// The expected value of a field.
#[derive(Debug)]
pub(super) enum Matcher {
    /// This exact value.
    Equal(Json),
    /// A string that contains this.
    Containing(String),
    /// Exactly these names; in this order if `ordered`.
    Exactly { names: Vec<String>, ordered: bool },
    /// All of the first names, and none of the second.
    Among { includes: Vec<String>, excludes: Vec<String> },
    /// An object with these members; null means that the member is missing.
    Members(Vec<(String, Json)>),
    /// A list that has, for each of these, an entry with these members; if empty, an empty list.
    Entries(Vec<Vec<(String, Json)>>),
    /// The events that subscribers receive: each has at least these members, at any depth; null means that none is sent.
    Sent(Vec<(String, Json)>),
}

impl Expectation {
    /// The expectations that failed for a decision, which is given as its JSON.
    pub(super) fn check(&self, decision: &Json, sources: &Sources) -> Option<TestFailure> {
        let found = decision.get(self.field).unwrap_or(&Json::Null);
        let (expected, note) = self.matcher.refuse(found)?;
        let shown = match &self.matcher {
            // The other events may be many and large.
            Matcher::Sent(members) => {
                let of = |(name, _): &(String, Json)| (name.clone(), found.get(name).cloned().unwrap_or_default());
                members.iter().map(of).collect::<Json>().to_string()
            }
            _ => found.to_string(),
        };
        Some(TestFailure {
            event: None,
            field: self.field.to_owned(),
            expected,
            found: shown,
            note,
            place: Some(sources.place(self.span)),
        })
    }
}

impl Matcher {
    /// None if `found` matches; else the expected value and a note on the difference.
    fn refuse(&self, found: &Json) -> Option<(String, Option<String>)> {
        match self {
            Matcher::Equal(json) => (!same(json, found)).then(|| (json.to_string(), None)),
            Matcher::Containing(part) => {
                let holds = found.as_str().is_some_and(|text| text.contains(part.as_str()));
                (!holds).then(|| (format!("a text that contains {}", Json::from(part.as_str())), None))
            }
            Matcher::Exactly { names, ordered } => exactly(names, *ordered, &strings(found)),
            Matcher::Among { includes, excludes } => among(includes, excludes, &strings(found)),
            Matcher::Members(members) if members.is_empty() => is_empty(found),
            Matcher::Members(members) => {
                let wrong: Vec<&(String, Json)> = members.iter().filter(|member| !has(found, member)).collect();
                (!wrong.is_empty()).then(|| (object(members), Some(describe_members(&wrong, found))))
            }
            Matcher::Entries(entries) => refuse_entries(entries, found),
            Matcher::Sent(members) if members.is_empty() => is_empty(found),
            Matcher::Sent(members) => {
                let mut wrong = Vec::new();
                for (subscriber, want) in members {
                    match found.get(subscriber) {
                        Some(_) if want.is_null() => wrong.push(format!("`{subscriber}` is sent something")),
                        None if !want.is_null() => wrong.push(format!("`{subscriber}` is sent nothing")),
                        event => missing_of(want, event.unwrap_or(&Json::Null), subscriber, &mut wrong),
                    }
                }
                (!wrong.is_empty()).then(|| (object(members), Some(wrong.join("; "))))
            }
        }
    }
}

/// The parts of `want` that are not in `found`: members of objects and elements of lists, down to single values.
fn missing_of(want: &Json, found: &Json, path: &str, wrong: &mut Vec<String>) {
    match (want, found) {
        (Json::Object(members), Json::Object(others)) => {
            for (key, member) in members {
                let other = others.get(key).unwrap_or(&Json::Null);
                missing_of(member, other, &format!("{path}.{key}"), wrong);
            }
        }
        (Json::Array(items), Json::Array(others)) if items.len() == others.len() => {
            for (at, (item, other)) in items.iter().zip(others).enumerate() {
                missing_of(item, other, &format!("{path}[{at}]"), wrong);
            }
        }
        _ if same(want, found) => {}
        _ if found.is_null() => wrong.push(format!("`{path}` is missing")),
        _ => wrong.push(format!("`{path}` is {found}, not {want}")),
    }
}

/// The names in a list.
fn strings(json: &Json) -> Vec<&str> {
    json.as_array().into_iter().flatten().filter_map(Json::as_str).collect()
}

fn exactly(names: &[String], ordered: bool, found: &[&str]) -> Option<(String, Option<String>)> {
    let mut wanted: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut given = found.to_vec();
    if !ordered {
        wanted.sort_unstable();
        wanted.dedup();
        given.sort_unstable();
    }
    if wanted == given {
        return None;
    }
    let missing = wanted.iter().filter(|name| !given.contains(name)).copied();
    let extra = given.iter().filter(|name| !wanted.contains(name)).copied();
    let note = difference(missing.collect(), extra.collect());
    Some((Json::from(wanted).to_string(), note.or_else(|| Some(String::from("the order differs")))))
}

fn among(includes: &[String], excludes: &[String], found: &[&str]) -> Option<(String, Option<String>)> {
    let missing: Vec<&str> = includes.iter().map(String::as_str).filter(|name| !found.contains(name)).collect();
    let extra: Vec<&str> = excludes.iter().map(String::as_str).filter(|name| found.contains(name)).collect();
    let note = difference(missing, extra)?;
    let mut expected = Vec::new();
    if !includes.is_empty() {
        expected.push(format!("with {}", Json::from(includes)));
    }
    if !excludes.is_empty() {
        expected.push(format!("without {}", Json::from(excludes)));
    }
    Some((expected.join(", "), Some(note)))
}

/// `missing: a, b; unexpected: c`.
fn difference(missing: Vec<&str>, extra: Vec<&str>) -> Option<String> {
    let part = |title: &str, names: Vec<&str>| (!names.is_empty()).then(|| format!("{title}: {}", names.join(", ")));
    let parts: Vec<String> = part("missing", missing).into_iter().chain(part("unexpected", extra)).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// `{}` expects an empty object, or none.
fn is_empty(found: &Json) -> Option<(String, Option<String>)> {
    let is_empty = found.as_object().is_none_or(serde_json::Map::is_empty);
    (!is_empty).then(|| (String::from("{}"), None))
}

/// True if an object has the member; null means that it is missing.
fn has(found: &Json, (key, want): &(String, Json)) -> bool {
    same(want, found.get(key).unwrap_or(&Json::Null))
}

fn describe_members(wrong: &[&(String, Json)], found: &Json) -> String {
    let one = |(key, want): &&(String, Json)| match (want.is_null(), found.get(key)) {
        (true, _) => format!("`{key}` should not be there"),
        (_, None) => format!("`{key}` is missing"),
        (_, Some(value)) => format!("`{key}` is {value}, not {want}"),
    };
    wrong.iter().map(one).collect::<Vec<String>>().join("; ")
}

fn object(members: &[(String, Json)]) -> String {
    members.iter().cloned().collect::<Json>().to_string()
}

fn refuse_entries(entries: &[Vec<(String, Json)>], found: &Json) -> Option<(String, Option<String>)> {
    let list = found.as_array().map(Vec::as_slice).unwrap_or_default();
    if entries.is_empty() {
        return (!list.is_empty()).then(|| (String::from("[]"), None));
    }
    let is_there = |entry: &&Vec<(String, Json)>| list.iter().any(|one| entry.iter().all(|member| has(one, member)));
    let missing: Vec<String> = entries.iter().filter(|entry| !is_there(entry)).map(|entry| object(entry)).collect();
    let all: Vec<String> = entries.iter().map(|entry| object(entry)).collect();
    (!missing.is_empty())
        .then(|| (format!("with {}", all.join(", ")), Some(format!("missing: {}", missing.join(", ")))))
}

/// Equality of JSON values as in the language: `1` equals `1.0`.
pub(super) fn same(a: &Json, b: &Json) -> bool {
    let arena = Bump::new();
    Value::from_json(a, &arena) == Value::from_json(b, &arena)
}
