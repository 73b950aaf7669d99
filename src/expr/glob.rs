//! Globs: `*` is any run of characters, `?` is exactly one, `\` makes the next character literal.
//!
//! A glob is cut at its stars into fragments. The first is where a text begins, the last is where it ends, and those
//! between are looked for one after another, each as far to the front as it goes: no later place could let more follow.
//! So the time is linear in the text, for a given glob, and nothing is allocated.

use super::excerpt::excerpt;
use memchr::memmem::Finder;

/// A compiled glob. Two are equal if they were written alike.
#[derive(Clone, Debug)]
pub struct Glob {
    source: Box<str>,
    /// The texts before, between and after the (runs of) stars: one more than there are runs.
    fragments: Box<[Fragment]>,
    literals: Box<[Box<str>]>,
}

/// The simplest test that is equivalent to a glob, for indexes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GlobShape<'g> {
    /// No wildcards: this text alone.
    Exact(&'g str),
    /// `abc*`
    Prefix(&'g str),
    /// `*abc`
    Suffix(&'g str),
    /// `*abc*`
    Contains(&'g str),
    /// `*`
    Any,
    /// Anything else.
    Other,
}

/// A stretch of a glob without stars.
#[derive(Clone, Debug)]
enum Fragment {
    /// Without `?`.
    Literal(Box<Finder<'static>>, Box<str>),
    /// With `?`, which is never contained in another fragment.
    Holes(Box<[Option<char>]>),
}

impl Glob {
    /// Compiles a glob, or returns a message that says why it is invalid.
    pub fn new(source: &str) -> Result<Glob, String> {
        let mut fragments: Vec<Vec<Option<char>>> = vec![Vec::new()];
        let mut chars = source.chars();
        while let Some(c) = chars.next() {
            let unit = match c {
                '*' => {
                    // A run of stars is one star.
                    if fragments.len() == 1 || fragments.last().is_some_and(|last| !last.is_empty()) {
                        fragments.push(Vec::new());
                    }
                    continue;
                }
                '?' => None,
                '\\' => {
                    Some(chars.next().ok_or_else(|| format!("the glob `{}` ends in a lone `\\`", excerpt(source)))?)
                }
                c => Some(c),
            };
            if let Some(last) = fragments.last_mut() {
                last.push(unit);
            }
        }
        let literals = fragments.iter().flat_map(|units| literal_runs(units)).collect();
        let fragments = fragments.into_iter().map(Fragment::new).collect();
        Ok(Glob { source: source.into(), fragments, literals })
    }

    /// A regular expression that matches the same texts.
    pub(crate) fn as_regex(&self) -> String {
        let fragments: Vec<String> = self.fragments.iter().map(Fragment::as_regex).collect();
        format!("(?s)\\A{}\\z", fragments.join(".*"))
    }

    /// As it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The prefix of every matching text; it may be empty.
    pub fn prefix(&self) -> &str {
        let literal = || self.literals.first().map_or("", |literal| literal);
        match self.fragments.first() {
            Some(Fragment::Literal(_, text)) => text,
            Some(Fragment::Holes(units)) if units.first().is_some_and(Option::is_some) => literal(),
            _ => "",
        }
    }

    /// The suffix of every matching text; it may be empty.
    pub fn suffix(&self) -> &str {
        let literal = || self.literals.last().map_or("", |literal| literal);
        match self.fragments.last() {
            Some(Fragment::Literal(_, text)) => text,
            Some(Fragment::Holes(units)) if units.last().is_some_and(Option::is_some) => literal(),
            _ => "",
        }
    }

    /// Texts that every matching text contains, in this order, without overlap; the prefix and the suffix are among them.
    pub fn fragments(&self) -> &[Box<str>] {
        &self.literals
    }

    /// The simplest equivalent test.
    pub fn shape(&self) -> GlobShape<'_> {
        match &*self.fragments {
            [Fragment::Literal(_, text)] => GlobShape::Exact(text),
            [Fragment::Literal(_, a), Fragment::Literal(_, b)] => match (&**a, &**b) {
                ("", "") => GlobShape::Any,
                (prefix, "") => GlobShape::Prefix(prefix),
                ("", suffix) => GlobShape::Suffix(suffix),
                _ => GlobShape::Other,
            },
            [Fragment::Literal(_, a), Fragment::Literal(_, middle), Fragment::Literal(_, b)]
                if a.is_empty() && b.is_empty() =>
            {
                GlobShape::Contains(middle)
            }
            _ => GlobShape::Other,
        }
    }

    /// True if the whole of `text` matches.
    pub fn is_match(&self, text: &str) -> bool {
        match &*self.fragments {
            [] => false,
            [only] => only.strip_prefix(text) == Some(""),
            [first, middle @ .., last] => {
                let inner = first.strip_prefix(text).and_then(|rest| last.strip_suffix(rest));
                inner.is_some_and(|inner| middle.iter().try_fold(inner, |rest, part| part.find(rest)).is_some())
            }
        }
    }
}

impl PartialEq for Glob {
    fn eq(&self, other: &Glob) -> bool {
        self.source == other.source
    }
}

impl Eq for Glob {}

impl Fragment {
    fn as_regex(&self) -> String {
        match self {
            Fragment::Literal(_, text) => regex::escape(text),
            Fragment::Holes(units) => {
                let unit = |unit: &Option<char>| {
                    unit.map_or_else(|| ".".to_owned(), |c| regex::escape(c.encode_utf8(&mut [0; 4])))
                };
                units.iter().map(unit).collect()
            }
        }
    }

    fn new(units: Vec<Option<char>>) -> Fragment {
        match units.iter().copied().collect::<Option<String>>() {
            Some(text) => {
                let finder = Finder::new(text.as_bytes()).into_owned();
                Fragment::Literal(Box::new(finder), text.into())
            }
            None => Fragment::Holes(units.into()),
        }
    }

    /// The rest of a text that begins with the fragment.
    fn strip_prefix<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Fragment::Literal(_, literal) => text.strip_prefix(&**literal),
            Fragment::Holes(units) => {
                let mut chars = text.chars();
                let all = units.iter().all(|unit| chars.next().is_some_and(|c| unit.is_none_or(|u| u == c)));
                all.then_some(chars.as_str())
            }
        }
    }

    /// The beginning of a text that ends with the fragment.
    fn strip_suffix<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Fragment::Literal(_, literal) => text.strip_suffix(&**literal),
            Fragment::Holes(units) => {
                let mut chars = text.chars();
                let all = units.iter().rev().all(|unit| chars.next_back().is_some_and(|c| unit.is_none_or(|u| u == c)));
                all.then_some(chars.as_str())
            }
        }
    }

    /// The rest of a text after the first occurrence of the fragment.
    fn find<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Fragment::Literal(finder, literal) => {
                finder.find(text.as_bytes()).and_then(|at| text.get(at + literal.len()..))
            }
            Fragment::Holes(_) => {
                let mut chars = text.chars();
                loop {
                    if let Some(rest) = self.strip_prefix(chars.as_str()) {
                        return Some(rest);
                    }
                    chars.next()?;
                }
            }
        }
    }
}

/// The runs of a fragment that have no `?` in them.
fn literal_runs(units: &[Option<char>]) -> impl Iterator<Item = Box<str>> {
    units.split(Option::is_none).filter(|run| !run.is_empty()).map(|run| run.iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glob(source: &str) -> Glob {
        Glob::new(source).unwrap()
    }

    #[test]
    fn matches() {
        let cases = [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("*", "any", true),
            ("***", "any", true),
            ("AB-*", "AB-", true),
            ("AB-*", "AB-12", true),
            ("AB-*", "xAB-12", false),
            ("*.csv", "a.csv", true),
            ("*.csv", "a.csv.gz", false),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("*ab*bc*", "abc", false),
            ("*ab*bc*", "ababc", true),
            ("?", "₹", true),
            ("?", "", false),
            ("?", "ab", false),
            ("a?c", "abc", true),
            ("a?c*", "a₹cd", true),
            ("*?b", "b", false),
            ("*?b", "ab", true),
            ("*a?c*x", "aacabcx", true),
            ("*a?c*x", "aacx", true),
            ("*a?c*x", "abx", false),
            (r"\*", "*", true),
            (r"\*", "a", false),
            (r"a\?b\\", r"a?b\", true),
            ("??*??", "abc", false),
            ("??*??", "abcd", true),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(glob(pattern).is_match(text), expected, "{pattern} {text}");
        }
        assert!(Glob::new(r"a\").is_err());
    }

    /// The obvious way, by every split.
    fn slow(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], []) => true,
            (['*', rest @ ..], _) => (0..=text.len()).any(|at| slow(rest, &text[at..])),
            (['?', rest @ ..], [_, tail @ ..]) => slow(rest, tail),
            ([p, rest @ ..], [c, tail @ ..]) if p == c => slow(rest, tail),
            _ => false,
        }
    }

    proptest::proptest! {
        #[test]
        fn agrees_with_the_obvious_way(pattern in "[ab*?]{0,8}", text in "[ab₹]{0,8}") {
            let chars = |s: &str| s.chars().collect::<Vec<_>>();
            let compiled = glob(&pattern);
            let expected = slow(&chars(&pattern), &chars(&text));
            assert_eq!(compiled.is_match(&text), expected);
            if expected {
                assert!(text.starts_with(compiled.prefix()));
                assert!(text.ends_with(compiled.suffix()));
                let mut rest = &*text;
                for fragment in compiled.fragments() {
                    rest = rest.split_once(&**fragment).unwrap().1;
                }
            }
        }
    }

    #[test]
    fn structure() {
        let shown = |source: &str| {
            let glob = glob(source);
            (glob.prefix().to_owned(), glob.suffix().to_owned(), glob.fragments().join("|"))
        };
        let expect = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
        assert_eq!(shown("ab*c?d*ef"), expect("ab", "ef", "ab|c|d|ef"));
        assert_eq!(shown("a?b"), expect("a", "b", "a|b"));
        assert_eq!(shown("?b?"), expect("", "", "b"));
        assert_eq!(shown("ab"), expect("ab", "ab", "ab"));
        assert_eq!(glob("ab").shape(), GlobShape::Exact("ab"));
        assert_eq!(glob("ab*").shape(), GlobShape::Prefix("ab"));
        assert_eq!(glob("*ab").shape(), GlobShape::Suffix("ab"));
        assert_eq!(glob("*ab*").shape(), GlobShape::Contains("ab"));
        assert_eq!(glob("**").shape(), GlobShape::Any);
        assert_eq!(glob("a*b").shape(), GlobShape::Other);
        assert_eq!(glob("a?*").shape(), GlobShape::Other);
    }
}
