//! The command line: what can be asked, and what all commands share. Uses only what the library shows.

pub(crate) mod check;
pub(crate) mod completions;
mod exit;
pub(crate) mod explain;
pub(crate) mod init;
mod input;
mod lines;
mod log;
mod metrics;
mod output;
mod pipeline;
pub(crate) mod route;
mod rule_set;
pub(crate) mod schema;
mod size;
mod stop;
mod summary;
mod tally;
pub(crate) mod test;
mod watch;

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

pub(crate) use exit::{Exit, Failure};

/// What a command comes to.
pub(crate) type Done = anyhow::Result<Exit>;

/// Decides where events go, by rules in YAML.
#[derive(Debug, Parser)]
#[command(
    name = "dadar",
    version,
    about = "Decides where events go, by rules in YAML",
    after_help = "Exit codes: 0 fine; 1 the rules are wrong, or a test failed; 2 wrong usage, or a file that cannot be \
                  read; 3 finished, but some input was malformed.\n\n\
                  Begin with: dadar init rules",
    arg_required_else_help = true,
    propagate_version = true,
    disable_help_subcommand = true
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// What every command takes.
#[derive(Clone, Debug, Args)]
pub(crate) struct Global {
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = When::Auto, value_name = "WHEN")]
    pub(crate) color: When,
    /// Let rules read files in this folder too [default: what `root` under `ruleset:` says, else the rule set's own folder only]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,
    /// How large a file of a rule set may be [default: 16MiB]
    #[arg(long, global = true, value_name = "SIZE", value_parser = size::parse)]
    pub(crate) max_file: Option<usize>,
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

/// What can be asked.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Load, type-check and lint a rule set; every problem at once
    Check(check::CheckArgs),
    /// Write a decision for each event
    Route(route::RouteArgs),
    /// Show what the rules made of an event, and why
    Explain(explain::ExplainArgs),
    /// Run the tests of a rule set
    Test(test::TestArgs),
    /// Print the JSON Schema of rule files, for editors
    #[command(after_help = "Example:\n  dadar schema > dadar.schema.json\n\n\
        In the first line of a rule file, for editors with the YAML language server:\n  \
        # yaml-language-server: $schema=dadar.schema.json")]
    Schema,
    /// Write a small rule set to begin with
    Init(init::InitArgs),
    /// Print completions for a shell
    Completions(completions::CompletionsArgs),
}
