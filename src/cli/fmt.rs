//! `dadar fmt`: gives rule files a canonical layout.

mod diff;
mod files;
mod syntax;
mod write;

use super::progress::Spinner;
use super::rule_set::is_stdin;
use super::{CommandError, Done, Exit, Global, output};
use clap::{Args, ValueHint};
use dadar::diagnostic::render::{Format, render};
use dadar::diagnostic::{Code, Diagnostic, Sources};
use dadar::format::{FormatError, format_within};
use dadar::unstable::yaml::YamlLimits;
use files::{FileKind, FormatFile};
use std::io::{self, Read};
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(
    after_help = "Changes only white space, and the columns of comments: texts keep their quotes, and {…} on one line stays on \
    one line. A file with errors in its YAML, its keys or its expressions is not changed.\n\n\
    Exit codes: 0; 1 if a file has errors, or would change and --check is given; 2 for a path that does not exist.\n\n\
    Examples:\n  dadar fmt                          the rules and tests in ./rules\n  \
    dadar fmt rules/orders a.yaml      several folders or files\n  \
    dadar fmt --check                  for CI: list the files that would change, and fail\n  \
    dadar fmt --diff                   show what would change\n  \
    dadar fmt - < a.yaml               from standard input to standard output"
)]
pub(crate) struct FmtArgs {
    /// Rule files, test files, and folders of them; `-` for standard input
    #[arg(value_name = "PATH", default_value = "rules", value_hint = ValueHint::AnyPath)]
    paths: Vec<PathBuf>,
    /// Write nothing; end with 1 if a file would change
    #[arg(long)]
    check: bool,
    /// Write nothing; print the changes as a unified diff
    #[arg(long)]
    diff: bool,
}

/// The numbers of files, by result.
#[derive(Default)]
struct FileCounts {
    changed: usize,
    unchanged: usize,
    failed: usize,
}

pub(crate) fn run(args: &FmtArgs, global: &Global) -> Done {
    if args.paths.iter().any(|path| is_stdin(path)) {
        if args.paths.len() > 1 {
            return Err(CommandError::new("`-` cannot be combined with other paths").into());
        }
        return standard_input(args, global);
    }
    let found = {
        let _spinner = Spinner::start("looking for rule files", global);
        files::find(&args.paths, global)?
    };
    let mut counts = FileCounts::default();
    for file in found {
        one(&file, args, global, &mut counts)?;
    }
    if !global.quiet && !args.diff {
        output::print(&summary(&counts, args.check))?;
    }
    Ok(end(&counts, args))
}

/// Formats a file in place, or shows the changes.
fn one(file: &FormatFile, args: &FmtArgs, global: &Global, counts: &mut FileCounts) -> anyhow::Result<()> {
    let shown = file.path.display().to_string();
    let text = match files::read(&file.path, global) {
        Ok(text) => text,
        Err(why) => {
            counts.failed += 1;
            return report(&[*why], &Sources::default(), global);
        }
    };
    let Some(formatted) = formatted(&shown, &text, file.kind, global)? else {
        counts.failed += 1;
        return Ok(());
    };
    if formatted == text {
        counts.unchanged += 1;
        return Ok(());
    }
    counts.changed += 1;
    if args.diff {
        let colour = output::colour(global.color, &io::stdout());
        return Ok(output::print(&diff::unified(&shown, &text, &formatted, colour))?);
    }
    if !args.check {
        write::replace(&file.path, &formatted)
            .map_err(|error| CommandError::new(format!("cannot write `{shown}`: {error}")))?;
    }
    if !global.quiet {
        let verb = if args.check { "would format" } else { "formatted" };
        output::print(&format!("{verb} {shown}\n"))?;
    }
    Ok(())
}

fn standard_input(args: &FmtArgs, global: &Global) -> Done {
    const SHOWN: &str = "<stdin>";
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(files::max_bytes(global) + 1).read_to_end(&mut bytes);
    read.map_err(|error| CommandError::new(format!("cannot read standard input: {error}")))?;
    let text = match files::text(SHOWN, bytes, global) {
        Ok(text) => text,
        Err(why) => {
            report(&[*why], &Sources::default(), global)?;
            return Ok(Exit::Refused);
        }
    };
    let kind = files::kind_of_text(&text);
    let Some(formatted) = formatted(SHOWN, &text, kind, global)? else { return Ok(Exit::Refused) };
    if args.diff {
        let colour = output::colour(global.color, &io::stdout());
        output::print(&diff::unified(SHOWN, &text, &formatted, colour))?;
    } else if !args.check {
        output::print(&formatted)?;
    }
    Ok(if args.check && formatted != text { Exit::Refused } else { Exit::Fine })
}

/// The formatted text. If there are errors, they are reported.
fn formatted(shown: &str, text: &str, kind: FileKind, global: &Global) -> anyhow::Result<Option<String>> {
    let (errors, sources) = syntax::errors(shown, text, kind, global);
    if !errors.is_empty() {
        report(&errors, &sources, global)?;
        return Ok(None);
    }
    let bytes = usize::try_from(files::max_bytes(global)).unwrap_or(usize::MAX);
    let limits = YamlLimits { bytes, ..YamlLimits::default() };
    match format_within(text, limits) {
        Ok(formatted) => Ok(Some(formatted)),
        Err(FormatError::Syntax(errors)) => {
            report(&errors, &syntax::sources(shown, text), global)?;
            Ok(None)
        }
        Err(error) => {
            let bug = Diagnostic::global(Code::NotFormatted, format!("`{shown}` was not formatted: {error}"));
            report(&[bug], &Sources::default(), global)?;
            Ok(None)
        }
    }
}

fn report(errors: &[Diagnostic], sources: &Sources, global: &Global) -> anyhow::Result<()> {
    let colour = output::colour(global.color, &io::stderr());
    Ok(output::complain(&render(errors, sources, Format::Human, colour))?)
}

/// `2 files formatted, 5 unchanged, 1 with errors`.
fn summary(counts: &FileCounts, check: bool) -> String {
    let formatted = if check { "would be formatted" } else { "formatted" };
    let mut parts = Vec::new();
    if counts.changed > 0 {
        parts.push(format!("{} {formatted}", output::count(counts.changed, "file")));
    }
    if counts.unchanged > 0 || parts.is_empty() && counts.failed == 0 {
        let noun =
            if parts.is_empty() { output::count(counts.unchanged, "file") } else { counts.unchanged.to_string() };
        parts.push(format!("{noun} unchanged"));
    }
    if counts.failed > 0 {
        let noun = if parts.is_empty() { output::count(counts.failed, "file") } else { counts.failed.to_string() };
        parts.push(format!("{noun} with errors"));
    }
    parts.join(", ") + "\n"
}

fn end(counts: &FileCounts, args: &FmtArgs) -> Exit {
    match counts.failed > 0 || args.check && counts.changed > 0 {
        true => Exit::Refused,
        false => Exit::Fine,
    }
}
