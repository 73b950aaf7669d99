//! The parts of an event by its envelope: topic, id, time, data and headers; and the clock, which may be the event's time.

use super::Evaluator;
use crate::clock::Clock;
use crate::event::{Tag, Value, cloud_event};
use crate::expr::{PathId, Root, time};
use crate::graph::envelope::{EnvelopeField, EnvelopePlan, SlotReader, Source};
use crate::graph::slots::Slots;
use bumpalo::Bump;
use jiff::Timestamp;

/// `now` of one event.
#[derive(Clone, Copy, Debug)]
pub(super) enum Now {
    /// Not read yet.
    Unread,
    /// `None` if there is no clock.
    Known(Option<Timestamp>),
}

/// Which layout an event has, and which alternatives of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chosen {
    is_cloud: bool,
    data: Option<usize>,
    headers: Option<usize>,
}

impl Chosen {
    #[inline]
    pub(super) fn new<'a>(envelope: &EnvelopePlan, slots: Slots<'a>, arena: &'a Bump) -> Chosen {
        let is_present = |slot: usize| slots.is_present(slot, arena);
        let is_cloud = envelope.plain.is_none() || envelope.specversion.is_some_and(is_present);
        Chosen {
            is_cloud,
            data: envelope.choose(EnvelopeField::Data, is_cloud, is_present),
            headers: envelope.choose(EnvelopeField::Headers, is_cloud, is_present),
        }
    }

    fn of(self, field: EnvelopeField) -> Option<usize> {
        match field {
            EnvelopeField::Data => self.data,
            EnvelopeField::Headers => self.headers,
        }
    }

    fn slot(self, field: EnvelopeField, slots: &[Option<usize>]) -> Option<usize> {
        slots.get(self.of(field)?).copied().flatten()
    }

    /// True if the event has the alternative for which a path reads a slot.
    #[inline]
    pub(super) fn reads(self, reader: SlotReader) -> bool {
        reader.choice.is_none_or(|(field, number)| self.of(field) == Some(number))
    }
}

impl<'a> Evaluator<'a, '_> {
    /// The raw bytes that determine the topic, if it depends on slots alone. True if `key` was filled.
    pub(crate) fn topic_key(&self, key: &mut Vec<u8>) -> bool {
        key.clear();
        let Slots::Scanned { line, captures } = self.slots else { return false };
        let cloud;
        let envelope = &self.graph.envelope;
        let slots: &[usize] = match (&envelope.plain, envelope.cloud) {
            (_, Some([_, topic, _])) if self.chosen.is_cloud => {
                key.push(b'c');
                cloud = [topic];
                &cloud
            }
            (Some(plain), _) => match &plain.topic_slots {
                Some(slots) => {
                    // A key is never empty: `memcmp` of length 0 at a dangling pointer costs 100 ns with masked loads.
                    key.push(b'p');
                    slots
                }
                None => return false,
            },
            _ => return false,
        };
        for slot in slots {
            let found = captures.get(*slot);
            // (Within the text of a value a quote is escaped, so that different slots give different keys.)
            key.push(if found.tag == Tag::Missing { b'"' } else { b':' });
            key.extend_from_slice(line.get(found.start..found.end).unwrap_or(&[]));
        }
        true
    }

    /// The error of an event without a topic.
    pub(crate) fn no_topic(&self) -> String {
        let [plain, cloud] = &self.graph.no_topic;
        String::from(if self.chosen.is_cloud { &**cloud } else { &**plain })
    }

    /// The evaluated topic, if it is a text and not empty.
    pub(crate) fn topic_text(&mut self) -> Option<&'a str> {
        let value = match (&self.graph.envelope.plain, self.graph.envelope.cloud) {
            (_, Some([_, topic, _])) if self.chosen.is_cloud => self.slot(topic),
            (Some(plain), _) => self.value(plain.topic),
            _ => Value::Null,
        };
        value.as_str().filter(|topic| !topic.is_empty())
    }

    /// The event's id.
    pub(crate) fn id(&mut self) -> Value<'a> {
        match (&self.graph.envelope.plain, self.graph.envelope.cloud) {
            (_, Some([id, ..])) if self.chosen.is_cloud => self.slot(id),
            (Some(plain), _) => self.value(plain.id),
            _ => Value::Null,
        }
    }

    /// The event's time.
    pub(crate) fn time(&mut self) -> Value<'a> {
        if let Some(time) = self.time {
            return time;
        }
        match (&self.graph.envelope.plain, self.graph.envelope.cloud) {
            (_, Some([_, _, time])) if self.chosen.is_cloud => self.slot(time),
            (Some(plain), _) => plain.time.map_or(Value::Null, |time| self.value(time)),
            _ => Value::Null,
        }
    }

    fn slot(&self, slot: usize) -> Value<'a> {
        self.slots.get(slot, self.arena)
    }

    pub(super) fn read_path(&mut self, path: PathId) -> Value<'a> {
        match self.graph.sources.of(path) {
            Source::Slot(slot) => self.slot(*slot),
            Source::Choice(field, slots) => self.chosen_slot(*field, slots),
            Source::AllHeaders { whole, .. } if self.chosen.is_cloud => {
                cloud_event::headers(self.slot(*whole), self.arena)
            }
            Source::AllHeaders { slots, .. } => self.chosen_slot(EnvelopeField::Headers, slots),
            Source::Root(Root::Batch) => self.batch.get(path),
            Source::Root(root) => self.root(*root),
            Source::Unread => Value::Null,
        }
    }

    /// True if the event has a field at a path, even if it is null.
    pub(super) fn is_path_present(&mut self, path: PathId) -> bool {
        match self.graph.sources.of(path) {
            Source::Slot(slot) => self.slots.is_found(*slot),
            Source::Choice(field, slots) => {
                self.chosen.slot(*field, slots).is_some_and(|slot| self.slots.is_found(slot))
            }
            Source::AllHeaders { .. } | Source::Root(_) | Source::Unread => !self.path_value(path).is_null(),
        }
    }

    fn chosen_slot(&self, field: EnvelopeField, slots: &[Option<usize>]) -> Value<'a> {
        self.chosen.slot(field, slots).map_or(Value::Null, |slot| self.slot(slot))
    }

    fn root(&mut self, root: Root) -> Value<'a> {
        match root {
            Root::Topic => self.topic.map_or(Value::Null, |entry| Value::String(&entry.topic)),
            Root::Id => self.id(),
            Root::Time => self.time(),
            Root::Now => {
                let now = self.clock();
                time::now_value(now, self.zone(), self.arena)
            }
            Root::Event | Root::Data | Root::Headers | Root::It | Root::Batch => Value::Null,
        }
    }

    /// Sets the clock to the event's time, before anything else is evaluated. While the time itself is evaluated, `now` is
    /// null; values that depend on that are forgotten.
    pub(crate) fn set_event_clock(&mut self) {
        if self.clock != Clock::Event || !self.graph.reads_clock {
            return;
        }
        self.now = Now::Known(None);
        let time = self.time();
        self.state.forget_values(self.graph);
        self.time = Some(time);
        self.now = Now::Known(time::instant(time, self.zone()).and_then(time::Instant::timestamp));
    }

    /// The event's time, if the clock should be set to it and it is not a time.
    pub(crate) fn no_clock(&self) -> Option<Value<'a>> {
        self.time.filter(|_| matches!(self.now, Now::Known(None)))
    }

    /// The clock, read at most once.
    pub(crate) fn clock(&mut self) -> Option<Timestamp> {
        if let Now::Known(now) = self.now {
            return now;
        }
        let now = match self.clock {
            Clock::Fixed(now) => Some(now),
            Clock::System => Some(Timestamp::now()),
            // (It is set before anything reads it.)
            Clock::Event => None,
        };
        self.now = Now::Known(now);
        now
    }
}
