//! Decides whether a combination of text tests is empty: the tests run side by side as automata, breadth first, so that the
//! first text that is found is a shortest one.
//!
//! The automata are built lazily, state by state, as the search reaches them. (The feature of regex-automata for complete automata
//! would make the crate `regex` build them for the patterns of rules as well.)

use super::Emptiness;
use super::atom::TextAtom;
use regex_automata::hybrid::LazyStateID;
use regex_automata::hybrid::dfa::{Cache, Config, DFA};
use regex_automata::util::start;
use regex_automata::{Anchored, MatchKind};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The most states that one search reaches.
pub const MAX_STATES: usize = 20_000;

/// The memory of one automaton.
const AUTOMATON_BYTES: usize = 4 << 20;

/// Accepts the texts that are UTF-8.
const UTF8: &str = r"(?s)\A.*\z";

/// Searches for texts. Keeps the automata that it has built.
#[derive(Debug)]
pub struct TextAutomata {
    built: HashMap<String, Option<Arc<DFA>>>,
    max_states: usize,
    /// The number of states that all searches have reached.
    pub steps: u64,
}

impl Default for TextAutomata {
    fn default() -> Self {
        TextAutomata { built: HashMap::new(), max_states: MAX_STATES, steps: 0 }
    }
}

/// Where an automaton is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Place {
    /// It accepts every text that begins like this.
    Accepted,
    /// It accepts no text that begins like this.
    Rejected,
    At(LazyStateID),
}

/// An automaton and the states that it has built.
struct AutomatonRunner {
    dfa: Arc<DFA>,
    cache: Cache,
}

/// The search has become too large.
struct AutomatonTooLarge;

impl TextAutomata {
    /// With another limit for the states of a search.
    pub fn with_max_states(max_states: usize) -> TextAutomata {
        TextAutomata { max_states, ..TextAutomata::default() }
    }

    /// A shortest text for which `wanted` holds, given for each test whether the text passes it.
    pub(super) fn search(&mut self, atoms: &[Arc<TextAtom>], wanted: &dyn Fn(&[bool]) -> bool) -> Emptiness<String> {
        let regexes: Option<Vec<String>> = atoms.iter().map(|atom| atom.as_regex()).collect();
        let Some(mut regexes) = regexes else { return Emptiness::Unknown };
        let printable: Vec<u8> = (b'a'..=b'z').chain(b'0'..=b'9').chain(b'A'..=b'Z').chain(b' '..=b'~').collect();
        // A text of printable ASCII is easier to read.
        if let Some(Ok(Some(text))) = self.run(&regexes, &printable, wanted) {
            return Emptiness::Witness(text);
        }
        regexes.push(UTF8.to_owned());
        let every: Vec<u8> = printable.into_iter().chain(0..=255).collect();
        let is_utf8 = |accepted: &[bool]| accepted.split_last().is_some_and(|(utf8, own)| *utf8 && wanted(own));
        match self.run(&regexes, &every, &is_utf8) {
            Some(Ok(Some(text))) => Emptiness::Witness(text),
            Some(Ok(None)) => Emptiness::Empty,
            Some(Err(AutomatonTooLarge)) | None => Emptiness::Unknown,
        }
    }

    /// None if an automaton cannot be built.
    fn run(
        &mut self,
        regexes: &[String],
        bytes: &[u8],
        wanted: &dyn Fn(&[bool]) -> bool,
    ) -> Option<Result<Option<String>, AutomatonTooLarge>> {
        let mut runners = Vec::with_capacity(regexes.len());
        for regex in regexes {
            let dfa = self.automaton(regex)?;
            runners.push(AutomatonRunner { cache: dfa.create_cache(), dfa });
        }
        let mut search = Search { runners, bytes: Vec::new(), max_states: self.max_states, reached: 0 };
        search.bytes = search.representatives(bytes);
        let result = search.breadth_first(wanted);
        self.steps += search.reached as u64;
        Some(result)
    }

    fn automaton(&mut self, regex: &str) -> Option<Arc<DFA>> {
        if let Some(known) = self.built.get(regex) {
            return known.clone();
        }
        // Clearing its cache would invalidate states that the search keeps, so it fails instead.
        let config = Config::new()
            .match_kind(MatchKind::All)
            .cache_capacity(AUTOMATON_BYTES)
            .skip_cache_capacity_check(true)
            .minimum_cache_clear_count(Some(0));
        let built = DFA::builder().configure(config).build(regex).ok().map(Arc::new);
        self.built.insert(regex.to_owned(), built.clone());
        built
    }
}

/// One search.
struct Search {
    runners: Vec<AutomatonRunner>,
    /// A byte of each class of bytes that no automaton distinguishes.
    bytes: Vec<u8>,
    max_states: usize,
    reached: usize,
}

impl Search {
    /// The first byte of each class.
    fn representatives(&self, bytes: &[u8]) -> Vec<u8> {
        let mut seen: HashSet<Vec<u8>> = HashSet::new();
        let class = |byte: u8| self.runners.iter().map(|runner| runner.dfa.byte_classes().get(byte)).collect();
        bytes.iter().copied().filter(|byte| seen.insert(class(*byte))).collect()
    }

    fn breadth_first(&mut self, wanted: &dyn Fn(&[bool]) -> bool) -> Result<Option<String>, AutomatonTooLarge> {
        let start: Option<Vec<Place>> = self.runners.iter_mut().map(AutomatonRunner::start).collect();
        let start = start.ok_or(AutomatonTooLarge)?;
        // The states in the order in which they are reached, each with the one before it and the byte between them.
        let mut states: Vec<(Vec<Place>, usize, u8)> = vec![(start.clone(), 0, 0)];
        let mut known: HashSet<Vec<Place>> = HashSet::from([start]);
        let mut at = 0;
        while let Some((state, ..)) = states.get(at) {
            let state = state.clone();
            self.reached += 1;
            let accepted = self.accepted(&state)?;
            if wanted(&accepted) {
                return Ok(text_to(&states, at));
            }
            for byte in self.bytes.clone() {
                let next = self.next(&state, byte)?;
                if known.insert(next.clone()) {
                    if states.len() >= self.max_states {
                        return Err(AutomatonTooLarge);
                    }
                    states.push((next, at, byte));
                }
            }
            at += 1;
        }
        Ok(None)
    }

    fn next(&mut self, state: &[Place], byte: u8) -> Result<Vec<Place>, AutomatonTooLarge> {
        let places = self.runners.iter_mut().zip(state).map(|(runner, place)| runner.next(*place, byte));
        places.collect::<Option<Vec<Place>>>().ok_or(AutomatonTooLarge)
    }

    /// Which automata accept the text that ends here.
    fn accepted(&mut self, state: &[Place]) -> Result<Vec<bool>, AutomatonTooLarge> {
        let accepted = self.runners.iter_mut().zip(state).map(|(runner, place)| runner.accepts(*place));
        accepted.collect::<Option<Vec<bool>>>().ok_or(AutomatonTooLarge)
    }
}

impl AutomatonRunner {
    fn start(&mut self) -> Option<Place> {
        let config = start::Config::new().anchored(Anchored::No);
        let state = self.dfa.start_state(&mut self.cache, &config).ok()?;
        place(state)
    }

    /// None if its memory is used up.
    fn next(&mut self, at: Place, byte: u8) -> Option<Place> {
        match at {
            Place::At(state) => place(self.dfa.next_state(&mut self.cache, state, byte).ok()?),
            other => Some(other),
        }
    }

    fn accepts(&mut self, at: Place) -> Option<bool> {
        match at {
            Place::Accepted => Some(true),
            Place::Rejected => Some(false),
            Place::At(state) => Some(self.dfa.next_eoi_state(&mut self.cache, state).ok()?.is_match()),
        }
    }
}

/// The place of a state. Once a match has been found, the text is accepted, however it continues.
fn place(state: LazyStateID) -> Option<Place> {
    if state.is_quit() || state.is_unknown() {
        return None;
    }
    Some(match state {
        state if state.is_match() => Place::Accepted,
        state if state.is_dead() => Place::Rejected,
        state => Place::At(state),
    })
}

/// The text that leads to a state.
fn text_to(states: &[(Vec<Place>, usize, u8)], mut at: usize) -> Option<String> {
    let mut bytes = Vec::new();
    while let Some((_, before, byte)) = states.get(at).filter(|_| at > 0) {
        bytes.push(*byte);
        at = *before;
    }
    bytes.reverse();
    String::from_utf8(bytes).ok()
}
