//! `dadar init`: writes a small rule set to start from, which passes its own tests.

use super::output::{self, quoted};
use super::{CommandError, Done, Exit};
use anyhow::Context;
use clap::{Args, ValueHint};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  dadar init rules && dadar test rules")]
pub(crate) struct InitArgs {
    /// The folder to write to; it may exist, but none of the files may
    #[arg(value_name = "DIR", default_value = "rules", value_hint = ValueHint::DirPath)]
    dir: PathBuf,
}

const FILES: [(&str, &str); 3] = [
    ("rules.yaml", include_str!("init/rules.yaml")),
    ("rules.test.yaml", include_str!("init/rules.test.yaml")),
    ("events.ndjson", include_str!("init/events.ndjson")),
];

pub(crate) fn run(args: &InitArgs) -> Done {
    let dir = &args.dir;
    let occupied = FILES.iter().map(|(name, _)| dir.join(name)).find(|path| path.symlink_metadata().is_ok());
    if let Some(path) = occupied {
        let message = format!("`{}` exists already and is not overwritten", path.display());
        return Err(CommandError::new(message).hint("name another folder").into());
    }
    fs::create_dir_all(dir).with_context(|| format!("cannot create the folder `{}`", dir.display()))?;
    for (name, text) in FILES {
        write_new(&dir.join(name), text)?;
    }
    output::print(&next_steps(dir))?;
    Ok(Exit::Fine)
}

/// Writes a file that must not exist yet.
fn write_new(path: &Path, text: &str) -> anyhow::Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.with_context(|| format!("cannot write `{}`", path.display()))
}

fn next_steps(dir: &Path) -> String {
    let shown = quoted(&dir.display().to_string());
    let files: Vec<String> = FILES.iter().map(|(name, _)| format!("  {}\n", dir.join(name).display())).collect();
    format!(
        "Written:\n{}\nNext:\n  dadar check {shown}\n  dadar test {shown}\n  dadar route {shown} -i {}\n",
        files.concat(),
        quoted(&dir.join("events.ndjson").display().to_string()),
    )
}
