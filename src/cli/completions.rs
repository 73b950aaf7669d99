//! `dadar completions`: completions for a shell.

use super::{Cli, Done, Exit, output};
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, Command, CommandFactory};
use clap_complete::Shell;
use dadar::diagnostic::{Code, Severity};
use dadar::unstable::expr::functions;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dadar completions bash > ~/.local/share/bash-completion/completions/dadar\n  \
    dadar completions zsh > ~/.zfunc/_dadar\n  dadar completions fish > ~/.config/fish/completions/dadar.fish")]
pub(crate) struct CompletionsArgs {
    /// Which shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(crate) fn run(args: &CompletionsArgs) -> Done {
    // Write to memory first: the generator panics if it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut with_names(Cli::command()), "dadar", &mut script);
    output::print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Fine)
}

/// The command with the names of functions and codes, which arguments may also have in other forms.
fn with_names(command: Command) -> Command {
    let functions: Vec<PossibleValue> = functions::all().map(|function| PossibleValue::new(function.name)).collect();
    let code = |code: &Code| PossibleValue::new(code.as_str()).help(code.title());
    let codes: Vec<PossibleValue> = Code::ALL.iter().map(code).collect();
    let values = |values: &[PossibleValue]| PossibleValuesParser::new(values.to_vec());
    command.mut_subcommands(|sub| match sub.get_name() {
        "functions" => sub.mut_arg("name", |arg| arg.value_parser(values(&functions))),
        "codes" => sub.mut_arg("code", |arg| arg.value_parser(values(&codes))),
        "check" => {
            let all = ["warnings", "notes"].map(PossibleValue::new);
            let is_lint = |code: &&Code| code.severity() != Severity::Error;
            let lints: Vec<_> = all.into_iter().chain(Code::ALL.iter().filter(is_lint).map(code)).collect();
            let lints = || values(&lints);
            let sub = sub.mut_arg("explain", |arg| arg.value_parser(values(&codes)));
            sub.mut_arg("deny", |arg| arg.value_parser(lints())).mut_arg("allow", |arg| arg.value_parser(lints()))
        }
        _ => sub,
    })
}
