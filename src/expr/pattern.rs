//! Regular expressions, for `matches`, `regex_replace` and `regex_capture`.

use super::excerpt::excerpt;
use regex::{Regex, RegexBuilder};

/// The memory that a compiled regular expression may take.
const REGEX_BYTES: usize = 1 << 20;
/// How deep the groups of a regular expression may be nested.
const REGEX_NESTING: u32 = 64;

/// A compiled regular expression. Two patterns are equal if their sources are equal.
#[derive(Clone, Debug)]
pub struct Pattern(Regex);

impl Pattern {
    /// Compiles a regular expression, or returns a one-line message that says why it is invalid.
    pub fn new(source: &str) -> Result<Pattern, String> {
        let mut parser = regex_syntax::ParserBuilder::new().nest_limit(REGEX_NESTING).build();
        if let Err(error) = parser.parse(source) {
            return Err(format!("`{}` is not a regular expression: {}", excerpt(source), first_fault(&error)));
        }
        let built = RegexBuilder::new(source).size_limit(REGEX_BYTES).nest_limit(REGEX_NESTING).build();
        built.map(Pattern).map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => {
                format!("the regular expression `{}` takes more than 1 MiB when compiled", excerpt(source))
            }
            _ => format!("`{}` is not a regular expression", excerpt(source)),
        })
    }

    /// The source.
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

#[cfg(test)]
mod tests {
    use super::*;

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
