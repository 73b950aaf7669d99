//! The engine inside another program: rules from strings, errors as values, decisions without the command line.
//!
//! ```sh
//! cargo run --example embed --no-default-features
//! ```

use dadar::{Clock, Diagnostic, Loaded, Options, Router, Status, load_strings};
use std::io::{self, Write};

const TOPICS: &str = "
topics:
  order.created: [inventory, payment]
";

const RULES: &str = "
rules:
  - name: big-order
    topic: order.created
    when: data.amount > 5000
    subscribers: [review]
";

const EVENTS: [&str; 3] = [
    r#"{"id": "a", "type": "order.created", "data": {"amount": 7500}}"#,
    r#"{"id": "b", "type": "order.created", "data": {"amount": "a lot"}}"#,
    r#"{"id": "c", "type": "order.crea"#,
];

fn main() -> io::Result<()> {
    run(&mut io::stdout().lock())
}

pub(crate) fn run(out: &mut dyn Write) -> io::Result<()> {
    // Rules with errors: all errors are returned at once, and the library prints nothing.
    let wrong = RULES.replace("data.amount >", "amount >").replace("subscribers", "subscriber");
    let loaded = load_strings("shop", [("topics.yaml", TOPICS), ("rules.yaml", &wrong)]);
    for diagnostic in &loaded.diagnostics {
        writeln!(out, "{}", in_one_line(diagnostic, &loaded))?;
    }

    // Rules without errors.
    let loaded = load_strings("shop", [("topics.yaml", TOPICS), ("rules.yaml", RULES)]);
    let rules = loaded.into_result().map_err(io::Error::other)?;
    let router = Router::new(&rules);

    // One decision, as a value.
    let decision = router.route(EVENTS[0].as_bytes());
    writeln!(out, "\n{} goes to {}", decision.id, decision.subscribers.join(", "))?;

    // Many events: each thread has a session, which reuses its memory. The clock is fixed, so that the output never varies.
    let noon = "2026-01-10T12:00:00Z".parse().map_err(io::Error::other)?;
    let router = router.and_options(Options::default().clock(Clock::Fixed(noon)));
    let mut session = router.session();
    let mut lines = Vec::new();
    let mut malformed = 0;
    for (event, number) in EVENTS.iter().zip(1..) {
        let summary = session.route_to(event.as_bytes(), number, &mut lines);
        malformed += usize::from(summary.status == Status::Malformed);
    }
    writeln!(out)?;
    out.write_all(&lines)?;
    writeln!(out, "\n{malformed} of {} were not events", EVENTS.len())?;
    Ok(())
}

/// `E031 rules.yaml:5:11: there is nothing named `amount`; did you mean …`
fn in_one_line(diagnostic: &Diagnostic, loaded: &Loaded) -> String {
    let place = diagnostic.primary.as_ref().map(|label| loaded.sources.place(label.span));
    let help = diagnostic.help.as_ref().map(|help| format!("; {help}"));
    format!(
        "{} {}: {}{}",
        diagnostic.code.as_str(),
        place.unwrap_or_default(),
        diagnostic.message,
        help.unwrap_or_default()
    )
}
