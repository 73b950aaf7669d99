//! The compiled envelope: where the id, topic, time, data and headers of an event are found.
//!
//! An envelope may leave a choice that each event decides: alternatives (`event.data ?? event`), or the CloudEvents layout if
//! `specversion` is present. A path has one slot for each alternative; if all are the same, it is a plain slot.

mod hints;
mod sources;

pub(crate) use sources::{PathSources, SlotReader, Source};

use super::at;
use crate::event::{RawPath, Trie, cloud_event};
use crate::expr::{PathId, PathTable, Root, Typed, TypedNode};
use crate::logic::{ValueId, Values};
use crate::rules::{Envelope, Layout};
use hints::ScanHints;
use sources::{Alternatives, SlotAllocator};

/// A field that an envelope can have alternatives for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EnvelopeField {
    Data,
    Headers,
}

/// The compiled envelope.
#[derive(Debug)]
pub(crate) struct EnvelopePlan {
    /// The slot of `specversion`, if the event decides between the layouts.
    pub(crate) specversion: Option<usize>,
    /// The plain layout; `None` if every event is a CloudEvent.
    pub(crate) plain: Option<PlainPlan>,
    /// The slots of `id`, `type` and `time` of a CloudEvent, if an event can be one.
    pub(crate) cloud: Option<[usize; 3]>,
    /// The slots of the alternatives for data and headers. That of CloudEvents comes after the last.
    data: Vec<usize>,
    headers: Vec<usize>,
}

/// A plain layout.
#[derive(Debug)]
pub(crate) struct PlainPlan {
    pub(crate) id: ValueId,
    pub(crate) topic: ValueId,
    /// `None` if nothing reads it.
    pub(crate) time: Option<ValueId>,
    /// The slots that the topic depends on, if it depends on nothing else.
    pub(crate) topic_slots: Option<Box<[usize]>>,
}

/// The parts of events that are read.
pub(crate) struct Reads<'p> {
    /// All paths that decisions may depend on.
    pub(crate) paths: &'p PathTable,
    /// Paths that are read even if no value has them.
    pub(crate) required: &'p [PathId],
    /// True if the event's time is read, or the clock, which may be the event's time.
    pub(crate) time: bool,
}

/// An envelope with the slots of all paths.
pub(crate) struct Compiled {
    pub(crate) envelope: EnvelopePlan,
    pub(crate) sources: PathSources,
    /// The raw paths of all slots.
    pub(crate) slots: Vec<RawPath>,
    pub(crate) trie: Trie,
}

/// Compiles an envelope, and gives slots to every path that is read.
pub(crate) fn compile(envelope: &Envelope, reads: &Reads<'_>, values: &mut Values) -> Compiled {
    let (layout, is_cloud) = match envelope {
        Envelope::Plain(layout) => (Some(layout), false),
        Envelope::CloudEvents => (None, true),
        Envelope::Auto(layout) => (Some(layout), true),
    };
    let roots = layout.map(|layout| {
        let time = (reads.time || is_time_read(reads, values)).then(|| values.intern(&layout.time));
        (values.intern(&layout.id), values.intern(&layout.topic), time)
    });
    let uses = uses(reads, values);
    let mut slots = SlotAllocator::default();
    let specversion = (layout.is_some() && is_cloud).then(|| slots.attribute(cloud_event::SPECVERSION));
    let cloud =
        is_cloud.then(|| [cloud_event::ID, cloud_event::TYPE, cloud_event::TIME].map(|name| slots.attribute(name)));
    let data = Alternatives::new(layout, is_cloud, EnvelopeField::Data);
    let headers = Alternatives::new(layout, is_cloud, EnvelopeField::Headers);
    let by_path = sources::by_path(reads.paths, &uses, [&data, &headers], &mut slots);
    let (data, headers) = (data.slots(&by_path, &mut slots), headers.slots(&by_path, &mut slots));
    let slots = slots.paths();
    let sources = PathSources::new(by_path, &slots);
    let plain = layout.zip(roots).map(|(layout, (id, topic, time))| {
        let topic_slots = topic_slots(layout, &sources);
        PlainPlan { id, topic, time, topic_slots }
    });
    let mut trie = Trie::new(slots.iter().map(Vec::as_slice));
    if let (Some(layout), false) = (layout, is_cloud) {
        ScanHints { sources: &sources, slots: &slots, uses: &uses }.add(layout, &mut trie);
    }
    Compiled { envelope: EnvelopePlan { specversion, plain, cloud, data, headers }, sources, slots, trie }
}

impl EnvelopePlan {
    /// The alternative that an event has for a field: the first whose slot is not null; for a CloudEvent the one after the last.
    #[inline]
    pub(crate) fn choose(
        &self,
        field: EnvelopeField,
        is_cloud: bool,
        is_present: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let alternatives = match field {
            EnvelopeField::Data => &self.data,
            EnvelopeField::Headers => &self.headers,
        };
        if is_cloud { Some(alternatives.len()) } else { alternatives.iter().position(|slot| is_present(*slot)) }
    }
}

/// How often each path is read, by number.
fn uses(reads: &Reads<'_>, values: &Values) -> Vec<u32> {
    let mut uses = values.path_uses(reads.paths.as_slice().len());
    for path in reads.required {
        if let Some(uses) = uses.get_mut(at(*path)) {
            *uses += 1;
        }
    }
    uses
}

/// True if some value is or uses the event's time, or the clock, which may be the event's time.
fn is_time_read(reads: &Reads<'_>, values: &Values) -> bool {
    let uses = uses(reads, values);
    let mut paths = reads.paths.as_slice().iter().zip(uses);
    paths.any(|(path, uses)| matches!(path.root, Root::Time | Root::Now) && uses > 0)
}

/// The slots that the topic depends on, if it depends on nothing else.
fn topic_slots(layout: &Layout, sources: &PathSources) -> Option<Box<[usize]>> {
    let mut paths = Vec::new();
    if !depends_on_paths_alone(&layout.topic, &mut paths) {
        return None;
    }
    let slot = |path: &PathId| match sources.of(*path) {
        Source::Slot(slot) => Some(*slot),
        _ => None,
    };
    paths.iter().map(slot).collect()
}

/// True if an expression depends on paths alone, which are collected.
fn depends_on_paths_alone(typed: &Typed, paths: &mut Vec<PathId>) -> bool {
    match &typed.node {
        TypedNode::Path(path) => {
            if !paths.contains(path) {
                paths.push(*path);
            }
            true
        }
        TypedNode::Call(function, ..) if !function.pure => false,
        _ => typed.children().all(|child| depends_on_paths_alone(child, paths)),
    }
}
