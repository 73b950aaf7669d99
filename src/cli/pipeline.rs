//! From input to decisions, in order: on one thread, or with a reader, workers and a writer.
//!
//! With several threads the reader deals batches of lines to the workers in turn, and the writer takes the batches back in
//! the same turn, so order needs no numbers and no waiting list. Every channel is bounded: who is ahead waits. A batch is
//! what one read brought, so a line that came alone is decided alone, and at once.

use super::input::{Feed, Mark, Progress, Source, Step};
use super::tally::{Board, Tally};
use dadar::reload::{Generation, Live};
use dadar::route::Session;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Instant;

/// Decisions are written when there are so many bytes of them, or when there is nothing more to read at once.
const FLUSH: usize = 1 << 16;
/// How many batches may wait before and behind each worker.
const WAITING: usize = 3;

/// What all of it shares.
#[derive(Clone, Copy)]
pub(crate) struct Job<'j> {
    /// The rules in force. A batch is decided by one generation.
    pub(crate) live: &'j Live,
    pub(crate) board: &'j Board,
    /// Is told how far decisions have been written.
    pub(crate) progress: Option<&'j Progress>,
    /// So many lines were decided by an earlier run.
    pub(crate) before: u64,
    pub(crate) threads: usize,
}

impl Job<'_> {
    /// Routes every line of `source` and writes the decisions. `seen` is told how many bytes have been read.
    pub(crate) fn run(self, source: impl Source, output: &mut impl Write, seen: impl Fn(u64) + Send) -> io::Result<()> {
        let feed = Feed::new(source, self.live.generation().router.options().limits.bytes);
        match self.threads {
            0 | 1 => self.on_one(feed, output, seen),
            _ => self.on_many(feed, output, seen),
        }
    }

    fn on_one(self, mut feed: Feed<impl Source>, output: &mut impl Write, seen: impl Fn(u64)) -> io::Result<()> {
        let mut worker = Worker::new(self);
        let mut number = self.before;
        loop {
            let mut failed = Ok(());
            worker.clock = None;
            let step = feed.step(|line| {
                number += 1;
                worker.renew();
                worker.line(line, number);
                if worker.out.len() >= FLUSH && failed.is_ok() {
                    failed = worker.write(output);
                }
            })?;
            failed?;
            seen(step.bytes);
            // Whoever is at the other end gets every decision before we wait for more input.
            worker.write(output)?;
            output.flush()?;
            worker.end(step.bytes);
            self.reached(step.reached, number);
            if step.over {
                return Ok(());
            }
        }
    }

    fn reached(self, mark: Option<Mark>, lines: u64) {
        if let Some((progress, mark)) = self.progress.zip(mark) {
            progress.reached(mark, lines);
        }
    }

    fn on_many(self, feed: Feed<impl Source>, output: &mut impl Write, seen: impl Fn(u64) + Send) -> io::Result<()> {
        thread::scope(|scope| {
            let mut to_workers = Vec::new();
            let mut from_workers = Vec::new();
            let mut workers = Vec::new();
            for _ in 0..self.threads {
                let (send_batch, batches) = sync_channel::<Batch>(WAITING);
                let (send_done, done) = sync_channel::<Done>(WAITING);
                to_workers.push(send_batch);
                from_workers.push(done);
                workers.push(scope.spawn(move || self.work(&batches, &send_done)));
            }
            let reader = scope.spawn(move || self.deal(feed, &to_workers, seen));
            let written = self.collect(from_workers, output);
            let read = reader.join().unwrap_or_else(|_| Err(io::Error::other("the reader stopped")));
            for worker in workers {
                worker.join().map_err(|_| io::Error::other("a worker stopped"))?;
            }
            written.and(read)
        })
    }

    /// Reads, and deals batches to the workers in turn. Ends early when they do not take them any more.
    fn deal(self, mut feed: Feed<impl Source>, workers: &[SyncSender<Batch>], seen: impl Fn(u64)) -> io::Result<()> {
        let mut batch = Batch::new(self.before + 1, self.live.generation());
        let mut turns = workers.iter().cycle();
        loop {
            let Step { bytes, over, reached } = feed.step(|line| batch.push(line))?;
            seen(bytes);
            batch.bytes += bytes;
            batch.reached = reached;
            // The last one goes even if it has no lines: it says how far all is done. So does the one before another file.
            if batch.ends.is_empty() && !over && batch.reached.as_ref().is_none_or(|mark| mark.offset > 0) {
                continue;
            }
            if let Some(newer) = self.live.newer_than(&batch.generation) {
                batch.generation = newer;
            }
            let mut next = Batch::new(batch.first + batch.ends.len() as u64, batch.generation.clone());
            // Probably about as much comes at a time as before.
            next.text.reserve(batch.text.len());
            let full = std::mem::replace(&mut batch, next);
            let taken = turns.next().is_some_and(|worker| worker.send(full).is_ok());
            if !taken || over {
                return Ok(());
            }
        }
    }

    /// Decides about batches until there are no more, or nobody wants them.
    fn work(self, batches: &Receiver<Batch>, done: &SyncSender<Done>) {
        let mut worker = Worker::new(self);
        for batch in batches {
            worker.clock = None;
            worker.take_on(&batch.generation);
            for (number, line) in batch.lines() {
                worker.line(line, number);
            }
            worker.end(batch.bytes);
            let text = std::mem::take(&mut worker.out);
            let lines = batch.first + batch.ends.len() as u64 - 1;
            if done.send(Done { text, reached: batch.reached, lines }).is_err() {
                break;
            }
        }
    }

    /// Writes what the workers made, in turn, until the one whose turn it is has no more.
    fn collect(self, workers: Vec<Receiver<Done>>, output: &mut impl Write) -> io::Result<()> {
        for worker in workers.iter().cycle() {
            let Ok(Done { text, reached, lines }) = worker.recv() else { break };
            output.write_all(&text)?;
            output.flush()?;
            self.reached(reached, lines);
        }
        Ok(())
    }
}

/// A session with what it has written and counted.
struct Worker<'j> {
    job: Job<'j>,
    generation: Arc<Generation>,
    session: Session,
    out: Vec<u8>,
    tally: Tally,
    /// When the last decision was made, where that is measured.
    clock: Option<Instant>,
}

impl<'j> Worker<'j> {
    fn new(job: Job<'j>) -> Self {
        let generation = job.live.generation();
        let (session, tally) = (generation.router.session(), Tally::new(&generation.router));
        Self { job, generation, session, out: Vec::new(), tally, clock: None }
    }

    /// Goes over to the newest rules.
    fn renew(&mut self) {
        if let Some(newer) = self.job.live.newer_than(&self.generation) {
            self.take_on(&newer);
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

    fn line(&mut self, line: &[u8], number: u64) {
        let start = match self.job.board.watched {
            true => Some(self.clock.unwrap_or_else(Instant::now)),
            false => None,
        };
        let verdict = self.session.route_to(line, number, &mut self.out);
        self.tally.add(&verdict);
        if let Some(start) = start {
            let end = Instant::now();
            self.tally.latency.add(end - start);
            self.clock = Some(end);
        }
    }

    /// After a batch: the counts, where somebody looks at them.
    fn end(&mut self, bytes: u64) {
        self.tally.bytes += bytes;
        if self.job.board.watched {
            self.job.board.take(&mut self.tally, &self.generation.router);
        }
    }

    fn write(&mut self, output: &mut impl Write) -> io::Result<()> {
        let written = output.write_all(&self.out);
        self.out.clear();
        // The next decision does not take as long as writing this one did.
        self.clock = None;
        written
    }
}

impl Drop for Worker<'_> {
    /// What was counted counts, however the work ends.
    fn drop(&mut self) {
        self.job.board.take(&mut self.tally, &self.generation.router);
    }
}

/// Lines on their way to a worker.
struct Batch {
    /// Who decides about it: given by the reader, so that it never goes back from batch to batch.
    generation: Arc<Generation>,
    /// The number of the first.
    first: u64,
    text: Vec<u8>,
    /// Where each line ends in `text`.
    ends: Vec<usize>,
    /// So many bytes were read for it.
    bytes: u64,
    /// What is done when it is written.
    reached: Option<Mark>,
}

/// A batch of decisions.
struct Done {
    text: Vec<u8>,
    reached: Option<Mark>,
    /// The number of the last line.
    lines: u64,
}

impl Batch {
    fn new(first: u64, generation: Arc<Generation>) -> Self {
        Self { generation, first, text: Vec::new(), ends: Vec::new(), bytes: 0, reached: None }
    }

    fn push(&mut self, line: &[u8]) {
        self.text.extend_from_slice(line);
        self.ends.push(self.text.len());
    }

    fn lines(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let lines = starts.zip(&self.ends).map(|(start, end)| self.text.get(start..*end).unwrap_or_default());
        (self.first..).zip(lines)
    }
}
