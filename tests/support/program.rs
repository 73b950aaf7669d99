//! Calls the program in a temporary folder.
#![allow(dead_code, unreachable_pub)]

#[path = "environment.rs"]
mod environment;

use assert_cmd::Command;
use environment::dadar;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use tempfile::TempDir;

pub const RULES: &str = "
ruleset: {name: small, defaults: {unrouted: [nobody]}}
topics:
  order.created: [stock]
rules:
  - {name: big, when: data.amount > 100, subscribers: [checks]}
";

pub const TESTS: &str = "
tests:
  - name: big ones are checked
    event: {event_type: ORDER_CREATED, data: {amount: 101}}
    expect: {subscribers: [checks, stock], rules: [big]}
";

/// A temporary folder with files, in which `dadar` is called.
pub struct Place {
    pub dir: TempDir,
}

impl Place {
    pub fn new(files: &[(&str, &str)]) -> Place {
        let place = Place { dir: TempDir::new().unwrap() };
        for (name, text) in files {
            let path = place.path(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        place
    }

    pub fn small() -> Place {
        Place::new(&[("rules/rules.yaml", RULES), ("rules/rules.test.yaml", TESTS)])
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn call(&self, args: &[&str], input: impl Into<Vec<u8>>) -> Called {
        self.call_in("", args, input)
    }

    /// Called from another folder of the place.
    pub fn call_in(&self, folder: &str, args: &[&str], input: impl Into<Vec<u8>>) -> Called {
        self.call_with(&[], folder, args, input)
    }

    /// Called with environment variables.
    pub fn call_with(
        &self,
        variables: &[(&str, &str)],
        folder: &str,
        args: &[&str],
        input: impl Into<Vec<u8>>,
    ) -> Called {
        let mut command = Command::from_std(dadar());
        command.current_dir(self.dir.path().join(folder)).args(args).write_stdin(input);
        command.envs(variables.iter().copied());
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Called { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// `events.ndjson` with one event.
    pub fn write_events(&self) {
        std::fs::write(self.path("events.ndjson"), "{\"event_type\": \"ORDER_CREATED\"}\n").unwrap();
    }

    /// Starts the program with pipes for all its streams.
    pub fn start(&self, args: &[&str]) -> Child {
        let mut command = dadar();
        command.current_dir(self.dir.path()).args(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }
}

pub fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_dadar"))
}

#[derive(Debug)]
pub struct Called {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Called {
    #[track_caller]
    pub fn code(self, code: i32) -> Called {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    #[track_caller]
    pub fn says(self, part: &str) -> Called {
        assert!(self.out.contains(part), "no `{part}` in {self:#?}");
        self
    }

    #[track_caller]
    pub fn complains(self, part: &str) -> Called {
        assert!(self.err.contains(part), "no `{part}` in {self:#?}");
        self
    }

    pub fn decisions(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub fn statuses(&self) -> Vec<String> {
        self.decisions().iter().map(|one| one["status"].as_str().unwrap().to_owned()).collect()
    }
}

pub const EVENT: &str = r#"{"event_id":"e1","event_type":"ORDER_CREATED","data":{"amount":500}}"#;
