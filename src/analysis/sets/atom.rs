//! Single tests of a text.

use super::networks;
use crate::expr::{Cidr, Glob, Pattern};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A test of a text, with the meaning that the engine gives it.
#[derive(Clone, Debug, PartialEq)]
pub enum TextAtom {
    /// One of these texts.
    OneOf(BTreeSet<Arc<str>>),
    /// It begins with this.
    Prefix(Arc<str>),
    /// It ends with this.
    Suffix(Arc<str>),
    /// It contains this.
    Has(Arc<str>),
    /// The glob matches it.
    Glob(Glob),
    /// The regular expression matches in it.
    Regex(Pattern),
    /// It is an address in the network.
    Cidr(Cidr),
    /// It has at least this many code points, and at most this many.
    Length(u32, Option<u32>),
}

/// The largest number of code points that an automaton counts.
const MAX_COUNTED: u32 = 256;

/// The most bytes of texts that one automaton lists.
const MAX_LISTED: usize = 16 << 10;

impl TextAtom {
    /// True if the text passes the test.
    pub fn matches(&self, text: &str) -> bool {
        match self {
            TextAtom::OneOf(texts) => texts.contains(text),
            TextAtom::Prefix(prefix) => text.starts_with(&**prefix),
            TextAtom::Suffix(suffix) => text.ends_with(&**suffix),
            TextAtom::Has(part) => text.contains(&**part),
            TextAtom::Glob(glob) => glob.is_match(text),
            TextAtom::Regex(pattern) => pattern.is_match(text),
            TextAtom::Cidr(cidr) => cidr.is_match(text),
            TextAtom::Length(least, most) => {
                let length = text.chars().count();
                length >= *least as usize && most.is_none_or(|most| length <= most as usize)
            }
        }
    }

    /// A regular expression that matches in the same texts. `None` if it would be too large.
    pub(super) fn as_regex(&self) -> Option<String> {
        let escaped = regex_syntax::escape;
        match self {
            TextAtom::OneOf(texts) => {
                let size: usize = texts.iter().map(|text| text.len()).sum();
                let all: Vec<String> = texts.iter().map(|text| escaped(text)).collect();
                (size <= MAX_LISTED).then(|| format!(r"\A(?:{})\z", all.join("|")))
            }
            TextAtom::Prefix(prefix) => Some(format!(r"\A{}", escaped(prefix))),
            TextAtom::Suffix(suffix) => Some(format!(r"{}\z", escaped(suffix))),
            TextAtom::Has(part) => Some(escaped(part)),
            TextAtom::Glob(glob) => Some(glob.as_regex()),
            TextAtom::Regex(pattern) => Some(pattern.source().to_owned()),
            TextAtom::Cidr(cidr) => Some(networks::as_regex(cidr)),
            TextAtom::Length(least, None) => (*least <= MAX_COUNTED).then(|| format!(r"(?s)\A.{{{least}}}")),
            TextAtom::Length(least, Some(most)) if least <= most => {
                (*most <= MAX_COUNTED).then(|| format!(r"(?s)\A.{{{least},{most}}}\z"))
            }
            // Matches nothing.
            TextAtom::Length(..) => Some(String::from(r"[^\s\S]")),
        }
    }

    /// Texts that may pass the test, to be tried before automata.
    pub(super) fn candidates(&self) -> Vec<String> {
        match self {
            TextAtom::OneOf(texts) => texts.iter().take(8).map(ToString::to_string).collect(),
            TextAtom::Prefix(text) | TextAtom::Suffix(text) | TextAtom::Has(text) => vec![text.to_string()],
            TextAtom::Glob(glob) => vec![glob.fragments().concat(), glob.prefix().to_owned()],
            TextAtom::Regex(pattern) => vec![pattern.source().trim_matches(['^', '$']).to_owned()],
            TextAtom::Cidr(cidr) => vec![cidr.base().to_string()],
            TextAtom::Length(least, _) => vec!["a".repeat(*least.min(&MAX_COUNTED) as usize)],
        }
    }
}
