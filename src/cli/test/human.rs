//! Test results as text.

use crate::cli::output::quoted;
use anstyle::{AnsiColor, Style};
use dadar::diagnostic::printable;
use dadar::suite::{Report, TestFailure, TestOutcome};
use std::path::Path;

/// The number of failed expectations of one test that are shown.
const SHOWN: usize = 10;

/// The limit for the length of an event that is shown as part of a command.
const MAX_HINT: usize = 400;

const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
const FAINT: Style = Style::new().dimmed();

/// Every test with its mark, the expectations that failed, and the counts.
pub(super) fn render(report: &Report, rules: &Path, heading: Option<&Path>, colour: bool) -> String {
    let mut page = TestPage { text: String::new(), colour };
    if let Some(path) = heading {
        page.line(&format!("== {}", printable(&path.display().to_string())));
    }
    for file in &report.files {
        page.line(&printable(&file.path));
        file.outcomes.iter().for_each(|outcome| page.outcome(outcome, rules));
    }
    page.counts(report);
    page.text
}

/// The text under construction.
struct TestPage {
    text: String,
    colour: bool,
}

impl TestPage {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn styled(&self, style: Style, text: &str) -> String {
        if self.colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    fn outcome(&mut self, outcome: &TestOutcome, rules: &Path) {
        let name = printable(&outcome.name);
        if outcome.passed() {
            let mark = self.styled(GOOD, "✓");
            return self.line(&format!("  {mark} {name}"));
        }
        let mark = self.styled(BAD, "✗");
        let place = self.styled(FAINT, &printable(&outcome.place));
        self.line(&format!("  {mark} {name}  {place}"));
        outcome.failures.iter().take(SHOWN).for_each(|failure| self.failure(failure));
        let unshown = outcome.failures.len().saturating_sub(SHOWN);
        if unshown > 0 {
            self.line(&format!("      and {unshown} more"));
        }
        self.hint(outcome, rules);
    }

    fn failure(&mut self, failure: &TestFailure) {
        let event = failure.event.as_ref().map_or(String::new(), |event| format!(" of {}", printable(event)));
        let place = failure.place.as_ref().map_or(String::new(), |place| format!("  {}", printable(place)));
        let place = self.styled(FAINT, &place);
        self.line(&format!("      {}{event}{place}", printable(&failure.field)));
        self.line(&format!("        expected  {}", self.styled(GOOD, &printable(&failure.expected))));
        self.line(&format!("        found     {}", self.styled(BAD, &printable(&failure.found))));
        if let Some(note) = &failure.note {
            self.line(&format!("        {}", printable(note)));
        }
    }

    /// A command that explains the decision on the event. None for an event that a shell would not pass on unchanged.
    fn hint(&mut self, outcome: &TestOutcome, rules: &Path) {
        let is_short = |event: &&String| event.len() <= MAX_HINT && printable(event) == event.as_str();
        let Some(event) = outcome.failed_event.as_ref().filter(is_short) else { return };
        let now = outcome.now.as_ref().map_or(String::new(), |now| format!(" --now {}", quoted(now)));
        let rules = quoted(&rules.display().to_string());
        // The `echo` of some shells interprets escapes.
        let echo = if event.contains('\\') { "printf '%s\\n'" } else { "echo" };
        let command = format!("{echo} {} | dadar explain {rules}{now}", quoted(event));
        let command = self.styled(FAINT, &format!("to see why: {}", printable(&command)));
        self.line(&format!("      {command}"));
    }

    fn counts(&mut self, report: &Report) {
        let (passed, failed) = (report.passed(), report.failed());
        let passed = format!("{passed} passed");
        if failed == 0 {
            let passed = self.styled(GOOD, &passed);
            return self.line(&passed);
        }
        let failed = self.styled(BAD, &format!("{failed} failed"));
        self.line(&format!("{passed}, {failed}"));
    }
}
