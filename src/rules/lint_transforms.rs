//! Lints of transforms: those that nobody uses, and steps that can never do anything.
//!
//! A transform is walked through once, with what is certain of each path behind each step. What an event brings is never
//! certain; what a step sets without a condition is, and what it takes away.

use super::{Action, Checked, Made, Place, RuleSet, Source, Step};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::event::{Json, Step as PathStep, Type};
use crate::expr::TypedNode;
use std::collections::HashSet;

pub(super) fn lint(rules: &RuleSet, diagnostics: &mut Vec<Diagnostic>) {
    unused(rules, diagnostics);
    for transform in &rules.transforms {
        Walk { diagnostics, facts: Vec::new(), closed: false }.steps(&transform.steps);
    }
}

/// Transforms that nothing uses.
fn unused(rules: &RuleSet, diagnostics: &mut Vec<Diagnostic>) {
    let used = |step: &Step| if let Action::Use(id) = &step.action { Some(*id) } else { None };
    let by_others = rules.transforms.iter().flat_map(|transform| transform.steps.iter().filter_map(used));
    let by_subscribers = rules.subscribers.values().flat_map(|subscriber| subscriber.transform.iter().copied());
    let used: HashSet<_> = rules.ingest.iter().copied().chain(by_subscribers).chain(by_others).collect();
    let idle = (0..).map(super::TransformId).zip(&rules.transforms).filter(|(id, _)| !used.contains(id));
    for (_, transform) in idle {
        let message = format!("nothing uses the transform `{}`", transform.name.text);
        let help = "name it under `ingest:`, or as the `transform` of a subscriber";
        diagnostics.push(Diagnostic::new(Code::Unused, transform.name.span, message).help(help));
    }
}

/// What is certain of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fact {
    /// Something is there, and not null.
    There,
    /// Nothing is there.
    Gone,
    /// Nothing is certain any more.
    Open,
}

struct Walk<'d> {
    diagnostics: &'d mut Vec<Diagnostic>,
    /// The latest last.
    facts: Vec<(Vec<PathStep>, Fact)>,
    /// True if there is nothing but what the facts tell of.
    closed: bool,
}

impl Walk<'_> {
    fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            if step.when.as_ref().is_some_and(never) {
                self.idle(step.span, "this step never does anything: its condition is never true");
                continue;
            }
            if step.when.is_none() {
                self.step(step);
                continue;
            }
            // What a step does under a condition is not certain afterwards, and neither is what was before.
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

    fn step(&mut self, step: &Step) {
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
                        // What stands behind an element moves up.
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
                // The elements are another matter, of which nothing is known.
                Walk { diagnostics: &mut *self.diagnostics, facts: Vec::new(), closed: false }.steps(steps);
                let fact = if self.known(list) == Fact::There { Fact::There } else { Fact::Open };
                self.note(list, fact);
            }
            Action::Use(_) => self.forget(),
        }
    }

    fn copy(&mut self, target: &Place, sources: &[Place], moves: bool) {
        let itself = |source: &Place| source.of_element == target.of_element && source.path == target.path;
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

    fn note(&mut self, place: &Place, fact: Fact) {
        self.facts.push((place.path.clone(), fact));
    }

    fn forget(&mut self) {
        self.facts.clear();
        self.closed = false;
    }

    /// What is certain of a place: what the latest fact says that has to do with it.
    fn known(&self, place: &Place) -> Fact {
        let path = place.path.as_slice();
        for (known, fact) in self.facts.iter().rev() {
            if path.starts_with(known) {
                return match fact {
                    // Something is there, but what is in it nobody knows.
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

    fn refuse_there(&mut self, target: &Place) {
        if self.known(target) == Fact::There {
            let message = format!("this never does anything: `{}` is always there already", target.shown);
            self.idle(target.span, message);
        }
    }

    fn refuse_gone(&mut self, sources: &[Place], at: &Place) {
        if !sources.iter().all(|source| self.known(source) == Fact::Gone) {
            return;
        }
        let shown: Vec<String> = sources.iter().map(|source| format!("`{}`", source.shown)).collect();
        let are = if shown.len() == 1 { "is" } else { "are" };
        let message = format!("this never does anything: {} {are} never there at this step", shown.join(", "));
        self.idle(at.span, message);
    }

    fn idle(&mut self, span: Span, message: impl Into<String>) {
        let help = "a step sees what the steps before it have made";
        self.diagnostics.push(Diagnostic::new(Code::IdleStep, span, message).help(help));
    }
}

/// True for a condition that never holds.
fn never(when: &Checked) -> bool {
    matches!(&when.typed.node, TypedNode::Const(value) if *value != Json::Bool(true))
}

/// Whether a source always makes something.
fn certainty(source: &Source) -> Fact {
    let certain = |(when, made): &(Option<Checked>, Made)| {
        when.is_none()
            && match made {
                Made::Value(value) => !value.is_null(),
                Made::Expression(checked) => !checked.typed.ty.meets(Type::NULL),
                Made::Template(_) => true,
            }
    };
    if source.alternatives.iter().any(certain) { Fact::There } else { Fact::Open }
}
