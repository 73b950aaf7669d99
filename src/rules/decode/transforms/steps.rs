//! The steps of a transform. Each step has one key.

use super::field_paths::PathUse;
use crate::diagnostic::{Code, Diagnostic};
use crate::event::{Step as PathStep, Type};
use crate::rules::decode::{Fields, RuleSetDecoder};
use crate::rules::{Action, FieldPath, LookupStep, NameKind, TransformStep, keys};
use crate::yaml::{YamlEntry, YamlKind, YamlNode};

impl RuleSetDecoder<'_> {
    /// A list of steps.
    pub(super) fn steps(&mut self, node: &YamlNode, expected: &str) -> Vec<TransformStep> {
        let Some(items) = self.list(node, expected) else { return Vec::new() };
        if items.is_empty() {
            self.bad_value(node, "the list of steps is empty");
        }
        items.iter().filter(|item| !item.is_empty()).filter_map(|item| self.transform_step(item)).collect()
    }

    fn transform_step(&mut self, node: &YamlNode) -> Option<TransformStep> {
        let fields = self.fields(node, &keys::STEP)?;
        let YamlKind::Mapping(entries) = &node.kind else { return None };
        let is_action = |entry: &&YamlEntry| {
            let key = entry.key.text.value.as_str();
            keys::STEP.has(key) && !matches!(key, "when" | "do")
        };
        let actions: Vec<&YamlEntry> = entries.iter().filter(is_action).collect();
        let when = self.condition_at(&fields, "when").map(|when| self.checked(when, Type::BOOLEAN));
        let entry = match actions.as_slice() {
            [entry] => *entry,
            [] => {
                // An unknown key has been reported.
                if self.knows(node, &keys::STEP) {
                    let message = "the step has no action";
                    let help = "give it `copy`, `move`, `default`, `set`, `remove`, `keep_only`, `lookup`, `project`, `for_each` or `use`";
                    self.report(Diagnostic::new(Code::MissingKey, node.span, message).help(help));
                }
                return None;
            }
            [first, second, ..] => {
                let message = "a step has only one action";
                let help = "make it two steps: put a `-` before the second";
                let diagnostic = Diagnostic::new(Code::BadValue, second.key.text.span(), message);
                self.report(diagnostic.also(first.key.text.span(), "together with this").help(help));
                return None;
            }
        };
        let word = entry.key.text.value.as_str();
        if let Some(steps) = fields.entry("do").filter(|_| word != "for_each") {
            let message = "`do` belongs to `for_each`";
            self.report(Diagnostic::new(Code::BadValue, steps.key.text.span(), message));
        }
        let value = fields.get(word)?;
        let action = self.action(word, entry, value, &fields)?;
        Some(TransformStep { span: entry.key.text.span(), when, action })
    }

    fn action(&mut self, word: &str, entry: &YamlEntry, value: &YamlNode, fields: &Fields<'_>) -> Option<Action> {
        Some(match word {
            "copy" => Action::Copy(self.copies(value, PathUse::Read)),
            "move" => Action::Move(self.copies(value, PathUse::Write)),
            "default" => Action::Default(self.sources(value, PathUse::Write)),
            "set" => Action::Set(self.sources(value, PathUse::Write)),
            "project" => Action::Project(self.sources(value, PathUse::Field)),
            "remove" => {
                let places = self.field_paths(value, PathUse::Write);
                places.iter().for_each(|place| self.refuse_element(place, "removed"));
                Action::Remove(places)
            }
            "keep_only" => {
                let places = self.field_paths(value, PathUse::Write);
                places.iter().for_each(|place| self.refuse_indexes(place));
                Action::KeepOnly(places)
            }
            "lookup" => Action::Lookup(self.lookup_step(value)?),
            "for_each" => self.for_each(value, fields)?,
            _ => {
                if self.element.is_some() {
                    let message = "`use` is not allowed in a `for_each`";
                    let help = "a transform changes the event, not the element; write its steps here";
                    self.report(Diagnostic::new(Code::BadTransform, entry.key.text.span(), message).help(help));
                    return None;
                }
                let name = self.name(value)?;
                Action::Use(self.transform_named(&name)?)
            }
        })
    }

    /// `target: source` or `target: [source, source]`, all of them paths.
    fn copies(&mut self, node: &YamlNode, usage: PathUse) -> Vec<(FieldPath, Vec<FieldPath>)> {
        let Some(entries) = self.mapping(node, "a mapping of targets to sources") else { return Vec::new() };
        if entries.is_empty() {
            self.bad_value(node, "the mapping is empty, so the step has no effect");
        }
        let mut found = Vec::new();
        for entry in entries {
            let target = self.field_path(&entry.key.text, PathUse::Write);
            if self.refuse_empty(entry) {
                continue;
            }
            if matches!(entry.value.kind, YamlKind::Mapping(_)) {
                self.wrong_type(&entry.value, "a path or a list of paths");
                let help = "literals, expressions and templates are for `set` and `default`";
                if let Some(last) = self.diagnostics.pop() {
                    self.report(last.help(help));
                }
                continue;
            }
            let sources = self.field_paths(&entry.value, usage);
            if usage == PathUse::Write {
                sources.iter().for_each(|source| self.refuse_element(source, "moved"));
            }
            found.extend(target.filter(|_| !sources.is_empty()).map(|target| (target, sources)));
        }
        found
    }

    /// The element of a `for_each` can be changed, but not removed from its list.
    fn refuse_element(&mut self, place: &FieldPath, done: &str) {
        if place.path.is_empty() {
            let message = format!("the element itself cannot be {done}");
            let help = "to leave elements out, `set` the list: `data.items: 'filter(data.items, it.price > 0)'`";
            self.report(Diagnostic::new(Code::BadPath, place.span, message).help(help));
        }
    }

    fn refuse_indexes(&mut self, place: &FieldPath) {
        if place.path.iter().any(|step| matches!(step, PathStep::Index(_))) {
            let message = "`keep_only` keeps fields, not single elements of a list";
            self.report(Diagnostic::new(Code::BadPath, place.span, message));
        }
    }

    fn for_each(&mut self, list: &YamlNode, fields: &Fields<'_>) -> Option<Action> {
        let steps = self.required(fields, "do");
        let list = self.field_path_of(list, PathUse::Write)?;
        let outer = self.element.replace(format!("{}[]", list.shown));
        let steps = steps.map(|steps| self.steps(steps, "a list of steps"));
        self.element = outer;
        Some(Action::ForEach(list, steps?))
    }

    fn lookup_step(&mut self, node: &YamlNode) -> Option<LookupStep> {
        let fields = self.fields(node, &keys::LOOKUP_STEP)?;
        let table = self.required(&fields, "table").and_then(|node| self.name(node));
        let key_node = self.required(&fields, "key");
        let keys = match key_node.map(|node| &node.kind) {
            Some(YamlKind::Sequence(items)) => items.as_slice(),
            _ => key_node.map_or(&[][..], std::slice::from_ref),
        };
        let keys: Vec<_> = keys.iter().map(|key| self.expression(key)).collect();
        let into = match fields.get("into") {
            Some(node) => self.field_path_of(node, PathUse::Write)?,
            None => {
                let of_element = self.element.is_some();
                FieldPath { span: node.span, of_element, path: Vec::new(), shown: self.shown(&[], of_element) }
            }
        };
        let prefix = match fields.get("prefix") {
            Some(node) => self.string(node)?.text.value.clone(),
            None => String::new(),
        };
        let table = table?;
        self.used(NameKind::Lookup, &table);
        let Some(info) = self.lookups.get(&*table.text).cloned() else {
            let known = self.lookups.keys().map(String::as_str);
            let help =
                self.suggestion(&table.text, known).unwrap_or_else(|| String::from("define it under `lookups:`"));
            let message = format!("there is no lookup `{}`", table.text);
            self.report(Diagnostic::new(Code::UnknownLookup, table.span, message).help(help));
            return None;
        };
        let key_node = key_node?;
        if keys.len() != info.keys {
            let wanted = if info.keys == 1 { String::from("one key") } else { format!("{} keys", info.keys) };
            let message = format!("the lookup `{}` has {wanted}, and this gives {}", table.text, keys.len());
            self.report(Diagnostic::new(Code::ArgumentCount, key_node.span, message));
            return None;
        }
        let keys = keys.into_iter().collect::<Option<Vec<_>>>()?;
        let key = keys.into_iter().map(|key| self.checked(key, Type::ANY)).collect();
        let column = |(at, column): (usize, &String)| {
            let mut path = into.path.clone();
            path.push(PathStep::Key(format!("{prefix}{column}").into()));
            let shown = self.shown(&path, into.of_element);
            (at, FieldPath { path, shown, ..into.clone() })
        };
        Some(LookupStep { table: info.id, key, columns: info.data_columns().iter().enumerate().map(column).collect() })
    }
}
