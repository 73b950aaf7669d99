//! The modules of the library and the paths that each of them mentions, read from the sources.
//!
//! This is a scanner, not a parser: comments and text are left out, and each path that begins with `crate`, `super`, `self`,
//! the library's name or a child module counts, in a `use` (with nested groups) or inline.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A module's path: `["event", "scan"]`; the library's root is empty.
pub(crate) type Module = Vec<String>;

/// The paths in one file.
#[derive(Debug, Default)]
pub(crate) struct Source {
    /// Absolute paths, from the root.
    pub(crate) mentions: Vec<Vec<String>>,
    /// Names that a `use` imports, and their paths.
    pub(crate) names: BTreeMap<String, Vec<String>>,
}

/// All modules in a folder, without those of tests.
pub(crate) fn modules(folder: &Path) -> BTreeMap<Module, Source> {
    let mut texts = BTreeMap::new();
    read_folder(folder, &Module::new(), &mut texts);
    let known: BTreeSet<Module> = texts.keys().cloned().collect();
    texts.into_iter().map(|(module, text)| (module.clone(), source(&text, &module, &known))).collect()
}

fn read_folder(folder: &Path, module: &Module, texts: &mut BTreeMap<Module, String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let child = || module.iter().cloned().chain([stem.clone()]).collect::<Module>();
        if stem == "tests" {
        } else if path.is_dir() {
            read_folder(&path, &child(), texts);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let module = if matches!(&*stem, "lib" | "mod") { module.clone() } else { child() };
            texts.insert(module, std::fs::read_to_string(&path).unwrap());
        }
    }
}

pub(crate) fn source(text: &str, module: &Module, known: &BTreeSet<Module>) -> Source {
    let tokens = tokens(text);
    let is_child = |name: &str| known.contains(&module.iter().cloned().chain([name.to_owned()]).collect::<Module>());
    let mut source = Source::default();
    let mut at = 0;
    while at < tokens.len() {
        let token = &tokens[at];
        let begins = matches!(&**token, "crate" | "super" | "self" | "dadar") || is_child(token);
        let follows_a_path = at > 0 && matches!(&*tokens[at - 1], "::" | "." | "mod");
        if !begins || follows_a_path || tokens.get(at + 1).is_none_or(|next| next != "::") {
            at += 1;
            continue;
        }
        let is_use = at > 0 && tokens[at - 1] == "use";
        let mut paths = Vec::new();
        at = read_paths(&tokens, at, &[], &mut paths);
        for (path, alias) in paths {
            let path = absolute(&path, module);
            if let (true, Some(name)) = (is_use, alias.as_ref().or(path.last())) {
                source.names.insert(name.clone(), path.clone());
            }
            source.mentions.push(path);
        }
    }
    source
}

/// A path, and its alias if it has one.
type Named = (Vec<String>, Option<String>);

/// Reads a path, or the group of paths in which it ends; returns the end position.
fn read_paths(tokens: &[String], mut at: usize, prefix: &[String], out: &mut Vec<Named>) -> usize {
    let mut path = prefix.to_vec();
    let token = |at: usize| tokens.get(at).map_or("", String::as_str);
    loop {
        match token(at) {
            "{" => {
                at += 1;
                while !matches!(token(at), "}" | "") {
                    at = read_paths(tokens, at, &path, out);
                    at += usize::from(token(at) == ",");
                }
                return at + 1;
            }
            "*" => at += 1,
            "self" if !path.is_empty() => at += 1,
            name if is_name(name) => {
                path.push(name.to_owned());
                at += 1;
                if token(at) == "::" && (is_name(token(at + 1)) || matches!(token(at + 1), "{" | "*")) {
                    at += 1;
                    continue;
                }
            }
            // Not part of a path.
            _ => at += 1,
        }
        let alias = (token(at) == "as").then(|| token(at + 1).to_owned());
        at += 2 * usize::from(alias.is_some());
        out.push((path, alias));
        return at;
    }
}

fn is_name(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// The path from the root.
fn absolute(path: &[String], module: &Module) -> Vec<String> {
    let mut base = module.clone();
    let mut rest = path;
    match rest.first().map(String::as_str) {
        Some("crate" | "dadar") => {
            base.clear();
            rest = &rest[1..];
        }
        Some("self") => rest = &rest[1..],
        _ => {}
    }
    while rest.first().is_some_and(|first| first == "super") {
        base.pop();
        rest = &rest[1..];
    }
    base.extend_from_slice(rest);
    base
}

/// Names, `::` and single characters; without comments, text and lifetimes.
fn tokens(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let at = |index: usize| chars.get(index).copied().unwrap_or('\0');
    let mut out: Vec<String> = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        match at(i) {
            '/' if at(i + 1) == '/' => i = find(&chars, i, |rest| rest[0] == '\n'),
            '/' if at(i + 1) == '*' => i = find(&chars, i, |rest| rest.starts_with(&['*', '/'])) + 2,
            '"' => i = text_end(&chars, i, &mut out),
            '\'' if at(i + 1) == '\\' => i = find(&chars, i + 3, |rest| rest[0] == '\'') + 1,
            '\'' if at(i + 2) == '\'' => i += 3,
            '\'' => i += 1,
            ':' if at(i + 1) == ':' => {
                out.push("::".into());
                i += 2;
            }
            first if first.is_alphabetic() || first == '_' => {
                let end = find(&chars, i, |rest| !(rest[0].is_alphanumeric() || rest[0] == '_'));
                out.push(chars[i..end].iter().collect());
                i = end;
            }
            first => {
                if !first.is_whitespace() {
                    out.push(first.into());
                }
                i += 1;
            }
        }
    }
    out
}

fn find(chars: &[char], from: usize, stop: impl Fn(&[char]) -> bool) -> usize {
    (from..chars.len()).find(|at| stop(&chars[*at..])).unwrap_or(chars.len())
}

/// The position after a string whose first quote is here; `r` and `#` before it have been read as tokens.
fn text_end(chars: &[char], start: usize, out: &mut Vec<String>) -> usize {
    let hashes = out.iter().rev().take_while(|token| *token == "#").count();
    let raw = out.len().checked_sub(hashes + 1).is_some_and(|at| matches!(&*out[at], "r" | "br"));
    if raw {
        out.truncate(out.len() - hashes - 1);
        let end: Vec<char> = std::iter::once('"').chain(vec!['#'; hashes]).collect();
        return find(chars, start + 1, |rest| rest.starts_with(&end)) + end.len();
    }
    let mut at = start + 1;
    while at < chars.len() && chars[at] != '"' {
        at += 1 + usize::from(chars[at] == '\\');
    }
    at + 1
}
