//! The documents say what is so: their rule sets load, their commands print what stands below them, their links lead
//! somewhere. With `UPDATE_DOCS=1` the parts that are made (output of commands, the functions) are written anew.
//!
//! The fence of a block determines how it is checked:
//!
//! | fence | the block |
//! | --- | --- |
//! | `yaml` | is a rule set of its own, without any diagnostic |
//! | `yaml error E036` | is one that has this code and no other; on the page of a code `yaml error` is enough |
//! | `yaml test`, `yaml test error` | is a valid test file, or one with E090 |
//! | `yaml test error W025` | is a test file that has this code with the first rule set of the document |
//! | `console` | `$ command` lines and their output (both streams) |
//! | `sh` | commands that succeed; only those that call the program are run |
//! | `sh service` | a command that runs forever; it is not run |
//!
//! `<!-- file NAME` … `-->` puts a file where the commands of the document are run.
#![cfg(all(unix, feature = "cli"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod commands;
mod document;
#[path = "../support/environment.rs"]
mod environment;
mod functions;
mod rules;

use document::Document;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files with an ending in a folder of the project.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join(folder)).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|found| found == ending));
    files.sort();
    files
}

/// README, ARCHITECTURE and the like, and the files in `docs`.
fn documents() -> Vec<Document> {
    let paths = [files("", "md"), files("docs", "md")].concat();
    assert!(paths.len() > 3);
    paths.iter().map(|path| Document::read(path)).collect()
}

fn updating() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some()
}

/// Fails with all problems that were found, not only the first.
#[track_caller]
fn none(faults: Vec<String>) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n\n"));
}
