//! What is prepared of a function call when the rules are loaded: compiled patterns, resolved zones and tables.

use super::functions::{Prepare, PrepareError};
use super::{Cidr, Function, Glob, LookupId, Replacement};
use crate::event::Json;
use jiff::tz::TimeZone;
use regex::{Regex, RegexBuilder};
use std::collections::HashMap;

/// Prepared data of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Prepared {
    /// Nothing.
    None,
    /// A regular expression.
    Regex(Pattern),
    /// A regular expression, and what its matches are replaced by; none where that depends on the event.
    Replace(Pattern, Option<Replacement>),
    /// A glob.
    Glob(Glob),
    /// A network.
    Cidr(Cidr),
    /// The zone in which a time is read.
    Zone(TimeZone),
    /// A time is read at the offset it was written with.
    Written,
    /// A column of a lookup table.
    Column {
        /// The table.
        table: LookupId,
        /// The column, by its place in the table.
        column: u32,
    },
    /// The texts between the placeholders of `format`: one more than there are placeholders.
    Format(Box<[Box<str>]>),
}

/// The patterns of a rule set that are compiled already, so that rules with equal patterns share them.
#[derive(Debug, Default)]
pub struct PreparedPatterns {
    /// By the function's name and its literal arguments.
    known: HashMap<(&'static str, String), Prepared>,
}

impl PreparedPatterns {
    /// Prepares a call; a pattern that was compiled for an equal call is shared.
    pub(crate) fn prepare(
        &mut self,
        function: &'static Function,
        call: &Prepare<'_>,
    ) -> Result<Prepared, PrepareError> {
        let Some(prepare) = function.prepare else { return Ok(Prepared::None) };
        let literals: String =
            call.args.iter().map(|literal| literal.map_or_else(String::new, Json::to_string) + ",").collect();
        let key = (function.name, literals);
        if let Some(known) = self.known.get(&key) {
            return Ok(known.clone());
        }
        let prepared = prepare(call)?;
        if matches!(prepared, Prepared::Regex(_) | Prepared::Replace(..) | Prepared::Glob(_) | Prepared::Cidr(_)) {
            self.known.insert(key, prepared.clone());
        }
        Ok(prepared)
    }
}

/// What a compiled regular expression may take in memory.
const REGEX_BYTES: usize = 1 << 20;
/// How deep the groups of a regular expression may be nested.
const REGEX_NESTING: u32 = 64;
/// How much of a pattern is repeated in a message.
const SHOWN_CHARS: usize = 60;

/// A compiled regular expression. Two are equal if they were written alike.
#[derive(Clone, Debug)]
pub struct Pattern(Regex);

impl Pattern {
    /// Compiles a regular expression; else says in one line why it is none.
    pub fn new(source: &str) -> Result<Pattern, String> {
        let mut parser = regex_syntax::ParserBuilder::new().nest_limit(REGEX_NESTING).build();
        if let Err(error) = parser.parse(source) {
            return Err(format!("`{}` is not a regular expression: {}", shown(source), first_fault(&error)));
        }
        let built = RegexBuilder::new(source).size_limit(REGEX_BYTES).nest_limit(REGEX_NESTING).build();
        built.map(Pattern).map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => {
                format!("the regular expression `{}` takes more than 1 MiB when compiled", shown(source))
            }
            _ => format!("`{}` is not a regular expression", shown(source)),
        })
    }

    /// As it was written.
    pub fn source(&self) -> &str {
        self.0.as_str()
    }

    /// The compiled form.
    pub fn regex(&self) -> &Regex {
        &self.0
    }

    /// True if it matches anywhere in `text`.
    pub fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Pattern) -> bool {
        self.source() == other.source()
    }
}

/// The library's own message is a drawing of several lines; this is its gist.
fn first_fault(error: &regex_syntax::Error) -> String {
    match error {
        regex_syntax::Error::Parse(error) => {
            format!("{} (at character {})", error.kind(), error.span().start.column)
        }
        regex_syntax::Error::Translate(error) => {
            format!("{} (at character {})", error.kind(), error.span().start.column)
        }
        _ => "it does not compile".to_owned(),
    }
}

/// A pattern as a message repeats it.
pub(super) fn shown(pattern: &str) -> String {
    match pattern.char_indices().nth(SHOWN_CHARS) {
        Some((at, _)) => format!("{}…", pattern.get(..at).unwrap_or_default()),
        None => pattern.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_patterns_are_compiled_once() {
        let mut patterns = PreparedPatterns::default();
        let mut known_after = |name: &str, args: &[Option<&Json>]| {
            let call = Prepare { args, lookups: &HashMap::new() };
            patterns.prepare(crate::expr::functions::find(name).unwrap(), &call).map(|_| patterns.known.len())
        };
        let (a, b, broken) = (Json::from("a+"), Json::from("b+"), Json::from("("));
        assert_eq!(known_after("matches", &[None, Some(&a)]).ok(), Some(1));
        assert_eq!(known_after("matches", &[None, Some(&a)]).ok(), Some(1));
        assert_eq!(known_after("matches", &[None, Some(&b)]).ok(), Some(2));
        assert_eq!(known_after("glob", &[None, Some(&b)]).ok(), Some(3));
        assert_eq!(known_after("regex_replace", &[None, Some(&a), Some(&a)]).ok(), Some(4));
        assert_eq!(known_after("regex_replace", &[None, Some(&a), Some(&b)]).ok(), Some(5));
        assert!(known_after("matches", &[None, Some(&broken)]).is_err());
        assert_eq!(known_after("hour", &[None, Some(&Json::from("UTC"))]).ok(), Some(5));
    }

    #[test]
    fn says_in_one_line_what_is_wrong_with_a_regular_expression() {
        let fault = |source: &str| Pattern::new(source).unwrap_err();
        assert_eq!(fault("(ab"), "`(ab` is not a regular expression: unclosed group (at character 1)");
        assert_eq!(fault("a{99999}{99999}").lines().count(), 1);
        assert!(fault(&"(".repeat(100_000)).len() < 200);
        assert!(fault(r"(\w{100}){100}").contains("more than 1 MiB"));
        assert!(fault("(?=a)").contains("look-around"));
        assert!(Pattern::new(r"^\d{3}-₹+$").unwrap().is_match("123-₹"));
    }
}
