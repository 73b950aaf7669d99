//! The rule sets that a command is about.

use super::{Exit, Failure, Global, output};
use clap::Args;
use dadar::diagnostic::render::{Format, render};
use dadar::diagnostic::{Code, Diagnostic, FileId, Label, Sources};
use dadar::rules::{Footprint, LoadOptions, Loaded, RuleSet, load};
use std::io;
use std::path::{Path, PathBuf};

/// RULES.
#[derive(Debug, Args)]
pub(crate) struct RulesArg {
    /// The rule set: a folder or a file
    #[arg(value_name = "RULES", default_value = "rules")]
    pub(crate) rules: PathBuf,
}

/// A rule set that can be used.
pub(crate) struct Ready {
    pub(crate) rules: RuleSet,
    /// What its places point into.
    pub(crate) sources: Sources,
    /// Where it comes from.
    pub(crate) footprint: Footprint,
    /// Its test files.
    pub(crate) tests: Vec<PathBuf>,
}

/// How rule sets are loaded.
pub(crate) fn options(global: &Global) -> LoadOptions {
    let mut options = LoadOptions::default();
    options.root.clone_from(&global.root);
    if let Some(size) = global.max_file {
        options.limits.file_bytes = size as u64;
        options.limits.total_bytes = options.limits.total_bytes.max(size as u64);
    }
    options
}

/// Loads what lies at a path; where that are several rule sets, each of them.
pub(crate) fn load_all(path: &Path, global: &Global) -> anyhow::Result<Vec<(PathBuf, Loaded)>> {
    let loaded = load_path(path, global)?;
    if loaded.rule_sets.is_empty() {
        return Ok(vec![(path.to_path_buf(), loaded)]);
    }
    let folders = loaded.rule_sets;
    folders.into_iter().map(|folder| Ok((folder.clone(), load_path(&folder, global)?))).collect()
}

/// A single rule set, ready to be used. Its errors are told on stderr; the exit code then.
pub(crate) fn load_one(path: &Path, global: &Global) -> anyhow::Result<Result<Ready, Exit>> {
    let loaded = load_path(path, global)?;
    if !loaded.rule_sets.is_empty() {
        return Err(several(path, &loaded.rule_sets).into());
    }
    match loaded.rule_set {
        Some(rules) => {
            let Loaded { sources, footprint, tests, .. } = loaded;
            Ok(Ok(Ready { rules, sources, footprint, tests }))
        }
        None => {
            let errors: Vec<Diagnostic> = loaded.diagnostics.into_iter().filter(Diagnostic::is_error).collect();
            let colour = output::colour(global.color, &io::stderr());
            output::complain(&render(&errors, &loaded.sources, Format::Human, colour))?;
            let count = output::count(errors.len(), "error");
            output::complain(&format!("{}: {count}, so nothing was done\n", path.display()))?;
            Ok(Err(exit(&errors)))
        }
    }
}

fn load_path(path: &Path, global: &Global) -> anyhow::Result<Loaded> {
    if let Err(error) = path.metadata() {
        return Err(unreadable(path, &error).into());
    }
    if let Some(root) = global.root.as_ref().filter(|root| !root.is_dir()) {
        return Err(Failure::new(format!("--root `{}` is not a folder", root.display())).into());
    }
    Ok(load(path, &options(global)))
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let shown = path.display();
    if error.kind() != io::ErrorKind::NotFound {
        return Failure::new(format!("cannot read `{shown}`: {error}"));
    }
    Failure::new(format!("there is no rule set `{shown}`"))
        .hint("name the folder or file of your rules, or begin with `dadar init rules`")
}

fn several(path: &Path, folders: &[PathBuf]) -> Failure {
    let list: Vec<String> = folders.iter().map(|folder| format!("\n    {}", folder.display())).collect();
    Failure::new(format!("`{}` holds several rule sets", path.display()))
        .hint(format!("name one of them:{}", list.concat()))
}

/// The exit code that errors lead to: a file that cannot be read is not the rules' fault.
pub(crate) fn exit(errors: &[Diagnostic]) -> Exit {
    if errors.iter().any(|error| error.code == Code::Unreadable) { Exit::Usage } else { Exit::Refused }
}

/// Diagnostics of several sources together, as formats need it that are one document.
#[derive(Default)]
pub(crate) struct Findings {
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) sources: Sources,
}

impl Findings {
    /// Adds diagnostics with the files they point into.
    pub(crate) fn add(&mut self, diagnostics: Vec<Diagnostic>, sources: &Sources) {
        let offset = self.sources.iter().count() as u32;
        for (_, file) in sources.iter() {
            self.sources.add(file.clone());
        }
        let shift = |label: &mut Label| label.span.file = FileId(label.span.file.0.saturating_add(offset));
        self.diagnostics.extend(diagnostics.into_iter().map(|mut one| {
            one.primary.iter_mut().chain(&mut one.secondary).for_each(shift);
            one
        }));
    }

    /// How many errors there are.
    pub(crate) fn errors(&self) -> usize {
        self.diagnostics.iter().filter(|one| one.is_error()).count()
    }

    /// How many warnings there are.
    pub(crate) fn warnings(&self) -> usize {
        self.diagnostics.len() - self.errors()
    }
}
