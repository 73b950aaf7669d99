//! The steps: each reads the tree as the steps before it have left it, and makes a new one. None of them fails: what does
//! not work out is left as it is or null, and noted among the errors.

use super::tree::{Blocked, measure, remove, write};
use super::{Stage, StepLog};
use crate::decision::{MAX_ASKED_BY, TypeError};
use crate::event::{Type, Value, format_number, write_json};
use crate::expr::{Demand, Env, evaluate, fits};
use crate::rules::{Action, Checked, LookupStep, Made, Piece, Place, Source, Step, TransformId};
use bumpalo::collections::Vec as ArenaVec;

/// How deep a tree may become. (An event comes with 1,024 at most.)
const DEEPEST: usize = 2048;
/// How many values the steps may add to one event, so that doubling it again and again comes to an end.
const MOST_MADE: usize = if cfg!(test) { 1 << 12 } else { 1 << 20 };

impl<'a> Stage<'a> {
    /// Does the steps of one transform after the other.
    pub(crate) fn run(&mut self, transforms: &[TransformId]) {
        transforms.iter().for_each(|id| self.transform(*id));
    }

    /// (Transforms use one another no deeper than the loader allows.)
    fn transform(&mut self, id: TransformId) {
        let Some(transform) = self.world.transforms.get(id.0 as usize) else { return };
        let outer = self.at.replace(id);
        self.steps(&transform.steps);
        self.at = outer;
    }

    fn steps(&mut self, steps: &'a [Step]) {
        steps.iter().for_each(|step| self.step(step));
    }

    fn step(&mut self, step: &'a Step) {
        let applied = step.when.as_ref().is_none_or(|when| self.value(when).is_true());
        if let (Some(log), Some(transform)) = (&mut self.log, self.at) {
            log.push(StepLog { transform, step, applied, changes: Vec::new() });
        }
        if applied {
            self.act(&step.action);
        }
    }

    fn act(&mut self, action: &'a Action) {
        match action {
            Action::Copy(entries) => entries.iter().for_each(|(target, sources)| self.copy(target, sources, false)),
            Action::Move(entries) => entries.iter().for_each(|(target, sources)| self.copy(target, sources, true)),
            Action::Default(entries) => {
                for (target, source) in entries {
                    if self.read(target).is_null() {
                        let value = self.source(source);
                        self.put(target, value);
                    }
                }
            }
            Action::Set(entries) => {
                for (target, source) in entries {
                    let value = self.source(source);
                    self.put(target, value);
                }
            }
            Action::Remove(places) => places.iter().for_each(|place| self.remove(place)),
            Action::KeepOnly(places) => self.keep_only(places),
            Action::Lookup(lookup) => self.look_up(lookup),
            Action::Project(entries) => self.project(entries),
            Action::ForEach(list, steps) => self.for_each(list, steps),
            Action::Use(id) => self.transform(*id),
        }
    }

    /// What a place begins at.
    fn base(&self, place: &Place) -> Value<'a> {
        if place.of_element { self.elements.last().copied().unwrap_or_default() } else { self.tree }
    }

    fn set_base(&mut self, of_element: bool, base: Value<'a>) {
        match self.elements.last_mut() {
            Some(element) if of_element => *element = base,
            _ => self.change(base),
        }
    }

    fn read(&self, place: &Place) -> Value<'a> {
        self.base(place).walk(&place.path)
    }

    /// The value of an expression; notes what has another type than it needs.
    fn value(&mut self, checked: &'a Checked) -> Value<'a> {
        for (demand, shown) in &checked.demands {
            if let Some(found) = self.misfit(demand) {
                self.error(shown, demand.expected.to_string(), found.to_string());
            }
        }
        let value = evaluate(&checked.typed, self);
        if let Some(time) = self.no_clock.take() {
            self.error("time", Type::TIME.to_string(), time.type_of().to_string());
        }
        value
    }

    /// The type of the first value that is not what an expression needs.
    fn misfit(&mut self, demand: &Demand) -> Option<Type> {
        let mut values = vec![self.path(demand.path)];
        for steps in &demand.elements {
            let elements = values.iter().filter_map(|value| value.as_array()).flatten();
            values = elements.map(|element| element.walk(steps)).collect();
        }
        let zone = self.zone();
        values.into_iter().find(|value| !fits(*value, demand.expected, zone)).map(Value::type_of)
    }

    fn error(&mut self, path: &str, expected: String, found: String) {
        let name =
            self.at.and_then(|at| self.world.transforms.get(at.0 as usize)).map(|transform| &transform.name.text);
        let asker = format!("transform:{}", name.map_or("", |name| name));
        match self.errors.iter_mut().find(|known| known.path == path && known.expected == expected) {
            Some(known) if known.asked_by.contains(&asker) => {}
            Some(known) => {
                known.count += 1;
                if known.asked_by.len() < MAX_ASKED_BY {
                    known.asked_by.push(asker);
                }
            }
            None => {
                self.errors.push(TypeError { path: path.to_owned(), expected, found, asked_by: vec![asker], count: 1 });
            }
        }
    }

    fn source(&mut self, source: &'a Source) -> Value<'a> {
        for (when, made) in &source.alternatives {
            if when.as_ref().is_none_or(|when| self.value(when).is_true()) {
                let value = self.make(made);
                if !value.is_null() {
                    return value;
                }
            }
        }
        Value::Null
    }

    fn make(&mut self, made: &'a Made) -> Value<'a> {
        match made {
            Made::Value(json) => Value::from_json(json, self.arena),
            Made::Expression(checked) => self.value(checked),
            Made::Template(pieces) => {
                let mut text = String::new();
                for piece in pieces {
                    match piece {
                        Piece::Text(piece) => text.push_str(piece),
                        Piece::Expression(checked) => {
                            let value = self.value(checked);
                            push_text(value, &mut text);
                        }
                    }
                }
                Value::String(self.arena.alloc_str(&text))
            }
        }
    }

    fn copy(&mut self, target: &'a Place, sources: &'a [Place], moves: bool) {
        if !self.read(target).is_null() {
            return;
        }
        let found = sources.iter().map(|source| (source, self.read(source))).find(|(_, value)| !value.is_null());
        let Some((source, value)) = found else { return };
        if !moves {
            self.put(target, value);
            return;
        }
        // First away, then there: the target may lie in the source.
        let (tree, element) = (self.tree, self.elements.last().copied());
        if let Some(without) = remove(self.base(source), &source.path, self.arena) {
            self.set_base(source.of_element, without);
        }
        if self.put_quietly(target, value, false) {
            self.note(&source.shown, None);
            self.note(&target.shown, Some(value));
        } else {
            self.change(tree);
            if let (Some(last), Some(element)) = (self.elements.last_mut(), element) {
                *last = element;
            }
        }
    }

    /// Writes a value at a place.
    fn put(&mut self, place: &'a Place, value: Value<'a>) {
        if self.put_quietly(place, value, true) {
            self.note(&place.shown, Some(value));
        }
    }

    fn put_quietly(&mut self, place: &'a Place, value: Value<'a>, adds: bool) -> bool {
        match self.written(self.base(place), place, value, adds) {
            Some(base) => {
                self.set_base(place.of_element, base);
                true
            }
            None => false,
        }
    }

    /// A tree with a value at a place; none, and an error, where that cannot be.
    fn written(&mut self, base: Value<'a>, place: &'a Place, value: Value<'a>, adds: bool) -> Option<Value<'a>> {
        if matches!(value, Value::Array(_) | Value::Object(_)) {
            let room = if adds { MOST_MADE.saturating_sub(self.made) } else { usize::MAX };
            let deepest = DEEPEST.saturating_sub(place.path.len());
            let Some((count, _)) = measure(value, room, deepest) else {
                let expected = String::from("smaller value");
                self.error(&place.shown, expected, value.type_of().to_string());
                return None;
            };
            self.made += if adds { count } else { 0 };
        }
        match write(base, &place.path, value, self.arena) {
            Ok(written) => Some(written),
            Err(Blocked { after, expected, found }) => {
                let rest: String = place.path.iter().skip(after).map(ToString::to_string).collect();
                let shown = place.shown.strip_suffix(&rest).unwrap_or(&place.shown);
                self.error(shown, expected, found);
                None
            }
        }
    }

    fn note(&mut self, shown: &'a str, value: Option<Value<'a>>) {
        if let Some(last) = self.log.as_mut().and_then(|log| log.last_mut()) {
            last.changes.push((shown, value.map(Value::to_json)));
        }
    }

    fn remove(&mut self, place: &'a Place) {
        if let Some(without) = remove(self.base(place), &place.path, self.arena) {
            self.set_base(place.of_element, without);
            self.note(&place.shown, None);
        }
    }

    fn keep_only(&mut self, places: &'a [Place]) {
        let mut kept = Value::Object(&[]);
        for place in places {
            let value = self.read(place);
            if is_there(self.base(place), place)
                && let Some(with) = self.written(kept, place, value, false)
            {
                kept = with;
                self.note(&place.shown, Some(value));
            }
        }
        self.set_base(!self.elements.is_empty(), kept);
    }

    fn look_up(&mut self, step: &'a LookupStep) {
        let key: Vec<Value<'a>> = step.key.iter().map(|key| self.value(key)).collect();
        let table = self.world.lookups.get(step.table.0 as usize);
        let Some(row) = table.and_then(|table| table.row(&key)) else { return };
        for (column, place) in &step.columns {
            let cell = row.get(*column).map_or(Value::Null, |cell| Value::from_json(cell, self.arena));
            self.put(place, cell);
        }
    }

    /// Every source sees the event as it was; the new one is put together aside.
    fn project(&mut self, entries: &'a [(Place, Source)]) {
        let mut new = Value::Object(&[]);
        for (place, source) in entries {
            let value = self.source(source);
            if let Some(with) = self.written(new, place, value, true) {
                new = with;
                self.note(&place.shown, Some(value));
            }
        }
        self.set_base(!self.elements.is_empty(), new);
    }

    fn for_each(&mut self, list: &'a Place, steps: &'a [Step]) {
        let items = match self.read(list) {
            Value::Array(items) => items,
            Value::Null => return,
            other => return self.error(&list.shown, Type::ARRAY.to_string(), other.type_of().to_string()),
        };
        let mut new = ArenaVec::with_capacity_in(items.len(), self.arena);
        for item in items {
            self.elements.push(*item);
            self.steps(steps);
            new.push(self.elements.pop().unwrap_or_default());
        }
        self.put_quietly(list, Value::Array(new.into_bump_slice()), false);
    }
}

/// True if there is a member or an element at a place, be it null.
fn is_there(base: Value<'_>, place: &Place) -> bool {
    use crate::event::Step as PathStep;
    let Some((last, way)) = place.path.split_last() else { return true };
    match (base.walk(way), last) {
        (Value::Object(members), PathStep::Key(key)) => members.iter().any(|(name, _)| *name == &**key),
        (Value::Array(items), PathStep::Index(at)) => (*at as usize) < items.len(),
        _ => false,
    }
}

/// A value within a text: strings and numbers as `string(…)` has them, nothing for null, lists and objects as JSON.
fn push_text(value: Value<'_>, out: &mut String) {
    match value {
        Value::Null => {}
        Value::Bool(b) => out.push_str(if b { "true" } else { "false" }),
        Value::Number(n) => format_number(n, out),
        Value::String(s) => out.push_str(s),
        Value::Array(_) | Value::Object(_) => {
            let mut json = Vec::new();
            write_json(value, &mut json);
            out.push_str(&String::from_utf8_lossy(&json));
        }
    }
}
