//! The engines behind one interface: from rules and events to the number of matching rules.
//!
//! quamina reads the bytes of the event itself, as dadar does. a-tree, cel and evalexpr need values; sonic-rs `get_many`, the
//! fastest way known here, takes the fields that their rules read from the event.

use crate::rule::{self, Rule};
use dadar::Mode;
use dadar::{Options, Router, Session};
use evalexpr::ContextWithMutableVariables;
use quamina::{MatcherBuildMode, Quamina, QuaminaBuilder};
use sonic_rs::{JsonValueTrait, PointerTree};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Compiled rules.
pub(crate) trait Engine {
    /// The number of rules that match the event.
    fn matches(&mut self, event: &[u8]) -> usize;
}

/// An engine with its rules, or the reason why it does not support them.
pub(crate) type Built = Result<Box<dyn Engine>, String>;

struct Dadar(Session);

impl Engine for Dadar {
    fn matches(&mut self, event: &[u8]) -> usize {
        self.0.decide(event).rules().len()
    }
}

/// Strict and trusted, over one graph.
pub(crate) fn dadar(rules: &[Rule]) -> [Box<dyn Engine>; 2] {
    let yaml = rule::dadar(rules);
    let loaded = dadar::load_strings("peers", [("rules.yaml", yaml.as_str())]);
    let Some(rule_set) = loaded.rule_set else {
        panic!("the rules do not load: {:?}", loaded.diagnostics.first().map(|first| &first.message));
    };
    let router = Router::new(&rule_set);
    [Mode::Strict, Mode::Trusted].map(|mode| {
        let session = router.and_options(Options::default().mode(mode)).session();
        Box::new(Dadar(session)) as Box<dyn Engine>
    })
}

struct Matcher(Quamina<usize>);

impl Engine for Matcher {
    fn matches(&mut self, event: &[u8]) -> usize {
        self.0.matches_for_event(event).map_or(0, |matches| matches.len())
    }
}

/// The default: automata for text patterns stay nondeterministic.
pub(crate) fn quamina(rules: &[Rule]) -> Built {
    build_quamina(rules, MatcherBuildMode::BuiltForComfort)
}

/// Automata are made deterministic within the limits of quamina.
pub(crate) fn quamina_speed(rules: &[Rule]) -> Built {
    build_quamina(rules, MatcherBuildMode::BuiltForSpeed)
}

fn build_quamina(rules: &[Rule], mode: MatcherBuildMode) -> Built {
    let builder = QuaminaBuilder::new().with_arena_byte_budget(1 << 30);
    let mut quamina = builder.build().map_err(|fault| fault.to_string())?;
    quamina.set_matcher_build_mode(mode);
    for (n, rule) in rules.iter().enumerate() {
        quamina.add_pattern(n, &rule::quamina(rule)).map_err(|fault| fault.to_string())?;
    }
    Ok(Box::new(Matcher(quamina)))
}

/// The fields that the rules read, from one event.
struct Extract {
    fields: Vec<&'static str>,
    tree: PointerTree,
}

enum Field<'e> {
    Text(&'e str),
    Number(&'e str),
    Missing,
}

impl Extract {
    fn new(rules: &[Rule]) -> Extract {
        let fields = rule::fields(rules);
        let mut tree = PointerTree::new();
        for field in &fields {
            tree.add_path(&rule::path(field));
        }
        Extract { fields, tree }
    }

    /// Strings of these events have no escapes, so their value is the text between the quotes.
    fn each(&self, event: &[u8], mut take: impl FnMut(&'static str, Field<'_>)) {
        let Ok(values) = sonic_rs::get_many(event, &self.tree) else { return };
        for (field, value) in self.fields.iter().zip(values) {
            match value {
                Some(value) => {
                    let raw = value.as_raw_str();
                    match raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')) {
                        Some(text) => take(field, Field::Text(text)),
                        None if value.is_number() => take(field, Field::Number(raw)),
                        None => take(field, Field::Missing),
                    }
                }
                None => take(field, Field::Missing),
            }
        }
    }
}

struct Tree {
    tree: a_tree::ATree<usize>,
    extract: Extract,
}

impl Engine for Tree {
    fn matches(&mut self, event: &[u8]) -> usize {
        let mut builder = self.tree.make_event();
        self.extract.each(event, |name, field| {
            let _ = match field {
                Field::Text(text) => builder.with_string(name, text),
                Field::Number(raw) => {
                    let (whole, part) = raw.split_once('.').unwrap_or((raw, ""));
                    let digits = format!("{whole}{part}").parse().unwrap_or(0);
                    builder.with_float(name, digits, part.len() as u32)
                }
                Field::Missing => builder.with_undefined(name),
            };
        });
        let Ok(event) = builder.build() else { return 0 };
        self.tree.search(&event).map_or(0, |report| report.matches().len())
    }
}

pub(crate) fn a_tree(rules: &[Rule]) -> Built {
    let extract = Extract::new(rules);
    let definitions: Vec<_> = extract
        .fields
        .iter()
        .map(|field| match *field {
            "area" => a_tree::AttributeDefinition::float("area"),
            field => a_tree::AttributeDefinition::string(field),
        })
        .collect();
    let mut tree = a_tree::ATree::new(&definitions).map_err(|fault| fault.to_string())?;
    for (n, rule) in rules.iter().enumerate() {
        let text = rule::a_tree(rule).ok_or("has no such condition")?;
        tree.insert(&n, &text).map_err(|fault| fault.to_string())?;
    }
    Ok(Box::new(Tree { tree, extract }))
}

struct Cel {
    programs: Vec<cel::Program>,
    context: cel::Context<'static, 'static>,
    extract: Extract,
}

impl Engine for Cel {
    fn matches(&mut self, event: &[u8]) -> usize {
        let mut values = BTreeMap::new();
        self.extract.each(event, |name, field| {
            let value = match field {
                Field::Text(text) => cel::Value::from(text),
                Field::Number(raw) => cel::Value::from(raw.parse::<f64>().unwrap_or(0.0)),
                Field::Missing => cel::Value::Null,
            };
            values.insert(name, value);
        });
        let mut context = self.context.new_inner_scope();
        for (name, value) in values {
            context.add_variable_from_value(name, value);
        }
        let holds = |program: &&cel::Program| matches!(program.execute(&context), Ok(cel::Value::Bool(true)));
        self.programs.iter().filter(holds).count()
    }
}

pub(crate) fn cel(rules: &[Rule]) -> Built {
    let env = Arc::new(cel::Env::stdlib());
    let programs = rules.iter().map(|rule| env.compile(&rule::cel(rule)).map_err(|fault| fault.to_string()));
    let programs = programs.collect::<Result<_, _>>()?;
    Ok(Box::new(Cel { programs, context: cel::Context::with_env(env), extract: Extract::new(rules) }))
}

struct Evalexpr {
    trees: Vec<evalexpr::Node>,
    extract: Extract,
}

impl Engine for Evalexpr {
    fn matches(&mut self, event: &[u8]) -> usize {
        let mut context = evalexpr::HashMapContext::new();
        self.extract.each(event, |name, field| {
            let value = match field {
                Field::Text(text) => evalexpr::Value::String(text.to_owned()),
                Field::Number(raw) => evalexpr::Value::Float(raw.parse().unwrap_or(0.0)),
                Field::Missing => evalexpr::Value::Empty,
            };
            let _ = context.set_value(name.to_owned(), value);
        });
        self.trees.iter().filter(|tree| tree.eval_boolean_with_context(&context) == Ok(true)).count()
    }
}

pub(crate) fn evalexpr(rules: &[Rule]) -> Built {
    let tree = |rule: &Rule| {
        let text = rule::evalexpr(rule).ok_or("has no such condition")?;
        evalexpr::build_operator_tree(&text).map_err(|fault| fault.to_string())
    };
    let trees = rules.iter().map(tree).collect::<Result<_, String>>()?;
    Ok(Box::new(Evalexpr { trees, extract: Extract::new(rules) }))
}

/// The cost of finding the fields, without a decision.
struct Fields(Extract);

impl Engine for Fields {
    fn matches(&mut self, event: &[u8]) -> usize {
        sonic_rs::get_many(event, &self.0.tree).map_or(0, |values| values.len())
    }
}

pub(crate) fn get_many(rules: &[Rule]) -> Box<dyn Engine> {
    Box::new(Fields(Extract::new(rules)))
}

/// The cost of walking the event and keeping nothing.
pub(crate) struct IgnoredAny;

impl Engine for IgnoredAny {
    fn matches(&mut self, event: &[u8]) -> usize {
        usize::from(serde_json::from_slice::<serde::de::IgnoredAny>(event).is_ok())
    }
}

/// The cost of parsing the event into values.
pub(crate) struct Value;

impl Engine for Value {
    fn matches(&mut self, event: &[u8]) -> usize {
        usize::from(serde_json::from_slice::<serde_json::Value>(event).is_ok_and(|value| value.is_object()))
    }
}
