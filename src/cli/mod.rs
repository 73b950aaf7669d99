//! The command line: the commands, one file each, and their shared parts. It uses only the public library.

mod budget;
pub(crate) mod check;
pub(crate) mod codes;
pub(crate) mod completions;
mod environment;
pub(crate) mod eval;
mod events;
mod exit;
pub(crate) mod explain;
pub(crate) mod fmt;
pub(crate) mod functions;
mod given;
pub(crate) mod init;
mod levels;
mod log;
pub(crate) mod man;
mod metrics;
mod output;
mod progress;
mod reload_log;
pub(crate) mod route;
mod rule_set;
pub(crate) mod schema;
mod signals;
mod size;
mod summary;
pub(crate) mod test;
mod usage;
mod version;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use std::path::PathBuf;

pub(crate) use environment::warn_of_unknown;
pub(crate) use exit::{CommandError, Exit};
pub(crate) use usage::parse;

/// The result of a command.
pub(crate) type Done = anyhow::Result<Exit>;

/// Decides where events go, by rules in YAML.
#[derive(Debug, Parser)]
#[command(
    name = "dadar",
    version,
    long_version = version::long(),
    about = "Decides where events go, by rules in YAML",
    after_help = after_help(),
    arg_required_else_help = true,
    propagate_version = true
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) global: Global,
}

fn after_help() -> String {
    let codes: Vec<String> = exit::EXIT_CODES.iter().map(|(code, meaning)| format!("{code} {meaning}")).collect();
    format!(
        "Exit codes: {}.\n\n\
         Each option has an environment variable, which `dadar COMMAND --help` names. The command line prevails; an empty \
         variable has no effect.\n\n\
         To get started: dadar init rules",
        codes.join("; ")
    )
}

/// The options of every command.
#[derive(Clone, Debug, Args)]
pub(crate) struct Global {
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = When::Auto, value_name = "WHEN")]
    pub(crate) color: When,
    /// Write nothing but errors to stderr: no warnings, no progress, no summaries
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Let rules read files in this folder too [default: `root` under `ruleset:`, else only the rule set's own folder]
    #[arg(long, global = true, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) root: Option<PathBuf>,
    /// How large a file of a rule set may be [default: 16MiB]
    #[arg(long, global = true, value_name = "SIZE", allow_negative_numbers = true, value_parser = size::parse_file)]
    pub(crate) max_file: Option<usize>,
}

/// How a command writes its results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// For people
    Human,
    /// One JSON object a line
    Json,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// In a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Load, type-check and lint a rule set, and report every problem
    Check(check::CheckArgs),
    /// Write a decision for each event
    Route(route::RouteArgs),
    /// Show how an event was decided, and why
    Explain(explain::ExplainArgs),
    /// Run the tests of a rule set
    Test(test::TestArgs),
    /// Give rule files and test files a canonical layout
    Fmt(fmt::FmtArgs),
    /// Evaluate one expression, and show the value of each of its parts
    Eval(eval::EvalArgs),
    /// Print the reference of the functions that expressions can call
    Functions(functions::FunctionsArgs),
    /// List the codes of all errors and warnings, or print the page of one
    Codes(codes::CodesArgs),
    /// Print the JSON Schema of rule files, test files, or the output of a command
    Schema(schema::SchemaArgs),
    /// Write a small rule set to start from
    Init(init::InitArgs),
    /// Write man pages, one for the program and one for each command
    Man(man::ManArgs),
    /// Print completions for a shell
    Completions(completions::CompletionsArgs),
}
