//! A worker: a session, the decisions it has written and the counts it has made.

use super::batch_reader::{BatchReader, LineBatch};
use super::counts::LocalCounts;
use super::input::InputSource;
use super::job::Job;
use super::ordered_writer::{DecidedBatch, OrderedWriter};
use super::panics::{self, INTERNAL_ERROR};
use crate::reload::Generation;
use crate::route::{Session, Written};
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
        let mut batch = LineBatch::new(self.generation.clone());
        while reader.fill(&mut batch, || writer.is_open()) {
            self.batch(&batch, writer);
            let text = std::mem::take(&mut self.out);
            let (lines, checkpoint) = (batch.last(), batch.checkpoint.take());
            self.out = writer.put(batch.sequence, DecidedBatch { text, checkpoint, lines });
        }
    }

    fn batch(&mut self, batch: &LineBatch, writer: &OrderedWriter<'_, impl Write>) {
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

    /// Decides a line: all its events, even if one of them panics.
    fn line(&mut self, line: &[u8], number: u64, mut part: impl FnMut(&mut Vec<u8>)) {
        self.counts.lines += 1;
        let mut first = Some(1);
        while let Some(event) = first {
            first = self.events(line, number, event, &mut part);
        }
    }

    /// Decides the events of a line from number `first` on. If one of them panics, it is malformed, and the session is
    /// replaced; then returns the number of the next.
    fn events(&mut self, line: &[u8], number: u64, first: u64, part: &mut impl FnMut(&mut Vec<u8>)) -> Option<u64> {
        let Self { session, counts, out, clock, job, .. } = self;
        if job.counts.watched {
            clock.get_or_insert_with(Instant::now);
        }
        // The end of the output of earlier events, or of earlier deliveries of this one.
        let mut complete = out.len();
        let decided = panics::catch(|| {
            session.route_rest_to(line, number, first, out, |out, written| {
                if let Written::Event(summary) = written {
                    #[cfg(test)]
                    tests::after_decision(line, out.get(complete..).unwrap_or_default());
                    counts.add(&summary);
                    counts.time(clock);
                }
                let before = out.len();
                part(out);
                complete = out.len();
                if complete < before && clock.is_some() {
                    // Do not count the time spent writing.
                    *clock = Some(Instant::now());
                }
                #[cfg(test)]
                if let Written::Delivery = written {
                    tests::after_delivery(line);
                }
            });
        });
        if decided {
            return None;
        }
        panics::log_once(number);
        out.truncate(complete);
        let current = session.current();
        *session = self.generation.router.session();
        let summary = session.refuse(line, number, current, INTERNAL_ERROR, out);
        counts.add(&summary);
        counts.time(clock);
        current.filter(|part| part.part < part.parts).map(|part| part.part + 1)
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
