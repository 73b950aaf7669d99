//! Counting decisions: by number while they are made, by name across generations and threads.

use dadar::decision::Status;
use dadar::route::{Router, Verdict};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Every status, in the order of their numbers.
pub(crate) const STATUSES: [Status; 5] =
    [Status::Routed, Status::Unrouted, Status::Dropped, Status::Rejected, Status::Malformed];

/// The upper ends of the histogram's buckets, in nanoseconds.
pub(crate) const BUCKETS: [u64; 16] = [
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

/// How long decisions took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Latency {
    /// For each bucket, and for what is beyond the last.
    pub(crate) counts: [u64; BUCKETS.len() + 1],
    pub(crate) sum: Duration,
}

impl Latency {
    pub(crate) fn add(&mut self, took: Duration) {
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

/// Counts by number: of one thread and one generation.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    statuses: [u64; 5],
    /// Events that have no time for the clock.
    no_clock: u64,
    subscribers: Counts,
    rules: Counts,
    pub(crate) bytes: u64,
    pub(crate) latency: Latency,
}

/// Counts by number, and which of them are not zero: counting and emptying cost what occurred, not what there is.
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

impl Tally {
    /// Nothing counted yet.
    pub(crate) fn new(router: &Router) -> Tally {
        let sized = |len| Counts { counts: vec![0; len], touched: Vec::new() };
        let (subscribers, rules) = (sized(router.subscribers().len()), sized(router.rules().len()));
        Tally { subscribers, rules, ..Tally::default() }
    }

    /// Counts a decision.
    pub(crate) fn add(&mut self, verdict: &Verdict<'_>) {
        if let Some(n) = self.statuses.get_mut(verdict.status as usize) {
            *n += 1;
        }
        self.no_clock += u64::from(verdict.no_clock);
        self.subscribers.add(verdict.subscribers);
        self.rules.add(verdict.rules);
    }
}

/// Counts by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Totals {
    pub(crate) statuses: [u64; 5],
    /// Events that have no time for the clock.
    pub(crate) no_clock: u64,
    pub(crate) subscribers: Named,
    pub(crate) rules: Named,
    pub(crate) bytes: u64,
    pub(crate) latency: Latency,
}

/// Names with their counts, in the order in which they became known.
#[derive(Clone, Debug, Default)]
pub(crate) struct Named {
    at: HashMap<Arc<str>, usize>,
    counts: Vec<(Arc<str>, u64)>,
}

impl Named {
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

    /// All of them.
    pub(crate) fn as_slice(&self) -> &[(Arc<str>, u64)] {
        &self.counts
    }
}

impl Totals {
    /// How many decisions there were.
    pub(crate) fn lines(&self) -> u64 {
        self.statuses.iter().sum()
    }

    /// How many of them were about malformed input.
    pub(crate) fn malformed(&self) -> u64 {
        self.statuses.get(Status::Malformed as usize).copied().unwrap_or(0)
    }
}

/// Where all threads write their counts.
#[derive(Debug, Default)]
pub(crate) struct Board {
    totals: Mutex<Totals>,
    /// Whether somebody looks while it goes on: then counts come with every batch, and latency is measured.
    pub(crate) watched: bool,
}

impl Board {
    pub(crate) fn new(watched: bool) -> Board {
        Board { watched, ..Board::default() }
    }

    /// The names of a generation, in their order.
    pub(crate) fn introduce(&self, router: &Router) {
        let mut totals = self.lock();
        router.rules().iter().for_each(|name| totals.rules.add(name, 0));
        router.subscribers().iter().for_each(|name| totals.subscribers.add(name, 0));
    }

    /// Takes the counts of a thread, and leaves it with none.
    pub(crate) fn take(&self, tally: &mut Tally, router: &Router) {
        let mut totals = self.lock();
        let statuses = std::mem::take(&mut tally.statuses);
        totals.statuses.iter_mut().zip(statuses).for_each(|(n, more)| *n += more);
        totals.no_clock += std::mem::take(&mut tally.no_clock);
        tally.subscribers.take(router.subscribers()).for_each(|(name, n)| totals.subscribers.add(name, n));
        tally.rules.take(router.rules()).for_each(|(name, n)| totals.rules.add(name, n));
        totals.bytes += std::mem::take(&mut tally.bytes);
        totals.latency.merge(&std::mem::take(&mut tally.latency));
    }

    /// All counts so far.
    pub(crate) fn totals(&self) -> Totals {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Totals> {
        self.totals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Board, Latency, Tally};
    use dadar::route::Router;
    use dadar::rules::load_strings;
    use std::time::Duration;

    #[test]
    fn generations_are_united_by_name() {
        let router = |subscriber: &str| {
            let text = format!("topics: {{a: [shared, {subscriber}]}}");
            Router::new(&load_strings("r", [("r.yaml", text.as_str())]).rule_set.unwrap())
        };
        let board = Board::new(true);
        for router in [router("zed"), router("alpha")] {
            board.introduce(&router);
            let mut tally = Tally::new(&router);
            for _ in 0..2 {
                tally.add(&router.session().judge(br#"{"type":"a"}"#));
                board.take(&mut tally, &router);
            }
            tally.add(&router.session().judge(b"no"));
            board.take(&mut tally, &router);
        }
        let totals = board.totals();
        let counts: Vec<(&str, u64)> = totals.subscribers.as_slice().iter().map(|(name, n)| (&**name, *n)).collect();
        assert_eq!(counts, [("shared", 4), ("zed", 2), ("alpha", 2)]);
        assert_eq!((totals.lines(), totals.malformed()), (6, 2));
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
