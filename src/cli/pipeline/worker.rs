//! A session with what it has written and counted.

use super::Job;
use super::inlet::{Batch, Inlet};
use super::outlet::{Outlet, Written};
use crate::cli::input::Source;
use crate::cli::tally::Tally;
use dadar::reload::Generation;
use dadar::route::Session;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Instant;

/// So many bytes of decisions are kept back until it is their turn to be written.
const PART: usize = 1 << 20;

pub(super) struct Worker<'j> {
    job: Job<'j>,
    generation: Arc<Generation>,
    session: Session,
    out: Vec<u8>,
    tally: Tally,
    /// When the last decision was made, where that is measured.
    clock: Option<Instant>,
}

impl<'j> Worker<'j> {
    pub(super) fn new(job: Job<'j>) -> Self {
        let generation = job.live.generation();
        let (session, tally) = (generation.router.session(), Tally::new(&generation.router));
        Self { job, generation, session, out: Vec::new(), tally, clock: None }
    }

    /// Decides about batches until there are no more, or nobody wants the decisions.
    pub(super) fn run<S: Source, F: Fn(u64), W: Write>(mut self, inlet: &Inlet<'_, S, F>, outlet: &Outlet<'_, W>) {
        let _guard = Guard(outlet);
        let mut batch = Batch::new(self.generation.clone());
        while inlet.fill(&mut batch, || outlet.is_open()) {
            self.batch(&batch, outlet);
            let text = std::mem::take(&mut self.out);
            let (lines, reached) = (batch.last(), batch.reached.take());
            self.out = outlet.put(batch.turn, Written { text, reached, lines });
        }
    }

    fn batch(&mut self, batch: &Batch, outlet: &Outlet<'_, impl Write>) {
        self.take_on(&batch.generation);
        self.clock = None;
        for (number, line) in batch.lines() {
            self.line(line, number, |out| {
                if out.len() >= PART {
                    outlet.put_part(batch.turn, out);
                }
            });
            if self.out.len() >= PART {
                outlet.put_part(batch.turn, &mut self.out);
                // The next decision does not take as long as writing did.
                self.clock = None;
            }
        }
        self.tally.bytes += batch.bytes;
        if self.job.board.watched {
            self.job.board.take(&mut self.tally, &self.generation.router);
        }
    }

    /// Goes over to a generation.
    fn take_on(&mut self, generation: &Arc<Generation>) {
        if generation.number != self.generation.number {
            self.job.board.take(&mut self.tally, &self.generation.router);
            self.tally = Tally::new(&generation.router);
            self.session = generation.router.session();
            self.generation = generation.clone();
        }
    }

    fn line(&mut self, line: &[u8], number: u64, part: impl FnMut(&mut Vec<u8>)) {
        let start = match self.job.board.watched {
            true => Some(self.clock.unwrap_or_else(Instant::now)),
            false => None,
        };
        let verdict = self.session.route_in_parts(line, number, &mut self.out, part);
        self.tally.add(&verdict);
        if let Some(start) = start {
            let end = Instant::now();
            self.tally.latency.add(end - start);
            self.clock = Some(end);
        }
    }
}

impl Drop for Worker<'_> {
    /// What was counted counts, however the work ends.
    fn drop(&mut self) {
        self.job.board.take(&mut self.tally, &self.generation.router);
    }
}

/// Lets the others go if a worker breaks down: its turn would never be over.
struct Guard<'g, 'j, W: Write>(&'g Outlet<'j, W>);

impl<W: Write> Drop for Guard<'_, '_, W> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.close(io::Error::other("a worker stopped"));
        }
    }
}
