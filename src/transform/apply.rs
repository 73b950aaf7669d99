//! The steps: each reads the tree as the steps before it have left it, and makes a new one. None of them fails: what does
//! not work out is left as it is or null, and noted among the errors.

use super::tree::{Blocked, TooLarge, copied, measure, remove, write};
use super::{COMPUTATIONS, Stage, StepLog};
use crate::event::{Type, Value, format_number, write_json};
use crate::expr::{Budget, ELEMENT, Env, LONGEST_TEXT, Limit, TypeRequirement, fits, fits_type};
use crate::rules::{
    Action, CheckedExpression, FieldPath, LookupStep, SourceValue, TemplatePiece, TransformId, TransformStep,
    ValueSource,
};
use bumpalo::collections::Vec as ArenaVec;

/// How deep a tree may become. (An event comes with 1,024 at most.)
const DEEPEST: usize = 2048;
/// The bytes that one member of an object takes in a copy.
const MEMBER: usize = 48;
/// The largest value that is written into a text, in bytes of its parts: as JSON it is shorter than that.
const LARGEST_IN_TEXT: usize = 4 * LONGEST_TEXT;

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

    fn steps(&mut self, steps: &'a [TransformStep]) {
        steps.iter().for_each(|step| self.step(step));
    }

    fn step(&mut self, step: &'a TransformStep) {
        if self.is_spent() {
            return;
        }
        let applied = step.when.as_ref().is_none_or(|when| self.value(when).is_true());
        if let (Some(log), Some(transform)) = (&mut self.log, self.at) {
            log.push(StepLog { transform, step, applied, changes: Vec::new() });
        }
        if applied {
            self.act(&step.action);
        }
    }

    /// True if the transforms of the event have used up what they may take together: what is left of them is not done.
    fn is_spent(&mut self) -> bool {
        let Some(limit) = self.ledger.spent() else { return false };
        self.error("event", self.world.budget.times(COMPUTATIONS).describe(limit), String::from("more"));
        true
    }

    fn act(&mut self, action: &'a Action) {
        match action {
            Action::Copy(entries) => entries.iter().for_each(|(target, sources)| self.copy(target, sources, false)),
            Action::Move(entries) => entries.iter().for_each(|(target, sources)| self.copy(target, sources, true)),
            Action::Default(entries) => {
                for (target, source) in entries {
                    if self.read(target).is_null() {
                        let value = self.source(source, target);
                        self.put(target, value);
                    }
                }
            }
            Action::Set(entries) => {
                for (target, source) in entries {
                    let value = self.source(source, target);
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
    fn base(&self, place: &FieldPath) -> Value<'a> {
        if place.of_element { self.elements.last().copied().unwrap_or_default() } else { self.tree }
    }

    fn set_base(&mut self, of_element: bool, base: Value<'a>) {
        match self.elements.last_mut() {
            Some(element) if of_element => *element = base,
            _ => self.change(base),
        }
    }

    fn read(&self, place: &FieldPath) -> Value<'a> {
        self.base(place).walk(&place.path)
    }

    /// The value of an expression; notes what has another type than it needs.
    fn value(&mut self, checked: &'a CheckedExpression) -> Value<'a> {
        for (requirement, shown) in &checked.requirements {
            if let Some(found) = self.mismatch(requirement) {
                self.error(shown, requirement.expected.to_string(), found.to_string());
            }
        }
        let value = self.evaluated(&checked.typed);
        if let Some(time) = self.no_clock.take() {
            self.error("time", Type::TIME.to_string(), time.type_of().to_string());
        }
        value
    }

    /// The type of the first value that is not what an expression needs.
    fn mismatch(&mut self, requirement: &TypeRequirement) -> Option<Type> {
        let mut values = vec![self.path(requirement.path)];
        for steps in &requirement.elements {
            let elements = values.iter().filter_map(|value| value.as_array()).flatten();
            values = elements.map(|element| element.walk(steps)).collect();
        }
        self.ledger.work(values.len());
        let zone = self.zone();
        values.into_iter().find(|value| !fits_type(*value, requirement.expected, zone)).map(Value::type_of)
    }

    pub(super) fn error(&mut self, path: &str, expected: String, found: String) {
        if let Some(id) = self.at
            && let Some(transform) = self.world.transforms.get(id.0 as usize)
        {
            self.errors.note(path, expected, found, id, transform);
        }
    }

    /// The value of a source for a place.
    fn source(&mut self, source: &'a ValueSource, place: &FieldPath) -> Value<'a> {
        for (when, made) in &source.alternatives {
            if when.as_ref().is_none_or(|when| self.value(when).is_true()) {
                let value = self.make(made, place);
                if !value.is_null() {
                    return value;
                }
            }
        }
        Value::Null
    }

    fn make(&mut self, made: &'a SourceValue, place: &FieldPath) -> Value<'a> {
        match made {
            SourceValue::Value(json) => Value::from_json(json, self.arena),
            SourceValue::Expression(checked) => self.value(checked),
            SourceValue::Template(pieces) => self.template(pieces, place),
        }
    }

    /// A template's text; null, and an error, where that gets too long.
    fn template(&mut self, pieces: &'a [TemplatePiece], place: &FieldPath) -> Value<'a> {
        let mut text = String::new();
        for piece in pieces {
            let fits = match piece {
                TemplatePiece::Text(piece) => {
                    text.push_str(piece);
                    true
                }
                TemplatePiece::Expression(checked) => push_text(self.value(checked), &mut text),
            };
            if !fits || text.len() > LONGEST_TEXT {
                let most = Budget { memory: LONGEST_TEXT, ..self.world.budget }.describe(Limit::Memory);
                self.error(&place.shown, most, String::from("more"));
                return Value::Null;
            }
        }
        match self.ledger.allocate(text.len()) {
            true => Value::String(self.arena.alloc_str(&text)),
            false => Value::Null,
        }
    }

    fn copy(&mut self, target: &'a FieldPath, sources: &'a [FieldPath], moves: bool) {
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
        if let Some(without) = self.without(source) {
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
    fn put(&mut self, place: &'a FieldPath, value: Value<'a>) {
        if self.put_quietly(place, value, true) {
            self.note(&place.shown, Some(value));
        }
    }

    fn put_quietly(&mut self, place: &'a FieldPath, value: Value<'a>, adds: bool) -> bool {
        match self.written(self.base(place), place, value, adds) {
            Some(base) => {
                self.set_base(place.of_element, base);
                true
            }
            None => false,
        }
    }

    /// A tree with a value at a place; none, and an error, where that cannot be.
    fn written(&mut self, base: Value<'a>, place: &'a FieldPath, value: Value<'a>, adds: bool) -> Option<Value<'a>> {
        if matches!(value, Value::Array(_) | Value::Object(_) | Value::String(_)) {
            let room = if adds { self.world.budget.memory.saturating_sub(self.made) } else { usize::MAX };
            let deepest = DEEPEST.saturating_sub(place.path.len());
            let measured = measure(value, room, deepest);
            self.ledger.work(measured.unwrap_or(room.min(self.world.budget.memory)) / ELEMENT);
            match measured {
                Ok(bytes) => self.made += if adds { bytes } else { 0 },
                Err(TooLarge::Long) => {
                    let most = self.world.budget.describe(Limit::Memory);
                    self.error(&place.shown, most, String::from("more"));
                    return None;
                }
                Err(TooLarge::Deep) => {
                    let most = format!("at most {DEEPEST} levels");
                    self.error(&place.shown, most, String::from("more"));
                    return None;
                }
            }
        }
        if !self.takes_copies(base, place) {
            return None;
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

    fn remove(&mut self, place: &'a FieldPath) {
        if let Some(without) = self.without(place) {
            self.set_base(place.of_element, without);
            self.note(&place.shown, None);
        }
    }

    /// The tree of a place without what is there; none if there is nothing.
    fn without(&mut self, place: &'a FieldPath) -> Option<Value<'a>> {
        let base = self.base(place);
        let fits = self.takes_copies(base, place);
        fits.then(|| remove(base, &place.path, self.arena)).flatten()
    }

    /// Takes the memory and work of copying what leads to a place.
    fn takes_copies(&self, base: Value<'_>, place: &FieldPath) -> bool {
        let copied = copied(base, &place.path);
        self.ledger.work(copied) && self.ledger.allocate(copied.saturating_mul(MEMBER))
    }

    fn keep_only(&mut self, places: &'a [FieldPath]) {
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
    fn project(&mut self, entries: &'a [(FieldPath, ValueSource)]) {
        let mut new = Value::Object(&[]);
        for (place, source) in entries {
            let value = self.source(source, place);
            if let Some(with) = self.written(new, place, value, true) {
                new = with;
                self.note(&place.shown, Some(value));
            }
        }
        self.set_base(!self.elements.is_empty(), new);
    }

    fn for_each(&mut self, list: &'a FieldPath, steps: &'a [TransformStep]) {
        let items = match self.read(list) {
            Value::Array(items) => items,
            Value::Null => return,
            other => return self.error(&list.shown, Type::ARRAY.to_string(), other.type_of().to_string()),
        };
        if !self.ledger.allocate(items.len().saturating_mul(ELEMENT)) {
            return;
        }
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
fn is_there(base: Value<'_>, place: &FieldPath) -> bool {
    use crate::event::Step as PathStep;
    let Some((last, way)) = place.path.split_last() else { return true };
    match (base.walk(way), last) {
        (Value::Object(members), PathStep::Key(key)) => members.iter().any(|(name, _)| *name == &**key),
        (Value::Array(items), PathStep::Index(at)) => (*at as usize) < items.len(),
        _ => false,
    }
}

/// A value within a text: strings and numbers as `string(…)` has them, nothing for null, lists and objects as JSON. False
/// if it is too large for that.
fn push_text(value: Value<'_>, out: &mut String) -> bool {
    match value {
        Value::Null => {}
        Value::Bool(b) => out.push_str(if b { "true" } else { "false" }),
        Value::Number(n) => format_number(n, out),
        Value::String(s) => out.push_str(s),
        Value::Array(_) | Value::Object(_) => {
            if !fits(value, LARGEST_IN_TEXT) {
                return false;
            }
            let mut json = Vec::new();
            write_json(value, &mut json);
            out.push_str(&String::from_utf8_lossy(&json));
        }
    }
    true
}
