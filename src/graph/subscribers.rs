//! The subscribers of one event: chosen, excluded, filtered out and added by default.

use super::scratch::State;

/// The mark of a subscriber that was chosen.
const CHOSEN: u32 = 1;

/// The mark of a subscriber that `exclude` or its own filter removed.
const REMOVED: u32 = 2;

/// From this number on, sorting via a bit set can be cheaper than comparing.
const MANY: usize = 16;

impl State {
    /// Adds subscribers, each once.
    pub(super) fn choose(&mut self, subscribers: &[u32]) {
        let event = self.event();
        for subscriber in subscribers {
            if self.subscribers.set_first(event, *subscriber as usize, CHOSEN) {
                self.chosen.push(*subscriber);
            }
        }
    }

    /// True for a subscriber that is chosen and not removed, or that its own filter removed.
    pub(super) fn is_chosen_or_filtered(&self, subscriber: u32) -> bool {
        self.subscribers.get(self.event(), subscriber as usize) == Some(CHOSEN)
            || self.filtered.binary_search(&subscriber).is_ok()
    }

    /// Removes the subscribers that matching rules exclude.
    pub(super) fn exclude<'g>(&mut self, excluded_by: impl Fn(&u32) -> &'g [u32]) {
        let event = self.event();
        let mut excludes = false;
        for rule in &self.rules {
            for subscriber in excluded_by(rule) {
                excludes = true;
                self.subscribers.set(event, *subscriber as usize, REMOVED);
            }
        }
        if excludes {
            self.drop_removed();
        }
    }

    /// Marks a subscriber whose own filter does not hold.
    pub(super) fn filter_out(&mut self, subscriber: u32) {
        self.filtered.push(subscriber);
        self.subscribers.set(self.event(), subscriber as usize, REMOVED);
    }

    /// Removes the subscribers that were filtered out.
    pub(super) fn drop_filtered(&mut self) {
        if !self.filtered.is_empty() {
            self.drop_removed();
            self.filtered.sort_unstable();
        }
    }

    /// Removes the subscribers that are marked as removed.
    fn drop_removed(&mut self) {
        let (event, subscribers) = (self.event(), &self.subscribers);
        self.chosen.retain(|subscriber| subscribers.get(event, *subscriber as usize) != Some(REMOVED));
    }

    /// Adds the subscribers under `defaults:`, and sorts all by name.
    pub(super) fn add_defaults(&mut self, defaults: &[u32]) {
        if !defaults.is_empty() {
            self.chosen.extend_from_slice(defaults);
        }
        if self.chosen.len() > 1 {
            self.sort_chosen();
        }
    }

    /// Sorts the chosen subscribers and removes repetitions.
    fn sort_chosen(&mut self) {
        let State { chosen, sorter, .. } = self;
        // With at least as many subscribers as the set has words, scanning the set is cheaper.
        if chosen.len() >= sorter.words().max(MANY) {
            chosen.drain(..).for_each(|subscriber| sorter.insert(subscriber as usize));
            sorter.drain(|subscriber| chosen.push(subscriber as u32));
        } else {
            chosen.sort_unstable();
            chosen.dedup();
        }
    }

    /// True if a label is not set yet.
    pub(super) fn is_label_free(&self, label: u32) -> bool {
        self.labels.get(self.event(), label as usize).is_none()
    }

    /// Marks a label as set.
    pub(super) fn mark_label(&mut self, label: u32) {
        self.labels.set(self.event(), label as usize, 1);
    }
}
