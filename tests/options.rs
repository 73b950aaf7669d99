//! Options that several commands have, and what else tells the program how to work: environment variables, standard input.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/program.rs"]
mod program;

/// The build script: which commit it finds.
#[allow(dead_code)]
#[path = "../build.rs"]
mod build;

use program::{Called, Place, RULES, TESTS};
use std::path::Path;

/// A rule that the lints warn of.
const DOUBTFUL: &str = "rules: [{name: x, when: data.a != 1}]";

fn with(place: &Place, variables: &[(&str, &str)], args: &[&str]) -> Called {
    place.call_with(variables, "", args, "")
}

#[test]
fn quiet_leaves_errors_only() {
    let files = [
        ("rules/rules.yaml", RULES),
        ("rules/rules.test.yaml", TESTS),
        ("doubtful.yaml", DOUBTFUL),
        ("wrong.yaml", "rules: [{name: x, when: data.a != 1, wen: true}]"),
        ("r/a/a.yaml", RULES),
        ("r/a/a.test.yaml", TESTS),
        ("r/b/b.yaml", RULES),
    ];
    let place = Place::new(&files);
    place.write_events();
    for (args, part) in [
        (&["check", "doubtful.yaml"][..], "warning["),
        (&["eval", "data.a != 1"], "warning["),
        (&["test", "r"], "r/b: no tests"),
        (&["route", "-i", "events.ndjson", "--summary"], "1 line"),
        (&["route", "-i", "events.ndjson", "--metrics", "0", "-v"], "metrics are at"),
    ] {
        let loud = place.call(args, "").code(0).complains(part);
        for quiet in [&[args, &["-q"]].concat(), &[&["--quiet"], args].concat()] {
            let called = place.call(quiet, "").code(0);
            assert_eq!((called.out.as_str(), called.err.as_str()), (loud.out.as_str(), ""), "{quiet:?}");
        }
    }
    let wrong = place.call(&["check", "wrong.yaml", "-q"], "").code(1).complains("error[E003]");
    assert!(!wrong.err.contains("warning["), "{wrong:?}");
    // Warnings that make it fail are errors.
    place.call(&["check", "doubtful.yaml", "-q", "--deny", "warnings"], "").code(1).complains("warning[");
    place.call(&["-q", "route", "wrong.yaml"], "").code(1).complains("error[E003]").complains("so nothing was done");
    place.call(&["-q", "route", "nothing"], "").code(2).complains("no rule set `nothing`");
    place.call(&["-q", "route", "--nonsense"], "").code(2).complains("--nonsense");
}

#[test]
fn variables_are_options_that_the_command_line_overrides() {
    let place = Place::small();
    place.write_events();
    let json = [("DADAR_TEST_FORMAT", "json")];
    with(&place, &json, &["test"]).code(0).says("{\"failed\":0,\"passed\":1}");
    with(&place, &json, &["test", "--format", "human"]).code(0).says("✓ big ones");
    // It is of one command alone.
    with(&place, &json, &["check"]).code(0).says("checked rules");
    for (value, written) in [("true", true), ("1", true), ("TRUE", true), ("false", false), ("0", false), ("", false)] {
        let called = with(&place, &[("DADAR_ROUTE_SUMMARY", value)], &["route", "-i", "events.ndjson"]).code(0);
        assert_eq!(called.err.contains("1 line"), written, "{value}: {called:?}");
    }
    let route = ["route", "-i", "events.ndjson", "--summary"];
    assert_eq!(with(&place, &[("DADAR_QUIET", "1")], &route).code(0).err, "");
    assert!(with(&place, &[("DADAR_COLOR", "always")], &["check", "nothing"]).code(2).err.contains('\x1b'));
    for never in [&["--color", "never", "check", "nothing"][..], &["check", "--color=never", "nothing"]] {
        assert!(!with(&place, &[("DADAR_COLOR", "always")], never).code(2).err.contains('\x1b'), "{never:?}");
    }
    with(&place, &[("DADAR_ROUTE_VERBOSE", "1")], &["route", "-i", "events.ndjson", "--metrics", "0"])
        .code(0)
        .complains("metrics are at");
    let named = [("DADAR_ROUTE_RULES", "rules"), ("DADAR_ROUTE_INPUT", "events.ndjson")];
    assert_eq!(with(&place, &named, &["route"]).code(0).statuses(), ["routed"]);
}

#[test]
fn what_the_command_line_excludes_is_not_taken_from_a_variable() {
    let place = Place::small();
    place.write_events();
    with(&place, &[("DADAR_EVAL_INPUT", "events.ndjson")], &["eval", "event.a", "--event", "{\"a\": 7}"])
        .code(0)
        .says("7  ");
    with(&place, &[("DADAR_CHECK_RULES", "nothing")], &["check", "rules"]).code(0);
    let wrong = with(&place, &[("DADAR_CHECK_RULES", "nothing")], &["check"]).code(2);
    wrong.complains("no rule set `nothing`");
    let both = [("DADAR_EVAL_INPUT", "events.ndjson"), ("DADAR_EVAL_EVENT", "{}")];
    with(&place, &both, &["eval", "1"]).code(2).complains("DADAR_EVAL_INPUT").complains("DADAR_EVAL_EVENT");
}

#[test]
fn wrong_variables_are_named() {
    let place = Place::small();
    let route = ["route", "-i", "events.ndjson"];
    place.write_events();
    for (name, value) in [
        ("DADAR_ROUTE_THREADS", "many"),
        ("DADAR_ROUTE_MAX_LINE", "-1"),
        ("DADAR_ROUTE_SUMMARY", "maybe"),
        ("DADAR_ROUTE_LOG_FORMAT", "xml"),
        ("DADAR_COLOR", "sometimes"),
        ("DADAR_QUIET", "2"),
    ] {
        with(&place, &[(name, value)], &route).code(2).complains(value).complains(name);
    }
    let follow = [("DADAR_ROUTE_FOLLOW", "1")];
    with(&place, &follow, &["route"]).code(2).complains("--input").complains("DADAR_ROUTE_FOLLOW");
    // The mistake is on the command line.
    let own = with(&place, &follow, &["route", "--threads", "many"]).code(2);
    assert!(!own.err.contains("DADAR_"), "{own:?}");
    // A wrong value that is overridden is not looked at.
    for args in [&["check", "-q"][..], &["-q", "check"]] {
        with(&place, &[("DADAR_QUIET", "2")], args).code(0);
    }
    let json = [("DADAR_ROUTE_LOG_FORMAT", "json"), ("DADAR_ROUTE_THREADS", "many")];
    assert!(with(&place, &json, &route).code(2).err.starts_with("{\"timestamp\""));
}

#[test]
fn variables_without_effect_are_reported() {
    let place = Place::small();
    place.write_events();
    let check = |name| with(&place, &[(name, "1")], &["check"]).code(0);
    check("DADAR_THREADS").complains("`DADAR_THREADS` has no effect").complains("did you mean `DADAR_ROUTE_THREADS`?");
    check("DADAR_FORMAT").complains("`DADAR_CHECK_FORMAT` or `DADAR_").complains("` or `DADAR_TEST_FORMAT`");
    check("DADAR_QUITE").complains("did you mean `DADAR_QUIET`?");
    for fine in ["DADAR_PORT", "DADAR_PORT_80_TCP_ADDR", "DADAR_SERVICE_HOST", "DADAR_XYZZY"] {
        assert_eq!(check(fine).err, "");
    }
    assert_eq!(with(&place, &[("DADAR_THREADS", "1"), ("DADAR_QUIET", "1")], &["check"]).code(0).err, "");
    let json = ["route", "-i", "events.ndjson", "--log-format", "json"];
    assert!(with(&place, &[("DADAR_THREADS", "1")], &json).code(0).err.starts_with("{\"timestamp\""));
}

#[test]
fn help_names_the_variables() {
    let place = Place::new(&[]);
    let secret = [("DADAR_ROUTE_STATE", "secret")];
    let help = with(&place, &secret, &["route", "--help"]).code(0).says("[env: DADAR_ROUTE_THREADS]");
    assert!(!help.out.contains("secret"));
    let help = help.says("[env: DADAR_QUIET]").says("[env: DADAR_ROUTE_EVENT_MEMORY]").out;
    let options = help.lines().filter(|line| line.trim_start().starts_with('-') && line.contains("--"));
    let own = options.filter(|line| !line.contains("--help") && !line.contains("--version"));
    assert_eq!(own.count(), help.matches("[env: DADAR_").count(), "{help}");
}

#[test]
fn help_stays_readable_in_narrow_terminals() {
    let place = Place::new(&[]);
    for columns in ["0", "1", "39"] {
        let help = with(&place, &[("COLUMNS", columns)], &["--help"]).code(0).out;
        assert_eq!(help.lines().next(), Some("Decides where events go, by rules in"), "{columns}");
        assert!(help.lines().all(|line| line.chars().count() <= 40), "{help}");
    }
    // What is not a number is not a width.
    with(&place, &[("COLUMNS", "x")], &["--help"]).code(0).says("Decides where events go, by rules in YAML\n");
}

#[test]
fn standard_input_has_one_name() {
    let place = Place::small();
    place.write_events();
    let wrong = "rules: [{name: x, wen: true}]";
    place.call(&["check", "-"], RULES).code(0).says("checked <stdin>: ");
    place.call(&["check", "-"], wrong).code(1).complains("<stdin>:1:19").says("checked <stdin>: 1 error");
    place.call(&["check", "-"], "").code(1).complains("there are no rules in `<stdin>`: it is empty");
    place.call(&["check", "-"], b"rules: [\xff]").code(2).complains("not UTF-8, from byte 8 on");
    let lines = place.call(&["check", "-r", "-", "--format", "json"], wrong).code(1).decisions();
    assert!(lines[0].to_string().contains("\"<stdin>\""), "{}", lines[0]);
    for rules in [&["-"][..], &["-r", "-"], &["--rules", "-"]] {
        let route = [&["route", "-i", "events.ndjson"], rules].concat();
        assert_eq!(place.call(&route, RULES).code(0).statuses(), ["routed"]);
        place.call(&route, wrong).code(1).complains("<stdin>:1:19").complains("<stdin>: 1 error, so nothing was done");
        place.call(&[&["route"], rules].concat(), RULES).code(2).complains("cannot both come from standard input");
        let explain = [&["explain", "-i", "events.ndjson"], rules].concat();
        place.call(&explain, RULES.replace("order.created", "\"#\"")).code(0).says("<stdin>:4:");
        place.call(&[&["test"], rules].concat(), RULES).code(1).says("<stdin>");
    }
    place.call(&["eval", "a", "-r", "-"], "define: {b: lower(}").code(1).complains("<stdin>:1:");
    place.call(&["route", "rules", "-r", "rules"], "").code(2).complains("cannot be used with");
}

#[test]
fn man_pages_of_every_command() {
    let place = Place::new(&[]);
    place.call(&["man", "new/man1"], "").code(0).says("man pages in new/man1");
    let page = |name: &str| std::fs::read_to_string(place.path("new/man1").join(name)).unwrap();
    let all = page("dadar.1");
    let commands = commands(&place);
    assert!(commands.len() > 10 && commands.iter().any(|name| name == "man"), "{commands:?}");
    for command in &commands {
        assert!(all.contains(&format!("dadar\\-{command}(1)")), "{command}: {all}");
        let own = page(&format!("dadar-{command}.1"));
        for section in ["NAME", "SYNOPSIS", "OPTIONS", "EXAMPLES", "ENVIRONMENT", "\"EXIT STATUS\"", "\"SEE ALSO\""] {
            assert!(own.contains(&format!(".SH {section}\n")), "{command}, {section}: {own}");
        }
        assert!(own.contains("wrong usage, or a file that cannot be read or written"), "{own}");
        // `dadar help COMMAND` is the same as its `--help`.
        let help = place.call(&["help", command], "").code(0).out;
        assert_eq!(help, place.call(&[command, "--help"], "").code(0).out);
    }
    assert_eq!(std::fs::read_dir(place.path("new/man1")).unwrap().count(), commands.len() + 1);
    assert!(page("dadar-route.1").contains("DADAR_ROUTE_THREADS") && page("dadar-route.1").contains("DADAR_QUIET"));
    // Written again, they are the same.
    place.call(&["man", "new/man1"], "").code(0);
    assert_eq!(all, page("dadar.1"));
    std::fs::write(place.path("file"), "").unwrap();
    place.call(&["man", "file"], "").code(2).complains("cannot create the folder `file`");
    place.call(&["man"], "").code(2).complains("<DIR>");
}

/// The commands, as `dadar --help` lists them.
fn commands(place: &Place) -> Vec<String> {
    let help = place.call(&["--help"], "").code(0).out;
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    names.map(str::to_owned).collect()
}

#[test]
fn versions_are_long_or_short() {
    let place = Place::new(&[]);
    let short = concat!("dadar ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(place.call(&["-V"], "").code(0).out, short);
    let long = place.call(&["--version"], "").code(0).out;
    let mut lines = long.lines();
    let first = lines.next().unwrap();
    let commit = build::commit_of_package(root()).or_else(|| build::commit_of_repository(root()));
    assert_eq!(first, commit.map_or(short.trim().to_owned(), |commit| format!("{} ({commit})", short.trim())));
    let features = lines.next().unwrap();
    assert!(features.starts_with("features: cli pipeline render"), "{features}");
    assert_eq!(features.contains("schemas"), cfg!(feature = "schemas"));
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_commit_is_that_of_the_package_or_of_its_own_repository() {
    let place = Place::new(&[("inner/Cargo.toml", "")]);
    let (outer, inner) = (place.path(""), place.path("inner"));
    assert_eq!((build::commit_of_package(&inner), build::commit_of_repository(&inner)), (None, None));
    let sha = "0123456789abcdef0123456789abcdef01234567";
    let info = |sha: &str| format!("{{\n  \"git\": {{\n    \"sha1\": \"{sha}\"\n  }},\n  \"path_in_vcs\": \"\"\n}}");
    std::fs::write(inner.join(".cargo_vcs_info.json"), info(sha)).unwrap();
    assert_eq!(build::commit_of_package(&inner).as_deref(), Some("0123456789ab"));
    for wrong in [String::from("{}"), info("0123"), info(&"x".repeat(40)), info(&"₹".repeat(40))] {
        std::fs::write(inner.join(".cargo_vcs_info.json"), wrong).unwrap();
        assert_eq!(build::commit_of_package(&inner), None);
    }
    let git = |args: &[&str]| {
        let mut command = std::process::Command::new("git");
        command.env_remove("GIT_DIR").env_remove("GIT_WORK_TREE").env_remove("GIT_INDEX_FILE");
        command.args(["-c", "user.name=a", "-c", "user.email=a@b.c", "-C"]).arg(&outer).args(args);
        command.output().is_ok_and(|output| output.status.success())
    };
    // Without git, there is nothing to find either.
    if git(&["init", "-q"]) {
        assert_eq!(build::commit_of_repository(&outer), None, "there is no commit yet");
        assert!(git(&["commit", "-q", "--allow-empty", "-m", "a"]));
        let commit = build::commit_of_repository(&outer).unwrap();
        assert_eq!(commit.len(), 12);
        assert!(git(&["commit", "-q", "--allow-empty", "-m", "b"]));
        assert_ne!(build::commit_of_repository(&outer), Some(commit));
        assert_eq!(build::commit_of_repository(&inner), None, "it is a copy in another repository");
    }
}

#[test]
#[cfg(unix)]
fn bash_completes_what_the_program_knows() {
    let place = Place::new(&[]);
    let script = place.call(&["completions", "bash"], "").code(0).out;
    std::fs::write(place.path("dadar.bash"), script).unwrap();
    let complete = |words: &[&str]| {
        let code = "source ./dadar.bash; COMP_WORDS=(dadar \"$@\"); COMP_CWORD=$#; _dadar dadar \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD-1]}\"; echo \"${COMPREPLY[*]}\"";
        let mut bash = std::process::Command::new("bash");
        bash.current_dir(place.dir.path()).args(["--norc", "-c", code, "bash"]).args(words);
        bash.output().ok().map(|output| String::from_utf8(output.stdout).unwrap())
    };
    for (words, completed) in [
        (&["ro"][..], "route"),
        (&["route", "--thr"], "--threads"),
        (&["test", "--format", ""], "human json junit"),
        (&["functions", "betw"], "between"),
        (&["codes", "E02"], "E020 E021 E022"),
        (&["check", "--explain", "W001"], "W001"),
        (&["route", "-i", "dadar.b"], "dadar.bash"),
        (&["route", "-r", "dadar.b"], "dadar.bash"),
    ] {
        // A machine without bash needs no completions for it.
        let Some(out) = complete(words) else { return };
        assert!(out.contains(completed), "{words:?}: {out}");
    }
    for shell in ["zsh", "fish", "elvish", "powershell"] {
        let script = place.call(&["completions", shell], "").code(0).says("functions").says("max-file");
        assert!(script.out.contains("E020") || shell != "fish" && shell != "zsh", "{shell}");
    }
    // Other forms of a name are accepted all the same.
    place.call(&["functions", "lower(data.x)"], "").code(0);
    place.call(&["codes", "duplicate-name"], "").code(0);
}

#[test]
fn lints_that_a_variable_denies_can_be_allowed_on_the_command_line() {
    let place = Place::new(&[("doubtful.yaml", "rules: [{name: r, when: data.a != 1, subscribers: [s]}]")]);
    let check = ["check", "doubtful.yaml"];
    let deny = [("DADAR_CHECK_DENY", "notes,warnings")];
    with(&place, &deny, &check).code(1).complains("warning[W002]");
    with(&place, &deny, &[&check[..], &["--allow", "W002"]].concat()).code(0).says("no problems");
    with(&place, &[("DADAR_CHECK_ALLOW", "W002")], &check).code(0).says("no problems");
    with(&place, &[("DADAR_CHECK_ALLOW", "W002")], &[&check[..], &["--deny", "warnings"]].concat()).code(1);
    with(&place, &[("DADAR_CHECK_DENY", "W999")], &check).code(2).complains("DADAR_CHECK_DENY");
    with(&place, &[("DADAR_CHECK_NOTES", "1")], &check).code(0).says("1 warning");
}
