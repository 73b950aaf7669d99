//! Commands and their output, run in a folder that has the example rule sets.

use super::document::{Block, Document, rewrite};
use super::environment::remove_settings;
use super::{documents, none, root, updating};
use assert_cmd::Command;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

/// A folder in which the commands of one document are run.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new(document: &Document) -> Place {
        let place = Place { folder: tempfile::tempdir().unwrap() };
        for folder in ["rules", "schemas"] {
            copy(&root().join(folder), &place.folder.path().join(folder));
        }
        for (name, text) in document.hidden_files() {
            let path = place.folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, format!("{text}\n")).unwrap();
        }
        let bin = place.folder.path().join(".bin");
        std::fs::create_dir(&bin).unwrap();
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_dadar"), bin.join("dadar")).unwrap();
        place
    }

    /// The exit code and the output of a command line.
    fn run(&self, line: &str) -> (i32, String) {
        let line = line.replace("cargo run --release --", "dadar");
        let path = format!("{}:{}", self.folder.path().join(".bin").display(), std::env::var("PATH").unwrap());
        let mut command = Command::new("sh");
        remove_settings(|name| {
            command.env_remove(name);
        });
        let output = command
            .args(["-c", &format!("{{ {line}\n}} 2>&1")])
            .current_dir(self.folder.path())
            .env("PATH", path)
            .env("COLUMNS", "120")
            .write_stdin("")
            .timeout(Duration::from_secs(60))
            .output()
            .unwrap();
        (output.status.code().unwrap_or(101), String::from_utf8(output.stdout).unwrap())
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// True for lines that call the program.
fn is_ours(line: &str) -> bool {
    line.split('|').any(|part| {
        let part = part.trim();
        part.starts_with("dadar ") || part.starts_with("cargo run --release -- ")
    })
}

/// A console block with the actual output of its commands.
fn console(place: &Place, block: &Block) -> String {
    let mut out = String::new();
    let mut commands: Vec<String> = Vec::new();
    for line in block.body.lines() {
        let unfinished = commands.last().is_some_and(|command| command.ends_with('\\'));
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => commands.push(command.to_owned()),
            (None, Some(command)) if unfinished => *command = format!("{command}\n{line}"),
            _ => {}
        }
    }
    for (at, command) in commands.iter().enumerate() {
        let prepares = ["cat ", "ln "].iter().any(|start| command.starts_with(start));
        assert!(is_ours(command) || prepares, "{}: `{command}` is not run", block.place);
        let (code, printed) = place.run(command);
        assert!(code < 100, "{}: `{command}` ends with {code}:\n{printed}", block.place);
        let gap = if at == 0 { "" } else { "\n" };
        let printed = printed.trim_end();
        let end = if printed.is_empty() { "" } else { "\n" };
        out.push_str(&format!("{gap}$ {command}\n{printed}{end}"));
    }
    out
}

#[test]
fn commands_print_what_is_shown() {
    let mut faults = Vec::new();
    let mut run = 0;
    for document in documents() {
        let place = Place::new(&document);
        for block in document.blocks() {
            match block.fence.as_str() {
                "console" => faults.extend(shows(&place, &document, &block)),
                "sh" => faults.extend(ends_well(&place, &block)),
                _ => continue,
            }
            run += 1;
        }
    }
    assert!(run > 3);
    none(faults);
}

/// The correct content of a console block, if it differs.
fn shows(place: &Place, document: &Document, block: &Block) -> Option<String> {
    let printed = console(place, block);
    if printed == block.body {
        return None;
    }
    if updating() {
        let fenced = |body: &str| format!("```console\n{body}```\n");
        rewrite(&document.path, |text| text.replace(&fenced(&block.body), &fenced(&printed)));
        return None;
    }
    Some(format!("{}: this is printed now:\n{printed}", block.place))
}

/// Commands that fail; a malformed event is not a failure.
fn ends_well(place: &Place, block: &Block) -> Vec<String> {
    let lines = block.body.lines().filter(|line| is_ours(line));
    let ran = lines.map(|line| (line, place.run(line)));
    let failed = ran.filter(|(_, (code, _))| !matches!(code, 0 | 3));
    failed.map(|(line, (code, printed))| format!("{}: `{line}` ends with {code}:\n{printed}", block.place)).collect()
}
