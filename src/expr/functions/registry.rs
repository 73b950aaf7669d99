//! The registry of functions.

use super::{Function, collection, encoding, event, list, logic, math, number, pattern, text, time};
use std::collections::HashMap;
use std::sync::OnceLock;

/// The families, by title, in the order of the reference page.
pub fn families() -> &'static [(&'static str, &'static [Function])] {
    const FAMILIES: &[(&str, &[Function])] = &[
        ("Logic", logic::FUNCTIONS),
        ("Patterns", pattern::FUNCTIONS),
        ("Lists", list::FUNCTIONS),
        ("Parts of lists and objects", collection::FUNCTIONS),
        ("Text", text::FUNCTIONS),
        ("Encodings", encoding::FUNCTIONS),
        ("Numbers", number::FUNCTIONS),
        ("Times", time::FUNCTIONS),
        ("The event and reference data", event::FUNCTIONS),
        ("Mathematics", math::FUNCTIONS),
    ];
    FAMILIES
}

/// Every function, by family.
pub fn all() -> impl Iterator<Item = &'static Function> {
    families().iter().flat_map(|(_, functions)| functions.iter())
}

/// The function of a name or alias.
pub fn find(name: &str) -> Option<&'static Function> {
    static BY_NAME: OnceLock<HashMap<&'static str, &'static Function>> = OnceLock::new();
    let by_name = BY_NAME.get_or_init(|| {
        let names = |function: &'static Function| std::iter::once(&function.name).chain(function.aliases);
        all().flat_map(|function| names(function).map(move |name| (*name, function))).collect()
    });
    by_name.get(name).copied()
}
