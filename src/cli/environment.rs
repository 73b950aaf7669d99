//! Environment variables: every option has one, `DADAR_QUIET` or `DADAR_ROUTE_THREADS`. The command line prevails over them.

use super::given::Given;
use super::{Cli, Global, log, output};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command, CommandFactory};
use dadar::diagnostic::{did_you_mean, printable};
use std::collections::BTreeSet;
use std::env;
use std::ffi::OsString;

const PREFIX: &str = "DADAR_";

/// Variables that Kubernetes sets in each container for a service named `dadar`.
const FOREIGN: [&str; 2] = ["DADAR_PORT", "DADAR_SERVICE_"];

/// The command with a variable for each option. A variable is left out if it is empty, or if its option, or one that excludes
/// it, is on the command line.
pub(super) fn with_variables(command: Command, given: &Given) -> Command {
    let conflicting = conflicting(&command, given);
    let overridden = |arg: &Arg, name: &str| {
        given.options.contains(arg.get_id().as_str()) || conflicting.contains(name) || is_empty(name)
    };
    let bind = |command: Option<&str>, arg: Arg| match name_of(command, &arg) {
        Some(name) if !overridden(&arg, &name) => with_variable(arg, name),
        _ => arg,
    };
    command.mut_args(|arg| bind(None, arg)).mut_subcommands(|sub| {
        let name = sub.get_name().to_owned();
        sub.mut_args(|arg| bind(Some(&name), arg))
    })
}

/// The variable of an option: that of an option of all commands has no command in its name.
fn name_of(command: Option<&str>, arg: &Arg) -> Option<String> {
    let long = arg.get_long()?;
    if matches!(arg.get_action(), ArgAction::Help | ArgAction::HelpLong | ArgAction::HelpShort | ArgAction::Version) {
        return None;
    }
    let command = command.filter(|_| !arg.is_global_set()).map(|command| format!("{command}_")).unwrap_or_default();
    Some(format!("{PREFIX}{command}{long}").replace('-', "_").to_ascii_uppercase())
}

fn with_variable(arg: Arg, name: String) -> Arg {
    let arg = match arg.get_action() {
        ArgAction::SetTrue => arg.value_parser(parse_boolean),
        _ => arg,
    };
    arg.env(name).hide_env_values(true)
}

fn parse_boolean(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(String::from("write true or false, or 1 or 0")),
    }
}

fn is_empty(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| value.is_empty())
}

fn is_set(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| !value.is_empty())
}

/// The variables whose options conflict with the command line.
fn conflicting(command: &Command, given: &Given) -> BTreeSet<String> {
    let Some(sub) = given.command.as_deref().and_then(|name| command.find_subcommand(name)) else {
        return BTreeSet::new();
    };
    let on_the_line = |arg: &&Arg| given.options.contains(arg.get_id().as_str());
    let mut found = BTreeSet::new();
    for arg in sub.get_arguments() {
        for other in sub.get_arg_conflicts_with(arg) {
            // A conflict is declared by one of the two only.
            let excluded = [(arg, other), (other, arg)].into_iter().filter(|(one, _)| on_the_line(one));
            found.extend(excluded.filter_map(|(_, other)| name_of(given.command.as_deref(), other)));
        }
    }
    found
}

/// For an error that the command line alone does not have: the variables that it may come from.
pub(super) fn blame(error: &clap::Error, given: &Given) -> Option<String> {
    let mut command = Cli::command();
    // Only then can options be shown.
    command.build();
    let in_effect = in_effect(&command, given);
    let is_value =
        matches!(error.kind(), ErrorKind::InvalidValue | ErrorKind::ValueValidation | ErrorKind::InvalidUtf8);
    let invalid = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(arg)) if is_value => in_effect.iter().find(|(shown, _)| shown == arg),
        _ => None,
    };
    if let Some((_, name)) = invalid {
        return Some(format!("the value is that of the environment variable {name}"));
    }
    let names: Vec<&str> = in_effect.iter().map(|(_, name)| name.as_str()).collect();
    (!names.is_empty()).then(|| format!("these environment variables are set: {}", names.join(", ")))
}

/// The variables that are set and not overridden, each with its option as error messages show it.
fn in_effect(command: &Command, given: &Given) -> Vec<(String, String)> {
    let name = given.command.as_deref();
    let sub = name.and_then(|name| command.find_subcommand(name));
    // Those of a command include those of all commands.
    let all = sub.unwrap_or(command).get_arguments();
    let free = all.filter(|arg| !given.options.contains(arg.get_id().as_str()));
    let named = free.filter_map(|arg| Some((arg.to_string(), name_of(name, arg)?)));
    named.filter(|(_, name)| is_set(name)).collect()
}

/// Warns of variables that look like those of an option but are not: a misspelt setting would silently have no effect.
pub(crate) fn warn_of_unknown(global: &Global) {
    if global.quiet {
        return;
    }
    let known: Vec<String> = known();
    for name in env::vars_os().filter_map(|(name, _)| unknown(&name, &known)) {
        let message = format!("the environment variable `{name}` has no effect");
        let rest = format!("_{}", name.trim_start_matches(PREFIX));
        let alike: Vec<&str> = known.iter().filter(|known| known.ends_with(&rest)).map(String::as_str).collect();
        let help = match alike.as_slice() {
            [] => did_you_mean(&name, known.iter().map(String::as_str)),
            names => Some(format!("did you mean `{}`?", names.join("` or `"))),
        };
        let Some(help) = help else { continue };
        if log::is_json() {
            tracing::warn!(help, "{message}");
        } else {
            // If stderr is closed, nothing can be reported.
            let _ = output::complain(&printable_lines(&format!("warning: {message}\n  help: {help}\n")));
        }
    }
}

fn printable_lines(text: &str) -> String {
    text.lines().map(|line| format!("{}\n", printable(line))).collect()
}

/// The name of a variable, if it begins like ours and is not one of them.
fn unknown(name: &OsString, known: &[String]) -> Option<String> {
    let name = name.to_str().filter(|name| name.starts_with(PREFIX))?;
    let foreign = FOREIGN.iter().any(|foreign| name.starts_with(foreign));
    (!foreign && !known.iter().any(|known| known == name)).then(|| name.to_owned())
}

/// The variables of all options.
fn known() -> Vec<String> {
    let command = Cli::command();
    let of_all = command.get_arguments().filter_map(|arg| name_of(None, arg));
    let subs = command.get_subcommands();
    let own = subs.flat_map(|sub| sub.get_arguments().filter_map(|arg| name_of(Some(sub.get_name()), arg)));
    of_all.chain(own).collect()
}

#[cfg(test)]
mod tests {
    use super::{known, parse_boolean, unknown};
    use std::collections::BTreeSet;
    use std::ffi::OsString;

    #[test]
    fn each_option_has_its_own_variable() {
        let all = known();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "{all:?}");
        for name in ["DADAR_QUIET", "DADAR_MAX_FILE", "DADAR_ROUTE_THREADS", "DADAR_TEST_FILTER"] {
            assert!(all.iter().any(|one| one == name), "{name}");
        }
        let is_unknown = |name: &str| unknown(&OsString::from(name), &all).is_some();
        assert!(is_unknown("DADAR_THREADS"));
        for fine in ["DADAR_QUIET", "DADAR_PORT", "DADAR_PORT_80_TCP", "DADAR_SERVICE_HOST", "HOME"] {
            assert!(!is_unknown(fine), "{fine}");
        }
    }

    #[test]
    fn booleans() {
        assert_eq!((parse_boolean("1"), parse_boolean("TRUE")), (Ok(true), Ok(true)));
        assert_eq!((parse_boolean("0"), parse_boolean("false")), (Ok(false), Ok(false)));
        assert!(parse_boolean("on").is_err() && parse_boolean("").is_err());
    }
}
