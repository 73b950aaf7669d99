//! Replacements of `regex_replace`: text, and references to groups of the regular expression.
//!
//! `$1` is a group by number (with all digits that follow), `$name` a group by name (letters, digits and `_`). `${1}` and
//! `${name}` separate the group from text that follows. `$$` is a dollar sign, and so is any other `$`.

use regex::{Captures, Regex};

/// A replacement, parsed when the rules are loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement(Vec<ReplacementPart>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum ReplacementPart {
    Text(Box<str>),
    Group(usize),
}

/// The error about an invalid replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ReplacementError {
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl Replacement {
    /// Parses a replacement for the matches of `regex`. A group that is not in the regular expression is an error.
    pub(super) fn new(source: &str, regex: &Regex) -> Result<Replacement, ReplacementError> {
        let mut parts = Vec::new();
        let mut text = String::new();
        let mut rest = source;
        while let Some((before, after)) = rest.split_once('$') {
            text.push_str(before);
            rest = after;
            if let Some(after) = rest.strip_prefix('$') {
                text.push('$');
                rest = after;
            } else if let Some((group, after)) = group_name(rest)? {
                let number = find(group, regex).ok_or_else(|| missing(group, regex))?;
                if !text.is_empty() {
                    parts.push(ReplacementPart::Text(std::mem::take(&mut text).into()));
                }
                parts.push(ReplacementPart::Group(number));
                rest = after;
            } else {
                text.push('$');
            }
        }
        text.push_str(rest);
        if !text.is_empty() {
            parts.push(ReplacementPart::Text(text.into()));
        }
        Ok(Replacement(parts))
    }

    /// The texts that replace a match, in order. A group that did not participate in the match is empty.
    pub(super) fn texts<'r>(&'r self, captures: &'r Captures<'_>) -> impl Iterator<Item = &'r str> {
        self.0.iter().map(|part| match part {
            ReplacementPart::Text(text) => &**text,
            ReplacementPart::Group(group) => captures.get(*group).map_or("", |found| found.as_str()),
        })
    }
}

/// The name or number at the start of a text that follows a `$`, and the rest; `None` if there is no reference.
fn group_name(text: &str) -> Result<Option<(&str, &str)>, ReplacementError> {
    if let Some(inside) = text.strip_prefix('{') {
        let found = inside.split_once('}').filter(|(name, _)| !name.is_empty());
        let error = || ReplacementError {
            message: "`${` is not followed by a group and `}`".to_owned(),
            help: Some("a group is written `${1}` or `${name}`, a dollar `$$`".to_owned()),
        };
        return found.map(Some).ok_or_else(error);
    }
    let number = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let name = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    let end = if number > 0 { number } else { name };
    Ok(text.split_at_checked(end).filter(|(name, _)| !name.is_empty()))
}

/// The number of a group.
fn find(group: &str, regex: &Regex) -> Option<usize> {
    match group.bytes().all(|b| b.is_ascii_digit()) {
        true => group.parse().ok().filter(|number| *number < regex.captures_len()),
        false => regex.capture_names().position(|name| name == Some(group)),
    }
}

fn missing(group: &str, regex: &Regex) -> ReplacementError {
    let message = format!("the regular expression has no group `{group}`");
    // `$1` in `$10`, `$year` in `$year_month`: the longest group that the text begins with.
    let starts = group.char_indices().map(|(at, _)| at).rev().filter(|at| *at > 0);
    let shorter = starts.filter_map(|at| group.split_at_checked(at)).find(|(start, _)| find(start, regex).is_some());
    let names: Vec<String> = regex.capture_names().flatten().map(|name| format!("`${{{name}}}`")).collect();
    let help = match (shorter, regex.captures_len() - 1) {
        (Some((start, rest)), _) => {
            format!("for the group `{start}` followed by `{rest}`, write `${{{start}}}{rest}`")
        }
        (None, 0) => "a group is a part in parentheses; for a dollar, write `$$`".to_owned(),
        (None, _) if !names.is_empty() => format!("its named groups are {}; a dollar is `$$`", names.join(", ")),
        (None, 1) => "it has one group, `$1`; a dollar is `$$`".to_owned(),
        (None, count) => format!("it has the groups `$1` to `${count}`; a dollar is `$$`"),
    };
    ReplacementError { message, help: Some(help) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(regex: &str, to: &str, text: &str) -> Result<String, String> {
        let regex = Regex::new(regex).unwrap();
        let replacement = Replacement::new(to, &regex).map_err(|error| error.message)?;
        let captures = regex.captures(text).unwrap();
        Ok(replacement.texts(&captures).collect())
    }

    #[test]
    fn groups_and_dollars() {
        let named = "(?<year>[0-9]+)-(?<month>[0-9]+)(x)?";
        let cases = [
            ("(.+)-(.+)", "$1_$2", Ok("1_2")),
            ("(.+)-(.+)", "$2a$1", Ok("2a1")),
            ("(.+)-(.+)", "${1}0", Ok("10")),
            ("(.+)-(.+)", "[$0]", Ok("[1-2]")),
            ("(.+)-(.+)", "$$1 $ $- 5$", Ok("$1 $ $- 5$")),
            ("(.+)-(.+)", "$₹", Ok("$₹")),
            (named, "$month/$year", Ok("2/1")),
            (named, "${month}_$year", Ok("2_1")),
            (named, "[$3]", Ok("[]")),
            (named, "", Ok("")),
            ("(.+)-(.+)", "$3", Err("the regular expression has no group `3`")),
            ("(.+)-(.+)", "$10", Err("the regular expression has no group `10`")),
            ("(.+)-(.+)", "$99999999999999999999", Err("the regular expression has no group `99999999999999999999`")),
            ("(.+)-(.+)", "$name", Err("the regular expression has no group `name`")),
            (named, "$month_x", Err("the regular expression has no group `month_x`")),
            (named, "${}", Err("`${` is not followed by a group and `}`")),
            (named, "${month", Err("`${` is not followed by a group and `}`")),
        ];
        for (regex, to, expected) in cases {
            assert_eq!(replaced(regex, to, "1-2"), expected.map(str::to_owned).map_err(str::to_owned), "{to}");
        }
    }

    #[test]
    fn says_what_is_meant() {
        let help = |regex: &str, to: &str| Replacement::new(to, &Regex::new(regex).unwrap()).unwrap_err().help.unwrap();
        assert_eq!(help("(a)", "$10"), "for the group `1` followed by `0`, write `${1}0`");
        assert_eq!(help("(?<é>a)(?<ab>b)", "$ab_c"), "for the group `ab` followed by `_c`, write `${ab}_c`");
        assert_eq!(help("a", "$1"), "a group is a part in parentheses; for a dollar, write `$$`");
        assert_eq!(help("(a)(b)", "$3"), "it has the groups `$1` to `$2`; a dollar is `$$`");
    }
}
