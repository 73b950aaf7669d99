//! Lints of transforms: unused ones, and steps that never have an effect.
//!
//! One pass over the steps of a transform tracks the facts that are certain about each path after each step. Nothing is certain
//! about the fields of an event itself; fields that a step sets or removes unconditionally are certain.

use super::{Action, CheckedExpression, FieldPath, RuleSet, SourceValue, TransformStep, ValueSource};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::event::{Json, Step as PathStep, Type};
use crate::expr::TypedNode;
use std::collections::HashSet;

pub(super) fn lint(rules: &RuleSet, diagnostics: &mut Vec<Diagnostic>) {
    unused(rules, diagnostics);
    for transform in &rules.transforms {
        StepFacts { diagnostics, facts: Vec::new(), closed: false }.steps(&transform.steps);
    }
}

/// Unused transforms.
fn unused(rules: &RuleSet, diagnostics: &mut Vec<Diagnostic>) {
    let used = |step: &TransformStep| if let Action::Use(id) = &step.action { Some(*id) } else { None };
    let by_others = rules.transforms.iter().flat_map(|transform| transform.steps.iter().filter_map(used));
    let by_subscribers = rules.subscribers.values().flat_map(|subscriber| subscriber.transform.iter().copied());
    let used: HashSet<_> = rules.ingest.iter().copied().chain(by_subscribers).chain(by_others).collect();
    let idle = (0..).map(super::TransformId).zip(&rules.transforms).filter(|(id, _)| !used.contains(id));
    for (_, transform) in idle {
        let message = format!("the transform `{}` is not used", transform.name.text);
        let help = "name it under `ingest:`, or as the `transform` of a subscriber";
        diagnostics.push(Diagnostic::new(Code::Unused, transform.name.span, message).help(help));
    }
}

/// A certain fact about a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fact {
    /// It has a value that is not null.
    There,
    /// It has no value.
    Gone,
    /// It may or may not have a value.
    Open,
}

struct StepFacts<'d> {
    diagnostics: &'d mut Vec<Diagnostic>,
    /// In order, the latest last.
    facts: Vec<(Vec<PathStep>, Fact)>,
    /// True if the event has only the fields in the facts.
    closed: bool,
}

impl StepFacts<'_> {
    fn steps(&mut self, steps: &[TransformStep]) {
        for step in steps {
            if step.when.as_ref().is_some_and(never) {
                self.idle(step.span, "this step never has an effect: its condition is never true");
                continue;
            }
            if step.when.is_none() {
                self.step(step);
                continue;
            }
            // After a conditional step, neither its effect nor the fact before it is certain.
            let (facts, closed) = (self.facts.clone(), self.closed);
            let before = self.facts.len();
            self.step(step);
            match &step.action {
                Action::Project(_) | Action::KeepOnly(_) | Action::Use(_) => self.forget(),
                _ => {
                    let touched: Vec<_> =
                        self.facts.drain(before.min(self.facts.len())..).map(|(path, _)| path).collect();
                    (self.facts, self.closed) = (facts, closed);
                    self.facts.extend(touched.into_iter().map(|path| (path, Fact::Open)));
                }
            }
        }
    }

    fn step(&mut self, step: &TransformStep) {
        match &step.action {
            Action::Copy(entries) => entries.iter().for_each(|(target, sources)| self.copy(target, sources, false)),
            Action::Move(entries) => entries.iter().for_each(|(target, sources)| self.copy(target, sources, true)),
            Action::Default(entries) => {
                for (target, source) in entries {
                    self.refuse_there(target);
                    self.note(target, certainty(source));
                }
            }
            Action::Set(entries) => {
                entries.iter().for_each(|(target, source)| self.note(target, certainty(source)));
            }
            Action::Remove(places) => {
                for place in places {
                    self.refuse_gone(std::slice::from_ref(place), place);
                    match place.path.split_last() {
                        // The elements after a removed one move up.
                        Some((PathStep::Index(_), list)) => self.facts.push((list.to_vec(), Fact::Open)),
                        _ => self.note(place, Fact::Gone),
                    }
                }
            }
            Action::KeepOnly(places) => {
                places.iter().for_each(|place| self.refuse_gone(std::slice::from_ref(place), place));
                let kept = places.iter().map(|place| match self.known(place) {
                    Fact::There => (place.path.clone(), Fact::There),
                    _ => (place.path.clone(), Fact::Open),
                });
                self.facts = kept.collect();
                self.closed = true;
            }
            Action::Lookup(lookup) => lookup.columns.iter().for_each(|(_, place)| self.note(place, Fact::Open)),
            Action::Project(entries) => {
                self.facts = entries.iter().map(|(place, source)| (place.path.clone(), certainty(source))).collect();
                self.closed = true;
            }
            Action::ForEach(list, steps) => {
                self.refuse_gone(std::slice::from_ref(list), list);
                // Nothing is known about the elements.
                StepFacts { diagnostics: &mut *self.diagnostics, facts: Vec::new(), closed: false }.steps(steps);
                let fact = if self.known(list) == Fact::There { Fact::There } else { Fact::Open };
                self.note(list, fact);
            }
            Action::Use(_) => self.forget(),
        }
    }

    fn copy(&mut self, target: &FieldPath, sources: &[FieldPath], moves: bool) {
        let itself = |source: &FieldPath| source.of_element == target.of_element && source.path == target.path;
        if sources.iter().all(itself) {
            self.idle(target.span, format!("`{}` is its own source", target.shown));
            return;
        }
        self.refuse_there(target);
        self.refuse_gone(sources, target);
        let free = self.known(target) == Fact::Gone;
        let certain = sources.iter().any(|source| self.known(source) == Fact::There);
        if moves {
            for source in sources {
                let gone = free && sources.len() == 1;
                self.note(source, if gone { Fact::Gone } else { Fact::Open });
            }
        }
        self.note(target, if certain { Fact::There } else { Fact::Open });
    }

    fn note(&mut self, place: &FieldPath, fact: Fact) {
        self.facts.push((place.path.clone(), fact));
    }

    fn forget(&mut self) {
        self.facts.clear();
        self.closed = false;
    }

    /// The fact about a path: that of the latest entry for it, for a path above it or for one below it.
    fn known(&self, place: &FieldPath) -> Fact {
        let path = place.path.as_slice();
        for (known, fact) in self.facts.iter().rev() {
            if path.starts_with(known) {
                return match fact {
                    // The value above has fields, but it is not known which.
                    Fact::There if known.len() < path.len() => Fact::Open,
                    fact => *fact,
                };
            }
            if known.starts_with(path) && *fact != Fact::Gone {
                return *fact;
            }
        }
        if self.closed { Fact::Gone } else { Fact::Open }
    }

    fn refuse_there(&mut self, target: &FieldPath) {
        if self.known(target) == Fact::There {
            let message = format!("this never has an effect: `{}` always has a value already", target.shown);
            self.idle(target.span, message);
        }
    }

    fn refuse_gone(&mut self, sources: &[FieldPath], at: &FieldPath) {
        if !sources.iter().all(|source| self.known(source) == Fact::Gone) {
            return;
        }
        let shown: Vec<String> = sources.iter().map(|source| format!("`{}`", source.shown)).collect();
        let have = if shown.len() == 1 { "has" } else { "have" };
        let message = format!("this never has an effect: {} {have} no value at this step", shown.join(", "));
        self.idle(at.span, message);
    }

    fn idle(&mut self, span: Span, message: impl Into<String>) {
        let help = "a step sees the results of the steps before it";
        self.diagnostics.push(Diagnostic::new(Code::IdleStep, span, message).help(help));
    }
}

/// True for a condition that is never true.
fn never(when: &CheckedExpression) -> bool {
    matches!(&when.typed.node, TypedNode::Const(value) if *value != Json::Bool(true))
}

/// True if a source always has a value.
fn certainty(source: &ValueSource) -> Fact {
    let certain = |(when, made): &(Option<CheckedExpression>, SourceValue)| {
        when.is_none()
            && match made {
                SourceValue::Value(value) => !value.is_null(),
                SourceValue::Expression(checked) => !checked.typed.ty.intersects(Type::NULL),
                SourceValue::Template(_) => true,
            }
    };
    if source.alternatives.iter().any(certain) { Fact::There } else { Fact::Open }
}
