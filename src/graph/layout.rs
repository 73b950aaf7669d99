//! Where paths lead in the raw event: which slots of the scan hold `data.amount`, given the envelope.
//!
//! An envelope may leave a choice that only the event settles: alternatives (`event.data ?? event`), or the CloudEvents
//! layout where `specversion` is there. A path has one slot for each alternative; where all agree it is a plain slot.

use super::values::{ValueId, Values};
use crate::event::{RawPath, Step, Trie, cloud_event};
use crate::expr::{Path, PathId, PathTable, Root, Typed, TypedNode};
use crate::rules::{Envelope, Layout};
use std::collections::HashMap;

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
    /// Nowhere, since nobody reads it.
    Unread,
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
    /// None if nobody asks for it.
    pub(crate) time: Option<ValueId>,
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
    ///
    /// A path that nothing reads gets none: neither `demanded` nor any value has it. The event's time is read only if
    /// somebody asks for it or for the clock, which may be the event's.
    pub(crate) fn new(
        envelope: &Envelope,
        paths: &PathTable,
        values: &mut Values,
        demanded: &[PathId],
        reads_clock: bool,
    ) -> (LayoutPlan, Trie, Vec<RawPath>) {
        let (layout, cloud) = match envelope {
            Envelope::Plain(layout) => (Some(layout), false),
            Envelope::CloudEvents => (None, true),
            Envelope::Auto(layout) => (Some(layout), true),
        };
        let asks_for_time = reads_clock || {
            let uses = uses(paths, values, demanded);
            let is_asked =
                |root: Root| paths.as_slice().iter().zip(&uses).any(|(path, uses)| path.root == root && *uses > 0);
            is_asked(Root::Time) || is_asked(Root::Now)
        };
        let roots_of_plain = layout.map(|layout| {
            let time = asks_for_time.then(|| values.intern(&layout.time));
            (values.intern(&layout.id), values.intern(&layout.topic), time)
        });
        let uses = uses(paths, values, demanded);
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
        for (path, uses) in paths.as_slice().iter().zip(&uses) {
            let source = match path.root {
                _ if *uses == 0 => Source::Unread,
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
        plan.plain = layout.zip(roots_of_plain).map(|(layout, (id, topic, time))| PlainPlan {
            id,
            topic,
            time,
            topic_slots: topic_slots(layout, &plan.sources),
        });
        plan.users = users(&plan.sources, slots.paths.len());
        let mut trie = Trie::new(slots.paths.iter().map(Vec::as_slice));
        if let (Some(layout), false) = (layout, cloud) {
            let settled = Settled { plan: &plan, slots: &slots.paths, uses: &uses };
            settled.by_expressions([&layout.id, &layout.topic, &layout.time], &mut trie);
            settled.by_part(Part::Data, &data.plain, &mut trie);
            settled.by_part(Part::Headers, &headers.plain, &mut trie);
        }
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
                (Part::Headers, Some(Step::Key(name))) if cloud_event::is_header(name) => {
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

/// The slots that the topic is made from, if it is made from nothing else.
fn topic_slots(layout: &Layout, sources: &[Source]) -> Option<Box<[usize]>> {
    let mut paths = Vec::new();
    if !is_pure(&layout.topic, &mut paths) {
        return None;
    }
    let slot = |path: &PathId| match sources.get(super::at(*path)) {
        Some(Source::Slot(slot)) => Some(*slot),
        _ => None,
    };
    paths.iter().map(slot).collect()
}

/// How often each path is read.
fn uses(paths: &PathTable, values: &Values, demanded: &[PathId]) -> Vec<u32> {
    let mut uses = values.path_uses(paths.as_slice().len());
    for path in demanded {
        if let Some(uses) = uses.get_mut(super::at(*path)) {
            *uses += 1;
        }
    }
    uses
}

/// Finds out what a trusted scan need not wait for: alternatives behind one that is there.
struct Settled<'p> {
    plan: &'p LayoutPlan,
    slots: &'p [RawPath],
    uses: &'p [u32],
}

impl Settled<'_> {
    /// `event.a ?? event.b`: `b` is of no interest where `a` is there, if nobody else reads it.
    fn by_expressions(&self, expressions: [&Typed; 3], trie: &mut Trie) {
        for expression in expressions {
            let mut chains = Vec::new();
            coalesced(expression, &mut chains);
            for chain in chains {
                let mut rest = chain.as_slice();
                while let Some((first, others)) = rest.split_first() {
                    let others: Vec<&[Step]> = others.iter().filter_map(|path| self.read_once(*path)).collect();
                    if let Some(first) = self.slot(*first) {
                        trie.supersede(first, &others);
                    }
                    rest = rest.get(1..).unwrap_or(&[]);
                }
            }
        }
    }

    fn slot(&self, path: PathId) -> Option<&[Step]> {
        match self.plan.sources.get(super::at(path)) {
            Some(Source::Slot(slot)) => self.slots.get(*slot).map(Vec::as_slice),
            _ => None,
        }
    }

    /// The raw path of a path that is read in one place alone.
    fn read_once(&self, path: PathId) -> Option<&[Step]> {
        let Some(Source::Slot(slot)) = self.plan.sources.get(super::at(path)) else { return None };
        let alone = self.uses.get(super::at(path)) == Some(&1)
            && self.plan.users.get(*slot).is_some_and(|users| users.len() == 1);
        self.slots.get(*slot).filter(|_| alone).map(Vec::as_slice)
    }

    /// `event.data ?? event.payload`: nothing below `payload` is of interest where `data` is there.
    fn by_part(&self, part: Part, roots: &[RawPath], trie: &mut Trie) {
        for (number, root) in roots.iter().enumerate() {
            let Some((_, parent)) = root.split_last() else { continue };
            let mut siblings: HashMap<&[Step], bool> = HashMap::new();
            for (slot, path) in self.slots.iter().enumerate() {
                let Some(sibling) = path.get(..=parent.len()).filter(|sibling| sibling.starts_with(parent)) else {
                    continue;
                };
                let is_later = self.plan.users.get(slot).is_some_and(|users| {
                    users.iter().all(|user| user.choice.is_some_and(|(of, choice)| of == part && choice > number))
                }) && !roots.iter().take(number + 1).any(|earlier| earlier == path);
                let all = siblings.entry(sibling).or_insert(true);
                *all &= is_later;
            }
            let others: Vec<&[Step]> = siblings.into_iter().filter(|(_, all)| *all).map(|(path, _)| path).collect();
            trie.supersede(root, &others);
        }
    }
}

/// The paths of every chain of `??`, if it is made of paths alone.
fn coalesced(typed: &Typed, chains: &mut Vec<Vec<PathId>>) {
    if let TypedNode::Coalesce(..) = &typed.node {
        let mut chain = Vec::new();
        if flatten(typed, &mut chain) {
            chains.push(chain);
            return;
        }
    }
    typed.children().for_each(|child| coalesced(child, chains));
}

fn flatten(typed: &Typed, chain: &mut Vec<PathId>) -> bool {
    match &typed.node {
        TypedNode::Coalesce(first, second) => flatten(first, chain) && flatten(second, chain),
        TypedNode::Path(path) => {
            chain.push(*path);
            true
        }
        // A constant at the end of a chain is there whatever the event.
        TypedNode::Const(_) => true,
        _ => false,
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
        TypedNode::Call(function, ..) if !function.pure => false,
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
            Source::AllHeaders(_) | Source::Root(_) | Source::Unread => {}
        }
    }
    users
}
