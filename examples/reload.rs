//! Live reload in another program: sessions use the newest rules, and rules with errors are reported to the user, while the last
//! good ones stay in force.
//!
//! ```sh
//! cargo run --example reload --no-default-features --features watch
//! ```

use dadar::reload::{ChangeDetection, ReloadEvent, ReloadOptions, Reloader};
use dadar::{LoadOptions, load};
use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::mpsc;

const EVENT: &[u8] = br#"{"id": "a", "type": "order.created"}"#;

fn main() -> Result<(), Box<dyn Error>> {
    run(&mut io::stdout().lock())
}

pub(crate) fn run(out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let folder = Folder(std::env::temp_dir().join(format!("dadar-reload-example-{}", std::process::id())));
    fs::create_dir_all(&folder.0)?;
    let file = folder.0.join("rules.yaml");
    fs::write(&file, "ruleset: {name: shop}\ntopics: {order.created: [inventory]}\n")?;

    // Errors in the first rule set end the program: `LoadError` displays all of them.
    load(&folder.0, &LoadOptions::default()).into_result()?;

    // A program that runs for long uses `ChangeDetection::Events`, the default; this one says when to reload.
    let options = ReloadOptions::default().detection(ChangeDetection::Manual);
    let (sender, events) = mpsc::channel();
    let report = move |event: ReloadEvent| drop(sender.send(event));
    let reloader = Reloader::start(&folder.0, options, report)?;
    let mut session = reloader.live().session();
    writeln!(out, "to {}", session.route(EVENT, 1).subscribers.join(", "))?;

    fs::write(&file, "ruleset: {name: shop}\ntopics: {order.created: [inventory, payment]}\n")?;
    reloader.reload_now();
    show(out, &events.recv()?)?;
    writeln!(out, "to {}", session.route(EVENT, 2).subscribers.join(", "))?;

    fs::write(&file, "ruleset: {name: shop}\ntopic: {order.created: []}\n")?;
    let state = reloader.reload_now();
    show(out, &events.recv()?)?;
    writeln!(out, "to {}", session.route(EVENT, 3).subscribers.join(", "))?;
    writeln!(out, "{} reloaded, {} failed", state.reloads, state.failures)?;
    Ok(())
}

fn show(out: &mut dyn Write, event: &ReloadEvent) -> io::Result<()> {
    match event {
        ReloadEvent::Failed(error) => writeln!(out, "kept the old rules: {error}"),
        event => writeln!(out, "{event}"),
    }
}

/// A folder that is deleted at the end.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
