//! The program `dadar`: arguments in, an exit code out. The commands are in `cli`, one file each.

mod cli;

use cli::{Cli, Command, Exit};
use std::process::ExitCode;

fn main() -> ExitCode {
    let Cli { command, global } = match cli::parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err(exit) => return exit.into(),
    };
    if let Command::Route(args) = &command {
        args.begin_log(&global);
    }
    cli::warn_of_unknown(&global);
    let done = match command {
        Command::Check(args) => cli::check::run(args, &global),
        Command::Route(args) => cli::route::run(args, &global),
        Command::Explain(args) => cli::explain::run(args, &global),
        Command::Test(args) => cli::test::run(args, &global),
        Command::Fmt(args) => cli::fmt::run(&args, &global),
        Command::Eval(args) => cli::eval::run(&args, &global),
        Command::Functions(args) => cli::functions::run(&args, &global),
        Command::Codes(args) => cli::codes::run(&args),
        Command::Schema(args) => cli::schema::run(&args),
        Command::Init(args) => cli::init::run(&args),
        Command::Man(args) => cli::man::run(&args),
        Command::Completions(args) => cli::completions::run(&args),
    };
    Exit::of(done, &global).into()
}
