//! Puts the commit into `dadar --version`. Where there is none to be found, the version has none.
#![allow(clippy::print_stdout)] // That is how a build script reports.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    // Without this, every change of any file would run the script again.
    println!("cargo::rerun-if-changed=build.rs");
    if env::var_os("CARGO_FEATURE_CLI").is_none() {
        return;
    }
    let folder = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    if let Some(commit) = commit_of_package(&folder).or_else(|| commit_of_repository(&folder)) {
        println!("cargo::rustc-env=DADAR_BUILD_COMMIT={commit}");
    }
}

/// The commit that cargo has recorded in a package.
pub(crate) fn commit_of_package(folder: &Path) -> Option<String> {
    let path = folder.join(".cargo_vcs_info.json");
    let text = fs::read_to_string(&path).ok()?;
    println!("cargo::rerun-if-changed={}", path.display());
    let (_, rest) = text.split_once("\"sha1\"")?;
    short(rest.split('"').nth(1)?)
}

/// The commit that is checked out. A repository around this one, in which it is a copy, does not count.
pub(crate) fn commit_of_repository(folder: &Path) -> Option<String> {
    let top = PathBuf::from(git(folder, &["rev-parse", "--show-toplevel"])?);
    if top.canonicalize().ok()? != folder.canonicalize().ok()? {
        return None;
    }
    // `logs/HEAD` grows with each commit and checkout; the others change if there are no logs.
    let branch = git(folder, &["symbolic-ref", "-q", "HEAD"]);
    for name in ["HEAD", "logs/HEAD", "packed-refs"].into_iter().chain(branch.as_deref()) {
        let path = folder.join(git(folder, &["rev-parse", "--git-path", name])?);
        // A file that does not exist would run the script every time.
        if path.exists() {
            println!("cargo::rerun-if-changed={}", path.display());
        }
    }
    short(&git(folder, &["rev-parse", "HEAD"])?)
}

/// What git prints; `None` if it fails or is not installed.
fn git(folder: &Path, args: &[&str]) -> Option<String> {
    let mut command = Command::new("git");
    // Set while hooks run, for another repository perhaps.
    command.env_remove("GIT_DIR").env_remove("GIT_WORK_TREE").env_remove("GIT_INDEX_FILE");
    let output = command.arg("-C").arg(folder).args(args).output().ok()?;
    let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    Some(text.trim_end().to_owned())
}

/// A commit in a length that does not depend on how many there are.
fn short(commit: &str) -> Option<String> {
    let is_commit = commit.len() >= 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    commit.get(..12).filter(|_| is_commit).map(str::to_owned)
}
