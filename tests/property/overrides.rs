//! A rule set with overrides decides like one in which the values are written directly.

use crate::agree::{check, load};
use crate::{events, generate};
use dadar::decision::Delivered;
use dadar::unstable::event::Json;
use dadar::{Clock, Options, Router, RuleSet, load_strings};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, json};
use std::cell::Cell;
use std::collections::BTreeMap;

/// Moves keys of definitions into overrides.
struct Mover<'b> {
    /// For each key in turn: where its value goes.
    choices: std::iter::Cycle<std::slice::Iter<'b, Choice>>,
    moved: usize,
}

/// What happens with a key.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Choice {
    /// It stays in the definition.
    Stay,
    /// The definition has another value, which the override replaces.
    Replace,
    /// The definition has no value, and the override adds it.
    Add,
}

impl Mover<'_> {
    /// The choice for the next key.
    fn next(&mut self) -> Choice {
        let choice = self.choices.next().copied().unwrap_or(Choice::Stay);
        self.moved += usize::from(choice != Choice::Stay);
        choice
    }

    /// Moves keys of one definition: returns those that are overridden.
    fn split(&mut self, definition: &mut Map<String, Json>) -> Map<String, Json> {
        let mut overridden = Map::new();
        let keys: Vec<String> = definition.keys().filter(|key| *key != "name").cloned().collect();
        for key in keys {
            let other = other_value(&key, &definition[&key]);
            let choice = match (self.next(), key.as_str()) {
                // A filter needs its condition; a missing key may mean the same as the value.
                (Choice::Add, "drop" | "keep" | "enabled" | "priority") => Choice::Replace,
                (Choice::Add, _) if definition[&key] == json!([]) => Choice::Replace,
                (choice, _) => choice,
            };
            let value = match choice {
                Choice::Stay => continue,
                Choice::Replace => definition.insert(key.clone(), other),
                Choice::Add => definition.remove(&key),
            };
            overridden.extend(value.map(|value| (key, value)));
        }
        overridden
    }

    /// Moves keys of a rule, or of the rules in a group.
    fn member(&mut self, member: &mut Json, overrides: &mut Map<String, Json>) {
        if let Some(members) = member.get_mut("rules").and_then(Json::as_array_mut) {
            members.iter_mut().for_each(|member| self.member(member, overrides));
            return;
        }
        let name = member["name"].as_str().unwrap().to_owned();
        self.named(name, member, overrides);
    }

    fn named(&mut self, name: String, definition: &mut Json, overrides: &mut Map<String, Json>) {
        let overridden = self.split(definition.as_object_mut().unwrap());
        if !overridden.is_empty() {
            overrides.insert(name, Json::Object(overridden));
        }
    }
}

/// A value that differs from the present one.
fn other_value(key: &str, value: &Json) -> Json {
    match key {
        "enabled" | "stop" => json!(value != &json!(true)),
        "priority" => json!(value.as_i64().unwrap() + 1),
        "active" => json!({"from": "2020-01-01"}),
        "labels" => json!({"replaced": "x"}),
        "topic" | "subscribers" | "exclude" | "transform" => json!(["replaced"]),
        _ => json!("data.replaced == 1"),
    }
}

/// A rule set in two files: definitions, and overrides of them.
struct Overlaid {
    base: String,
    overrides: String,
    moved: usize,
}

/// The two files while the text of a random rule set is split.
struct Splitter<'b> {
    mover: Mover<'b>,
    base: String,
    /// The overridden definitions by section; those of tables are text.
    overrides: BTreeMap<&'static str, Map<String, Json>>,
    tables: String,
    /// The head of the present table, until one of its keys is overridden.
    table: Option<String>,
    in_overridden_rows: bool,
}

impl Splitter<'_> {
    /// A line that is a whole definition: what is before the definition, and the definition.
    fn definition(&mut self, section: &'static str, head: &str, text: &str) {
        let mut definition: Json = serde_json::from_str(text).unwrap();
        let overrides = self.overrides.entry(section).or_default();
        match section {
            "subscribers" => self.mover.named(head.trim().trim_end_matches(':').to_owned(), &mut definition, overrides),
            _ => self.mover.member(&mut definition, overrides),
        }
        self.base += &format!("{head}{definition}\n");
    }

    /// A line of a table: its name, a key, or a row.
    fn table_line(&mut self, line: &str) {
        match line.len() - line.trim_start().len() {
            2 => {
                self.table = Some(format!("  {line}\n"));
                self.in_overridden_rows = false;
            }
            4 => self.in_overridden_rows = self.table_key(line),
            _ => {}
        }
        if self.in_overridden_rows {
            self.tables += &self.table.take().unwrap_or_default();
            self.tables += &format!("  {line}\n");
        } else {
            self.base += &format!("{line}\n");
        }
    }

    /// True if this key of a table is overridden, with the lines below it.
    fn table_key(&mut self, line: &str) -> bool {
        let key = line.trim_start().split(':').next().unwrap();
        if !["rows", "otherwise"].contains(&key) {
            return false;
        }
        let choice = self.mover.next();
        if choice == Choice::Replace || (choice == Choice::Add && key == "otherwise" && line.ends_with("[]")) {
            // It is replaced before it is decoded, so that it need not be right.
            self.base += &format!("    {key}: [replaced]\n");
        }
        choice != Choice::Stay
    }

    fn overrides(&self) -> String {
        let sections = self.overrides.iter().map(|(name, of)| format!("  {name}: {}\n", Json::Object(of.clone())));
        let tables = if self.tables.is_empty() { String::new() } else { format!("  tables:\n{}", self.tables) };
        format!("overrides:\n{}{tables}", sections.collect::<String>())
    }
}

/// Splits the text of a random rule set, in which each definition is on a line of its own; tables are on several.
fn overlaid(yaml: &str, choices: &[Choice]) -> Overlaid {
    let mover = Mover { choices: choices.iter().cycle(), moved: 0 };
    let mut splitter = Splitter {
        mover,
        base: String::new(),
        overrides: BTreeMap::new(),
        tables: String::new(),
        table: None,
        in_overridden_rows: false,
    };
    let mut section = "";
    for line in yaml.lines() {
        if !line.starts_with(' ') {
            section = line.trim_end_matches(':');
            splitter.base += &format!("{line}\n");
            continue;
        }
        match (section, line.strip_prefix("  - "), line.split_once(": ")) {
            ("rules", Some(text), _) => splitter.definition("rules", "  - ", text),
            ("filters", Some(text), _) => splitter.definition("filters", "  - ", text),
            ("subscribers", _, Some((name, text))) => splitter.definition("subscribers", &format!("{name}: "), text),
            ("tables", ..) => splitter.table_line(line),
            _ => splitter.base += &format!("{line}\n"),
        }
    }
    Overlaid { overrides: splitter.overrides(), moved: splitter.mover.moved, base: splitter.base }
}

fn delivered(rules: &RuleSet, events: &[Vec<u8>], version: &std::sync::Arc<str>) -> Vec<Delivered> {
    let noon = Clock::Fixed("2026-01-10T13:00:00+05:30".parse().unwrap());
    let mut session = Router::with_options(rules, Options::default().clock(noon)).session();
    let deliver = |event: &Vec<u8>| {
        let mut delivered = session.deliver(event, 1);
        delivered.decision.ruleset = version.clone();
        delivered
    };
    events.iter().map(deliver).collect()
}

#[test]
fn overridden_values_act_like_written_ones() {
    let choice = prop_oneof![3 => Just(Choice::Stay), 2 => Just(Choice::Replace), 2 => Just(Choice::Add)];
    let cases = (generate::rule_set(), vec(events::event(), 6), vec(choice, 1..24), any::<bool>());
    let (moved, loads) = (Cell::new(0), Cell::new(0));
    check(120, &cases, |(yaml, events, choices, first)| {
        let Some(written) = load(&yaml).rule_set else { return Ok(()) };
        let Overlaid { base, overrides, moved: keys } = overlaid(&yaml, &choices);
        let name = if first { "a.yaml" } else { "z.yaml" };
        let loaded = load_strings("random", [("rules.yaml", base.as_str()), (name, overrides.as_str())]);
        let shown = || format!("\n{yaml}\n--- base\n{base}\n--- overrides\n{overrides}");
        let Some(rules) = &loaded.rule_set else {
            let errors: Vec<_> = loaded.diagnostics.iter().filter(|one| one.is_error()).collect();
            return Err(TestCaseError::fail(format!("{errors:#?}{}", shown())));
        };
        let wanted = delivered(&written, &events, &written.version);
        prop_assert_eq!(delivered(rules, &events, &written.version), wanted, "{}", shown());
        moved.set(moved.get() + keys);
        loads.set(loads.get() + 1);
        Ok(())
    });
    let (moved, loads) = (moved.get(), loads.get());
    assert!(loads > 100 && moved > loads * 3, "{moved} keys in {loads} rule sets");
}
