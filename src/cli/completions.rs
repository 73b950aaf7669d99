//! `dadar completions`: completions for a shell.

use super::{Cli, Done, Exit, output};
use clap::{Args, CommandFactory};
use clap_complete::Shell;

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
    clap_complete::generate(args.shell, &mut Cli::command(), "dadar", &mut script);
    output::print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Fine)
}
