//! Where paths lead in the raw event: which slots of the scan hold `data.amount`, given the envelope.
//!
//! An envelope may leave a choice that only the event settles: alternatives (`event.data ?? event`), or the CloudEvents
//! layout where `specversion` is there. A path has one slot for each alternative; where all agree it is a plain slot.

use super::values::{ValueId, Values};
use crate::event::{RawPath, Step, Trie};
use crate::expr::{Path, PathId, PathTable, Root, Typed, TypedNode};
use crate::rules::{Envelope, Layout};
use std::collections::HashMap;

/// Attributes of a CloudEvent that are no headers.
const NOT_HEADERS: [&str; 5] = ["id", "type", "time", "data", "data_base64"];

/// Where a path leads.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// To one slot, whatever the event.
    Slot(usize),
    /// To the slot of the alternative that the event has chosen.
    Choice(Part, Box<[Option<usize>]>),
    /// To all headers of an event.
    AllHeaders(Box<[Option<usize>]>),
    /// To what the envelope's expressions give, or the clock.
    Root(Root),
}

/// What an envelope can have alternatives for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Data,
    Headers,
}

/// A path that reads a slot, and under which choice.
#[derive(Clone, Copy, Debug)]
pub(crate) struct User {
    pub(crate) path: PathId,
    pub(crate) choice: Option<(Part, usize)>,
}

/// The compiled envelope.
#[derive(Debug)]
pub(crate) struct LayoutPlan {
    /// Where `specversion` is found, if the event decides between the layouts.
    pub(crate) specversion: Option<usize>,
    /// The plain layout; none where every event is a CloudEvent.
    pub(crate) plain: Option<PlainPlan>,
    /// The slots of `id`, `type` and `time` of a CloudEvent, if one may come.
    pub(crate) cloud: Option<[usize; 3]>,
    /// The slots of the alternatives for data and headers; CloudEvents' come last.
    data: Vec<usize>,
    headers: Vec<usize>,
    /// By path.
    pub(crate) sources: Vec<Source>,
    /// By slot.
    pub(crate) users: Vec<Vec<User>>,
    /// The whole event, for a CloudEvent's headers as a whole.
    whole: Option<usize>,
}

/// A plain layout.
#[derive(Debug)]
pub(crate) struct PlainPlan {
    pub(crate) id: ValueId,
    pub(crate) topic: ValueId,
    pub(crate) time: ValueId,
    /// The slots that the topic is made from, if it is made from nothing else.
    pub(crate) topic_slots: Option<Box<[usize]>>,
}

/// Slots while they are given out.
#[derive(Default)]
struct Slots {
    numbers: HashMap<RawPath, usize>,
    paths: Vec<RawPath>,
}

impl Slots {
    fn of(&mut self, path: RawPath) -> usize {
        *self.numbers.entry(path).or_insert_with_key(|path| {
            self.paths.push(path.clone());
            self.paths.len() - 1
        })
    }
}

impl LayoutPlan {
    /// Gives every path its slots, which come back as a trie and as a list.
    pub(crate) fn new(envelope: &Envelope, paths: &PathTable, values: &mut Values) -> (LayoutPlan, Trie, Vec<RawPath>) {
        let (layout, cloud) = match envelope {
            Envelope::Plain(layout) => (Some(layout), false),
            Envelope::CloudEvents => (None, true),
            Envelope::Auto(layout) => (Some(layout), true),
        };
        let mut slots = Slots::default();
        let attribute = |slots: &mut Slots, name: &str| slots.of(vec![Step::Key(name.into())]);
        let mut plan = LayoutPlan {
            specversion: (layout.is_some() && cloud).then(|| attribute(&mut slots, "specversion")),
            plain: None,
            cloud: cloud.then(|| ["id", "type", "time"].map(|name| attribute(&mut slots, name))),
            data: Vec::new(),
            headers: Vec::new(),
            sources: Vec::new(),
            users: Vec::new(),
            whole: None,
        };
        let roots = |part: Part| Alternatives::new(layout, cloud, part);
        let (data, headers) = (roots(Part::Data), roots(Part::Headers));
        for path in paths.as_slice() {
            let source = match path.root {
                Root::Event => Source::Slot(slots.of(path.steps.clone())),
                Root::Data => data.source(path, &mut slots),
                Root::Headers => headers.source(path, &mut slots),
                root => Source::Root(root),
            };
            if matches!(source, Source::AllHeaders(_)) {
                plan.whole = Some(slots.of(Vec::new()));
            }
            plan.sources.push(source);
        }
        let choices = |kind: fn(&Source) -> bool| plan.sources.iter().any(kind);
        if choices(|source| matches!(source, Source::Choice(Part::Data, _))) {
            plan.data = data.plain.iter().map(|root| slots.of(root.clone())).collect();
        }
        if choices(|source| matches!(source, Source::Choice(Part::Headers, _) | Source::AllHeaders(_))) {
            plan.headers = headers.plain.iter().map(|root| slots.of(root.clone())).collect();
        }
        plan.plain = layout.map(|layout| PlainPlan::new(layout, &plan.sources, values));
        plan.users = users(&plan.sources, slots.paths.len());
        let trie = Trie::new(slots.paths.iter().map(Vec::as_slice));
        (plan, trie, slots.paths)
    }

    /// Which alternative an event has chosen: the first whose slot is not null; for a CloudEvent the last.
    pub(crate) fn choose(&self, part: Part, is_cloud: bool, is_there: impl Fn(usize) -> bool) -> Option<usize> {
        let alternatives = match part {
            Part::Data => &self.data,
            Part::Headers => &self.headers,
        };
        if is_cloud { Some(alternatives.len()) } else { alternatives.iter().position(|slot| is_there(*slot)) }
    }

    /// The slot of the whole event.
    pub(crate) fn whole(&self) -> Option<usize> {
        self.whole
    }

    /// True for attributes of a CloudEvent that are headers.
    pub(crate) fn is_header(name: &str) -> bool {
        !NOT_HEADERS.contains(&name)
    }
}

/// The raw roots of data or headers.
struct Alternatives {
    part: Part,
    plain: Vec<RawPath>,
    cloud: bool,
}

impl Alternatives {
    fn new(layout: Option<&Layout>, cloud: bool, part: Part) -> Alternatives {
        let plain = layout.map_or(Vec::new(), |layout| match part {
            Part::Data => layout.data.clone(),
            Part::Headers => layout.headers.clone(),
        });
        Alternatives { part, plain, cloud }
    }

    fn source(&self, path: &Path, slots: &mut Slots) -> Source {
        let raw = |root: &RawPath| root.iter().chain(&path.steps).cloned().collect::<RawPath>();
        let mut all: Vec<Option<usize>> = self.plain.iter().map(|root| Some(slots.of(raw(root)))).collect();
        if self.cloud {
            all.push(match (self.part, path.steps.first()) {
                (Part::Data, _) => Some(slots.of(raw(&vec![Step::Key("data".into())]))),
                (Part::Headers, Some(Step::Key(name))) if LayoutPlan::is_header(name) => {
                    Some(slots.of(path.steps.clone()))
                }
                (Part::Headers, _) => None,
            });
            if self.part == Part::Headers && path.steps.is_empty() {
                return Source::AllHeaders(all.into());
            }
        }
        match all.as_slice() {
            [Some(first), rest @ ..] if rest.iter().all(|slot| *slot == Some(*first)) => Source::Slot(*first),
            _ => Source::Choice(self.part, all.into()),
        }
    }
}

impl PlainPlan {
    fn new(layout: &Layout, sources: &[Source], values: &mut Values) -> PlainPlan {
        let mut paths = Vec::new();
        let topic_slots = is_pure(&layout.topic, &mut paths).then(|| {
            let slot = |path: &PathId| match sources.get(super::at(*path)) {
                Some(Source::Slot(slot)) => Some(*slot),
                _ => None,
            };
            paths.iter().map(slot).collect::<Option<Box<[usize]>>>()
        });
        PlainPlan {
            id: values.intern(&layout.id),
            topic: values.intern(&layout.topic),
            time: values.intern(&layout.time),
            topic_slots: topic_slots.flatten(),
        }
    }
}

/// True if an expression depends on paths alone, which are collected.
fn is_pure(typed: &Typed, paths: &mut Vec<PathId>) -> bool {
    match &typed.node {
        TypedNode::Path(path) => {
            if !paths.contains(path) {
                paths.push(*path);
            }
            true
        }
        TypedNode::Call(function, ..) if matches!(function.name, "uuid" | "lookup") => false,
        _ => typed.children().all(|child| is_pure(child, paths)),
    }
}

fn users(sources: &[Source], slots: usize) -> Vec<Vec<User>> {
    let mut users: Vec<Vec<User>> = vec![Vec::new(); slots];
    for (number, source) in sources.iter().enumerate() {
        let path = PathId(number as u32);
        let mut add = |slot: usize, choice| {
            if let Some(users) = users.get_mut(slot) {
                users.push(User { path, choice });
            }
        };
        match source {
            Source::Slot(slot) => add(*slot, None),
            Source::Choice(part, slots) => {
                for (alternative, slot) in slots.iter().enumerate() {
                    if let Some(slot) = slot {
                        add(*slot, Some((*part, alternative)));
                    }
                }
            }
            // Not what one slot holds.
            Source::AllHeaders(_) | Source::Root(_) => {}
        }
    }
    users
}
