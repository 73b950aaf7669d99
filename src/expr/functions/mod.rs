//! The registry of functions, a file a family. Each entry carries its usage, types, examples and evaluation together, and
//! the reference page is made from it.

use super::{Aux, Env, LookupInfo};
use crate::diagnostic::Code;
use crate::event::{Json, Type, Value};
use bumpalo::Bump;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::HashMap;

/// A function of the language.
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// Other names it goes by (evalexpr's).
    pub aliases: &'static [&'static str],
    /// `starts_with(text, prefix)`.
    pub usage: &'static str,
    /// What it does, in a sentence or two.
    pub doc: &'static str,
    /// Expression and its value as JSON; a test runs them.
    pub examples: &'static [(&'static str, &'static str)],
    /// The types of its parameters.
    pub params: &'static [Type],
    /// How many of them are needed.
    pub required: usize,
    /// True if the last parameter may be repeated.
    pub variadic: bool,
    /// What it yields.
    pub returns: Type,
    /// Prepares what can be prepared at load (patterns, zones, tables); none where there is nothing.
    pub prepare: Option<for<'p> fn(&Prepare<'p>) -> Result<Aux, PrepareError>>,
    /// What it does.
    pub eval: for<'c, 'a> fn(&mut Call<'c, 'a>) -> Value<'a>,
}

/// What is known of a call when the rules are loaded.
pub struct Prepare<'p> {
    /// The constant arguments, by position; none where an argument is not constant.
    pub args: &'p [Option<&'p Json>],
    /// The rule set's lookup tables.
    pub lookups: &'p HashMap<String, LookupInfo>,
}

/// Why a call cannot be prepared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrepareError {
    /// The code of the diagnostic.
    pub code: Code,
    /// Which argument is to blame, from 0.
    pub argument: usize,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
}

/// What a function sees of its surroundings, without the generic environment.
pub struct Call<'c, 'a> {
    /// The arguments' values.
    pub args: &'c [Value<'a>],
    /// What was prepared at load.
    pub aux: &'a Aux,
    /// Where new values are put.
    pub arena: &'a Bump,
    /// The environment.
    pub env: &'c mut dyn Env<'a>,
}

impl<'a> Call<'_, 'a> {
    /// The clock.
    pub fn now(&mut self) -> Timestamp {
        self.env.now()
    }
    /// The rule set's zone.
    pub fn zone(&self) -> &'a TimeZone {
        self.env.zone()
    }
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Function) -> bool {
        self.name == other.name
    }
}

/// Every function, by family and name.
pub fn all() -> impl Iterator<Item = &'static Function> {
    std::iter::empty()
}

/// The function of a name or alias.
pub fn find(name: &str) -> Option<&'static Function> {
    all().find(|function| function.name == name || function.aliases.contains(&name))
}
