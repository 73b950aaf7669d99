//! The rule set in force, replaced as a whole. Readers never lock and never wait.

use crate::decision::Decision;
use crate::event::Json;
use crate::route::{Router, Session, Summary, Written};
use arc_swap::ArcSwap;
use jiff::Timestamp;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// A rule set that is or was in force.
#[derive(Debug)]
#[non_exhaustive]
pub struct Generation {
    /// 1 for the first, and one more for each that follows.
    pub number: u64,
    /// The compiled rule set.
    pub router: Router,
    /// Since when it has been in force.
    pub since: Timestamp,
}

/// The rule set in force. Cheap to clone; clones share it.
#[derive(Clone, Debug)]
pub struct Live {
    shared: Arc<LiveState>,
}

#[derive(Debug)]
struct LiveState {
    current: ArcSwap<Generation>,
    /// The number of `current`, written after it: a reader that sees the number finds a generation at least as new.
    number: AtomicU64,
    /// Generations that were replaced but may still be in use. Freeing a large graph takes a while and must not happen on a
    /// thread that routes, so the last reference is always held here.
    replaced: Mutex<Vec<Arc<Generation>>>,
}

/// A session that always uses the newest generation. Each event is decided by one generation from beginning to end.
#[derive(Debug)]
pub struct LiveSession {
    live: Live,
    generation: Arc<Generation>,
    session: Session,
}

impl Live {
    /// Puts a first generation in force.
    pub fn new(router: Router) -> Live {
        let first = Arc::new(Generation { number: 1, router, since: Timestamp::now() });
        let current = ArcSwap::new(first);
        Live { shared: Arc::new(LiveState { current, number: AtomicU64::new(1), replaced: Mutex::default() }) }
    }

    /// The generation in force.
    pub fn generation(&self) -> Arc<Generation> {
        self.shared.current.load_full()
    }

    /// The generation in force, if it differs from this one.
    #[inline]
    pub fn newer_than(&self, generation: &Generation) -> Option<Arc<Generation>> {
        let is_current = self.shared.number.load(Ordering::Acquire) == generation.number;
        if is_current { None } else { Some(self.generation()) }
    }

    /// Puts a rule set in force, for every session from its next event on.
    pub fn replace(&self, router: Router) -> Arc<Generation> {
        let mut replaced = self.shared.replaced.lock().unwrap_or_else(PoisonError::into_inner);
        let number = self.shared.number.load(Ordering::Acquire) + 1;
        let next = Arc::new(Generation { number, router, since: Timestamp::now() });
        replaced.push(self.shared.current.swap(next.clone()));
        self.shared.number.store(number, Ordering::Release);
        drop(replaced);
        self.sweep();
        next
    }

    /// Frees generations that were replaced and are no longer in use. Returns how many are left.
    pub fn sweep(&self) -> usize {
        let mut replaced = self.shared.replaced.lock().unwrap_or_else(PoisonError::into_inner);
        let in_use =
            |generation: &mut Arc<Generation>| Arc::strong_count(generation) > 1 || generation.router.is_shared();
        let idle: Vec<_> = replaced.extract_if(.., |generation| !in_use(generation)).collect();
        let left = replaced.len();
        drop(replaced);
        drop(idle);
        left
    }

    /// A session for one thread.
    pub fn session(&self) -> LiveSession {
        let generation = self.generation();
        LiveSession { live: self.clone(), session: generation.router.session(), generation }
    }
}

impl LiveSession {
    /// Switches to the newest generation; true if it differs from the one before. Every method that routes does this first.
    #[inline]
    pub fn renew(&mut self) -> bool {
        let Some(newer) = self.live.newer_than(&self.generation) else { return false };
        self.session = newer.router.session();
        self.generation = newer;
        true
    }

    /// The generation that decides, until the next [`renew`](LiveSession::renew).
    pub fn generation(&self) -> &Arc<Generation> {
        &self.generation
    }

    /// The session of that generation: it keeps deciding by this generation, even if there is a newer one.
    pub fn session(&mut self) -> &mut Session {
        &mut self.session
    }

    /// [`Session::route`] by the newest generation.
    pub fn route(&mut self, line: &[u8], number: u64) -> Decision {
        self.renew();
        self.session.route(line, number)
    }

    /// [`Session::route_each`] by the newest generation: all events of the line by the same one.
    pub fn route_each(&mut self, line: &[u8], number: u64, each: impl FnMut(Decision)) {
        self.renew();
        self.session.route_each(line, number, each);
    }

    /// [`Session::route_each_to`] by the newest generation.
    pub fn route_each_to(
        &mut self,
        line: &[u8],
        number: u64,
        out: &mut Vec<u8>,
        written: impl FnMut(&mut Vec<u8>, Written<'_>),
    ) {
        self.renew();
        self.session.route_each_to(line, number, out, written);
    }

    /// [`Session::route_at`] by the newest generation.
    pub fn route_at(&mut self, line: &[u8], number: u64, now: Timestamp) -> Decision {
        self.renew();
        self.session.route_at(line, number, now)
    }

    /// [`Session::route_value`] by the newest generation.
    pub fn route_value(&mut self, event: &Json) -> Decision {
        self.renew();
        self.session.route_value(event)
    }

    /// [`Session::route_to_at`] by the newest generation.
    pub fn route_to_at(&mut self, line: &[u8], number: u64, now: Timestamp, out: &mut Vec<u8>) -> Summary<'_> {
        self.renew();
        self.session.route_to_at(line, number, now, out)
    }

    /// [`Session::route_to`] by the newest generation.
    pub fn route_to(&mut self, line: &[u8], number: u64, out: &mut Vec<u8>) -> Summary<'_> {
        self.renew();
        self.session.route_to(line, number, out)
    }
}

#[cfg(test)]
mod tests {
    use super::Live;
    use crate::route::Router;
    use crate::rules::load_strings;

    fn router(subscriber: &str) -> Router {
        let text = format!("topics:\n  a: [{subscriber}]\n");
        Router::new(&load_strings("r", [("r.yaml", text.as_str())]).rule_set.unwrap())
    }

    #[test]
    fn sessions_follow_and_old_generations_are_freed() {
        let live = Live::new(router("one"));
        let mut session = live.session();
        let subscribers = |decision: crate::decision::Decision| decision.subscribers.concat();
        assert_eq!(subscribers(session.route(br#"{"type":"a"}"#, 1)), "one");
        let second = live.replace(router("two"));
        assert_eq!((second.number, live.sweep()), (2, 1), "the session still has the first");
        assert_eq!(subscribers(session.route(br#"{"type":"a"}"#, 1)), "two");
        assert_eq!(session.generation().number, 2);
        assert_eq!(live.sweep(), 0);
    }
}
