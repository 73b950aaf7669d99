//! The options on the command line, without their values; they override environment variables.

use super::Cli;
use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory};
use std::collections::BTreeSet;
use std::ffi::OsString;

/// The options on the command line, as far as they can be parsed.
#[derive(Default)]
pub(super) struct Given {
    /// The command.
    pub(super) command: Option<String>,
    /// The ids of the options and other arguments.
    pub(super) options: BTreeSet<String>,
}

impl Given {
    pub(super) fn on(args: &[OsString]) -> Given {
        // Help and versions come as errors; no variables are needed for them.
        let Ok(matches) = Cli::command().ignore_errors(true).try_get_matches_from(args) else {
            return Given::default();
        };
        let (command, sub) = matches.subcommand().unzip();
        let explicit = |matches: &ArgMatches| -> Vec<String> {
            let ids = matches.ids().filter(|id| matches.value_source(id.as_str()) == Some(ValueSource::CommandLine));
            ids.map(|id| id.as_str().to_owned()).collect()
        };
        let options = explicit(&matches).into_iter().chain(sub.iter().flat_map(|sub| explicit(sub))).collect();
        Given { command: command.map(str::to_owned), options }
    }
}
