//! What changes from event to event, kept beside the graph and reused, so that a warmed-up event allocates nothing.

use super::DecisionGraph;
use super::bits::Bits;
use super::cache::TopicCache;
use super::values::ValueId;
use crate::event::Captures;
use crate::expr::Limit;
use bumpalo::Bump;

/// A topic's key that took more bytes is given back.
const USUAL_KEY: usize = 1 << 16;

/// The memory of one thread for one graph.
#[derive(Debug)]
pub(crate) struct Scratch {
    pub(crate) captures: Captures,
    pub(crate) arena: Bump,
    pub(crate) topics: TopicCache,
    pub(crate) topic_key: Vec<u8>,
    pub(crate) state: State,
}

/// Marks and lists. A mark counts only if it bears the number of the current event, so nothing has to be cleared.
#[derive(Debug, Default)]
pub(crate) struct State {
    event: u32,
    /// By value: the event and the position in the list of values.
    pub(crate) values: Marks,
    /// By path: the same.
    pub(crate) paths: Marks,
    /// By condition: whether it holds.
    pub(crate) conditions: Marks,
    /// By target: hit already. Empty where no target can be hit twice.
    pub(crate) targets: Marks,
    /// By subscriber: whether it is chosen, or chosen and removed.
    pub(crate) subscribers: Marks,
    /// By label: whether it is set.
    pub(crate) labels: Marks,
    /// By group: the place of the first alternative that matched.
    pub(crate) groups: Marks,
    /// What holds unless it is taken away, and what is.
    pub(crate) enabled: Bits,
    pub(crate) defeated: Bits,
    /// Rules that matched; in the end, by rank.
    pub(crate) rules: Vec<u32>,
    /// Rows of decision tables that matched.
    pub(crate) rows: Vec<u32>,
    /// Who gets the event; in the end, sorted.
    pub(crate) chosen: Vec<u32>,
    /// Empty but while `chosen` is sorted.
    pub(crate) sorter: Bits,
    /// Who was chosen but has a filter that does not hold.
    pub(crate) filtered: Vec<u32>,
    /// Computations that have used up their budget, and which limit they have reached.
    pub(crate) exceeded: Vec<(ValueId, Limit)>,
    /// The clock is the event's time, and the event has none.
    pub(crate) no_clock: bool,
}

/// Numbers that count for one event only.
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
        Scratch {
            captures: Captures::new(&graph.trie),
            arena: Bump::new(),
            topics: TopicCache::default(),
            topic_key: Vec::new(),
            state,
        }
    }

    /// Makes ready for the next event.
    pub(crate) fn begin(&mut self, graph: &DecisionGraph) {
        self.arena.reset();
        if self.topic_key.capacity() > USUAL_KEY {
            self.topic_key = Vec::new();
        }
        let state = &mut self.state;
        state.forget_values(graph);
        state.no_clock = false;
        state.rules.clear();
        state.rows.clear();
        state.chosen.clear();
        state.filtered.clear();
        state.exceeded.clear();
    }
}

impl State {
    /// The number of the current event.
    pub(crate) fn event(&self) -> u32 {
        self.event
    }

    /// Makes every mark count no more.
    pub(crate) fn forget_values(&mut self, graph: &DecisionGraph) {
        self.event = self.event.wrapping_add(1);
        if self.event == 0 {
            // After 2³² numbers the marks of long ago would count again.
            self.size(graph);
            self.event = 1;
        }
    }

    fn size(&mut self, graph: &DecisionGraph) {
        self.values.reset(graph.values.len());
        self.paths.reset(graph.layout.sources.len());
        self.conditions.reset(graph.conditions.len());
        self.targets.reset(if graph.targets.has_repeats { graph.targets.count } else { 0 });
        self.subscribers.reset(graph.subscribers.len());
        self.labels.reset(graph.labels.names.len());
        self.groups.reset(graph.groups);
        self.sorter = Bits::new(graph.subscribers.len());
        self.enabled = Bits::new(graph.targets.by_default.len());
        self.defeated = self.enabled.clone();
    }
}
