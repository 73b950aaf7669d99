//! Loads a rule set from a folder, a file or strings, with all diagnostics.

mod fingerprint;
mod folders;

use fingerprint::fingerprint;
use folders::rule_set_folders;

use super::decode::{self, ReferencedFiles, RuleFile};
use super::files::{FileRef, FileTree, FoundFiles};
use super::input_snapshot::InputSnapshot;
use super::lint;
use super::loaded::{Loaded, LoadedFile};
use super::options::LoadOptions;
use super::suppressions::Suppressions;
use crate::diagnostic::{Code, Diagnostic, SourceFile, Sources, Span};
use crate::read;
use crate::yaml::{self, YamlEntry, YamlNode};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

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
/// Files that the rules name may be in the rule set's folder, or in a wider one that [`LoadOptions::root`] or `root` in the
/// `ruleset:` section names. The current folder has no effect.
///
/// # Errors
///
/// Every error is in [`Loaded::diagnostics`], even a folder that does not exist; [`Loaded::rule_set`] is `None` if there is an
/// error. If a folder contains several rule sets, nothing is loaded, and they are listed in [`Loaded::rule_sets`]. [`LoadLimits`](super::LoadLimits)
/// has the limits for sizes. [`Loaded::into_result`] turns the errors into one value.
pub fn load(path: &Path, options: &LoadOptions) -> Loaded {
    match FileTree::disk(path, options) {
        Ok(tree) => {
            let has_root = options.root.is_some();
            load_tree(tree, RuleSetNaming { shown: &path.display().to_string(), name: None, has_root }, |tree, root| {
                InputSnapshot::of(path, root, options, Some(tree))
            })
        }
        Err(why) => {
            let message = format!("cannot read `{}`: {why}", path.display());
            let snapshot = InputSnapshot::of(path, options.root.as_deref(), options, None);
            let diagnostics = vec![Diagnostic::global(Code::Unreadable, message)];
            Loaded { diagnostics, snapshot, ..Loaded::default() }
        }
    }
}

/// Loads a rule set from strings: paths (with `/`) and texts. Files that the rules name must be among them; nothing is
/// read from disk. `name` is the name of the rule set, unless a `ruleset:` section has another.
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
/// The same as for [`load`].
pub fn load_strings<'f>(name: &str, files: impl IntoIterator<Item = (&'f str, &'f str)>) -> Loaded {
    let tree = FileTree::strings(files);
    load_tree(tree, RuleSetNaming { shown: name, name: Some(name), has_root: false }, |_, _| InputSnapshot::default())
}

/// The name and the path of a rule set.
struct RuleSetNaming<'n> {
    /// Its path, for messages.
    shown: &'n str,
    /// Its name. `None`: it is derived from its location.
    name: Option<&'n str>,
    /// True if the caller has set a root, which overrides that of the rule set.
    has_root: bool,
}

/// A file that was read and parsed, with its diagnostics. (Lookups and schemas in YAML look like rule files; they are
/// recognised when all files have been parsed.)
struct ParsedFile {
    file: FileRef,
    bytes: Vec<u8>,
    node: Option<YamlNode>,
    diagnostics: Vec<Diagnostic>,
    suppressions: Suppressions,
}

fn load_tree(
    mut tree: FileTree,
    named: RuleSetNaming<'_>,
    snapshot: impl FnOnce(&FileTree, Option<&Path>) -> InputSnapshot,
) -> Loaded {
    let mut loaded = Loaded::default();
    let parsed = parse_all(&mut tree, named.has_root, &mut loaded);
    let tree = Arc::new(tree);
    loaded.cancelled = tree.is_cancelled();
    loaded.root = tree.root().map(Path::to_path_buf);
    if !loaded.cancelled {
        decode_all(&tree, &named, parsed, &mut loaded);
    }
    sort_and_limit(&mut loaded.diagnostics, tree.diagnostics());
    sort_and_limit(&mut loaded.suppressed, tree.diagnostics());
    loaded.snapshot = snapshot(&tree, loaded.root.as_deref());
    loaded
}

/// Finds, reads and parses every rule file.
fn parse_all(tree: &mut FileTree, has_root: bool, loaded: &mut Loaded) -> Vec<ParsedFile> {
    let mut found = tree.find();
    let mut parsed = Vec::with_capacity(found.rules.len());
    let files = std::mem::take(&mut found.rules);
    parse_files(tree, files, &mut loaded.sources, &mut parsed);
    if !has_root && widen(tree, &parsed, &mut loaded.diagnostics) && !found.outside.is_empty() {
        // Files that were outside may be inside now.
        found = tree.find();
        let known: HashSet<PathBuf> = parsed.iter().map(|parsed| parsed.file.identity.clone()).collect();
        let fresh = std::mem::take(&mut found.rules).into_iter().filter(|file| !known.contains(&file.identity));
        parse_files(tree, fresh, &mut loaded.sources, &mut parsed);
        parsed.sort_by(|a, b| a.file.path.as_bytes().cmp(b.file.path.as_bytes()));
    }
    loaded.tests = found.tests.iter().map(location).collect();
    loaded.diagnostics.extend(unreadable(tree, &found));
    parsed
}

fn parse_files(
    tree: &FileTree,
    files: impl IntoIterator<Item = FileRef>,
    sources: &mut Sources,
    parsed: &mut Vec<ParsedFile>,
) {
    let files = files.into_iter().take_while(|_| !tree.is_cancelled());
    parsed.extend(files.map(|file| read_and_parse(tree, file, sources)));
}

/// Applies `root` of the `ruleset:` section. Returns true if there is one.
fn widen(tree: &mut FileTree, parsed: &[ParsedFile], diagnostics: &mut Vec<Diagnostic>) -> bool {
    let heads = parsed.iter().filter_map(|parsed| {
        let head = parsed.node.iter().flat_map(YamlNode::entries).find(|entry| is_key(entry, &["ruleset"]))?;
        Some((&parsed.file, head))
    });
    let heads: Vec<_> = heads.collect();
    let [(file, head)] = heads.as_slice() else { return false };
    let Some(root) = head.value.get("root").and_then(YamlNode::scalar) else { return false };
    let path = &root.text.value;
    if Path::new(path).is_absolute() {
        let message = format!("`root` is relative to this file, and `{path}` is absolute");
        let help = "write a relative path, such as `../..`, or use `--root`";
        diagnostics.push(Diagnostic::new(Code::BadValue, root.text.span(), message).help(help));
        return false;
    }
    if let Err(error) = tree.widen(file, path) {
        let message = format!("cannot use the folder `{path}` as the root: {error}");
        diagnostics.push(Diagnostic::new(error.code(), root.text.span(), message));
        return false;
    }
    true
}

/// Makes the rule set from its parsed files.
fn decode_all(tree: &Arc<FileTree>, named: &RuleSetNaming<'_>, parsed: Vec<ParsedFile>, loaded: &mut Loaded) {
    let shown = named.shown;
    if parsed.is_empty() {
        if loaded.diagnostics.is_empty() {
            let message = format!("there are no rules in `{shown}`");
            let help = "a rule set is a folder with `*.yaml` files in it, or one such file";
            loaded.diagnostics.push(Diagnostic::global(Code::NoRuleSet, message).help(help));
        }
        return;
    }
    let others = named_files(tree, &parsed);
    let parsed: Vec<ParsedFile> = parsed.into_iter().filter(|parsed| !others.contains(&parsed.file.identity)).collect();
    loaded.rule_sets = rule_set_folders(&parsed);
    if !loaded.rule_sets.is_empty() {
        let folders: Vec<String> = loaded.rule_sets.iter().map(|folder| format!("`{}`", folder.display())).collect();
        let message = format!("`{shown}` contains several rule sets");
        let help = format!("load one of them: {}", folders.join(", "));
        loaded.diagnostics = vec![Diagnostic::global(Code::NoRuleSet, message).help(help)];
        return;
    }
    loaded.rule_files = parsed.iter().map(|parsed| location(&parsed.file)).collect();
    let mut read = Vec::with_capacity(parsed.len());
    let mut files = Vec::with_capacity(parsed.len());
    let mut suppressions = Suppressions::default();
    for ParsedFile { file, bytes, node, diagnostics, suppressions: own } in parsed {
        loaded.diagnostics.extend(diagnostics);
        suppressions.add(own);
        read.push((file.clone(), bytes));
        files.extend(node.map(|node| RuleFile { file, node }));
    }
    if files.is_empty() && loaded.diagnostics.is_empty() {
        let message = format!("there are no rules in `{shown}`: its files are empty");
        loaded.diagnostics.push(Diagnostic::global(Code::NoRuleSet, message));
    }
    let reading = ReferencedFiles { tree, sources: &mut loaded.sources, read: &mut read };
    let name = named.name.map_or_else(|| tree.name(), str::to_owned);
    let mut rule_set = decode::decode(name, &mut files, reading, &mut loaded.diagnostics);
    read.sort_by(|(a, _), (b, _)| a.path.as_bytes().cmp(b.path.as_bytes()));
    rule_set.version = format!("{}@{}", rule_set.name, fingerprint(&read)).into();
    loaded.files = read.into_iter().map(|(file, _)| LoadedFile { path: file.path, location: file.location }).collect();
    if !has_errors(&loaded.diagnostics) && !tree.is_cancelled() {
        lint::lint(&rule_set, &mut loaded.diagnostics);
    }
    rule_set.allowed_lints.iter().for_each(|(code, span)| suppressions.add_setting(*code, *span));
    loaded.suppressed = suppressions.apply(&mut loaded.diagnostics);
    loaded.cancelled = tree.is_cancelled();
    if loaded.cancelled {
        return;
    }
    match has_errors(&loaded.diagnostics) {
        false => loaded.rule_set = Some(rule_set),
        true => loaded.partial = Some(rule_set),
    }
}

fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(Diagnostic::is_error)
}

/// Sorts the diagnostics, removes duplicates, and keeps at most `limit` of them.
fn sort_and_limit(diagnostics: &mut Vec<Diagnostic>, limit: usize) {
    let place = |diagnostic: &Diagnostic| diagnostic.primary.as_ref().map(|label| label.span);
    diagnostics.sort_by(|a, b| {
        place(a).cmp(&place(b)).then_with(|| a.code.cmp(&b.code)).then_with(|| a.message.cmp(&b.message))
    });
    diagnostics.dedup();
    let more = diagnostics.len().saturating_sub(limit);
    if more > 0 {
        let code = if has_errors(diagnostics) { Code::LoadBudget } else { return };
        diagnostics.truncate(limit);
        let message = format!("there are more than {limit} diagnostics; {more} are not shown");
        diagnostics.push(Diagnostic::global(code, message));
    }
}

fn location(file: &FileRef) -> PathBuf {
    file.location.clone().unwrap_or_else(|| PathBuf::from(&file.path))
}

/// Diagnostics for the files and folders that could not be read, or must not be.
fn unreadable(tree: &FileTree, found: &FoundFiles) -> Vec<Diagnostic> {
    let message = |(path, why): &(String, String)| format!("cannot read `{path}`: {why}");
    let failed = found.unreadable.iter().map(|entry| Diagnostic::global(Code::Unreadable, message(entry)));
    let links = found.outside.iter().map(|link| {
        let help = "set a wider folder as `root` under `ruleset:` or with `--root`, or copy the files";
        Diagnostic::global(Code::OutsideRoot, tree.refused(link)).help(help)
    });
    let mut diagnostics: Vec<Diagnostic> = failed.chain(links).collect();
    if found.too_many {
        let message = "the folder of the rule set contains more files and folders than the limit";
        let help = "keep rules in a separate folder";
        diagnostics.push(Diagnostic::global(Code::LoadBudget, message).help(help));
    }
    diagnostics
}

fn read_and_parse(tree: &FileTree, file: FileRef, sources: &mut Sources) -> ParsedFile {
    let shown = tree.shown(&file);
    let (bytes, diagnostics, suppressions) = Default::default();
    let mut parsed = ParsedFile { file, bytes, node: None, diagnostics, suppressions };
    match tree.read(&parsed.file) {
        Ok(bytes) => parsed.bytes = bytes,
        Err(error) => {
            let message = error.about(&shown);
            parsed.diagnostics.push(Diagnostic::global(error.code(), message).maybe_help(error.help()));
            return parsed;
        }
    }
    match std::str::from_utf8(&parsed.bytes) {
        Ok(text) => {
            let text: Arc<str> = text.into();
            let id = sources.add(SourceFile::new(shown, text.clone()));
            let document = yaml::parse(id, &text, tree.yaml_limits(), &mut parsed.diagnostics);
            parsed.suppressions.add_comments(&document, &text, &mut parsed.diagnostics);
            parsed.node = document.root;
        }
        Err(error) => {
            // The text before the first invalid byte is unchanged, so the offset of that byte is the same in both.
            let at = error.valid_up_to();
            let text = String::from_utf8_lossy(&parsed.bytes).into_owned();
            let id = sources.add(SourceFile::new(shown.clone(), text));
            let message = format!("`{shown}` is not UTF-8: byte {at} is not part of a character");
            let help = read::encoding_help(&parsed.bytes);
            let span = Span::new(id, at, at + '\u{fffd}'.len_utf8());
            parsed.diagnostics.push(Diagnostic::new(Code::Unreadable, span, message).help(help));
        }
    }
    parsed
}

/// The files that lookups and schemas name: these are not rule files, even if their names end in `.yaml`.
fn named_files(tree: &FileTree, parsed: &[ParsedFile]) -> HashSet<PathBuf> {
    let mut named = HashSet::new();
    for ParsedFile { file, node, .. } in parsed {
        let sections = node.iter().flat_map(YamlNode::entries).filter(|entry| is_key(entry, &["lookups", "schemas"]));
        let things = sections.flat_map(|section| section.value.entries());
        let paths = things.flat_map(|thing| thing.value.entries()).filter(|entry| is_key(entry, &["file"]));
        let paths = paths.filter_map(|entry| entry.value.scalar()).map(|scalar| scalar.text.value.as_str());
        let files = paths.filter_map(|path| tree.resolve(file, path).ok());
        named.extend(files.map(|target| target.identity).filter(|identity| *identity != file.identity));
    }
    named
}

fn is_key(entry: &YamlEntry, keys: &[&str]) -> bool {
    keys.contains(&entry.key.text.value.as_str())
}
