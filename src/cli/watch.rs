//! `route --watch`: what the reloader tells, told to people or as JSON.

use super::log::LogFormat;
use super::output;
use super::tally::Board;
use dadar::diagnostic::printable;
use dadar::diagnostic::render::{Format, render};
use dadar::reload::{News, Refusal, Reloader};
use std::sync::Arc;

/// Tells what happens to the rules on stderr.
pub(crate) struct Teller {
    pub(crate) board: Arc<Board>,
    pub(crate) format: LogFormat,
    pub(crate) colour: bool,
}

impl Teller {
    /// For the reloader's thread.
    pub(crate) fn tell(&self, news: &News) {
        match news {
            News::Replaced { generation, took } => {
                self.board.introduce(&generation.router);
                tracing::info!(
                    generation = generation.number,
                    ruleset = %generation.router.version(),
                    took_ms = took.as_millis() as u64,
                    "rules reloaded"
                );
            }
            News::Same => tracing::info!("{news}"),
            News::Polling(_) => tracing::warn!("{news}"),
            News::Refused(refusal) => self.tell_refusal(refusal),
        }
    }

    fn tell_refusal(&self, refusal: &Refusal) {
        match self.format {
            LogFormat::Human => {
                // Who cannot be told cannot be told that either.
                let _ = output::complain(&self.details(refusal));
            }
            LogFormat::Json => {
                for one in &refusal.diagnostics {
                    let place = one.primary.as_ref().map(|label| refusal.sources.place(label.span));
                    tracing::error!(code = one.code.as_str(), place, help = one.help, "{}", one.message);
                }
            }
        }
        tracing::error!("the rules on disk are wrong, the last good ones stay in force: {refusal}");
    }

    /// Everything that is wrong.
    pub(crate) fn details(&self, refusal: &Refusal) -> String {
        let mut text = render(&refusal.diagnostics, &refusal.sources, Format::Human, self.colour);
        let outcomes = refusal.tests.iter().flat_map(|report| report.outcomes());
        for outcome in outcomes.filter(|outcome| !outcome.passed()) {
            text += &format!("test `{}` failed ({})\n", printable(&outcome.name), printable(&outcome.place));
            for failure in &outcome.failures {
                let event = failure.event.iter().map(|event| format!("{event}: ")).collect::<String>();
                let line = format!("{event}{}: expected {}, found {}", failure.field, failure.expected, failure.found);
                text += &format!("  {}\n", printable(&line));
            }
        }
        text
    }
}

/// Reloads on SIGHUP.
#[cfg(unix)]
pub(crate) fn reload_on_hangup(reloader: &Reloader) -> std::io::Result<()> {
    let trigger = reloader.trigger();
    let mut signals = signal_hook::iterator::Signals::new([signal_hook::consts::SIGHUP])?;
    let listen = move || signals.forever().for_each(|_| trigger.pull());
    std::thread::Builder::new().name(String::from("dadar-hangup")).spawn(listen).map(drop)
}

/// There is no such signal.
#[cfg(not(unix))]
pub(crate) fn reload_on_hangup(_: &Reloader) -> std::io::Result<()> {
    Ok(())
}
