//! `dadar man`: man pages of the program and of each command.

use super::exit::EXIT_CODES;
use super::given::Given;
use super::output::{self, quoted};
use super::{Cli, Done, Exit, environment};
use anyhow::Context;
use clap::{Args, Command, CommandFactory, ValueHint};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dadar man ~/.local/share/man/man1 && man dadar-route\n  \
    dadar man target/man                          for a package")]
pub(crate) struct ManArgs {
    /// The folder to write to, one file a command; files of an earlier version are overwritten
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    dir: PathBuf,
}

pub(crate) fn run(args: &ManArgs) -> Done {
    fs::create_dir_all(&args.dir).with_context(|| format!("cannot create the folder `{}`", args.dir.display()))?;
    let mut command = environment::with_variables(Cli::command(), &Given::default()).disable_help_subcommand(true);
    command.build();
    let names: Vec<String> = command.get_subcommands().map(|sub| format!("dadar-{}", sub.get_name())).collect();
    for sub in command.get_subcommands() {
        write(&args.dir, sub, &[String::from("dadar")])?;
    }
    write(&args.dir, &command, &names)?;
    let dir = quoted(&args.dir.display().to_string());
    output::print(&format!("{} in {dir}\n", output::count(names.len() + 1, "man page")))?;
    Ok(Exit::Fine)
}

fn write(dir: &Path, command: &Command, see_also: &[String]) -> anyhow::Result<()> {
    // The version alone: pages of one version are the same, for every commit.
    let source = format!("dadar {}", env!("CARGO_PKG_VERSION"));
    // An empty date would be left out, and the others taken for it.
    let man = Man::new(command.clone()).date(" ").source(source).manual("dadar");
    let path = dir.join(man.get_filename());
    let mut page = Vec::new();
    render(&man, command, see_also, &mut page)?;
    fs::write(&path, page).with_context(|| format!("cannot write `{}`", path.display()))
}

fn render(man: &Man, command: &Command, see_also: &[String], page: &mut Vec<u8>) -> io::Result<()> {
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(page)?;
    }
    let mut rest = Roff::new();
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    after_help(&help, &mut rest);
    environment_section(command, &mut rest);
    exit_status(&mut rest);
    rest.control("SH", ["SEE ALSO"]);
    let last = see_also.len().saturating_sub(1);
    for (at, name) in see_also.iter().enumerate() {
        rest.text([bold(name), roman(if at == last { "(1)" } else { "(1)," })]);
    }
    rest.to_writer(page)
}

/// The end of a help text: examples, each on a line of its own, and notes.
fn after_help(help: &str, page: &mut Roff) {
    let paragraphs: Vec<&str> = help.split("\n\n").filter(|text| !text.starts_with("Exit codes:")).collect();
    let is_example = |text: &&str| text.starts_with("Example");
    for examples in paragraphs.iter().filter(|text| is_example(text)) {
        page.control("SH", ["EXAMPLES"]);
        page.control("nf", []);
        for line in examples.lines().skip(1) {
            page.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
        }
        page.control("fi", []);
    }
    let notes: Vec<&&str> = paragraphs.iter().filter(|text| !is_example(text) && !text.is_empty()).collect();
    if !notes.is_empty() {
        page.control("SH", ["NOTES"]);
    }
    for note in notes {
        page.control("PP", []);
        page.text([roman(note.replace('\n', " "))]);
    }
}

/// The variables of the options. The command line overrides them.
fn environment_section(command: &Command, page: &mut Roff) {
    page.control("SH", ["ENVIRONMENT"]);
    for arg in command.get_arguments() {
        let (Some(name), Some(option)) = (arg.get_env(), arg.get_long()) else { continue };
        page.control("TP", []);
        page.text([bold(name.to_string_lossy())]);
        page.text([roman("for "), bold(format!("--{option}"))]);
    }
}

fn exit_status(page: &mut Roff) {
    page.control("SH", ["EXIT STATUS"]);
    for (code, meaning) in EXIT_CODES {
        page.control("TP", []);
        page.text([bold(code.to_string())]);
        page.text([roman(meaning)]);
    }
}
