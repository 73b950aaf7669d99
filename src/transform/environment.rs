//! The evaluation of expressions on the current event.

use super::run::TransformRun;
use crate::event::Value;
use crate::expr::{
    Budget, DefineId, Env, Exceeded, LookupId, MeasuredValue, Path, PathId, Root, Typed, evaluate_measured,
};
use crate::lookup;
use crate::rules::{NamedCases, shown_computation};
use bumpalo::Bump;
use jiff::tz::TimeZone;

impl<'a> TransformRun<'a> {
    pub(super) fn root(&mut self, path: &Path) -> Value<'a> {
        match path.root {
            Root::Event => self.tree.walk(&path.steps),
            Root::Data => self.data().walk(&path.steps),
            Root::Headers if !path.steps.is_empty() => self.headers(&path.steps),
            Root::It => self.elements.last().copied().unwrap_or_default().walk(&path.steps),
            root => self.computed_root(root),
        }
    }

    fn named(&mut self, named: &'a NamedCases) -> Value<'a> {
        for alternative in &named.cases.alternatives {
            if alternative.when.as_ref().is_none_or(|when| self.evaluated(when).is_true()) {
                let value = self.evaluated(&alternative.value);
                if !value.is_null() {
                    return value;
                }
            }
        }
        Value::Null
    }

    /// The value of an expression, charged to the budget of all transforms. Records an error if the computation exceeds its own
    /// budget.
    pub(super) fn evaluated(&mut self, typed: &'a Typed) -> Value<'a> {
        let MeasuredValue { value, exceeded, memory, work } = evaluate_measured(typed, self);
        self.meter.allocate(memory);
        self.meter.work(usize::try_from(work).unwrap_or(usize::MAX));
        if let Some(Exceeded { computation, limit }) = exceeded {
            let shown = shown_computation(computation, self.rules.paths);
            self.error(&shown, self.rules.budget.describe(limit), String::from("more"));
        }
        value
    }
}

impl<'a> Env<'a> for TransformRun<'a> {
    fn arena(&self) -> &'a Bump {
        self.arena
    }

    fn path(&mut self, path: PathId) -> Value<'a> {
        match self.rules.paths.get(path) {
            Some(Path { root: Root::Batch, .. }) => self.rules.batch.get(path),
            Some(path) => self.root(path),
            None => Value::Null,
        }
    }

    fn is_present(&mut self, path: PathId) -> bool {
        let Some(path) = self.rules.paths.get(path) else { return false };
        self.root(&Path { root: path.root, steps: Vec::new() }).has(&path.steps)
    }

    fn define(&mut self, id: DefineId) -> Value<'a> {
        let (rules, at) = (self.rules, id.0 as usize);
        if let Some(Some((version, value))) = self.defines.get(at)
            && *version == self.version
        {
            return *value;
        }
        let value = rules.defines.get(at).map_or(Value::Null, |named| self.named(named));
        self.defines.resize(rules.defines.len(), None);
        if let Some(slot) = self.defines.get_mut(at) {
            *slot = Some((self.version, value));
        }
        value
    }

    fn zone(&self) -> &'a TimeZone {
        self.rules.zone
    }

    fn lookup(&mut self, table: LookupId, column: u32, key: &[Value<'_>]) -> Value<'a> {
        lookup::cell(self.rules.lookups, table, column, key, self.arena)
    }

    fn event_id(&mut self) -> Value<'a> {
        self.computed_root(Root::Id)
    }

    fn budget(&self) -> Budget {
        self.rules.budget
    }
}
