//! Lists of patterns, one of which has to match: `starts_with(data.phone, ["+91", "+92"])`.
//!
//! All patterns of a list are tried together, so that a long list costs about as much as one pattern.

use super::cidr::Networks;
use super::{Glob, Pattern};
use crate::event::{Json, Number, Value};
use aho_corasick::AhoCorasick;
use regex::{RegexSet, RegexSetBuilder};

/// The memory that the compiled form of a list may take.
const LIST_BYTES: usize = 16 << 20;

/// The patterns of a list.
#[derive(Clone, Debug)]
pub enum PatternList {
    /// For `matches`: the patterns, and all of them in one automaton.
    Regexes(Box<[Pattern]>, RegexSet),
    /// For `glob`: the same.
    Globs(Box<[Glob]>, RegexSet),
    /// For `cidr`.
    Networks(Networks),
    /// For `starts_with`.
    Prefixes(Texts),
    /// For `ends_with`.
    Suffixes(Texts),
    /// For `contains`.
    Parts(Parts),
}

impl PatternList {
    /// The list of regular expressions; `None` if it takes too much memory.
    pub(super) fn regexes(patterns: Vec<Pattern>) -> Option<PatternList> {
        let set = set(patterns.iter().map(Pattern::source))?;
        Some(PatternList::Regexes(patterns.into(), set))
    }

    /// The list of globs; `None` if it takes too much memory.
    pub(super) fn globs(globs: Vec<Glob>) -> Option<PatternList> {
        let set = set(globs.iter().map(Glob::as_regex))?;
        Some(PatternList::Globs(globs.into(), set))
    }

    /// True if one of the patterns matches. (Only `contains` accepts lists.)
    pub(super) fn is_match(&self, value: Value<'_>) -> Option<bool> {
        if let PatternList::Parts(parts) = self {
            return parts.are_in(value);
        }
        let text = value.as_str()?;
        Some(match self {
            PatternList::Regexes(_, set) | PatternList::Globs(_, set) => set.is_match(text),
            PatternList::Networks(networks) => text.parse().is_ok_and(|address| networks.contains(address)),
            PatternList::Prefixes(texts) => texts.any(text, |length| text.get(..length)),
            PatternList::Suffixes(texts) => texts.any(text, |length| text.get(text.len() - length..)),
            PatternList::Parts(_) => false,
        })
    }
}

impl PartialEq for PatternList {
    fn eq(&self, other: &PatternList) -> bool {
        match (self, other) {
            (PatternList::Regexes(a, _), PatternList::Regexes(b, _)) => a == b,
            (PatternList::Globs(a, _), PatternList::Globs(b, _)) => a == b,
            (PatternList::Networks(a), PatternList::Networks(b)) => a == b,
            (PatternList::Prefixes(a), PatternList::Prefixes(b))
            | (PatternList::Suffixes(a), PatternList::Suffixes(b)) => a == b,
            (PatternList::Parts(a), PatternList::Parts(b)) => a.scalars == b.scalars,
            _ => false,
        }
    }
}

fn set<S: AsRef<str>>(patterns: impl Iterator<Item = S>) -> Option<RegexSet> {
    RegexSetBuilder::new(patterns).size_limit(LIST_BYTES).build().ok()
}

/// Texts that another text may begin or end with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts {
    /// Sorted, each once.
    texts: Box<[Box<str>]>,
    /// The lengths that occur, ascending.
    lengths: Box<[usize]>,
}

impl Texts {
    pub(super) fn new<'t>(texts: impl Iterator<Item = &'t str>) -> Texts {
        let mut texts: Vec<Box<str>> = texts.map(Box::from).collect();
        texts.sort_unstable();
        texts.dedup();
        let mut lengths: Vec<usize> = texts.iter().map(|text| text.len()).collect();
        lengths.sort_unstable();
        lengths.dedup();
        Texts { texts: texts.into(), lengths: lengths.into() }
    }

    /// The texts.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(|text| &**text)
    }

    fn has(&self, text: &str) -> bool {
        self.texts.binary_search_by(|known| (**known).cmp(text)).is_ok()
    }

    /// True if the part of a text with one of the lengths is among the texts.
    fn any<'t>(&self, text: &str, part: impl Fn(usize) -> Option<&'t str>) -> bool {
        let mut lengths = self.lengths.iter().take_while(|length| **length <= text.len());
        lengths.any(|length| part(*length).is_some_and(|part| self.has(part)))
    }
}

/// Scalars that a text or a list may contain.
#[derive(Clone, Debug)]
pub struct Parts {
    scalars: Box<[Json]>,
    texts: Texts,
    others: Box<[PatternPart]>,
    automaton: AhoCorasick,
}

/// A scalar other than a text.
#[derive(Clone, Debug, PartialEq)]
enum PatternPart {
    Bool(bool),
    Number(Number),
}

impl Parts {
    /// `None` if the texts take too much memory.
    pub(super) fn new(scalars: &[Json]) -> Option<Parts> {
        let texts = || scalars.iter().filter_map(Json::as_str);
        let other = |json: &Json| match json {
            Json::Bool(b) => Some(PatternPart::Bool(*b)),
            Json::Number(n) => Number::from_json(n).map(PatternPart::Number),
            _ => None,
        };
        Some(Parts {
            scalars: scalars.into(),
            texts: Texts::new(texts()),
            others: scalars.iter().filter_map(other).collect(),
            automaton: AhoCorasick::new(texts()).ok()?,
        })
    }

    /// The scalars.
    pub(crate) fn scalars(&self) -> &[Json] {
        &self.scalars
    }

    /// `None` if a value is neither a text nor a list.
    fn are_in(&self, value: Value<'_>) -> Option<bool> {
        match value {
            Value::String(text) => Some(self.automaton.is_match(text)),
            Value::Array(items) => Some(items.iter().any(|item| match item {
                Value::String(text) => self.texts.has(text),
                Value::Bool(b) => self.others.contains(&PatternPart::Bool(*b)),
                Value::Number(n) => self.others.contains(&PatternPart::Number(*n)),
                _ => false,
            })),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts() -> impl Strategy<Value = Vec<String>> {
        proptest::collection::vec("[ab?*\\\\\u{e9}\n]{0,3}", 1..5)
    }

    proptest! {
        #[test]
        fn a_list_matches_if_one_pattern_does(patterns in texts(), text in "[ab\u{e9}\n]{0,5}") {
            let value = Value::String(&text);
            let any = |matches: &dyn Fn(&str) -> bool| Some(patterns.iter().any(|pattern| matches(pattern)));
            let each = || patterns.iter().map(String::as_str);
            prop_assert_eq!(PatternList::Prefixes(Texts::new(each())).is_match(value), any(&|p| text.starts_with(p)));
            prop_assert_eq!(PatternList::Suffixes(Texts::new(each())).is_match(value), any(&|p| text.ends_with(p)));
            let scalars: Vec<Json> = patterns.iter().map(|p| Json::from(p.as_str())).collect();
            let parts = PatternList::Parts(Parts::new(&scalars).unwrap());
            prop_assert_eq!(parts.is_match(value), any(&|p| text.contains(p)));
            prop_assert_eq!(parts.is_match(Value::Array(&[value])), any(&|p| text == p));
            let globs: Vec<Glob> = patterns.iter().filter_map(|p| Glob::new(p).ok()).collect();
            let wanted = globs.iter().any(|glob| glob.is_match(&text));
            prop_assert_eq!(PatternList::globs(globs).unwrap().is_match(value), Some(wanted));
        }
    }

    #[test]
    fn lists_of_regular_expressions() {
        let list = |sources: &[&str]| PatternList::regexes(sources.iter().map(|s| Pattern::new(s).unwrap()).collect());
        let both = list(&["^a", "b{2}$"]).unwrap();
        let matches = |text| both.is_match(Value::String(text));
        assert_eq!(
            [matches("ax"), matches("xbb"), matches("xb"), both.is_match(Value::int(1))],
            [Some(true), Some(true), Some(false), None]
        );
        assert!(list(&vec![r"\w{10}"; 400]).is_none());
    }

    #[test]
    fn scalars_in_lists() {
        let parts = Parts::new(&[Json::from("a"), Json::from(2), Json::from(true)]).unwrap();
        let has = |value| parts.are_in(Value::Array(&[Value::Null, value]));
        let values = [Value::float(2.0), Value::Bool(true), Value::Bool(false), Value::String("ab"), Value::Null];
        assert_eq!(values.map(has), [true, true, false, false, false].map(Some));
        assert_eq!(parts.are_in(Value::int(2)), None);
    }
}
