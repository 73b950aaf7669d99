//! Matching: which candidates have a condition that holds.

use super::Evaluator;
use crate::event::Value;
use crate::graph::bits::WORD;
use crate::graph::candidates::ByDefault;
use crate::graph::posting::{HitKind, Posting};
use crate::logic::NodeId;

impl<'a> Evaluator<'a, '_> {
    /// Finds every candidate whose condition holds: rules into `state.rules`, rows into `state.rows`, in any order.
    pub(crate) fn match_candidates(&mut self) {
        let graph = self.graph;
        // (Empty sets are skipped: `memset` of length 0 at a dangling pointer costs 50 ns, see `topic_key`.)
        if !graph.candidates.by_default.is_empty() {
            self.state.enabled.copy_from(&graph.candidates.defaults);
            self.state.disabled.clear();
        }
        self.hit(&graph.candidates.always);
        if let Some(topic) = self.topic {
            self.hit(&topic.postings);
        }
        self.match_slots();
        for index in graph.readers.computed_indexes() {
            let index = *index as usize;
            if let Some(value) = graph.indexes.value(index) {
                let value = self.value(value);
                self.probe(index, value);
            }
        }
        for (number, values) in graph.pairs.values().enumerate() {
            let values = values.map(|value| self.value(value));
            self.hit(graph.pairs.postings(number, values));
        }
        self.match_defaults();
    }

    /// Probes the indexes of all paths that the event has.
    fn match_slots(&mut self) {
        let graph = self.graph;
        let mut needs_type_check = false;
        for slot in self.slots.found() {
            let found = self.slots.type_of(*slot as usize);
            for reader in graph.readers.of_slot(*slot) {
                if !self.chosen.reads(reader.slot) {
                    continue;
                }
                needs_type_check |= reader.needs_check.intersects(found);
                if let Some(index) = reader.index {
                    let value = self.path_value(reader.slot.path);
                    self.probe(index as usize, value);
                }
            }
        }
        self.needs_type_check = needs_type_check;
    }

    fn probe(&mut self, index: usize, value: Value<'a>) {
        let graph = self.graph;
        graph.indexes.probe(index, value, &mut |postings| self.hit(postings));
    }

    /// Candidates that are enabled and that no hit has disabled.
    fn match_defaults(&mut self) {
        let graph = self.graph;
        for word in 0..self.state.enabled.words() {
            let mut left = self.state.enabled.word(word) & !self.state.disabled.word(word);
            while left != 0 {
                let number = word * WORD + left.trailing_zeros() as usize;
                left &= left - 1;
                let Some(ByDefault { candidate, rest }) = graph.candidates.by_default.get(number) else { continue };
                if *rest == NodeId::TRUE || self.holds(*rest) {
                    self.matched(*candidate);
                }
            }
        }
    }

    /// Processes the postings of a test that holds.
    fn hit(&mut self, postings: &[Posting]) {
        for posting in postings {
            let (word, mask) = posting.bits();
            match posting.kind() {
                HitKind::Match => self.consider(*posting),
                HitKind::MatchDedup if self.is_first_hit(posting.candidate()) => self.consider(*posting),
                HitKind::MatchDedup => {}
                HitKind::Disable => self.state.disabled.add(word, mask),
                HitKind::Enable => self.state.enabled.add(word, mask),
            }
        }
    }

    /// Tests the rest of a candidate's condition.
    #[inline]
    fn consider(&mut self, posting: Posting) {
        if posting.rest() == NodeId::TRUE || self.holds(posting.rest()) {
            self.matched(posting.candidate());
        }
    }

    /// True if a candidate has not been hit before in this event; marks it as hit.
    fn is_first_hit(&mut self, candidate: u32) -> bool {
        let event = self.state.event();
        let is_first = self.state.candidates.get(event, candidate as usize).is_none();
        self.state.candidates.set(event, candidate as usize, 1);
        is_first
    }

    fn matched(&mut self, candidate: u32) {
        let is_rule = (candidate as usize) < self.graph.effects.len();
        let list = if is_rule { &mut self.state.rules } else { &mut self.state.rows };
        list.push(candidate);
    }
}
