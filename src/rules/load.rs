//! From a folder, a file or strings to a rule set with every diagnostic found.

use super::RuleSet;
use super::decode::{self, Reading, RuleFile};
use super::files::{FileError, FileRef, FileTree, Found};
use super::footprint::Footprint;
use super::lint;
use crate::diagnostic::{Code, Diagnostic, SourceFile, Sources, Span};
use crate::yaml::{self, Entry, Kind, Node};
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How to load.
#[derive(Clone, Debug, Default)]
pub struct LoadOptions {
    /// The folder that no file named by the rules may lie outside of.
    pub root: Option<PathBuf>,
}

/// One file that was read.
#[derive(Clone, Debug)]
pub struct LoadedFile {
    /// Relative to the rule set, with `/`.
    pub path: String,
    /// Where it lies; none for rule sets made from strings.
    pub location: Option<PathBuf>,
}

/// What came of loading.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The rule set; none where there are errors.
    pub rule_set: Option<RuleSet>,
    /// Every diagnostic, by file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that the diagnostics point into.
    pub sources: Sources,
    /// Everything that was read (rules, schemas, lookups).
    pub files: Vec<LoadedFile>,
    /// The `*.test.yaml` files of the rule set.
    pub tests: Vec<PathBuf>,
    /// What was looked at on disk; empty for rule sets made from strings.
    pub footprint: Footprint,
    /// Where a folder holds several rule sets: their folders. Nothing is loaded then.
    pub rule_sets: Vec<PathBuf>,
}

/// Loads a rule set from disk: a folder with every `*.yaml` and `*.yml` below it, or one such file.
///
/// Tests (`*.test.yaml`) are listed in [`Loaded::tests`] and not read; see [`crate::suite`].
///
/// ```
/// use dadar::{LoadOptions, load};
/// use std::path::Path;
///
/// let loaded = load(Path::new("rules/food-delivery"), &LoadOptions::default());
/// let rules = loaded.rule_set.expect("there are no errors");
/// assert_eq!(&*rules.name, "food-delivery");
/// assert_eq!(loaded.tests.len(), 1);
/// ```
///
/// # Errors
///
/// Whatever is wrong, a folder that is not there included, is among [`Loaded::diagnostics`]; [`Loaded::rule_set`] is none if
/// one of them is an error. Where a folder holds several rule sets, nothing is loaded, and they are listed in
/// [`Loaded::rule_sets`]. Files of more than 16 MiB are refused.
pub fn load(path: &Path, options: &LoadOptions) -> Loaded {
    let root = options.root.as_deref();
    match FileTree::disk(path, root) {
        Ok(tree) => {
            let tree = Arc::new(tree);
            let loaded = load_tree(tree.clone(), &path.display().to_string(), None);
            Loaded { footprint: Footprint::of(path, root, Some(&tree)), ..loaded }
        }
        Err(why) => {
            let message = format!("cannot read `{}`: {why}", path.display());
            let failed = failed(Diagnostic::global(Code::Unreadable, message));
            Loaded { footprint: Footprint::of(path, root, None), ..failed }
        }
    }
}

/// Loads a rule set from strings: paths (with `/`) and texts. Files named by the rules are looked for among them; nothing is
/// read from disk. `name` is the rule set's, unless a `ruleset:` section gives it another.
///
/// ```
/// let rules = "rules: [{name: vip, when: 'lookup(\"customers.tier\", data.id) == \"gold\"', subscribers: [lounge]}]
/// lookups: {customers: {file: customers.csv, key: id}}";
/// let loaded = dadar::load_strings("club", [("rules.yaml", rules), ("customers.csv", "id,tier\nc1,gold\n")]);
/// assert!(loaded.rule_set.is_some());
///
/// let loaded = dadar::load_strings("club", [("rules.yaml", "rules: [{name: vip, wen: true}]")]);
/// assert!(loaded.rule_set.is_none());
/// let wrong = &loaded.diagnostics[0];
/// assert_eq!(wrong.code.as_str(), "E003");
/// assert_eq!(wrong.message, "unknown key `wen` in a rule");
/// assert_eq!(wrong.help.as_deref(), Some("did you mean `when`?"));
/// let place = wrong.primary.as_ref().map(|label| loaded.sources.place(label.span));
/// assert_eq!(place.as_deref(), Some("rules.yaml:1:21"));
/// ```
///
/// # Errors
///
/// As those of [`load`].
pub fn load_strings<'f>(name: &str, files: impl IntoIterator<Item = (&'f str, &'f str)>) -> Loaded {
    load_tree(Arc::new(FileTree::strings(files)), name, Some(name))
}

fn failed(diagnostic: Diagnostic) -> Loaded {
    Loaded { diagnostics: vec![diagnostic], ..Loaded::default() }
}

/// A rule file, read and parsed, with what was found in it. (Whether it counts is known once all have been parsed: a
/// lookup in YAML looks like a rule file.)
struct Parsed {
    file: FileRef,
    bytes: Vec<u8>,
    node: Option<Node>,
    diagnostics: Vec<Diagnostic>,
}

fn load_tree(tree: Arc<FileTree>, shown: &str, name: Option<&str>) -> Loaded {
    let found = tree.find();
    let mut loaded = Loaded { tests: found.tests.iter().map(location).collect(), ..Loaded::default() };
    loaded.diagnostics.extend(unreadable(&found));
    if found.rules.is_empty() {
        let message = format!("there are no rules in `{shown}`");
        let help = "a rule set is a folder with `*.yaml` files in it, or one such file";
        loaded.diagnostics.push(Diagnostic::global(Code::NoRuleSet, message).help(help));
        return loaded;
    }
    let parsed: Vec<Parsed> =
        found.rules.into_iter().map(|file| read_and_parse(&tree, file, &mut loaded.sources)).collect();
    let named = named_files(&tree, &parsed);
    let parsed: Vec<Parsed> = parsed.into_iter().filter(|parsed| !named.contains(&parsed.file.identity)).collect();
    loaded.rule_sets = several(&parsed);
    if !loaded.rule_sets.is_empty() {
        loaded.diagnostics.clear();
        return loaded;
    }
    let mut read = Vec::with_capacity(parsed.len());
    let mut files = Vec::with_capacity(parsed.len());
    for Parsed { file, bytes, node, diagnostics } in parsed {
        loaded.diagnostics.extend(diagnostics);
        read.push((file.clone(), bytes));
        files.extend(node.map(|node| RuleFile { file, node }));
    }
    if files.is_empty() && loaded.diagnostics.is_empty() {
        let message = format!("there are no rules in `{shown}`: nothing stands in its files");
        loaded.diagnostics.push(Diagnostic::global(Code::NoRuleSet, message));
    }
    let reading = Reading { tree: &tree, sources: &mut loaded.sources, read: &mut read };
    let name = name.map_or_else(|| tree.name(), str::to_owned);
    let mut rule_set = decode::decode(name, &files, reading, &mut loaded.diagnostics);
    read.sort_by(|(a, _), (b, _)| a.path.as_bytes().cmp(b.path.as_bytes()));
    rule_set.version = format!("{}@{}", rule_set.name, digest(&read)).into();
    loaded.files = read.into_iter().map(|(file, _)| LoadedFile { path: file.path, location: file.location }).collect();
    finish(&mut loaded, rule_set);
    loaded
}

/// Lints what is right, and puts the diagnostics in order.
fn finish(loaded: &mut Loaded, rule_set: RuleSet) {
    let wrong = |loaded: &Loaded| loaded.diagnostics.iter().any(Diagnostic::is_error);
    if !wrong(loaded) {
        lint::lint(&rule_set, &mut loaded.diagnostics);
    }
    let place = |diagnostic: &Diagnostic| diagnostic.primary.as_ref().map(|label| label.span);
    loaded.diagnostics.sort_by(|a, b| {
        place(a).cmp(&place(b)).then_with(|| a.code.cmp(&b.code)).then_with(|| a.message.cmp(&b.message))
    });
    loaded.diagnostics.dedup();
    if !wrong(loaded) {
        loaded.rule_set = Some(rule_set);
    }
}

fn location(file: &FileRef) -> PathBuf {
    file.location.clone().unwrap_or_else(|| PathBuf::from(&file.path))
}

fn unreadable(found: &Found) -> impl Iterator<Item = Diagnostic> {
    let message = |(path, why): &(String, String)| format!("cannot read `{path}`: {why}");
    found.unreadable.iter().map(move |entry| Diagnostic::global(Code::Unreadable, message(entry)))
}

fn read_and_parse(tree: &FileTree, file: FileRef, sources: &mut Sources) -> Parsed {
    let shown = tree.shown(&file);
    let mut parsed = Parsed { file, bytes: Vec::new(), node: None, diagnostics: Vec::new() };
    match tree.read(&parsed.file) {
        Ok(bytes) => parsed.bytes = bytes,
        Err(error) => {
            let (code, why) = match error {
                FileError::TooLarge => (Code::TooLarge, format!("`{shown}` is larger than 16 MiB")),
                FileError::Unreadable(why) => (Code::Unreadable, format!("cannot read `{shown}`: {why}")),
                _ => (Code::Unreadable, format!("cannot read `{shown}`: no such file or folder")),
            };
            parsed.diagnostics.push(Diagnostic::global(code, why));
            return parsed;
        }
    }
    match std::str::from_utf8(&parsed.bytes) {
        Ok(text) => {
            let text: Arc<str> = text.into();
            let id = sources.add(SourceFile::new(shown, text.clone()));
            parsed.node = yaml::parse(id, &text, yaml::Limits::default(), &mut parsed.diagnostics);
        }
        Err(error) => {
            // As far as it is text, it is shown; so the place of the first byte that is none is that of the file.
            let at = error.valid_up_to();
            let text = String::from_utf8_lossy(&parsed.bytes).into_owned();
            let id = sources.add(SourceFile::new(shown.clone(), text));
            let message = format!("`{shown}` is not UTF-8: byte {at} is no part of a character");
            let help = "save the file as UTF-8";
            let span = Span::new(id, at, at + '\u{fffd}'.len_utf8());
            parsed.diagnostics.push(Diagnostic::new(Code::Unreadable, span, message).help(help));
        }
    }
    parsed
}

/// The files that lookups and schemas name: they are no rule files, whatever they are called.
fn named_files(tree: &FileTree, parsed: &[Parsed]) -> HashSet<PathBuf> {
    let mut named = HashSet::new();
    for Parsed { file, node, .. } in parsed {
        let sections = node.iter().flat_map(entries).filter(|entry| is_key(entry, &["lookups", "schemas"]));
        let things = sections.flat_map(|section| entries(&section.value));
        let paths = things.flat_map(|thing| entries(&thing.value)).filter(|entry| is_key(entry, &["file"]));
        let paths = paths.filter_map(|entry| entry.value.scalar()).map(|scalar| scalar.text.value.as_str());
        let files = paths.filter_map(|path| tree.resolve(file, path).ok());
        named.extend(files.map(|target| target.identity).filter(|identity| *identity != file.identity));
    }
    named
}

fn entries(node: &Node) -> &[Entry] {
    match &node.kind {
        Kind::Mapping(entries) => entries,
        _ => &[],
    }
}

fn is_key(entry: &Entry, keys: &[&str]) -> bool {
    keys.contains(&entry.key.text.value.as_str())
}

/// The folders of the rule sets, where there are several: each with a `ruleset` of its own, and no rule file above them.
fn several(parsed: &[Parsed]) -> Vec<PathBuf> {
    let has_head = |parsed: &&Parsed| parsed.node.iter().flat_map(entries).any(|entry| is_key(entry, &["ruleset"]));
    let heads: Vec<&FileRef> = parsed.iter().filter(has_head).map(|parsed| &parsed.file).collect();
    let folders = |file: &FileRef| -> Vec<String> {
        file.path.rsplit_once('/').map_or_else(Vec::new, |(folder, _)| folder.split('/').map(String::from).collect())
    };
    let [first, ..] = heads.as_slice() else { return Vec::new() };
    let mut common = folders(first);
    for head in &heads {
        let own = folders(head);
        let shared = common.iter().zip(&own).take_while(|(a, b)| a == b).count();
        common.truncate(shared);
    }
    let above = |file: &FileRef| common.starts_with(&folders(file));
    if parsed.iter().any(|parsed| above(&parsed.file)) {
        return Vec::new();
    }
    let below = |file: &&FileRef| -> Option<PathBuf> {
        let depth = folders(file).len().checked_sub(common.len() + 1)?;
        let location = location(file);
        location.ancestors().nth(depth + 1).map(Path::to_path_buf)
    };
    let sets: BTreeSet<PathBuf> = heads.iter().filter_map(below).collect();
    if sets.len() > 1 { sets.into_iter().collect() } else { Vec::new() }
}

/// The first 12 hex digits of the SHA-256 over all files in the order of their paths. Lengths stand before what they
/// measure, so that no two sets of files look alike.
fn digest(files: &[(FileRef, Vec<u8>)]) -> String {
    let mut hasher = Sha256::new();
    for (file, bytes) in files {
        for part in [file.path.as_bytes(), bytes] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    hasher.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}
