//! Memory that changes from event to event. It is separate from the graph and reused, so that a typical event allocates nothing.

use super::DecisionGraph;
use super::bits::Bits;
use super::cache::TopicCache;
use crate::event::Captures;
use crate::expr::Limit;
use crate::logic::ValueId;
use bumpalo::Bump;

/// How many bytes are kept from event to event.
const KEPT: usize = 8 << 20;
/// A larger buffer for the topic's key is released.
const USUAL_KEY: usize = 1 << 16;

/// The memory of one thread for one graph.
#[derive(Debug)]
pub(crate) struct Scratch {
    pub(crate) arena: Bump,
    pub(crate) buffers: Buffers,
    pub(crate) state: State,
}

/// The memory for the values of an event, and the topics of earlier events.
#[derive(Debug)]
pub(crate) struct Buffers {
    pub(crate) captures: Captures,
    pub(crate) topics: TopicCache,
    pub(crate) topic_key: Vec<u8>,
}

/// Marks and lists. A mark is valid only if it has the number of the current event, so that marks need not be cleared.
#[derive(Debug, Default)]
pub(crate) struct State {
    event: u32,
    /// By value: its position in the list of values.
    pub(crate) values: Marks,
    /// By path: the position of its value in the list of values.
    pub(crate) paths: Marks,
    /// By condition: whether it holds.
    pub(crate) conditions: Marks,
    /// By candidate: whether it has been hit. Empty if no candidate can be hit repeatedly.
    pub(crate) candidates: Marks,
    /// By subscriber: whether it is chosen, or chosen and removed.
    pub(crate) subscribers: Marks,
    /// By label: whether it is set.
    pub(crate) labels: Marks,
    /// By group: the position of the first alternative that matched.
    pub(crate) groups: Marks,
    /// Which candidates match unless they are disabled, and which are disabled.
    pub(crate) enabled: Bits,
    pub(crate) disabled: Bits,
    /// The rules that matched; finally, by rank.
    pub(crate) rules: Vec<u32>,
    /// The rows of decision tables that matched.
    pub(crate) rows: Vec<u32>,
    /// The subscribers that get the event; finally, sorted.
    pub(crate) chosen: Vec<u32>,
    /// Empty except while `chosen` is being sorted.
    pub(crate) sorter: Bits,
    /// The subscribers that were chosen but have a filter that does not hold.
    pub(crate) filtered: Vec<u32>,
    /// Computations that exceeded their budget, and the limit that they reached.
    pub(crate) exceeded: Vec<(ValueId, Limit)>,
    /// True if the clock is the event's time and the event has none.
    pub(crate) no_clock: bool,
    /// True if an expression gave a subscriber that is not declared.
    pub(crate) undeclared: bool,
}

/// Numbers that are valid for one event only.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    marks: Vec<(u32, u32)>,
}

impl Marks {
    /// The number, if it was set in this event.
    pub(crate) fn get(&self, event: u32, at: usize) -> Option<u32> {
        self.marks.get(at).filter(|mark| mark.0 == event).map(|mark| mark.1)
    }

    /// Sets the number for this event.
    pub(crate) fn set(&mut self, event: u32, at: usize, number: u32) {
        if let Some(mark) = self.marks.get_mut(at) {
            *mark = (event, number);
        }
    }

    /// Sets the number for this event, unless one is set. True if it was not.
    pub(crate) fn set_first(&mut self, event: u32, at: usize, number: u32) -> bool {
        match self.marks.get_mut(at) {
            Some(mark) if mark.0 == event => false,
            Some(mark) => {
                *mark = (event, number);
                true
            }
            None => true,
        }
    }

    fn reset(&mut self, len: usize) {
        self.marks.clear();
        self.marks.resize(len, (0, 0));
    }
}

impl Scratch {
    /// Memory for a graph.
    pub(crate) fn new(graph: &DecisionGraph) -> Scratch {
        let mut state = State::default();
        state.size(graph);
        let buffers =
            Buffers { captures: Captures::new(&graph.trie), topics: TopicCache::default(), topic_key: Vec::new() };
        Scratch { arena: Bump::new(), buffers, state }
    }

    /// Prepares for the next event.
    pub(crate) fn begin(&mut self, graph: &DecisionGraph) {
        self.arena.reset();
        if self.buffers.topic_key.capacity() > USUAL_KEY {
            self.buffers.topic_key = Vec::new();
        }
        let state = &mut self.state;
        state.forget_values(graph);
        state.no_clock = false;
        state.undeclared = false;
        state.rules.clear();
        state.rows.clear();
        state.chosen.clear();
        state.filtered.clear();
        state.exceeded.clear();
    }

    /// Releases the memory that a large event needed.
    #[inline(always)]
    pub(crate) fn release(&mut self, graph: &DecisionGraph, line: usize) {
        if self.arena.allocated_bytes() > KEPT {
            self.arena = Bump::new();
        }
        if line > KEPT {
            self.buffers.captures = Captures::new(&graph.trie);
            self.buffers.topic_key = Vec::new();
        }
    }
}

impl State {
    /// The number of the current event.
    pub(crate) fn event(&self) -> u32 {
        self.event
    }

    /// Invalidates every mark.
    pub(crate) fn forget_values(&mut self, graph: &DecisionGraph) {
        self.event = self.event.wrapping_add(1);
        if self.event == 0 {
            // After 2³² numbers, very old marks would become valid again.
            self.size(graph);
            self.event = 1;
        }
    }

    fn size(&mut self, graph: &DecisionGraph) {
        self.values.reset(graph.values.len());
        self.paths.reset(graph.sources.len());
        self.conditions.reset(graph.conditions.len());
        self.candidates.reset(if graph.candidates.has_repeats { graph.candidates.count } else { 0 });
        self.subscribers.reset(graph.subscribers.len());
        self.labels.reset(graph.labels.names.len());
        self.groups.reset(graph.groups);
        self.sorter = Bits::new(graph.subscribers.len());
        self.enabled = Bits::new(graph.candidates.by_default.len());
        self.disabled = self.enabled.clone();
    }
}
