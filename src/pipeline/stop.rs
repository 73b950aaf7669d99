//! The request to stop: readers notice it even while they wait for input.

use std::fs::File;
use std::io;
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Whether a stop has been requested. Clones share the request.
#[derive(Clone, Debug)]
pub struct StopSignal {
    requested: Arc<AtomicBool>,
    /// Readable once a stop has been requested; never read, so that it stays readable.
    #[cfg(unix)]
    wake: Arc<UnixStream>,
    /// Its other end, which has to stay open.
    #[cfg(unix)]
    waker: Arc<UnixStream>,
}

/// Why waiting ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Woken {
    /// There is input, or its end.
    Input,
    /// A stop was requested.
    Stop,
    /// The time is over.
    Time,
}

impl StopSignal {
    /// A stop that has not been requested.
    pub fn new() -> io::Result<StopSignal> {
        #[cfg(unix)]
        let (wake, waker) = UnixStream::pair()?;
        Ok(StopSignal {
            requested: Arc::default(),
            #[cfg(unix)]
            wake: Arc::new(wake),
            #[cfg(unix)]
            waker: Arc::new(waker),
        })
    }

    /// Requests it.
    pub fn request(&self) {
        self.requested.store(true, Ordering::Relaxed);
        // The pipe is never read, so after the first byte nothing more is needed.
        #[cfg(unix)]
        let _ = io::Write::write(&mut &*self.waker, &[1]);
    }

    /// The flag that is set once it has been requested: for signal handlers.
    pub fn flag(&self) -> &Arc<AtomicBool> {
        &self.requested
    }

    /// A pipe to write to, after the flag has been set, to wake those who wait: for signal handlers.
    #[cfg(unix)]
    pub fn waker(&self) -> io::Result<UnixStream> {
        self.waker.try_clone()
    }

    /// True once a stop has been requested.
    pub fn is_requested(&self) -> bool {
        self.requested.load(Ordering::Relaxed)
    }

    /// Waits for input, for a stop, or until `time` is over.
    #[cfg(unix)]
    pub fn wait(&self, input: Option<&File>, time: Option<Duration>) -> io::Result<Woken> {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let time = time.and_then(|time| Timespec::try_from(time).ok());
        let mut ends = vec![PollFd::new(&*self.wake, PollFlags::IN)];
        ends.extend(input.map(|input| PollFd::new(input, PollFlags::IN)));
        loop {
            if self.is_requested() {
                return Ok(Woken::Stop);
            }
            match poll(&mut ends, time.as_ref()) {
                Ok(0) => return Ok(Woken::Time),
                // The request is seen above.
                Ok(_) if ends.first().is_some_and(|wake| !wake.revents().is_empty()) => {}
                Ok(_) => return Ok(Woken::Input),
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// On systems where a thread cannot wait for both, a stop is noticed when the next input comes.
    #[cfg(not(unix))]
    pub fn wait(&self, input: Option<&File>, time: Option<Duration>) -> io::Result<Woken> {
        if input.is_none() {
            std::thread::sleep(time.unwrap_or_default());
        }
        Ok(match () {
            () if self.is_requested() => Woken::Stop,
            () if input.is_some() => Woken::Input,
            () => Woken::Time,
        })
    }
}
