//! Counts of decisions: by index within a thread and generation, by name across all of them.

use crate::decision::Status;
use crate::route::{Router, Summary};
use std::collections::HashMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Every status, in the order of their discriminants.
pub const STATUSES: [Status; 5] =
    [Status::Routed, Status::Unrouted, Status::Dropped, Status::Rejected, Status::Malformed];

/// The upper bounds of the histogram's buckets, in nanoseconds.
pub const BUCKETS: [u64; 16] = [
    500,
    1_000,
    2_500,
    5_000,
    10_000,
    25_000,
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    100_000_000,
    1_000_000_000,
];

/// A histogram of how long decisions took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Latency {
    /// One count for each bucket, and one for values beyond the last.
    pub counts: [u64; BUCKETS.len() + 1],
    /// The sum of all durations.
    pub sum: Duration,
}

impl Latency {
    /// Adds a duration.
    pub fn add(&mut self, took: Duration) {
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        let bucket = BUCKETS.partition_point(|end| *end < nanos);
        if let Some(n) = self.counts.get_mut(bucket) {
            *n += 1;
        }
        self.sum += took;
    }

    fn merge(&mut self, other: &Latency) {
        self.counts.iter_mut().zip(other.counts).for_each(|(n, more)| *n += more);
        self.sum += other.sum;
    }
}

/// The counts of one thread for one generation, by index.
#[derive(Debug, Default)]
pub struct LocalCounts {
    statuses: [u64; 5],
    no_clock: u64,
    undeclared: u64,
    subscribers: Counts,
    rules: Counts,
    /// The number of lines read.
    pub lines: u64,
    /// The number of bytes read.
    pub bytes: u64,
    /// How long decisions took.
    pub latency: Latency,
}

/// Counts by index, and the indexes of those that are not zero: emptying takes time for those that occurred, not for all that exist.
#[derive(Debug, Default)]
struct Counts {
    counts: Vec<u64>,
    touched: Vec<u32>,
}

impl Counts {
    fn add(&mut self, numbers: &[u32]) {
        for number in numbers {
            if let Some(n) = self.counts.get_mut(*number as usize) {
                if *n == 0 {
                    self.touched.push(*number);
                }
                *n += 1;
            }
        }
    }

    fn take<'c>(&'c mut self, names: &'c [Arc<str>]) -> impl Iterator<Item = (&'c Arc<str>, u64)> {
        let counts = &mut self.counts;
        self.touched.drain(..).filter_map(move |number| {
            let n = std::mem::take(counts.get_mut(number as usize)?);
            Some((names.get(number as usize)?, n))
        })
    }
}

impl LocalCounts {
    /// Zero counts for a router.
    pub fn new(router: &Router) -> LocalCounts {
        let sized = |len| Counts { counts: vec![0; len], touched: Vec::new() };
        let (subscribers, rules) = (sized(router.subscribers().len()), sized(router.rules().len()));
        LocalCounts { subscribers, rules, ..LocalCounts::default() }
    }

    /// Adds the time since the last decision, if there is a clock, and starts the clock again.
    pub fn time(&mut self, clock: &mut Option<Instant>) {
        if let Some(start) = clock {
            let end = Instant::now();
            self.latency.add(end - *start);
            *start = end;
        }
    }

    /// Counts a decision.
    pub fn add(&mut self, summary: &Summary<'_>) {
        if let Some(n) = self.statuses.get_mut(summary.status as usize) {
            *n += 1;
        }
        self.no_clock += u64::from(summary.no_clock);
        self.undeclared += u64::from(summary.undeclared);
        let (subscribers, rules) = summary.numbers();
        self.subscribers.add(subscribers);
        self.rules.add(rules);
    }
}

/// The counts of all threads and generations.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// Decisions by status, in the order of [`STATUSES`].
    pub statuses: [u64; 5],
    /// Events without the time that the clock needs.
    pub no_clock: u64,
    /// Events for which an expression gave a subscriber that is not declared.
    pub undeclared: u64,
    /// Events by subscriber.
    pub subscribers: NamedCounts,
    /// Decisions by rule.
    pub rules: NamedCounts,
    /// The number of lines read.
    pub lines: u64,
    /// The number of bytes read.
    pub bytes: u64,
    /// How long decisions took.
    pub latency: Latency,
}

/// Counts by name, in the order in which the names appeared.
#[derive(Clone, Debug, Default)]
pub struct NamedCounts {
    at: HashMap<Arc<str>, usize>,
    counts: Vec<(Arc<str>, u64)>,
}

impl NamedCounts {
    fn add(&mut self, name: &Arc<str>, n: u64) {
        match self.at.get(name) {
            Some(at) => {
                if let Some((_, count)) = self.counts.get_mut(*at) {
                    *count += n;
                }
            }
            None => {
                self.at.insert(name.clone(), self.counts.len());
                self.counts.push((name.clone(), n));
            }
        }
    }

    /// All names with their counts.
    pub fn as_slice(&self) -> &[(Arc<str>, u64)] {
        &self.counts
    }
}

impl Totals {
    /// The number of decisions: one for each event, so as many as lines unless lines are split.
    pub fn events(&self) -> u64 {
        self.statuses.iter().sum()
    }

    /// The number of decisions for malformed input.
    pub fn malformed(&self) -> u64 {
        self.statuses.get(Status::Malformed as usize).copied().unwrap_or(0)
    }
}

/// The kind of things that names denote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountedNames {
    /// Rules.
    Rules,
    /// Subscribers.
    Subscribers,
}

/// Some of the names, with their counts.
#[derive(Clone, Debug)]
pub struct CountsPage {
    /// The names and counts.
    pub names: Vec<(Arc<str>, u64)>,
    /// How many names there are in all.
    pub total: usize,
}

/// The counts that all threads add to.
#[derive(Debug, Default)]
pub struct SharedCounts {
    totals: Mutex<Totals>,
    /// Whether counts are read while routing: then they are published with every batch, and latency is measured.
    pub watched: bool,
    /// Bytes that were written to rotated files after reading had switched to their successors.
    pub late_bytes: Arc<AtomicU64>,
}

impl SharedCounts {
    /// Zero counts.
    pub fn new(watched: bool) -> SharedCounts {
        SharedCounts { watched, ..SharedCounts::default() }
    }

    /// Adds the names of a generation, with counts of zero.
    pub fn introduce(&self, router: &Router) {
        let mut totals = self.lock();
        router.rules().iter().for_each(|name| totals.rules.add(name, 0));
        router.subscribers().iter().for_each(|name| totals.subscribers.add(name, 0));
    }

    /// Adds the counts of a thread and resets them.
    pub fn take(&self, local: &mut LocalCounts, router: &Router) {
        let mut totals = self.lock();
        let statuses = std::mem::take(&mut local.statuses);
        totals.statuses.iter_mut().zip(statuses).for_each(|(n, more)| *n += more);
        totals.no_clock += std::mem::take(&mut local.no_clock);
        totals.undeclared += std::mem::take(&mut local.undeclared);
        local.subscribers.take(router.subscribers()).for_each(|(name, n)| totals.subscribers.add(name, n));
        local.rules.take(router.rules()).for_each(|(name, n)| totals.rules.add(name, n));
        totals.lines += std::mem::take(&mut local.lines);
        totals.bytes += std::mem::take(&mut local.bytes);
        totals.latency.merge(&std::mem::take(&mut local.latency));
    }

    /// The sum of all counts so far.
    pub fn totals(&self) -> Totals {
        self.lock().clone()
    }

    /// The sums so far, except for those by name.
    pub fn totals_without_names(&self) -> Totals {
        let totals = self.lock();
        let Totals { statuses, no_clock, undeclared, lines, bytes, latency, .. } = &*totals;
        Totals {
            statuses: *statuses,
            no_clock: *no_clock,
            undeclared: *undeclared,
            lines: *lines,
            bytes: *bytes,
            latency: latency.clone(),
            ..Totals::default()
        }
    }

    /// At most `n` names from number `from` on, with their counts. New names are only ever added at the end.
    pub fn page(&self, kind: CountedNames, from: usize, n: usize) -> CountsPage {
        let totals = self.lock();
        let all = match kind {
            CountedNames::Rules => totals.rules.as_slice(),
            CountedNames::Subscribers => totals.subscribers.as_slice(),
        };
        CountsPage { names: all.iter().skip(from).take(n).cloned().collect(), total: all.len() }
    }

    fn lock(&self) -> MutexGuard<'_, Totals> {
        self.totals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Latency, LocalCounts, SharedCounts};
    use crate::route::Router;
    use crate::rules::load_strings;
    use std::time::Duration;

    #[test]
    fn generations_are_united_by_name() {
        let router = |subscriber: &str| {
            let text = format!("topics: {{a: [shared, {subscriber}]}}");
            Router::new(&load_strings("r", [("r.yaml", text.as_str())]).rule_set.unwrap())
        };
        let shared = SharedCounts::new(true);
        for router in [router("zed"), router("alpha")] {
            shared.introduce(&router);
            let mut local = LocalCounts::new(&router);
            for _ in 0..2 {
                local.add(&router.session().decide(br#"{"type":"a"}"#));
                shared.take(&mut local, &router);
            }
            local.add(&router.session().decide(b"no"));
            shared.take(&mut local, &router);
        }
        let totals = shared.totals();
        let counts: Vec<(&str, u64)> = totals.subscribers.as_slice().iter().map(|(name, n)| (&**name, *n)).collect();
        assert_eq!(counts, [("shared", 4), ("zed", 2), ("alpha", 2)]);
        assert_eq!((totals.events(), totals.malformed()), (6, 2));
    }

    #[test]
    fn buckets_have_their_ends_within() {
        let mut latency = Latency::default();
        for nanos in [0, 500, 501, 2_000_000_000] {
            latency.add(Duration::from_nanos(nanos));
        }
        assert_eq!((latency.counts[0], latency.counts[1], latency.counts[16]), (2, 1, 1));
    }
}
