//! The definition of a function.

use super::Call;
use crate::diagnostic::Code;
use crate::event::{Json, Type, Value};
use crate::expr::cost::{CallCost, Cost};
use crate::expr::{LookupInfo, Prepared, Quantifier};
use std::collections::HashMap;
use std::ops::Range;

/// A function of the language.
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// Other names it goes by (evalexpr's).
    pub aliases: &'static [&'static str],
    /// `starts_with(text, prefix)`.
    pub usage: &'static str,
    /// Documentation, in a sentence or two.
    pub doc: &'static str,
    /// Expression and its value as JSON; a test runs them.
    pub examples: &'static [(&'static str, &'static str)],
    /// The types of its parameters.
    pub params: &'static [Type],
    /// How many of them are needed.
    pub required: usize,
    /// True if the last parameter may be repeated.
    pub variadic: bool,
    /// The type of its result.
    pub returns: Type,
    /// The texts that it may yield, where these are few; empty where they are not.
    pub values: &'static [&'static str],
    /// The least and the greatest of the integers that it yields, for a function that yields nothing but integers.
    pub integers: Option<(i64, i64)>,
    /// True if it leaves its own results as they are, such as `lower`. Another value is then not a result.
    pub idempotent: bool,
    /// True if its value follows from its arguments alone: it reads neither the event nor reference data.
    pub pure: bool,
    /// The types that it requires of its arguments.
    pub requires: Requires,
    /// The question about its first argument that the graph can index, if it is one. Such a function has no budget of its own.
    pub predicate: Option<Predicate>,
    /// How the checker translates a call that becomes something else than a call. None for an ordinary function.
    pub special_form: Option<SpecialForm>,
    /// Prepares a call when the rules are loaded (patterns, zones, tables).
    pub prepare: Option<Preparation>,
    /// Prepares a call with a literal list as the second argument: true if it is true for an element of the list. None for
    /// functions that take no such list.
    pub prepare_list: Option<ListPreparation>,
    /// True if it takes so little that it has no budget of its own. (Neither has a predicate.)
    pub unmetered: bool,
    /// True if it may read all of a text that it is given.
    pub reads_text: bool,
    /// The most that a call can cost, for functions that make more than a short text or a text of their arguments.
    pub(in crate::expr) cost: Option<fn(&CallCost<'_>) -> Cost>,
    /// Its implementation.
    pub eval: for<'c, 'a> fn(&mut Call<'c, 'a>) -> Value<'a>,
}

/// The types that a call requires of its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requires {
    /// The types of the parameters.
    Parameters,
    /// The type that is required of the call, since it yields one of its arguments.
    Alternatives,
    /// The same, but for the first argument, which is a condition.
    Choice,
    /// Types that can be ordered, each with the others.
    Ordered,
    /// Numbers, if there are several; the types of the parameters otherwise.
    Numbers,
}

/// A question about the first argument of a call that the graph can index if the others are constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Predicate {
    /// It is not null.
    Exists,
    /// It begins with the second argument.
    Prefix,
    /// It ends with the second argument.
    Suffix,
    /// It contains the second argument.
    Contains,
    /// It matches the pattern that was prepared from the second argument.
    Pattern,
    /// It is between the second and the third argument.
    Between,
    /// It is a time in the windows that were prepared from the second argument.
    During,
}

/// A function that is part of the syntax: it has a body, evaluates only some of its arguments, or is short for operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpecialForm {
    /// `any(list, body)`, `all`, `filter`, `map`.
    Quantified(Quantifier),
    /// `if(condition, this, that)`.
    If,
    /// `coalesce(a, b, …)`.
    Coalesce,
    /// `between(x, low, high)`.
    Between,
    /// `get(x, key, …)`.
    Get,
    /// `present(path)`.
    Present,
}

/// Prepares a call.
pub type Preparation = for<'p> fn(&Prepare<'p>) -> Result<Prepared, PrepareError>;

/// Prepares a call with these patterns.
pub type ListPreparation = fn(&[Json]) -> Result<Prepared, PrepareError>;

/// A call as it is known when the rules are loaded.
pub struct Prepare<'p> {
    /// The constant arguments, by position; none where an argument is not constant.
    pub args: &'p [Option<&'p Json>],
    /// The rule set's lookup tables.
    pub lookups: &'p HashMap<String, LookupInfo>,
}

/// Why a call cannot be prepared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PrepareError {
    /// The code of the diagnostic.
    pub code: Code,
    /// Which argument is to blame, from 0.
    pub argument: usize,
    /// The bytes of the argument's text that it is about; `None` for all of it.
    pub place: Option<Range<usize>>,
    /// Which element of the argument, if that is a list; `None` for all of it.
    pub item: Option<usize>,
    /// The problem.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
}

impl<'p> Prepare<'p> {
    /// An argument that must be a literal string; `what` names it in the message (`the pattern`).
    pub(super) fn literal(&self, argument: usize, what: &str) -> Result<&'p str, PrepareError> {
        let literal = self.args.get(argument).copied().flatten().and_then(Json::as_str);
        literal.ok_or_else(|| {
            let message = format!("{what} must be a string that is written out");
            let help = "it is read once, when the rules are loaded, and cannot depend on the event";
            PrepareError::new(Code::NotLiteral, argument, message).help(help)
        })
    }
}

impl PrepareError {
    pub(super) fn new(code: Code, argument: usize, message: impl Into<String>) -> PrepareError {
        PrepareError { code, argument, place: None, item: None, message: message.into(), help: None }
    }

    /// The same for an element of the argument.
    pub(super) fn of_item(self, item: usize) -> PrepareError {
        PrepareError { item: Some(item), ..self }
    }

    pub(super) fn at(self, place: Range<usize>) -> PrepareError {
        PrepareError { place: Some(place), ..self }
    }

    pub(super) fn help(self, help: impl Into<String>) -> PrepareError {
        PrepareError { help: Some(help.into()), ..self }
    }
}

/// The defaults of the entries of the registry.
pub(super) const BASE: Function = Function {
    name: "",
    aliases: &[],
    usage: "",
    doc: "",
    examples: &[],
    params: &[],
    required: 0,
    variadic: false,
    returns: Type::ANY,
    values: &[],
    integers: None,
    idempotent: false,
    pure: true,
    requires: Requires::Parameters,
    predicate: None,
    special_form: None,
    prepare: None,
    prepare_list: None,
    unmetered: false,
    reads_text: true,
    cost: None,
    eval: |_| Value::Null,
};

/// The result types of functions that are null for an argument of the wrong type.
pub(super) const MAYBE_BOOLEAN: Type = Type::BOOLEAN.union(Type::NULL);
pub(super) const MAYBE_NUMBER: Type = Type::NUMBER.union(Type::NULL);
pub(super) const MAYBE_STRING: Type = Type::STRING.union(Type::NULL);
pub(super) const MAYBE_ARRAY: Type = Type::ARRAY.union(Type::NULL);

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
