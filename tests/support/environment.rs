//! The program without the settings of whoever runs the tests.
#![allow(dead_code)]

use std::env;
use std::process::Command;

pub(crate) fn dadar() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dadar"));
    remove_settings(|name| {
        command.env_remove(name);
    });
    command
}

/// Calls `remove` with the name of every variable that the program would listen to.
pub(crate) fn remove_settings(mut remove: impl FnMut(&str)) {
    let own = env::vars_os().filter_map(|(name, _)| name.into_string().ok()).filter(|name| name.starts_with("DADAR_"));
    own.for_each(|name| remove(&name));
    ["NO_COLOR", "CLICOLOR_FORCE"].into_iter().for_each(remove);
}
