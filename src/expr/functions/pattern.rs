//! Patterns of text. They are literals, compiled when the rules are loaded.

use super::capture;
use super::definition::{BASE, MAYBE_BOOLEAN, MAYBE_STRING};
use super::text_builder::{TextBuilder, replacing_cost};
use super::{Call, Function, Predicate, Prepare, PrepareError};
use crate::diagnostic::Code;
use crate::event::{Json, Type, Value};
use crate::expr::cidr::Networks;
use crate::expr::pattern_list::Texts;
use crate::expr::{Cidr, Glob, Pattern, PatternList, Prepared, Replacement};
use std::sync::Arc;

const TWO_TEXTS: &[Type] = &[Type::STRING, Type::STRING];

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "starts_with",
        reads_text: false,
        usage: "starts_with(text, prefix)",
        doc: "True if the text begins with the prefix, or with one of a literal list of prefixes.",
        examples: &[
            ("starts_with(\"+9198\", \"+91\")", "true"),
            ("starts_with(\"+9198\", [\"+1\", \"+91\"])", "true"),
            ("starts_with(data.nope, \"+91\")", "null"),
        ],
        params: TWO_TEXTS,
        required: 2,
        returns: MAYBE_BOOLEAN,
        eval: |call| any_or(call, |call| both(call, |text, prefix| text.starts_with(prefix))),
        predicate: Some(Predicate::Prefix),
        prepare_list: Some(|items| {
            Ok(any_of(PatternList::Prefixes(Texts::new(texts(items, "a prefix")?.into_iter()))))
        }),
        ..BASE
    },
    Function {
        name: "ends_with",
        reads_text: false,
        usage: "ends_with(text, suffix)",
        doc: "True if the text ends with the suffix, or with one of a literal list of suffixes.",
        examples: &[
            ("ends_with(\"a.csv\", \".csv\")", "true"),
            ("ends_with(\"a.csv\", \".CSV\")", "false"),
            ("ends_with(\"a.csv\", [\".tsv\", \".csv\"])", "true"),
        ],
        params: TWO_TEXTS,
        required: 2,
        returns: MAYBE_BOOLEAN,
        eval: |call| any_or(call, |call| both(call, |text, suffix| text.ends_with(suffix))),
        predicate: Some(Predicate::Suffix),
        prepare_list: Some(|items| {
            Ok(any_of(PatternList::Suffixes(Texts::new(texts(items, "a suffix")?.into_iter()))))
        }),
        ..BASE
    },
    Function {
        name: "equals_ignore_case",
        usage: "equals_ignore_case(a, b)",
        doc: "True if the texts are equal but for capital and small letters: by the simple case folding of Unicode, as \
              `(?i)` in `matches`. `ß` is not `ss`.",
        examples: &[
            ("equals_ignore_case(\"INR\", \"inr\")", "true"),
            ("equals_ignore_case(\"ΣΑΣ\", \"σας\")", "true"),
            ("equals_ignore_case(\"straße\", \"STRASSE\")", "false"),
        ],
        params: TWO_TEXTS,
        required: 2,
        returns: MAYBE_BOOLEAN,
        eval: |call| both(call, equals_ignore_case),
        ..BASE
    },
    Function {
        name: "glob",
        usage: "glob(text, \"AB-*\")",
        doc: "True if the whole text matches: `*` is any run of characters, `?` is one, `\\` makes the next one ordinary. The \
              pattern must be a literal, or a literal list, of which one has to match.",
        examples: &[
            ("glob(\"AB-12\", \"AB-*\")", "true"),
            ("glob(\"AB-12\", \"AB-?\")", "false"),
            ("glob(\"a*\", \"a\\\\*\")", "true"),
            ("glob(\"AB-12\", [\"X*\", \"AB-*\"])", "true"),
        ],
        params: TWO_TEXTS,
        required: 2,
        returns: MAYBE_BOOLEAN,
        prepare: Some(|call| Glob::new(call.literal(1, "the glob")?).map(Prepared::Glob).map_err(bad)),
        prepare_list: Some(|items| set(PatternList::globs(compiled(items, "a glob", Glob::new)?))),
        eval: |call| any_or(call, prepared),
        predicate: Some(Predicate::Pattern),
        ..BASE
    },
    Function {
        name: "matches",
        aliases: &["str::regex_matches"],
        usage: "matches(text, \"regex\")",
        doc: "True if the regular expression matches anywhere in the text; `^` and `$` tie it to the ends. It takes linear \
              time, so there are no back-references and no look-around. The pattern must be a literal, or a literal list, of \
              which one has to match.",
        examples: &[
            ("matches(\"abc\", [\"^b\", \"^a\"])", "true"),
            ("matches(\"PNR 1234567890\", \"[0-9]{10}\")", "true"),
            ("matches(\"abc\", \"^b\")", "false"),
            ("matches(data.nope, \"b\")", "null"),
        ],
        params: TWO_TEXTS,
        required: 2,
        returns: MAYBE_BOOLEAN,
        prepare: Some(prepare_regex),
        prepare_list: Some(|items| set(PatternList::regexes(compiled(items, "a regular expression", Pattern::new)?))),
        eval: |call| any_or(call, prepared),
        predicate: Some(Predicate::Pattern),
        ..BASE
    },
    Function {
        name: "cidr",
        usage: "cidr(address, \"10.0.0.0/8\")",
        doc: "True if the IP address is in the network, which must be a literal: IPv4 or IPv6; without a `/` it is one \
              address. A literal list: in one of the networks. An IPv4 address may be written as IPv6 (`::ffff:10.1.2.3`).",
        examples: &[
            ("cidr(\"10.1.2.3\", \"10.0.0.0/8\")", "true"),
            ("cidr(\"2001:db8::1\", \"2001:db8::/32\")", "true"),
            ("cidr(\"10.1.2.3\", [\"10.0.0.0/8\", \"192.168.0.0/16\"])", "true"),
            ("cidr(\"no address\", \"10.0.0.0/8\")", "false"),
        ],
        params: TWO_TEXTS,
        required: 2,
        returns: MAYBE_BOOLEAN,
        prepare: Some(|call| Cidr::new(call.literal(1, "the network")?).map(Prepared::Cidr).map_err(bad)),
        prepare_list: Some(|items| {
            let networks = compiled(items, "a network", Cidr::new)?;
            Ok(any_of(PatternList::Networks(Networks::new(&networks))))
        }),
        eval: |call| any_or(call, prepared),
        ..BASE
    },
    Function {
        name: "regex_replace",
        aliases: &["str::regex_replace"],
        usage: "regex_replace(text, \"regex\", to)",
        doc: "The text with every match of the regular expression replaced. In `to`, `$1` is what the first group matched, \
              `$name` what a named one did, `$0` the whole match; write `${1}` or `${name}` where a digit, letter or `_` \
              follows that would be read as part of it, and `$$` for a dollar. A group that the pattern lacks is an error \
              at load. The pattern must be a literal; if `to` is not, it is inserted as it is, dollars included.",
        examples: &[
            ("regex_replace(\"9876543210\", \"[0-9]{6}$\", \"******\")", "\"9876******\""),
            ("regex_replace(\"abc-def\", \"(.+)-(.+)\", \"$2_$1\")", "\"def_abc\""),
            ("regex_replace(\"a1\", \"(?<letter>[a-z])\", \"${letter}0$$\")", "\"a0$1\""),
        ],
        params: &[Type::STRING, Type::STRING, Type::STRING],
        required: 3,
        returns: MAYBE_STRING,
        prepare: Some(prepare_replace),
        eval: |call| regex_replace(call).unwrap_or_default(),
        // Matches do not overlap, so each group in `to` writes no more than the whole text.
        cost: Some(|call| replacing_cost(call, call.size(2) / 2.0)),
        ..BASE
    },
    Function {
        name: "regex_capture",
        usage: "regex_capture(text, \"regex\", group)",
        doc: "The text that a group of the regular expression has matched, at its first match; null without a match, or if the \
              group took no part in it. The group is a number (0 is the whole match) or a name. Both must be literals.",
        examples: &[
            ("regex_capture(\"order-1042/IN\", \"([0-9]+)/([A-Z]+)\", 2)", "\"IN\""),
            ("regex_capture(\"user=mira;\", \"user=(?<name>[a-z]+)\", \"name\")", "\"mira\""),
            ("regex_capture(\"abc\", \"(x)|c\", 1)", "null"),
            ("regex_capture(\"abc\", \"[0-9]+\", 0)", "null"),
        ],
        params: &[Type::STRING, Type::STRING, Type::STRING.union(Type::NUMBER)],
        required: 3,
        returns: MAYBE_STRING,
        prepare: Some(capture::prepare),
        eval: |call| capture::captured(call).unwrap_or_default(),
        ..BASE
    },
];

fn bad(message: String) -> PrepareError {
    PrepareError::new(Code::BadPattern, 1, message)
}

fn any_of(list: PatternList) -> Prepared {
    Prepared::AnyOf(Arc::new(list))
}

/// A list in one automaton.
pub(super) fn set(list: Option<PatternList>) -> Result<Prepared, PrepareError> {
    list.map(any_of).ok_or_else(|| bad("these patterns take more than 16 MiB when compiled".to_owned()))
}

/// The texts of a list; `what` describes one of them (`a prefix`).
fn texts<'i>(items: &'i [Json], what: &str) -> Result<Vec<&'i str>, PrepareError> {
    refuse_empty(items)?;
    let text = |(at, item): (usize, &'i Json)| {
        item.as_str().ok_or_else(|| {
            PrepareError::new(Code::TypeMismatch, 1, format!("{what} is a string, and this is `{item}`")).of_item(at)
        })
    };
    items.iter().enumerate().map(text).collect()
}

/// A list without elements is never true, which is hardly meant.
pub(super) fn refuse_empty(items: &[Json]) -> Result<(), PrepareError> {
    if items.is_empty() {
        let help = "write at least one pattern, or `false` if no value is to match";
        return Err(bad("this list of patterns is empty".to_owned()).help(help));
    }
    Ok(())
}

/// The patterns of a list.
fn compiled<P>(items: &[Json], what: &str, compile: fn(&str) -> Result<P, String>) -> Result<Vec<P>, PrepareError> {
    let texts = texts(items, what)?.into_iter().enumerate();
    texts.map(|(at, text)| compile(text).map_err(|message| bad(message).of_item(at))).collect()
}

fn prepare_regex(call: &Prepare<'_>) -> Result<Prepared, PrepareError> {
    Pattern::new(call.literal(1, "the regular expression")?).map(Prepared::Regex).map_err(bad)
}

fn prepare_replace(call: &Prepare<'_>) -> Result<Prepared, PrepareError> {
    let pattern = Pattern::new(call.literal(1, "the regular expression")?).map_err(bad)?;
    let to = call.args.get(2).copied().flatten().and_then(Json::as_str);
    let replacement = to.map(|to| Replacement::new(to, pattern.regex())).transpose();
    match replacement {
        Ok(replacement) => Ok(Prepared::Replace(pattern, replacement)),
        Err(error) => Err(PrepareError { help: error.help, ..PrepareError::new(Code::BadPattern, 2, error.message) }),
    }
}

/// Matches the first argument with a list of patterns, or calls the function with a single one.
pub(super) fn any_or<'a>(call: &Call<'_, 'a>, otherwise: fn(&Call<'_, 'a>) -> Value<'a>) -> Value<'a> {
    match call.prepared {
        Prepared::AnyOf(list) => list.is_match(call.arg(0)).map_or(Value::Null, Value::Bool),
        _ => otherwise(call),
    }
}

fn both<'a>(call: &Call<'_, 'a>, test: fn(&str, &str) -> bool) -> Value<'a> {
    let texts = call.text(0).zip(call.text(1));
    texts.map_or(Value::Null, |(a, b)| Value::Bool(test(a, b)))
}

/// The first argument against the compiled pattern.
fn prepared<'a>(call: &Call<'_, 'a>) -> Value<'a> {
    let Some(text) = call.text(0) else { return Value::Null };
    Value::Bool(match call.prepared {
        Prepared::Regex(pattern) => pattern.is_match(text),
        Prepared::Glob(glob) => glob.is_match(text),
        Prepared::Cidr(network) => network.is_match(text),
        _ => return Value::Null,
    })
}

/// Equality by the simple case folding of Unicode, code point by code point.
fn equals_ignore_case(a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() {
        return a.eq_ignore_ascii_case(b);
    }
    a.chars().map(fold).eq(b.chars().map(fold))
}

/// The same character for all that differ in case alone: `Σ`, `σ` and `ς`, but not `ß` and `ss`.
fn fold(c: char) -> char {
    fn only(mut chars: impl Iterator<Item = char>) -> Option<char> {
        chars.next().filter(|_| chars.next().is_none())
    }
    match c {
        // The Turkish letters are in no relation to `i` and `I` outside of Turkish.
        'ı' | 'İ' => c,
        // Letters that are equal although neither is the other's capital.
        '\u{1fd3}' => '\u{390}',
        '\u{1fe3}' => '\u{3b0}',
        '\u{fb05}' => '\u{fb06}',
        _ => {
            let upper = only(c.to_uppercase()).unwrap_or(c);
            only(upper.to_lowercase()).unwrap_or(upper)
        }
    }
}

fn regex_replace<'a>(call: &mut Call<'_, 'a>) -> Option<Value<'a>> {
    let Prepared::Replace(pattern, replacement) = call.prepared else { return None };
    let (text, to) = (call.text(0)?, call.text(2)?);
    if !pattern.is_match(text) {
        return Some(Value::String(text));
    }
    let mut out = TextBuilder::new(call);
    let mut behind = 0;
    for captures in pattern.regex().captures_iter(text) {
        let found = captures.get_match();
        out.push(text.get(behind..found.start())?)?;
        match replacement {
            Some(replacement) => replacement.texts(&captures).try_for_each(|part| out.push(part))?,
            None => out.push(to)?,
        }
        behind = found.end();
    }
    out.push(text.get(behind..)?)?;
    Some(out.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

    /// Held against the tables of the `regex` crate, whose `(?i)` is simple case folding as well.
    #[test]
    fn folds_as_unicode_does() {
        // The standard library may know more letters than `regex`.
        let unassigned = regex::Regex::new(r"^\p{Cn}").unwrap();
        let unknown = |c: &char| fold(*c) != *c && unassigned.is_match(&c.to_string());
        // No letter of the planes above has a case.
        for c in (0..0x20000).filter_map(char::from_u32).filter(|c| !unknown(c)) {
            let mut class = ClassUnicode::new([ClassUnicodeRange::new(c, c)]);
            class.try_case_fold_simple().unwrap();
            let members: Vec<char> = class.iter().flat_map(|range| range.start()..=range.end()).collect();
            assert!(members.iter().all(|member| fold(*member) == fold(c)), "{c} {members:?}");
            assert!(members.contains(&fold(c)), "{c} folds to {}", fold(c));
        }
    }
}
