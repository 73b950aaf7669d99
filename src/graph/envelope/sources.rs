//! The sources of paths in the raw event, and the slots of the scan that they need.

use super::EnvelopeField;
use crate::event::{RawPath, Step, cloud_event};
use crate::expr::{Path, PathId, PathTable, Root};
use crate::graph::at;
use crate::rules::Layout;
use std::collections::HashMap;

/// The source of a path.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// To the same slot in every event.
    Slot(usize),
    /// To the slot of the alternative that the event has.
    Choice(EnvelopeField, Box<[Option<usize>]>),
    /// To all headers of an event: of a CloudEvent, its attributes in the slot `whole`.
    AllHeaders { whole: usize, slots: Box<[Option<usize>]> },
    /// The value of an expression of the envelope, or the clock.
    Root(Root),
    /// Nowhere, because nothing reads it.
    Unread,
}

/// A path that reads a slot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SlotReader {
    pub(crate) path: PathId,
    /// If it reads the slot only for one alternative of a field: which.
    pub(crate) choice: Option<(EnvelopeField, usize)>,
}

/// The sources of all paths.
#[derive(Debug)]
pub(crate) struct PathSources {
    by_path: Vec<Source>,
    /// By slot: the paths that read it.
    readers: Vec<Vec<SlotReader>>,
}

impl PathSources {
    pub(super) fn new(by_path: Vec<Source>, slots: &[RawPath]) -> PathSources {
        let mut readers: Vec<Vec<SlotReader>> = vec![Vec::new(); slots.len()];
        let mut add = |slot: usize, reader: SlotReader| {
            if let Some(readers) = readers.get_mut(slot) {
                readers.push(reader);
            }
        };
        for (path, source) in (0u32..).map(PathId).zip(&by_path) {
            match source {
                Source::Slot(slot) => add(*slot, SlotReader { path, choice: None }),
                Source::Choice(field, slots) => {
                    for (alternative, slot) in slots.iter().enumerate() {
                        if let Some(slot) = slot {
                            add(*slot, SlotReader { path, choice: Some((*field, alternative)) });
                        }
                    }
                }
                // Their values are not those of a single slot.
                Source::AllHeaders { .. } | Source::Root(_) | Source::Unread => {}
            }
        }
        PathSources { by_path, readers }
    }

    /// The source of a path.
    pub(crate) fn of(&self, path: PathId) -> &Source {
        self.by_path.get(at(path)).unwrap_or(&Source::Unread)
    }

    /// True if a path is read from a slot of the scan.
    pub(crate) fn is_slot(&self, path: PathId) -> bool {
        matches!(self.of(path), Source::Slot(_) | Source::Choice(..))
    }

    /// By slot: the paths that read it.
    pub(crate) fn readers(&self) -> &[Vec<SlotReader>] {
        &self.readers
    }

    /// How many paths there are.
    pub(crate) fn len(&self) -> usize {
        self.by_path.len()
    }
}

/// Numbers slots in the order in which they are needed.
#[derive(Default)]
pub(super) struct SlotAllocator {
    numbers: HashMap<RawPath, usize>,
    paths: Vec<RawPath>,
}

impl SlotAllocator {
    /// The slot of a raw path.
    fn slot(&mut self, path: RawPath) -> usize {
        *self.numbers.entry(path).or_insert_with_key(|path| {
            self.paths.push(path.clone());
            self.paths.len() - 1
        })
    }

    /// The slot of an attribute of the event.
    pub(super) fn attribute(&mut self, name: &str) -> usize {
        self.slot(vec![Step::Key(name.into())])
    }

    /// The raw paths of all slots.
    pub(super) fn paths(self) -> Vec<RawPath> {
        self.paths
    }
}

/// The source of each path; `fields` are data and headers. A path that nothing reads has no slot.
pub(super) fn by_path(
    paths: &PathTable,
    uses: &[u32],
    fields: [&Alternatives; 2],
    slots: &mut SlotAllocator,
) -> Vec<Source> {
    let [data, headers] = fields;
    let source = |(path, uses): (&Path, &u32)| match path.root {
        _ if *uses == 0 => Source::Unread,
        Root::Event => Source::Slot(slots.slot(path.steps.clone())),
        Root::Data => data.source(path, slots),
        Root::Headers => headers.source(path, slots),
        root => Source::Root(root),
    };
    paths.as_slice().iter().zip(uses).map(source).collect()
}

/// The alternatives for a field.
pub(super) struct Alternatives {
    field: EnvelopeField,
    /// The raw paths of a plain layout.
    plain: Vec<RawPath>,
    /// True if an event can be a CloudEvent.
    is_cloud: bool,
}

impl Alternatives {
    pub(super) fn new(layout: Option<&Layout>, is_cloud: bool, field: EnvelopeField) -> Alternatives {
        let plain = layout.map_or(Vec::new(), |layout| match field {
            EnvelopeField::Data => layout.data.clone(),
            EnvelopeField::Headers => layout.headers.clone(),
        });
        Alternatives { field, plain, is_cloud }
    }

    /// The source of a path below the field.
    fn source(&self, path: &Path, slots: &mut SlotAllocator) -> Source {
        let raw = |root: &[Step]| root.iter().chain(&path.steps).cloned().collect::<RawPath>();
        let mut all: Vec<Option<usize>> = self.plain.iter().map(|root| Some(slots.slot(raw(root)))).collect();
        if self.is_cloud {
            all.push(match (self.field, path.steps.first()) {
                (EnvelopeField::Data, _) => Some(slots.slot(raw(&[Step::Key(cloud_event::DATA.into())]))),
                (EnvelopeField::Headers, Some(Step::Key(name))) if cloud_event::is_header(name) => {
                    Some(slots.slot(path.steps.clone()))
                }
                (EnvelopeField::Headers, _) => None,
            });
            if self.field == EnvelopeField::Headers && path.steps.is_empty() {
                return Source::AllHeaders { whole: slots.slot(RawPath::new()), slots: all.into() };
            }
        }
        match all.as_slice() {
            [Some(first), rest @ ..] if rest.iter().all(|slot| *slot == Some(*first)) => Source::Slot(*first),
            _ => Source::Choice(self.field, all.into()),
        }
    }

    /// The slots of the plain alternatives, if some path depends on which of them an event has.
    pub(super) fn slots(&self, sources: &[Source], slots: &mut SlotAllocator) -> Vec<usize> {
        let depends = |source: &Source| match source {
            Source::Choice(field, _) => *field == self.field,
            Source::AllHeaders { .. } => self.field == EnvelopeField::Headers,
            Source::Slot(_) | Source::Root(_) | Source::Unread => false,
        };
        if !sources.iter().any(depends) {
            return Vec::new();
        }
        self.plain.iter().map(|root| slots.slot(root.clone())).collect()
    }
}
