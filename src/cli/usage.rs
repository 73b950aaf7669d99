//! Reads the arguments. Wrong ones are reported in the colours and the format that they ask for.

use super::given::Given;
use super::log::{self, LogFormat};
use super::{Cli, Exit, When, environment, output};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory, Error, FromArgMatches, ValueEnum};
use dadar::diagnostic::printable;
use std::ffi::OsString;
use std::io::{self, Write};

/// The arguments; or, where there is nothing more to do, how the program ends.
pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Cli, Exit> {
    let args: Vec<OsString> = args.into_iter().collect();
    let given = Given::on(&args);
    let matched = environment::with_variables(command(), &given).try_get_matches_from(&args);
    matched.and_then(|matches| Cli::from_arg_matches(&matches)).map_err(|error| report(&error, &args, &given))
}

/// The least width: help with one word on a line is useless, whatever a terminal or variable claims.
const NARROWEST: usize = 40;

fn command() -> Command {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse::<usize>().ok());
    match columns {
        Some(columns) if columns < NARROWEST => Cli::command().term_width(NARROWEST),
        _ => Cli::command(),
    }
}

fn report(error: &Error, args: &[OsString], given: &Given) -> Exit {
    let colour: When = setting(args, "--color", "DADAR_COLOR").unwrap_or(When::Auto);
    if !error.use_stderr() {
        let text = rendered(error, output::colour(colour, &io::stdout()));
        return match output::print(&text) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Exit::Usage,
            _ => Exit::Fine,
        };
    }
    // If there is no error without the variables, they caused it.
    let without = Cli::command().try_get_matches_from(args).map_err(|error| error.kind());
    let hint = if without.err() == Some(error.kind()) { hint(error) } else { environment::blame(error, given) };
    let hint = hint.map(|hint| format!("\n  tip: {hint}\n")).unwrap_or_default();
    if setting(args, "--log-format", "DADAR_ROUTE_LOG_FORMAT") == Some(LogFormat::Json) {
        log::begin(tracing::Level::WARN, LogFormat::Json, false);
        let text = rendered(error, false) + &hint;
        tracing::error!("{}", text.trim_start_matches("error: ").trim_end());
    } else {
        let text = rendered(error, output::colour(colour, &io::stderr())) + &hint;
        // If stderr is closed, nothing can be reported.
        let _ = io::stderr().write_all(text.as_bytes());
    }
    Exit::Usage
}

fn rendered(error: &Error, colour: bool) -> String {
    let text = error.render();
    if colour { text.ansi().to_string() } else { text.to_string() }
}

/// The value of an option or of its variable, though the arguments are wrong.
fn setting<T: ValueEnum>(args: &[OsString], name: &str, variable: &str) -> Option<T> {
    option(args, name).or_else(|| T::from_str(&std::env::var(variable).ok()?, true).ok())
}

/// The value of an option, even among wrong arguments.
fn option<T: ValueEnum>(args: &[OsString], name: &str) -> Option<T> {
    let mut words = args.iter().skip(1).map(|word| word.to_string_lossy()).take_while(|word| word != "--");
    while let Some(word) = words.next() {
        let value = match word.strip_prefix(name) {
            Some("") => words.next()?.into_owned(),
            Some(rest) if rest.starts_with('=') => rest.trim_start_matches('=').to_owned(),
            _ => continue,
        };
        return T::from_str(&value, true).ok();
    }
    None
}

/// A second positional argument is most likely meant to be the input.
fn hint(error: &Error) -> Option<String> {
    let usage = error.get(ContextKind::Usage)?.to_string();
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidArg) else { return None };
    let takes_input = usage.contains("dadar route") || usage.contains("dadar explain");
    let is_extra = error.kind() == ErrorKind::UnknownArgument && !word.starts_with('-');
    let word = output::quoted(&printable(word));
    (is_extra && takes_input).then(|| format!("events are read from a file with `-i {word}`"))
}
