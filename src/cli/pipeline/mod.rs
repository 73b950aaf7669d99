//! From input to decisions, in order, by as many workers as there are threads.
//!
//! Each worker takes a batch of lines from the inlet, decides about it, and leaves the decisions at the outlet. There are no
//! threads beside the workers: none has to wait for another as long as there is input, and nothing goes from core to core
//! but a number. A batch is what one read brought, so a line that came alone is decided alone, and at once.

mod inlet;
mod outlet;
mod worker;

use super::input::{Feed, Progress, Source};
use super::tally::Board;
use dadar::reload::Live;
use inlet::Inlet;
use outlet::Outlet;
use std::io::{self, Write};
use std::thread;
use worker::Worker;

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
    pub(crate) fn run(
        self,
        source: impl Source,
        output: impl Write + Send,
        seen: impl Fn(u64) + Send + Sync,
    ) -> io::Result<()> {
        let feed = Feed::new(source, self.live.generation().router.options().limits.bytes);
        let inlet = Inlet::new(feed, self.before, self.live, seen);
        let outlet = Outlet::new(self, output);
        thread::scope(|scope| {
            // This thread is one of them.
            let work = || Worker::new(self).run(&inlet, &outlet);
            let others: Vec<_> = (1..self.threads).map(|_| scope.spawn(work)).collect();
            work();
            for other in others {
                // A worker that broke down has told the outlet.
                let _ = other.join();
            }
        });
        outlet.end().and(inlet.end())
    }
}
