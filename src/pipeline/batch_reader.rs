//! The source of the workers' batches: the input, under a lock. Each worker reads for itself, so the lines it decides are in
//! its own core's cache. ReaderState and numbering are one step, so nothing else is needed for order.

use super::input::{Checkpoint, Feed, Filled, InputSource};
use super::lines::LineBuffer;
use crate::reload::{Generation, Live};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

/// The input, shared by the workers.
pub(super) struct BatchReader<'i, S, F> {
    live: &'i Live,
    /// Gets the size of each read.
    on_read: F,
    reading: Mutex<ReaderState<S>>,
}

struct ReaderState<S> {
    feed: Feed<S>,
    generation: Arc<Generation>,
    /// The number of batches taken.
    sequence: u64,
    /// The number of lines taken.
    lines: u64,
    over: bool,
    failed: Option<io::Error>,
}

/// Lines to decide. Each worker has one batch, which is filled again and again.
pub(super) struct LineBatch {
    pub(super) buffer: LineBuffer,
    /// The generation that decides it. Assigned under the lock, so that it never goes back from batch to batch.
    pub(super) generation: Arc<Generation>,
    /// Its place among all batches.
    pub(super) sequence: u64,
    /// The number of its first line.
    pub(super) first: u64,
    /// The number of bytes read for it.
    pub(super) bytes: u64,
    /// The position that is reached once it is written.
    pub(super) checkpoint: Option<Checkpoint>,
}

impl LineBatch {
    pub(super) fn new(generation: Arc<Generation>) -> Self {
        Self { buffer: LineBuffer::default(), generation, sequence: 0, first: 1, bytes: 0, checkpoint: None }
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = (u64, &[u8])> {
        (self.first..).zip(self.buffer.lines())
    }

    /// The number of the last line.
    pub(super) fn last(&self) -> u64 {
        self.first + self.buffer.count() as u64 - 1
    }
}

impl<'i, S: InputSource, F: Fn(u64)> BatchReader<'i, S, F> {
    /// `lines`: the number of lines that an earlier run decided.
    pub(super) fn new(feed: Feed<S>, lines: u64, live: &'i Live, on_read: F) -> Self {
        let generation = live.generation();
        let reading = ReaderState { feed, generation, sequence: 0, lines, over: false, failed: None };
        Self { live, on_read, reading: Mutex::new(reading) }
    }

    /// Fills a batch. False if the input has ended, or if the batch is no longer `wanted` once it is this worker's turn to read.
    pub(super) fn fill(&self, batch: &mut LineBatch, wanted: impl Fn() -> bool) -> bool {
        let mut guard = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let reading = &mut *guard;
        if reading.over || !wanted() {
            return false;
        }
        let Filled { bytes, over, checkpoint } = match reading.feed.fill(&mut batch.buffer, &self.on_read) {
            Ok(step) => step,
            Err(error) => {
                (reading.over, reading.failed) = (true, Some(error));
                return false;
            }
        };
        // Take the rules as they are now: it may have taken long until the lines came.
        if let Some(newer) = self.live.newer_than(&reading.generation) {
            reading.generation = newer;
        }
        if batch.generation.number != reading.generation.number {
            batch.generation = reading.generation.clone();
        }
        (batch.sequence, batch.first) = (reading.sequence, reading.lines + 1);
        (batch.bytes, batch.checkpoint) = (bytes, checkpoint);
        reading.sequence += 1;
        reading.lines += batch.buffer.count() as u64;
        reading.over = over;
        true
    }

    /// The result of reading.
    pub(super) fn end(self) -> io::Result<()> {
        let reading = self.reading.into_inner().unwrap_or_else(PoisonError::into_inner);
        reading.failed.map_or(Ok(()), Err)
    }
}
