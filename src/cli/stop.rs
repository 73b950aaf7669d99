//! Signals that end the program: the first lets it finish what it has read, the second ends it at once.

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::fs::File;
use std::io;
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Whether it is time to end. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Stop {
    asked: Arc<AtomicBool>,
    /// Readable from the first signal on; never read, so that it stays so.
    #[cfg(unix)]
    bell: Arc<UnixStream>,
    /// Its other end, which has to stay open.
    #[cfg(unix)]
    hammer: Arc<UnixStream>,
}

/// Why waiting is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Woken {
    /// There is input, or its end.
    Input,
    /// It is time to end.
    Stop,
    /// So much time has passed.
    Time,
}

impl Stop {
    /// From now on, signals are heard.
    pub(crate) fn install() -> io::Result<Stop> {
        let stop = Self::new()?;
        for signal in [SIGINT, SIGTERM] {
            // In this order: the first signal finds the flag down, and raises it.
            flag::register_conditional_shutdown(signal, 128 + signal, stop.asked.clone())?;
            flag::register(signal, stop.asked.clone())?;
            #[cfg(unix)]
            signal_hook::low_level::pipe::register(signal, stop.hammer.try_clone()?)?;
        }
        Ok(stop)
    }

    /// Hears no signals.
    pub(crate) fn new() -> io::Result<Stop> {
        #[cfg(unix)]
        let (bell, hammer) = UnixStream::pair()?;
        Ok(Stop {
            asked: Arc::default(),
            #[cfg(unix)]
            bell: Arc::new(bell),
            #[cfg(unix)]
            hammer: Arc::new(hammer),
        })
    }

    /// True from the first signal on.
    pub(crate) fn is_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    /// Waits for input, a signal, or the end of the time, if there is one.
    #[cfg(unix)]
    pub(crate) fn wait(&self, input: Option<&File>, time: Option<Duration>) -> io::Result<Woken> {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let time = time.and_then(|time| Timespec::try_from(time).ok());
        let mut ends = vec![PollFd::new(&*self.bell, PollFlags::IN)];
        ends.extend(input.map(|input| PollFd::new(input, PollFlags::IN)));
        loop {
            if self.is_asked() {
                return Ok(Woken::Stop);
            }
            match poll(&mut ends, time.as_ref()) {
                Ok(0) => return Ok(Woken::Time),
                // A signal is seen above.
                Ok(_) if ends.first().is_some_and(|bell| !bell.revents().is_empty()) => {}
                Ok(_) => return Ok(Woken::Input),
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Where there is no waiting for two things at once, a signal is seen when the next input comes.
    #[cfg(not(unix))]
    pub(crate) fn wait(&self, input: Option<&File>, time: Option<Duration>) -> io::Result<Woken> {
        if input.is_none() {
            std::thread::sleep(time.unwrap_or_default());
        }
        Ok(match () {
            () if self.is_asked() => Woken::Stop,
            () if input.is_some() => Woken::Input,
            () => Woken::Time,
        })
    }
}
