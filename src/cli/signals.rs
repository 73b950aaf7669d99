//! Signals: the first SIGINT or SIGTERM requests a stop, the second ends the program at once; SIGHUP reloads the rules.

use dadar::reload::Reloader;
use dadar::unstable::pipeline::stop::StopSignal;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Until it is dropped, a signal ends the program at once: nothing has been read that would have to be finished.
pub(super) struct Starting(Arc<AtomicBool>);

impl Drop for Starting {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// Handles signals from now on.
pub(super) fn install() -> io::Result<(StopSignal, Starting)> {
    let stop = StopSignal::new()?;
    let starting = Arc::new(AtomicBool::new(true));
    for signal in [SIGINT, SIGTERM] {
        flag::register_conditional_shutdown(signal, 0, starting.clone())?;
        // Before the flag is set: the first signal finds it unset.
        flag::register_conditional_shutdown(signal, 128 + signal, stop.flag().clone())?;
        flag::register(signal, stop.flag().clone())?;
        #[cfg(unix)]
        signal_hook::low_level::pipe::register(signal, stop.waker()?)?;
    }
    Ok((stop, Starting(starting)))
}

/// Reloads on SIGHUP.
#[cfg(unix)]
pub(super) fn reload_on_hangup(reloader: &Reloader) -> io::Result<()> {
    let trigger = reloader.trigger();
    let mut signals = signal_hook::iterator::Signals::new([signal_hook::consts::SIGHUP])?;
    let listen = move || signals.forever().for_each(|_| trigger.request());
    std::thread::Builder::new().name(String::from("dadar-hangup")).spawn(listen).map(drop)
}

/// There is no such signal.
#[cfg(not(unix))]
pub(super) fn reload_on_hangup(_: &Reloader) -> io::Result<()> {
    Ok(())
}
