//! Sets of texts: combinations of tests.

use super::Emptiness;
use super::atom::TextAtom;
use super::automata::TextAutomata;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A set of texts. Combinations that are simple to decide are simplified at once: finite sets are filtered by other tests.
#[derive(Clone, Debug, PartialEq)]
pub enum TextSet {
    /// No text.
    None,
    /// Every text.
    Every,
    /// The texts that pass a test.
    Atom(Arc<TextAtom>),
    /// The texts that are not in a set.
    Not(Box<TextSet>),
    /// The texts that are in each of these sets.
    And(Vec<TextSet>),
    /// The texts that are in one of these sets.
    Or(Vec<TextSet>),
}

impl TextSet {
    /// The texts that pass a test.
    pub fn atom(atom: TextAtom) -> TextSet {
        match &atom {
            TextAtom::OneOf(texts) if texts.is_empty() => TextSet::None,
            TextAtom::Prefix(text) | TextAtom::Suffix(text) | TextAtom::Has(text) if text.is_empty() => TextSet::Every,
            TextAtom::Length(0, None) => TextSet::Every,
            TextAtom::Length(least, Some(most)) if least > most => TextSet::None,
            _ => TextSet::Atom(Arc::new(atom)),
        }
    }

    /// One text.
    pub fn only(text: &str) -> TextSet {
        TextSet::one_of([text])
    }

    /// A finite set.
    pub fn one_of<'t>(texts: impl IntoIterator<Item = &'t str>) -> TextSet {
        TextSet::atom(TextAtom::OneOf(texts.into_iter().map(Arc::from).collect()))
    }

    /// The texts, if the set is known to be finite.
    pub fn finite(&self) -> Option<BTreeSet<Arc<str>>> {
        match self {
            TextSet::None => Some(BTreeSet::new()),
            TextSet::Atom(atom) => match &**atom {
                TextAtom::OneOf(texts) => Some(texts.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    /// True if the text is in it. (Recurses no deeper than the operations that made it.)
    pub fn contains(&self, text: &str) -> bool {
        match self {
            TextSet::None => false,
            TextSet::Every => true,
            TextSet::Atom(atom) => atom.matches(text),
            TextSet::Not(set) => !set.contains(text),
            TextSet::And(sets) => sets.iter().all(|set| set.contains(text)),
            TextSet::Or(sets) => sets.iter().any(|set| set.contains(text)),
        }
    }

    /// The texts that are not in it.
    #[must_use]
    pub fn complement(&self) -> TextSet {
        match self {
            TextSet::None => TextSet::Every,
            TextSet::Every => TextSet::None,
            TextSet::Not(set) => (**set).clone(),
            other => TextSet::Not(Box::new(other.clone())),
        }
    }

    /// The texts that are in both.
    #[must_use]
    pub fn intersection(&self, other: &TextSet) -> TextSet {
        match (self, other) {
            (TextSet::None, _) | (_, TextSet::None) => TextSet::None,
            (TextSet::Every, set) | (set, TextSet::Every) => set.clone(),
            (a, b) if a == b => a.clone(),
            (a, b) => match (a.finite(), b.finite()) {
                (Some(texts), _) => filtered(texts, b),
                (_, Some(texts)) => filtered(texts, a),
                _ => TextSet::And(joined(a, b, |set| if let TextSet::And(sets) = set { Some(sets) } else { None })),
            },
        }
    }

    /// The texts that are in at least one of them.
    #[must_use]
    pub fn union(&self, other: &TextSet) -> TextSet {
        match (self, other) {
            (TextSet::Every, _) | (_, TextSet::Every) => TextSet::Every,
            (TextSet::None, set) | (set, TextSet::None) => set.clone(),
            (a, b) if a == b => a.clone(),
            (a, b) => match (a.finite(), b.finite()) {
                (Some(a), Some(b)) => TextSet::atom(TextAtom::OneOf(a.union(&b).cloned().collect())),
                _ => TextSet::Or(joined(a, b, |set| if let TextSet::Or(sets) = set { Some(sets) } else { None })),
            },
        }
    }

    /// A text in it, if there is one: a short one, of printable ASCII if possible.
    pub fn emptiness(&self, automata: &mut TextAutomata) -> Emptiness<String> {
        match self {
            TextSet::None => return Emptiness::Empty,
            TextSet::Every => return Emptiness::Witness(String::new()),
            _ => {}
        }
        let mut atoms = Vec::new();
        self.collect(&mut atoms);
        if let Some(text) = self.simple_witness(&atoms) {
            return Emptiness::Witness(text);
        }
        match automata.search(&atoms, &|accepted| self.holds(&atoms, accepted)) {
            // The engine's own functions have the last word.
            Emptiness::Witness(text) if !self.contains(&text) => Emptiness::Unknown,
            answer => answer,
        }
    }

    /// Tries the texts that the tests themselves suggest, the shortest first.
    fn simple_witness(&self, atoms: &[Arc<TextAtom>]) -> Option<String> {
        let mut tried: Vec<String> = atoms.iter().flat_map(|atom| atom.candidates()).collect();
        let prefix = atoms.iter().find(|atom| matches!(***atom, TextAtom::Prefix(_)));
        let suffix = atoms.iter().find(|atom| matches!(***atom, TextAtom::Suffix(_)));
        if let (Some(prefix), Some(suffix)) = (prefix, suffix) {
            tried.push([prefix.candidates(), suffix.candidates()].concat().concat());
        }
        tried.extend(["", "a", "x", "0"].map(str::to_owned));
        tried.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
        tried.into_iter().find(|text| self.contains(text))
    }

    /// The distinct tests in it.
    fn collect(&self, atoms: &mut Vec<Arc<TextAtom>>) {
        match self {
            TextSet::None | TextSet::Every => {}
            TextSet::Atom(atom) => {
                if !atoms.contains(atom) {
                    atoms.push(atom.clone());
                }
            }
            TextSet::Not(set) => set.collect(atoms),
            TextSet::And(sets) | TextSet::Or(sets) => sets.iter().for_each(|set| set.collect(atoms)),
        }
    }

    /// True if a text is in it that passes these of the tests.
    fn holds(&self, atoms: &[Arc<TextAtom>], accepted: &[bool]) -> bool {
        match self {
            TextSet::None => false,
            TextSet::Every => true,
            TextSet::Atom(atom) => {
                let at = atoms.iter().position(|known| known == atom);
                at.and_then(|at| accepted.get(at)).copied().unwrap_or(false)
            }
            TextSet::Not(set) => !set.holds(atoms, accepted),
            TextSet::And(sets) => sets.iter().all(|set| set.holds(atoms, accepted)),
            TextSet::Or(sets) => sets.iter().any(|set| set.holds(atoms, accepted)),
        }
    }
}

/// The texts that are in a set.
fn filtered(texts: BTreeSet<Arc<str>>, set: &TextSet) -> TextSet {
    TextSet::atom(TextAtom::OneOf(texts.into_iter().filter(|text| set.contains(text)).collect()))
}

/// The parts of two sets that may be joined in the same way already.
fn joined(a: &TextSet, b: &TextSet, parts: impl Fn(&TextSet) -> Option<&Vec<TextSet>>) -> Vec<TextSet> {
    let mut all: Vec<TextSet> = Vec::new();
    for set in [a, b] {
        let own = parts(set).map_or(std::slice::from_ref(set), Vec::as_slice);
        for part in own {
            if !all.contains(part) {
                all.push(part.clone());
            }
        }
    }
    all
}
