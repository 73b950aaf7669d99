//! A worker: a session, the decisions it has written and the counts it has made.

use super::batch_reader::{Batch, BatchReader};
use super::counts::LocalCounts;
use super::input::InputSource;
use super::job::Job;
use super::ordered_writer::{DecidedBatch, OrderedWriter};
use super::panics::{self, INTERNAL_ERROR};
use crate::reload::Generation;
use crate::route::Session;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Instant;

/// Decisions of more bytes than this are written in parts, as soon as all earlier batches are written.
const PART: usize = 1 << 20;

pub(super) struct Worker<'j> {
    job: Job<'j>,
    generation: Arc<Generation>,
    session: Session,
    out: Vec<u8>,
    counts: LocalCounts,
    /// When the last decision was finished, if latency is measured.
    clock: Option<Instant>,
}

impl<'j> Worker<'j> {
    pub(super) fn new(job: Job<'j>) -> Self {
        let generation = job.live.generation();
        let (session, counts) = (generation.router.session(), LocalCounts::new(&generation.router));
        Self { job, generation, session, out: Vec::new(), counts, clock: None }
    }

    /// Decides batches until the input ends or the output is closed.
    pub(super) fn run<S: InputSource, F: Fn(u64), W: Write>(
        mut self,
        reader: &BatchReader<'_, S, F>,
        writer: &OrderedWriter<'_, W>,
    ) {
        let _guard = Guard(writer);
        let mut batch = Batch::new(self.generation.clone());
        while reader.fill(&mut batch, || writer.is_open()) {
            self.batch(&batch, writer);
            let text = std::mem::take(&mut self.out);
            let (lines, checkpoint) = (batch.last(), batch.checkpoint.take());
            self.out = writer.put(batch.sequence, DecidedBatch { text, checkpoint, lines });
        }
    }

    fn batch(&mut self, batch: &Batch, writer: &OrderedWriter<'_, impl Write>) {
        self.switch_to(&batch.generation);
        self.clock = None;
        for (number, line) in batch.lines() {
            self.line(line, number, |out| {
                if out.len() >= PART {
                    writer.put_part(batch.sequence, out);
                }
            });
            if self.out.len() >= PART {
                writer.put_part(batch.sequence, &mut self.out);
                // Do not count the time spent writing.
                self.clock = None;
            }
        }
        self.counts.bytes += batch.bytes;
        if self.job.counts.watched {
            self.job.counts.take(&mut self.counts, &self.generation.router);
        }
    }

    /// Switches to a generation.
    fn switch_to(&mut self, generation: &Arc<Generation>) {
        if generation.number != self.generation.number {
            self.job.counts.take(&mut self.counts, &self.generation.router);
            self.counts = LocalCounts::new(&generation.router);
            self.session = generation.router.session();
            self.generation = generation.clone();
        }
    }

    fn line(&mut self, line: &[u8], number: u64, part: impl FnMut(&mut Vec<u8>)) {
        let start = match self.job.counts.watched {
            true => Some(self.clock.unwrap_or_else(Instant::now)),
            false => None,
        };
        self.decide(line, number, part);
        if let Some(start) = start {
            let end = Instant::now();
            self.counts.latency.add(end - start);
            self.clock = Some(end);
        }
    }
}

impl Worker<'_> {
    /// Decides an event. If that panics, the event is malformed, and the session is replaced.
    fn decide(&mut self, line: &[u8], number: u64, mut part: impl FnMut(&mut Vec<u8>)) {
        let Self { session, counts, out, .. } = self;
        // The end of what was written by earlier events, or by earlier deliveries of this one.
        let mut complete = out.len();
        let decided = panics::catch(|| {
            let summary = session.route_in_parts(line, number, out, |out| {
                part(out);
                complete = out.len();
                #[cfg(test)]
                tests::after_delivery(line);
            });
            #[cfg(test)]
            tests::after_decision(line);
            counts.add(&summary);
        });
        if !decided {
            panics::log_once(number);
            out.truncate(complete);
            *session = self.generation.router.session();
            let summary = session.refuse(line, number, INTERNAL_ERROR, out);
            counts.add(&summary);
        }
    }
}

impl Drop for Worker<'_> {
    /// Publishes the counts, even if the worker panics.
    fn drop(&mut self) {
        self.job.counts.take(&mut self.counts, &self.generation.router);
    }
}

/// Closes the writer if a worker panics: its batch will never be written, and the others would wait for it.
struct Guard<'g, 'j, W: Write>(&'g OrderedWriter<'j, W>);

impl<W: Write> Drop for Guard<'_, '_, W> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.close(io::Error::other("a thread panicked"));
        }
    }
}

#[cfg(test)]
mod tests;
