//! Roots that are computed from the event as it is: the envelope, the headers and the clock.

use super::run::{COMPUTED_ROOTS, TransformRun};
use crate::clock::Clock;
use crate::event::{Step as PathStep, Value, cloud_event};
use crate::expr::{self, Root, evaluate};
use crate::rules::{Envelope, Layout};
use jiff::Timestamp;

impl<'a> TransformRun<'a> {
    /// The layout of the current event; none for a CloudEvent.
    fn layout(&self) -> Option<&'a Layout> {
        match self.rules.envelope {
            Envelope::Plain(layout) => Some(layout),
            Envelope::CloudEvents => None,
            Envelope::Auto(layout) => self.attribute(cloud_event::SPECVERSION).is_null().then_some(layout),
        }
    }

    fn attribute(&self, name: &str) -> Value<'a> {
        match self.tree {
            Value::Object(members) => {
                members.iter().find(|(key, _)| *key == name).map_or(Value::Null, |(_, member)| *member)
            }
            _ => Value::Null,
        }
    }

    pub(super) fn data(&self) -> Value<'a> {
        match self.layout() {
            Some(layout) => self.tree.first_of(&layout.data),
            None => self.attribute(cloud_event::DATA),
        }
    }

    pub(super) fn headers(&self, steps: &[PathStep]) -> Value<'a> {
        if let Some(layout) = self.layout() {
            return self.tree.first_of(&layout.headers).walk(steps);
        }
        match (steps, self.tree) {
            ([PathStep::Key(name), ..], tree) if cloud_event::is_header(name) => tree.walk(steps),
            ([], tree) => cloud_event::headers(tree, self.arena),
            _ => Value::Null,
        }
    }

    fn topic(&mut self) -> Value<'a> {
        let topic = match (self.decided, self.layout()) {
            (Some(decided), _) => decided.topic,
            (None, Some(layout)) => evaluate(&layout.topic, self),
            (None, None) => self.attribute(cloud_event::TYPE),
        };
        // A topic is always a string; if the envelope finds no string, it is null.
        if matches!(topic, Value::String(_)) { topic } else { Value::Null }
    }

    fn id(&mut self) -> Value<'a> {
        match (self.decided, self.layout()) {
            (Some(decided), _) => decided.id,
            (None, Some(layout)) => evaluate(&layout.id, self),
            (None, None) => self.attribute(cloud_event::ID),
        }
    }

    fn time(&mut self) -> Value<'a> {
        match (self.decided, self.layout()) {
            (Some(decided), _) => decided.time,
            (None, Some(layout)) => {
                let outer = std::mem::replace(&mut self.computes_time, true);
                let time = evaluate(&layout.time, self);
                self.computes_time = outer;
                time
            }
            (None, None) => self.attribute(cloud_event::TIME),
        }
    }

    /// The value of `now`; none if that is the time of the event and the event has none.
    fn instant(&mut self) -> Option<Timestamp> {
        if let Some(decided) = self.decided {
            self.no_clock = self.no_clock.or(decided.now.is_none().then_some(decided.time));
            return decided.now;
        }
        match self.clock {
            Clock::Fixed(now) => Some(now),
            Clock::System => Some(self.system()),
            // The time may be computed from `now`.
            Clock::Event if self.computes_time => None,
            Clock::Event => {
                let time = self.time();
                let now = expr::time::instant(time, self.rules.zone).and_then(expr::time::Instant::timestamp);
                self.no_clock = self.no_clock.or(now.is_none().then_some(time));
                now
            }
        }
    }

    fn system(&mut self) -> Timestamp {
        *self.system.get_or_insert_with(Timestamp::now)
    }

    /// A computed root, computed once for each version of the tree, since the body of a quantifier may read it for each
    /// element.
    pub(super) fn computed_root(&mut self, root: Root) -> Value<'a> {
        let at = COMPUTED_ROOTS.iter().position(|known| *known == root);
        if let Some(Some((version, value))) = at.and_then(|at| self.roots.get(at))
            && *version == self.version
        {
            return *value;
        }
        let value = match root {
            Root::Topic => self.topic(),
            Root::Id => self.id(),
            Root::Time => self.time(),
            Root::Headers => self.headers(&[]),
            _ => {
                let now = self.instant();
                expr::time::now_value(now, self.rules.zone, self.arena)
            }
        };
        // Not kept while the time of the event is computed for the clock, since `now` is null then; and each reader of a clock
        // that is null must be recorded.
        if let Some(slot) = at.and_then(|at| self.roots.get_mut(at))
            && !(self.computes_time || value.is_null())
        {
            *slot = Some((self.version, value));
        }
        value
    }
}
