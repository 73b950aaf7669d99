//! The steps of transforms. Each reads the tree that the steps before it produced, and makes a new one. No step fails: a value that
//! cannot be computed or written is null or left as it is, and recorded as an error.

use super::run::{COMPUTATIONS, StepLog, TransformRun};
use crate::event::{Type, Value};
use crate::expr::ELEMENT;
use crate::rules::{Action, FieldPath, LookupStep, TransformId, TransformStep, ValueSource};
use bumpalo::collections::Vec as ArenaVec;

impl<'a> TransformRun<'a> {
    /// Does the steps of transforms, one transform after the other.
    pub(crate) fn run(&mut self, transforms: &[TransformId]) {
        transforms.iter().for_each(|id| self.transform(*id));
    }

    /// Recursive through `use`; the loader limits the depth.
    fn transform(&mut self, id: TransformId) {
        let Some(transform) = self.rules.transforms.get(id.0 as usize) else { return };
        let outer = self.current.replace(id);
        self.steps(&transform.steps);
        self.current = outer;
    }

    fn steps(&mut self, steps: &'a [TransformStep]) {
        steps.iter().for_each(|step| self.step(step));
    }

    fn step(&mut self, step: &'a TransformStep) {
        if self.is_spent() {
            return;
        }
        let applied = step.when.as_ref().is_none_or(|when| self.value(when).is_true());
        if let (Some(log), Some(transform)) = (&mut self.log, self.current) {
            log.push(StepLog { transform, step, applied, changes: Vec::new() });
        }
        if applied {
            self.act(&step.action);
        }
    }

    /// True if the transforms of the event have exceeded their common budget: the remaining steps are not done.
    fn is_spent(&mut self) -> bool {
        let Some(limit) = self.meter.spent() else { return false };
        self.error("event", self.rules.budget.times(COMPUTATIONS).describe(limit), String::from("more"));
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
            Action::Remove(fields) => fields.iter().for_each(|field| self.remove(field)),
            Action::KeepOnly(fields) => self.keep_only(fields),
            Action::Lookup(lookup) => self.look_up(lookup),
            Action::Project(entries) => self.project(entries),
            Action::ForEach(list, steps) => self.for_each(list, steps),
            Action::Use(id) => self.transform(*id),
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
        // Remove first, then write: the target may be within the source.
        let (tree, element) = (self.tree, self.elements.last().copied());
        if let Some(without) = self.without(source) {
            self.set_base(source.of_element, without);
        }
        if self.replace(target, value, false) {
            self.record(&source.shown, None);
            self.record(&target.shown, Some(value));
        } else {
            self.change(tree);
            if let (Some(last), Some(element)) = (self.elements.last_mut(), element) {
                *last = element;
            }
        }
    }

    fn keep_only(&mut self, fields: &'a [FieldPath]) {
        let mut kept = Value::Object(&[]);
        for field in fields {
            let value = self.read(field);
            if (field.path.is_empty() || self.base(field).has(&field.path))
                && let Some(with) = self.written(kept, field, value, false)
            {
                kept = with;
                self.record(&field.shown, Some(value));
            }
        }
        self.set_base(!self.elements.is_empty(), kept);
    }

    fn look_up(&mut self, step: &'a LookupStep) {
        let key: Vec<Value<'a>> = step.key.iter().map(|key| self.value(key)).collect();
        let table = self.rules.lookups.get(step.table.0 as usize);
        let Some(row) = table.and_then(|table| table.row(&key)) else { return };
        for (column, field) in &step.columns {
            let cell = row.get(*column).map_or(Value::Null, |cell| Value::from_json(cell, self.arena));
            self.put(field, cell);
        }
    }

    /// Builds the new event aside, so that every source reads the event as it was.
    fn project(&mut self, entries: &'a [(FieldPath, ValueSource)]) {
        let mut new = Value::Object(&[]);
        for (field, source) in entries {
            let value = self.source(source, field);
            if let Some(with) = self.written(new, field, value, true) {
                new = with;
                self.record(&field.shown, Some(value));
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
        if !self.meter.allocate(items.len().saturating_mul(ELEMENT)) {
            return;
        }
        let mut new = ArenaVec::with_capacity_in(items.len(), self.arena);
        for item in items {
            self.elements.push(*item);
            self.steps(steps);
            new.push(self.elements.pop().unwrap_or_default());
        }
        self.replace(list, Value::Array(new.into_bump_slice()), false);
    }
}
