//! `--deny`, `--allow` and `--notes`: which warnings and notes are shown, and which make a check fail.

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use dadar::diagnostic::{Code, Diagnostic, Severity, did_you_mean};

/// The levels of lints, from the command line. For one diagnostic, the last option that applies to it counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct LintLevels {
    options: Vec<(Level, Lints)>,
    notes: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Allow,
    Deny,
}

/// The lints that an option is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lints {
    Warnings,
    Notes,
    Code(Code),
}

impl Lints {
    fn parse(text: &str) -> Result<Lints, String> {
        match text {
            "warnings" => return Ok(Lints::Warnings),
            "notes" => return Ok(Lints::Notes),
            _ => {}
        }
        Code::parse(text).map(Lints::Code).ok_or_else(|| {
            let known = Code::ALL.iter().flat_map(|code| [code.as_str(), code.slug()]).chain(["warnings", "notes"]);
            let hint = did_you_mean(text, known).unwrap_or_else(|| String::from("`dadar codes` lists the codes"));
            format!("this is neither a code nor `warnings` or `notes`; {hint}")
        })
    }

    fn parse_silenceable(text: &str) -> Result<Lints, String> {
        match Lints::parse(text)? {
            Lints::Code(code) if code.severity() == Severity::Error => {
                Err(format!("{} is an error, and errors cannot be silenced", code.as_str()))
            }
            lints => Ok(lints),
        }
    }

    fn include(self, diagnostic: &Diagnostic) -> bool {
        match self {
            Lints::Warnings => diagnostic.severity() == Severity::Warning,
            Lints::Notes => diagnostic.severity() == Severity::Note,
            Lints::Code(code) => diagnostic.code == code,
        }
    }
}

impl LintLevels {
    /// True for a diagnostic that is reported: every error, warnings that are not allowed, and notes that are asked for.
    pub(crate) fn reports(&self, diagnostic: &Diagnostic) -> bool {
        match (diagnostic.severity(), self.level(diagnostic)) {
            (Severity::Error, _) | (_, Some(Level::Deny)) => true,
            (_, Some(Level::Allow)) => false,
            (severity, None) => self.notes || severity == Severity::Warning,
        }
    }

    /// True for a warning or a note that makes a check fail.
    pub(crate) fn denies(&self, diagnostic: &Diagnostic) -> bool {
        !diagnostic.is_error() && self.level(diagnostic) == Some(Level::Deny)
    }

    fn level(&self, diagnostic: &Diagnostic) -> Option<Level> {
        let last = self.options.iter().rev().find(|(_, lints)| lints.include(diagnostic));
        last.map(|(level, _)| *level)
    }
}

fn option(name: &'static str, help: &'static str, parse: fn(&str) -> Result<Lints, String>) -> Arg {
    let option = Arg::new(name).long(name).value_name("LINT").help(help);
    option.action(ArgAction::Append).value_delimiter(',').value_parser(parse)
}

impl Args for LintLevels {
    fn augment_args(command: Command) -> Command {
        let deny = "Fail on these as well: `warnings`, `notes` or a code such as W002; may be given several times";
        let allow = "Do not report these: `warnings`, `notes` or a code; the last option for a code counts";
        let notes = "Also report notes: facts that may be intended";
        command
            .arg(option("deny", deny, Lints::parse))
            .arg(option("allow", allow, Lints::parse_silenceable))
            .arg(Arg::new("notes").long("notes").help(notes).action(ArgAction::SetTrue))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for LintLevels {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut levels = LintLevels::default();
        levels.update_from_arg_matches(matches)?;
        Ok(levels)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        // Options that come from environment variables precede the command line.
        let mut found: Vec<(bool, usize, Level, Lints)> = Vec::new();
        for (name, level) in [("deny", Level::Deny), ("allow", Level::Allow)] {
            let on_line = matches.value_source(name) == Some(clap::parser::ValueSource::CommandLine);
            let values = matches.get_many::<Lints>(name).unwrap_or_default();
            let places = matches.indices_of(name).unwrap_or_default();
            found.extend(values.zip(places).map(|(lints, place)| (on_line, place, level, *lints)));
        }
        found.sort_by_key(|(on_line, place, ..)| (*on_line, *place));
        self.options = found.into_iter().map(|(_, _, level, lints)| (level, lints)).collect();
        self.notes = matches.get_flag("notes");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(arguments: &[&str]) -> LintLevels {
        let command = LintLevels::augment_args(Command::new("check"));
        let matches = command.try_get_matches_from([&["check"], arguments].concat()).unwrap();
        LintLevels::from_arg_matches(&matches).unwrap()
    }

    fn outcome(arguments: &[&str], code: Code, is_note: bool) -> (bool, bool) {
        let diagnostic = Diagnostic::global(code, "x");
        let diagnostic = if is_note { diagnostic.note() } else { diagnostic };
        let levels = levels(arguments);
        (levels.reports(&diagnostic), levels.denies(&diagnostic))
    }

    #[test]
    fn the_last_option_for_a_lint_counts() {
        let warning = |arguments: &[&str]| outcome(arguments, Code::NotEqualOnMissing, false);
        assert_eq!(warning(&[]), (true, false));
        assert_eq!(warning(&["--deny", "warnings"]), (true, true));
        assert_eq!(warning(&["--deny", "notes"]), (true, false));
        assert_eq!(warning(&["--deny", "W002", "--allow", "warnings"]), (false, false));
        assert_eq!(warning(&["--allow", "warnings", "--deny", "W002"]), (true, true));
        assert_eq!(warning(&["--allow", "W002", "--deny", "W003", "--deny", "w002"]), (true, true));
        assert_eq!(warning(&["--deny", "warnings,notes", "--allow", "not-equal-on-missing"]), (false, false));
    }

    #[test]
    fn notes_are_reported_if_they_are_asked_for_or_denied() {
        let note = |arguments: &[&str]| outcome(arguments, Code::NotEqualOnMissing, true);
        assert_eq!(note(&[]), (false, false));
        assert_eq!(note(&["--notes"]), (true, false));
        assert_eq!(note(&["--deny", "warnings"]), (false, false));
        assert_eq!(note(&["--deny", "notes"]), (true, true));
        assert_eq!(note(&["--deny", "W002"]), (true, true));
        assert_eq!(note(&["--notes", "--allow", "notes"]), (false, false));
    }

    #[test]
    fn errors_are_always_reported() {
        let error = |arguments: &[&str]| outcome(arguments, Code::BadTopic, true);
        assert_eq!(error(&["--allow", "warnings,notes"]), (true, false));
        let command = LintLevels::augment_args(Command::new("check"));
        assert!(command.clone().try_get_matches_from(["check", "--allow", "E050"]).is_err());
        assert!(command.try_get_matches_from(["check", "--deny", "W999"]).is_err());
    }
}
