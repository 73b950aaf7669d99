//! The environment of expressions for one event: its roots, its named values and the clock.

use crate::clock::Clock;
use crate::event::{Json, Step, Value, cloud_event};
use crate::expr::{self, Budget, DefineId, Env, LookupId, PathId, Root, evaluate, holds};
use crate::lookup;
use crate::rules::{Cases, Envelope, Layout, RuleSet};
use crate::split::Batch;
use bumpalo::Bump;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::cell::Cell;

/// One event with everything that an expression may read.
pub(super) struct EventContext<'a> {
    pub(super) rules: &'a RuleSet,
    pub(super) arena: &'a Bump,
    pub(super) event: Value<'a>,
    pub(super) id: Value<'a>,
    pub(super) topic: Value<'a>,
    pub(super) time: Value<'a>,
    pub(super) headers: Value<'a>,
    pub(super) data: Value<'a>,
    /// None if the clock is the event's time and the event has no time.
    pub(super) now: Option<Timestamp>,
    pub(super) cloud_event: bool,
    pub(super) budget: Budget,
    pub(super) batch: &'a Batch<'a>,
    /// The clock as a value, made once.
    now_value: Cell<Option<Value<'a>>>,
    defines: Vec<Option<Value<'a>>>,
}

impl<'a> EventContext<'a> {
    /// Extracts the fields of an event as the envelope defines them.
    pub(super) fn new(
        rules: &'a RuleSet,
        arena: &'a Bump,
        event: Value<'a>,
        clock: Clock,
        budget: Budget,
        batch: &'a Batch<'a>,
    ) -> EventContext<'a> {
        let mut context = EventContext {
            rules,
            arena,
            event,
            id: Value::Null,
            topic: Value::Null,
            time: Value::Null,
            headers: Value::Null,
            data: Value::Null,
            now: match clock {
                Clock::Fixed(now) => Some(now),
                Clock::System => Some(Timestamp::now()),
                Clock::Event => None,
            },
            cloud_event: false,
            budget,
            batch,
            now_value: Cell::new(None),
            defines: vec![None; rules.defines.len()],
        };
        let specversion = event.step(&Step::Key(cloud_event::SPECVERSION.into()));
        match &rules.envelope {
            Envelope::Plain(layout) => context.lay_out(layout, clock),
            Envelope::Auto(layout) if specversion.is_null() => context.lay_out(layout, clock),
            Envelope::Auto(_) | Envelope::CloudEvents => context.lay_out_cloud_event(clock),
        }
        context
    }

    /// Evaluates the expressions of the layout. The time comes first, since it may set the clock.
    fn lay_out(&mut self, layout: &'a Layout, clock: Clock) {
        self.time = evaluate(&layout.time, self);
        self.set_clock(clock);
        self.id = evaluate(&layout.id, self);
        self.topic = evaluate(&layout.topic, self);
        self.headers = self.event.first_of(&layout.headers);
        self.data = self.event.first_of(&layout.data);
    }

    /// Reads the attributes of a CloudEvent.
    fn lay_out_cloud_event(&mut self, clock: Clock) {
        let attribute = |name: &str| self.event.step(&Step::Key(name.into()));
        (self.time, self.id, self.topic, self.data) = (
            attribute(cloud_event::TIME),
            attribute(cloud_event::ID),
            attribute(cloud_event::TYPE),
            attribute(cloud_event::DATA),
        );
        self.cloud_event = true;
        self.set_clock(clock);
        self.headers = cloud_event::headers(self.event, self.arena);
    }

    fn set_clock(&mut self, clock: Clock) {
        // The expression for the time may have read `now`, which changes here.
        self.now_value.set(None);
        if clock == Clock::Event {
            self.now = expr::time::instant(self.time, &self.rules.zone).and_then(expr::time::Instant::timestamp);
        }
    }

    /// The topic, if the event has one.
    pub(super) fn topic(&self) -> Option<&'a str> {
        self.topic.as_str().filter(|topic| !topic.is_empty())
    }

    /// The value of the first case that applies and is not null, with its position.
    pub(super) fn cases(&mut self, cases: &'a Cases) -> Option<(usize, Value<'a>)> {
        cases.alternatives.iter().enumerate().find_map(|(at, alternative)| {
            let applies = alternative.when.as_ref().is_none_or(|when| holds(when, self));
            let value = if applies { evaluate(&alternative.value, self) } else { Value::Null };
            (!value.is_null()).then_some((at, value))
        })
    }

    /// A constant of the rules.
    pub(super) fn constant(&self, json: &'a Json) -> Value<'a> {
        Value::from_json(json, self.arena)
    }

    /// The value of a root, without any steps.
    pub(super) fn root(&self, root: Root) -> Value<'a> {
        match root {
            Root::Event => self.event,
            Root::Data => self.data,
            Root::Headers => self.headers,
            Root::Topic => self.topic,
            Root::Id => self.id,
            Root::Time => self.time,
            // The evaluator resolves `it` itself.
            Root::It => Value::Null,
            Root::Batch => self.batch.tree,
            Root::Now => self.now_value.get().unwrap_or_else(|| {
                let value = expr::time::now_value(self.now, &self.rules.zone, self.arena);
                self.now_value.set(Some(value));
                value
            }),
        }
    }
}

impl<'a> Env<'a> for EventContext<'a> {
    fn arena(&self) -> &'a Bump {
        self.arena
    }

    fn path(&mut self, path: PathId) -> Value<'a> {
        match self.rules.paths.get(path) {
            Some(path) => self.root(path.root).walk(&path.steps),
            None => Value::Null,
        }
    }

    fn is_present(&mut self, path: PathId) -> bool {
        self.rules.paths.get(path).is_some_and(|path| self.root(path.root).has(&path.steps))
    }

    fn define(&mut self, id: DefineId) -> Value<'a> {
        let at = id.0 as usize;
        if let Some(known) = self.defines.get(at).copied().flatten() {
            return known;
        }
        let value = match self.rules.define(id) {
            Some(named) => self.cases(&named.cases).map(|(_, value)| value).unwrap_or_default(),
            None => Value::Null,
        };
        if let Some(slot) = self.defines.get_mut(at) {
            *slot = Some(value);
        }
        value
    }

    fn zone(&self) -> &'a TimeZone {
        &self.rules.zone
    }

    fn lookup(&mut self, table: LookupId, column: u32, key: &[Value<'_>]) -> Value<'a> {
        lookup::cell(&self.rules.lookups, table, column, key, self.arena)
    }

    fn event_id(&mut self) -> Value<'a> {
        self.id
    }

    fn budget(&self) -> Budget {
        self.budget
    }
}
