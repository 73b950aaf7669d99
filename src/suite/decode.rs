//! Decodes the YAML of a test file into tests, and reports every mistake.

use super::expectation::{Expectation, Matcher};
use super::files::{Folder, NumberedLines};
use super::recorded::Recorded;
use super::{ExpectedParts, TestCase, TestClock, TestInput};
use crate::diagnostic::{Code, Diagnostic, Span, did_you_mean};
use crate::event::Json;
use crate::expr::time;
use crate::rules::keys;
use crate::yaml::{YamlEntry, YamlKind, YamlNode};
use jiff::tz::TimeZone;
use std::collections::HashMap;

const TEST_KEYS: &[&str] = &["name", "description", "now", "event", "events", "expect", "expected"];
const STATUSES: &[&str] = &["routed", "unrouted", "dropped", "rejected", "malformed"];

/// The fields of a decision that a test can have expectations about, and the form of each.
const EXPECTATIONS: &[(&str, Form)] = &[
    ("status", Form::Status),
    ("topic", Form::Scalar),
    ("id", Form::Scalar),
    ("subscribers", Form::Names { ordered: false }),
    ("rules", Form::Names { ordered: true }),
    ("labels", Form::Members),
    ("settings", Form::Members),
    ("filtered", Form::Names { ordered: false }),
    ("chosen_by", Form::Members),
    ("dropped_by", Form::Scalar),
    ("invalid", Form::Entries),
    ("errors", Form::Entries),
    ("error", Form::Text),
    ("sent", Form::Sent),
];

/// The form of an expectation.
#[derive(Clone, Copy)]
enum Form {
    Status,
    Scalar,
    Text,
    Names { ordered: bool },
    Members,
    Entries,
    Sent,
}

/// Decodes one file.
pub(super) struct SuiteDecoder<'d> {
    pub(super) folder: &'d Folder,
    pub(super) diagnostics: &'d mut Vec<Diagnostic>,
}

impl SuiteDecoder<'_> {
    /// `tests:` with a list of tests.
    pub(super) fn file(&mut self, node: &YamlNode) -> Vec<TestCase> {
        let Some(entries) = self.mapping(node, "a test file") else { return Vec::new() };
        let known = entries.iter().filter(|entry| !entry.key.text.value.starts_with(keys::IGNORED));
        self.known_keys(known, &["tests"], "a test file");
        let Some(list) = get(entries, "tests") else {
            self.error(Code::MissingKey, node.span, "a test file needs `tests`");
            self.amend(|one| one.help("begin with `tests:` and a list of tests under it"));
            return Vec::new();
        };
        let Some(items) = self.sequence(list, "`tests`") else { return Vec::new() };
        if items.is_empty() {
            self.error(Code::EmptyValue, list.span, "`tests` is empty, so nothing would be tested");
        }
        let tests: Vec<TestCase> = items.iter().filter_map(|item| self.test(item)).collect();
        self.unique_names(&tests);
        tests
    }

    fn unique_names(&mut self, tests: &[TestCase]) {
        let mut seen: HashMap<&str, Span> = HashMap::new();
        for test in tests {
            if let Some(first) = seen.insert(&test.name, test.span) {
                self.error(Code::DuplicateName, test.span, format!("test `{}` is defined twice", test.name));
                self.amend(|diagnostic| diagnostic.also(first, "first defined here"));
            }
        }
    }

    /// One test; none if it cannot run because of a mistake in it.
    fn test(&mut self, node: &YamlNode) -> Option<TestCase> {
        let before = self.diagnostics.len();
        let entries = self.mapping(node, "a test")?;
        self.known_keys(entries, TEST_KEYS, "a test");
        let (name, span) = self.name(node, entries)?;
        let now = get(entries, "now").map_or(TestClock::None, |value| self.now(value));
        let inputs = self.inputs(node, entries);
        let expected = get(entries, "expect");
        let parts = expected.and_then(|value| self.parts(value));
        let expectations = expected.filter(|_| parts.is_none()).map(|value| self.expectations(value));
        let recorded = get(entries, "expected").map(|value| self.recorded(value, &inputs, entries));
        if get(entries, "expect").is_none() && recorded.is_none() {
            self.error(Code::MissingKey, span, format!("test `{name}` expects nothing"));
            self.amend(|one| one.help("add `expect:`, such as `expect: {status: routed}`"));
        }
        (self.diagnostics.len() == before).then_some(TestCase {
            name,
            span,
            now,
            inputs,
            expectations: expectations.unwrap_or_default(),
            parts,
            recorded,
        })
    }

    fn name(&mut self, node: &YamlNode, entries: &[YamlEntry]) -> Option<(String, Span)> {
        let Some(value) = get(entries, "name") else {
            self.error(Code::MissingKey, node.span, "a test needs a `name`");
            return None;
        };
        let text = self.text(value, "`name`")?;
        if text.trim().is_empty() {
            self.error(Code::EmptyValue, value.span, "the name of a test is empty");
            return None;
        }
        Some((text, value.span))
    }

    fn now(&mut self, node: &YamlNode) -> TestClock {
        let Some(text) = self.text(node, "`now`") else { return TestClock::None };
        if text == "event" {
            return TestClock::Event;
        }
        if time::parse_time(&text, &TimeZone::UTC).is_none() {
            self.error(Code::BadTime, node.span, format!("`{text}` is not a time"));
            self.amend(|one| one.help("write it as 2026-01-10T13:00:00+05:30, or `event` for each event's own time"));
        }
        TestClock::At(text)
    }

    /// Either `event:` or `events:`.
    fn inputs(&mut self, node: &YamlNode, entries: &[YamlEntry]) -> Vec<TestInput> {
        match (get(entries, "event"), get(entries, "events")) {
            (Some(event), None) => vec![TestInput { line: line(event), number: 1, shown: None }],
            (None, Some(events)) => self.events(events),
            (None, None) => {
                self.error(Code::MissingKey, node.span, "a test needs an `event`, or `events` with a file of them");
                Vec::new()
            }
            (Some(_), Some(events)) => {
                self.error(Code::BadTest, events.span, "a test has either `event` or `events`");
                Vec::new()
            }
        }
    }

    /// A file of events, or a list of them.
    fn events(&mut self, node: &YamlNode) -> Vec<TestInput> {
        if let YamlKind::Sequence(items) = &node.kind {
            if items.is_empty() {
                self.error(Code::EmptyValue, node.span, "`events` is empty, so the test would always pass");
            }
            let input = |(number, item)| TestInput { line: line(item), number, shown: Some(format!("event {number}")) };
            return (1..).zip(items).map(input).collect();
        }
        let Some((name, lines)) = self.lines(node, "`events`") else { return Vec::new() };
        if lines.is_empty() {
            self.error(Code::BadTest, node.span, format!("`{name}` has no events"));
        }
        let input = |(number, line)| TestInput { line, number, shown: Some(format!("{name}:{number}")) };
        lines.into_iter().map(input).collect()
    }

    /// A file of decisions, one for each event.
    fn recorded(&mut self, node: &YamlNode, inputs: &[TestInput], entries: &[YamlEntry]) -> Vec<Recorded> {
        if get(entries, "events").is_none() {
            self.error(Code::BadTest, node.span, "`expected` needs `events`");
            self.amend(|one| one.help("write the expectations for a single `event` under `expect`"));
            return Vec::new();
        }
        let Some((name, lines)) = self.lines(node, "`expected`") else { return Vec::new() };
        let counts = format!("`{name}` has {} lines for {} events", lines.len(), inputs.len());
        let differ = lines.len() != inputs.len() && !inputs.is_empty();
        let mut recorded: Vec<Recorded> = Vec::new();
        for (number, line) in lines {
            match Recorded::parse(&line, format!("{name}:{number}")) {
                Ok(one) => recorded.push(one),
                Err(problem) => {
                    self.error(
                        Code::BadTest,
                        node.span,
                        format!("line {number} of `{name}` is not a decision: {problem}"),
                    );
                    break;
                }
            }
        }
        // How many decisions there are for a line that is split is only known when it is routed.
        if differ && !recorded.iter().any(Recorded::is_part) {
            self.error(Code::BadTest, node.span, counts);
        }
        recorded
    }

    fn lines(&mut self, node: &YamlNode, context: &str) -> Option<(String, NumberedLines)> {
        let name = self.text(node, context)?;
        match self.folder.lines(&name) {
            Ok(lines) => Some((name, lines)),
            Err(problem) => {
                self.error(problem.code, node.span, format!("`{name}` {}", problem.message));
                None
            }
        }
    }

    /// A list with expectations for each event of a line.
    fn parts(&mut self, node: &YamlNode) -> Option<ExpectedParts> {
        let YamlKind::Sequence(items) = &node.kind else { return None };
        if items.is_empty() {
            self.error(Code::EmptyValue, node.span, "`expect` is an empty list, and a line always has a decision");
            self.amend(|one| {
                one.help("for an empty list of events, write `expect: {status: dropped, dropped_by: split}`")
            });
        }
        Some(ExpectedParts { span: node.span, parts: items.iter().map(|item| self.expectations(item)).collect() })
    }

    fn expectations(&mut self, node: &YamlNode) -> Vec<Expectation> {
        let Some(entries) = self.mapping(node, "`expect`") else { return Vec::new() };
        let keys: Vec<&str> = EXPECTATIONS.iter().map(|(key, _)| *key).collect();
        self.known_keys(entries, &keys, "`expect`");
        if entries.is_empty() {
            self.error(Code::EmptyValue, node.span, "`expect` is empty, so the test would always pass");
        }
        let mut expectations = Vec::new();
        for entry in entries {
            let known = EXPECTATIONS.iter().find(|(key, _)| *key == entry.key.text.value);
            let Some(&(field, form)) = known else { continue };
            let matcher = self.matcher(&entry.value, field, form);
            expectations.extend(matcher.map(|matcher| Expectation { field, span: entry.value.span, matcher }));
        }
        expectations
    }

    fn matcher(&mut self, node: &YamlNode, field: &str, form: Form) -> Option<Matcher> {
        match form {
            Form::Status => self.status(node),
            Form::Scalar => match node.scalar() {
                Some(scalar) => Some(Matcher::Equal(scalar.value.clone())),
                None => self.wrong(node, &format!("`{field}`"), "a single value"),
            },
            Form::Text => self.text(node, &format!("`{field}`")).map(Matcher::Containing),
            Form::Names { ordered } => self.names_wanted(node, field, ordered),
            Form::Members => Some(Matcher::Members(self.members(node, &format!("`{field}`"))?)),
            Form::Entries => self.entries(node, field),
            Form::Sent => Some(Matcher::Sent(self.members(node, "`sent`")?)),
        }
    }

    fn status(&mut self, node: &YamlNode) -> Option<Matcher> {
        let text = self.text(node, "`status`")?;
        if !STATUSES.contains(&text.as_str()) {
            let hint = did_you_mean(&text, STATUSES.iter().copied());
            let help = hint.unwrap_or_else(|| format!("it is one of {}", STATUSES.join(", ")));
            self.error(Code::BadValue, node.span, format!("`{text}` is not a status"));
            self.amend(|one| one.help(help));
            return None;
        }
        Some(Matcher::Equal(Json::from(text)))
    }

    /// A name, a list of names, or `{includes, excludes}`.
    fn names_wanted(&mut self, node: &YamlNode, field: &str, ordered: bool) -> Option<Matcher> {
        let YamlKind::Mapping(entries) = &node.kind else {
            return Some(Matcher::Exactly { names: self.names(node, &format!("`{field}`"))?, ordered });
        };
        self.known_keys(entries, &["includes", "excludes"], &format!("`{field}`"));
        let mut part = |key: &str| match get(entries, key) {
            Some(value) => self.names(value, &format!("`{key}`")),
            None => Some(Vec::new()),
        };
        let (includes, excludes) = (part("includes")?, part("excludes")?);
        if includes.is_empty() && excludes.is_empty() {
            self.error(Code::EmptyValue, node.span, format!("`{field}` includes and excludes nothing"));
            self.amend(|one| one.help(format!("write `{field}: []` to expect an empty list")));
            return None;
        }
        Some(Matcher::Among { includes, excludes })
    }

    fn names(&mut self, node: &YamlNode, context: &str) -> Option<Vec<String>> {
        match &node.kind {
            YamlKind::Sequence(items) => {
                items.iter().map(|item| self.text(item, &format!("a name in {context}"))).collect()
            }
            YamlKind::Scalar(_) => Some(vec![self.text(node, context)?]),
            YamlKind::Mapping(_) => self.wrong(node, context, "a list of names"),
        }
    }

    fn members(&mut self, node: &YamlNode, context: &str) -> Option<Vec<(String, Json)>> {
        let entries = self.mapping(node, context)?;
        Some(entries.iter().map(|entry| (entry.key.text.value.clone(), entry.value.to_json())).collect())
    }

    /// A list of mappings; a string is short for `{path: string}`.
    fn entries(&mut self, node: &YamlNode, field: &str) -> Option<Matcher> {
        let items = self.sequence(node, &format!("`{field}`"))?;
        let mut entries = Vec::new();
        for item in items {
            entries.push(match item.scalar() {
                Some(_) => vec![(String::from("path"), Json::from(self.text(item, &format!("a path in `{field}`"))?))],
                None => self.members(item, &format!("an entry of `{field}`"))?,
            });
        }
        Some(Matcher::Entries(entries))
    }

    // Helpers for all parts of the decoder.

    fn mapping<'n>(&mut self, node: &'n YamlNode, context: &str) -> Option<&'n [YamlEntry]> {
        match &node.kind {
            YamlKind::Mapping(entries) => Some(entries),
            _ => self.wrong(node, context, "a mapping"),
        }
    }

    fn sequence<'n>(&mut self, node: &'n YamlNode, context: &str) -> Option<&'n [YamlNode]> {
        match &node.kind {
            YamlKind::Sequence(items) => Some(items),
            _ => self.wrong(node, context, "a list"),
        }
    }

    /// A scalar's text as written, quoted or not.
    fn text(&mut self, node: &YamlNode, context: &str) -> Option<String> {
        match node.scalar() {
            Some(scalar) if !scalar.value.is_null() => Some(scalar.text.value.clone()),
            _ => self.wrong(node, context, "a string"),
        }
    }

    fn wrong<T>(&mut self, node: &YamlNode, context: &str, expected: &str) -> Option<T> {
        let message = format!("{context} must be {expected}, not {}", node.describe());
        let code = if node.is_empty() { Code::EmptyValue } else { Code::WrongType };
        self.error(code, node.span, message);
        None
    }

    fn known_keys<'n>(&mut self, entries: impl IntoIterator<Item = &'n YamlEntry>, known: &[&str], place: &str) {
        for entry in entries {
            let key = &entry.key.text.value;
            if !known.contains(&key.as_str()) {
                let hint = did_you_mean(key, known.iter().copied());
                let help = hint.unwrap_or_else(|| format!("{place} may have {}", known.join(", ")));
                self.error(Code::UnknownKey, entry.key.text.span(), format!("unknown key `{key}` in {place}"));
                self.amend(|one| one.help(help));
            }
        }
    }

    fn error(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.diagnostics.push(Diagnostic::new(code, span, message));
    }

    /// Changes the last diagnostic.
    fn amend(&mut self, change: impl FnOnce(Diagnostic) -> Diagnostic) {
        let last = self.diagnostics.pop();
        self.diagnostics.extend(last.map(change));
    }
}

/// The value of a key.
fn get<'n>(entries: &'n [YamlEntry], key: &str) -> Option<&'n YamlNode> {
    entries.iter().find(|entry| entry.key.text.value == key).map(|entry| &entry.value)
}

/// An event as a line of input: a string is used verbatim (so that a test can have a malformed line), other values as JSON.
fn line(node: &YamlNode) -> Vec<u8> {
    match node.to_json() {
        Json::String(text) => text.into_bytes(),
        json => json.to_string().into_bytes(),
    }
}
