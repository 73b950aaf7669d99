//! Where workers get their batches: the input under a lock. Whoever wants to work reads for itself, so what it decides is
//! in its own core's cache; and since reading and taking a number are one, order needs nothing else.

use crate::cli::input::{Feed, Mark, Source, Step};
use crate::cli::lines::Chunk;
use dadar::reload::{Generation, Live};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

/// The input, shared by the workers.
pub(super) struct Inlet<'i, S, F> {
    live: &'i Live,
    /// Is told how many bytes each read brought.
    seen: F,
    reading: Mutex<Reading<S>>,
}

struct Reading<S> {
    feed: Feed<S>,
    generation: Arc<Generation>,
    /// How many batches have been taken.
    turn: u64,
    /// How many lines have been taken.
    lines: u64,
    over: bool,
    failed: Option<io::Error>,
}

/// Lines to decide about. A worker has one, and has it filled again and again.
pub(super) struct Batch {
    pub(super) chunk: Chunk,
    /// Who decides about it: given under the lock, so that it never goes back from batch to batch.
    pub(super) generation: Arc<Generation>,
    /// Its place among all batches.
    pub(super) turn: u64,
    /// The number of its first line.
    pub(super) first: u64,
    /// So many bytes were read for it.
    pub(super) bytes: u64,
    /// What is done when it is written.
    pub(super) reached: Option<Mark>,
}

impl Batch {
    pub(super) fn new(generation: Arc<Generation>) -> Self {
        Self { chunk: Chunk::default(), generation, turn: 0, first: 1, bytes: 0, reached: None }
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = (u64, &[u8])> {
        (self.first..).zip(self.chunk.lines())
    }

    /// The number of the last line.
    pub(super) fn last(&self) -> u64 {
        self.first + self.chunk.count() as u64 - 1
    }
}

impl<'i, S: Source, F: Fn(u64)> Inlet<'i, S, F> {
    /// For lines that come after so many `lines` of an earlier run.
    pub(super) fn new(feed: Feed<S>, lines: u64, live: &'i Live, seen: F) -> Self {
        let generation = live.generation();
        let reading = Reading { feed, generation, turn: 0, lines, over: false, failed: None };
        Self { live, seen, reading: Mutex::new(reading) }
    }

    /// Fills a batch; false if there is no more, or it is not `wanted` any more when its turn to read has come.
    pub(super) fn fill(&self, batch: &mut Batch, wanted: impl Fn() -> bool) -> bool {
        let mut guard = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let reading = &mut *guard;
        if reading.over || !wanted() {
            return false;
        }
        let Step { bytes, over, reached } = match reading.feed.fill(&mut batch.chunk, &self.seen) {
            Ok(step) => step,
            Err(error) => {
                (reading.over, reading.failed) = (true, Some(error));
                return false;
            }
        };
        // The rules as they are once the lines are there: it may have taken long until they came.
        if let Some(newer) = self.live.newer_than(&reading.generation) {
            reading.generation = newer;
        }
        if batch.generation.number != reading.generation.number {
            batch.generation = reading.generation.clone();
        }
        (batch.turn, batch.first) = (reading.turn, reading.lines + 1);
        (batch.bytes, batch.reached) = (bytes, reached);
        reading.turn += 1;
        reading.lines += batch.chunk.count() as u64;
        reading.over = over;
        true
    }

    /// How reading ended.
    pub(super) fn end(self) -> io::Result<()> {
        let reading = self.reading.into_inner().unwrap_or_else(PoisonError::into_inner);
        reading.failed.map_or(Ok(()), Err)
    }
}
