//! Loads the rule sets that a command works on.

use super::progress::Spinner;
use super::{CommandError, Exit, Global, log, output};
use clap::{Args, ValueHint};
use dadar::diagnostic::render::{Format, render};
use dadar::diagnostic::{Code, Diagnostic, FileId, Severity, Sources, Span};
use dadar::unstable::rules::{InputSnapshot, LoadLimits, LoadOptions, Loaded, RuleSet, load, load_strings};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// How large a rule file on standard input may be.
const MAX_STDIN: u64 = 16 << 20;

/// RULES.
#[derive(Debug, Args)]
pub(crate) struct RulesArg {
    /// The rule set: a folder, a file, or `-` for one file on standard input
    #[arg(value_name = "RULES", default_value = "rules", value_hint = ValueHint::AnyPath)]
    rules: PathBuf,
    /// The rule set, as an option instead of an argument
    #[arg(short = 'r', long = "rules", value_name = "RULES", conflicts_with = "rules", value_hint = ValueHint::AnyPath)]
    named: Option<PathBuf>,
}

impl RulesArg {
    /// The path of the rule set.
    pub(crate) fn path(&self) -> &Path {
        self.named.as_deref().unwrap_or(&self.rules)
    }
}

/// A rule set that can be used.
pub(crate) struct Ready {
    pub(crate) rules: RuleSet,
    /// The files that its spans point into.
    pub(crate) sources: Sources,
    /// The files that it was loaded from.
    pub(crate) snapshot: InputSnapshot,
    /// Its test files.
    pub(crate) tests: Vec<PathBuf>,
}

/// How rule sets are loaded.
pub(crate) fn options(global: &Global) -> LoadOptions {
    let mut limits = LoadLimits::default();
    if let Some(size) = global.max_file {
        limits.file_bytes = size as u64;
        limits.total_bytes = limits.total_bytes.max(size as u64);
    }
    let options = LoadOptions::default().limits(limits);
    match &global.root {
        Some(root) => options.root(root),
        None => options,
    }
}

/// Loads the rule set at a path, or each of them if there are several.
pub(crate) fn load_all(path: &Path, global: &Global) -> anyhow::Result<LoadedSets> {
    let loaded = load_path(path, global)?;
    if loaded.rule_sets.is_empty() {
        return Ok(LoadedSets { sets: vec![(shown(path).to_path_buf(), loaded)], snapshot: None });
    }
    let load = |folder: PathBuf| Ok((folder.clone(), load_path(&folder, global)?));
    let sets: anyhow::Result<_> = loaded.rule_sets.into_iter().map(load).collect();
    Ok(LoadedSets { sets: sets?, snapshot: Some(loaded.snapshot) })
}

/// The rule sets in a folder.
pub(crate) struct LoadedSets {
    pub(crate) sets: Vec<(PathBuf, Loaded)>,
    /// If there are several: the files and folders that were looked at to find them.
    pub(crate) snapshot: Option<InputSnapshot>,
}

/// Loads a single rule set. If it has errors, they are reported on stderr, and the exit code is returned.
pub(crate) fn load_one(path: &Path, global: &Global) -> anyhow::Result<Result<Ready, Exit>> {
    let loaded = load_path(path, global)?;
    if !loaded.rule_sets.is_empty() {
        return Err(several(path, &loaded.rule_sets).into());
    }
    match loaded.rule_set {
        Some(rules) => {
            let Loaded { sources, snapshot, tests, .. } = loaded;
            Ok(Ok(Ready { rules, sources, snapshot, tests }))
        }
        None => {
            let errors: Vec<Diagnostic> = loaded.diagnostics.into_iter().filter(Diagnostic::is_error).collect();
            let count = output::count(errors.len(), "error");
            let path = shown(path);
            if log::is_json() {
                log::diagnostics(&errors, &loaded.sources);
                tracing::error!("{}: {count}, so nothing was done", path.display());
            } else {
                let colour = output::colour(global.color, &io::stderr());
                output::complain(&render(&errors, &loaded.sources, Format::Human, colour))?;
                output::complain(&format!("{}: {count}, so nothing was done\n", path.display()))?;
            }
            Ok(Err(exit(&errors)))
        }
    }
}

fn load_path(path: &Path, global: &Global) -> anyhow::Result<Loaded> {
    if is_stdin(path) {
        return load_stdin();
    }
    if let Err(error) = path.metadata() {
        return Err(unreadable(path, &error).into());
    }
    if let Some(root) = global.root.as_ref().filter(|root| !root.is_dir()) {
        return Err(CommandError::new(format!("--root `{}` is not a folder", root.display())).into());
    }
    let _spinner = Spinner::start("loading rules", global);
    Ok(load(path, &options(global)))
}

/// True for `-`, and for the names that systems have for it.
pub(crate) fn is_stdin(path: &Path) -> bool {
    ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].iter().any(|name| path == Path::new(name))
}

/// Refuses to read both rules and events from standard input.
pub(crate) fn refuse_stdin_twice(rules: &Path, input: Option<&Path>) -> Result<(), CommandError> {
    if is_stdin(rules) && input.is_none_or(is_stdin) {
        let failure = CommandError::new("rules and events cannot both come from standard input");
        return Err(failure.hint("name the file of the events with `-i`"));
    }
    Ok(())
}

/// Loads one rule file from standard input. It cannot name other files, since it is in no folder.
fn load_stdin() -> anyhow::Result<Loaded> {
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(MAX_STDIN + 1).read_to_end(&mut bytes);
    read.map_err(|error| CommandError::new(format!("cannot read rules from standard input: {error}")))?;
    if bytes.len() as u64 > MAX_STDIN {
        let limit = MAX_STDIN >> 20;
        return Err(CommandError::new(format!("the rules on standard input are larger than {limit} MiB")).into());
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        CommandError::new(format!("the rules on standard input are not UTF-8, from byte {at} on"))
    })?;
    let mut loaded = load_strings("stdin", [("stdin.yaml", text.as_str())]);
    let mut sources = Sources::default();
    for (_, file) in loaded.sources.iter() {
        let mut file = file.clone();
        file.path = STDIN.to_owned();
        sources.add(file);
    }
    loaded.sources = sources;
    for one in loaded.diagnostics.iter_mut().filter(|one| one.code == Code::NoRuleSet) {
        one.message = one.message.replace("`stdin`", &format!("`{STDIN}`"));
        one.message = one.message.replace("its files are empty", "it is empty");
    }
    Ok(loaded)
}

/// The name of standard input in messages.
const STDIN: &str = "<stdin>";

/// A path as messages show it.
pub(crate) fn shown(path: &Path) -> &Path {
    if is_stdin(path) { Path::new(STDIN) } else { path }
}

fn unreadable(path: &Path, error: &io::Error) -> CommandError {
    let shown = path.display();
    if error.kind() != io::ErrorKind::NotFound {
        return CommandError::new(format!("cannot read `{shown}`: {error}"));
    }
    CommandError::new(format!("there is no rule set `{shown}`"))
        .hint("name the folder or file of your rules, or start with `dadar init rules`")
}

fn several(path: &Path, folders: &[PathBuf]) -> CommandError {
    let list: Vec<String> = folders.iter().map(|folder| format!("\n    {}", folder.display())).collect();
    CommandError::new(format!("`{}` contains several rule sets", path.display()))
        .hint(format!("name one of them:{}", list.concat()))
}

/// The exit code for errors: a file that cannot be read is not an error in the rules.
pub(crate) fn exit(errors: &[Diagnostic]) -> Exit {
    if errors.iter().any(|error| error.code == Code::Unreadable) { Exit::Usage } else { Exit::Refused }
}

/// Diagnostics of several rule sets together, for formats that are one document.
#[derive(Default)]
pub(crate) struct Findings {
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Those that the files silence.
    pub(crate) suppressed: Vec<Diagnostic>,
    pub(crate) sources: Sources,
}

impl Findings {
    /// Adds diagnostics, those that are silenced, and the files they point into.
    pub(crate) fn add(&mut self, diagnostics: Vec<Diagnostic>, suppressed: Vec<Diagnostic>, sources: &Sources) {
        let offset = self.sources.iter().count() as u32;
        for (_, file) in sources.iter() {
            self.sources.add(file.clone());
        }
        let shift = |span: &mut Span| span.file = FileId(span.file.0.saturating_add(offset));
        let shifted = |mut one: Diagnostic| {
            one.primary.iter_mut().chain(&mut one.secondary).for_each(|label| shift(&mut label.span));
            one.suppression.iter_mut().for_each(|suppression| shift(&mut suppression.span));
            one
        };
        self.diagnostics.extend(diagnostics.into_iter().map(shifted));
        self.suppressed.extend(suppressed.into_iter().map(shifted));
    }

    /// Adds those of another rule set.
    pub(crate) fn append(&mut self, other: Findings) {
        self.add(other.diagnostics, other.suppressed, &other.sources);
    }

    /// Drops the diagnostics that are not reported.
    pub(crate) fn retain(&mut self, reports: impl Fn(&Diagnostic) -> bool) {
        self.diagnostics.retain(&reports);
        self.suppressed.retain(&reports);
    }

    /// The diagnostics to show to people: errors, and those of the others that `shows` accepts.
    pub(crate) fn shown(&self, shows: impl Fn(&Diagnostic) -> bool) -> Vec<Diagnostic> {
        self.diagnostics.iter().filter(|one| one.is_error() || shows(one)).cloned().collect()
    }

    /// The number of errors.
    pub(crate) fn errors(&self) -> usize {
        self.count(Severity::Error)
    }

    /// The number of warnings.
    pub(crate) fn warnings(&self) -> usize {
        self.count(Severity::Warning)
    }

    /// The number of notes.
    pub(crate) fn notes(&self) -> usize {
        self.count(Severity::Note)
    }

    fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|one| one.severity() == severity).count()
    }
}
