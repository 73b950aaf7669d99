//! Test results as JUnit XML, which build servers read.

use dadar::diagnostic::printable;
use dadar::suite::{FileReport, Report, TestOutcome};
use std::fmt::Write;
use std::path::Path;

/// A document with a suite for each test file.
pub(super) fn render<'r>(reports: impl Iterator<Item = (&'r Path, &'r Report)>) -> String {
    let mut body = String::new();
    let (mut tests, mut failures) = (0, 0);
    for (rules, report) in reports {
        tests += report.passed() + report.failed();
        failures += report.failed();
        report.files.iter().for_each(|file| suite(rules, file, &mut body));
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites name=\"dadar\" tests=\"{tests}\" failures=\"{failures}\">\n{body}</testsuites>\n"
    )
}

fn suite(rules: &Path, file: &FileReport, out: &mut String) {
    let failures = file.outcomes.iter().filter(|outcome| !outcome.passed()).count();
    let seconds: f64 = file.outcomes.iter().map(|outcome| outcome.duration.as_secs_f64()).sum();
    let (name, tests) = (escape(&file.path), file.outcomes.len());
    let _ = writeln!(
        out,
        "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" time=\"{seconds:.6}\">"
    );
    let class = escape(&rules.display().to_string());
    file.outcomes.iter().for_each(|outcome| case(&class, outcome, out));
    out.push_str("  </testsuite>\n");
}

fn case(class: &str, outcome: &TestOutcome, out: &mut String) {
    let (name, seconds) = (escape(&outcome.name), outcome.duration.as_secs_f64());
    let _ = write!(out, "    <testcase classname=\"{class}\" name=\"{name}\" time=\"{seconds:.6}\"");
    let Some(first) = outcome.failures.first() else {
        out.push_str("/>\n");
        return;
    };
    let _ = writeln!(out, ">\n      <failure message=\"{}\">{}</failure>", escape(&first.field), details(outcome));
    out.push_str("    </testcase>\n");
}

fn details(outcome: &TestOutcome) -> String {
    let mut text = escape(&outcome.place);
    for failure in &outcome.failures {
        let event = failure.event.as_ref().map_or(String::new(), |event| format!(" of {event}"));
        let mut line = format!("{}{event}: expected {}, found {}", failure.field, failure.expected, failure.found);
        if let Some(note) = &failure.note {
            line += &format!(" ({note})");
        }
        text += &format!("\n{}", escape(&line));
    }
    text
}

/// Text from rules and events, on one line, with the special characters of XML escaped.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in printable(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn markup_is_escaped() {
        assert_eq!(escape("a < \"b\" & \u{1b}c\n"), "a &lt; &quot;b&quot; &amp; ␛c␊");
    }
}
