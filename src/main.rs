//! The program `dadar`: arguments in, an exit code out. Everything it does is in `cli`, a file a command.

mod cli;

use clap::Parser;
use cli::{Cli, Command, Exit};
use std::process::ExitCode;

fn main() -> ExitCode {
    let Cli { command, global } = Cli::parse();
    let done = match command {
        Command::Check(args) => cli::check::run(args, &global),
        Command::Route(args) => cli::route::run(args, &global),
        Command::Explain(args) => cli::explain::run(args, &global),
        Command::Test(args) => cli::test::run(args, &global),
        Command::Schema => cli::schema::run(),
        Command::Init(args) => cli::init::run(&args),
        Command::Completions(args) => cli::completions::run(&args),
    };
    Exit::of(done, &global).into()
}
