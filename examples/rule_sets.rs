//! Several rule sets in one process, each with its own time for each event, and decisions that are read back with serde.
//!
//! ```sh
//! cargo run --example rule_sets --no-default-features
//! ```

use dadar::{Decision, Router, RuleSet, Session, Status, Timestamp, load_strings};
use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, Write};

const TENANTS: [(&str, &str); 2] = [
    ("bakery", "rules: [{name: early, when: 'hour(now) < 9', subscribers: [oven]}]"),
    ("library", "rules: [{name: late, when: 'hour(now) >= 18', subscribers: [guard]}]"),
];

const EVENTS: [(&str, &str, &str); 4] = [
    ("bakery", "2026-01-10T06:00:00Z", r#"{"id": 1, "type": "door.opened"}"#),
    ("library", "2026-01-10T06:00:00Z", r#"{"id": 2, "type": "door.opened"}"#),
    ("library", "2026-01-10T19:30:00Z", r#"{"id": 3, "type": "door.opened"}"#),
    ("bakery", "2026-01-10T19:30:00Z", r#"{"id": 4, "type": "#),
];

fn main() -> Result<(), Box<dyn Error>> {
    run(&mut io::stdout().lock())
}

pub(crate) fn run(out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let mut sessions = BTreeMap::<&str, Session>::new();
    for (name, text) in TENANTS {
        let rules: RuleSet = load_strings(name, [("rules.yaml", text)]).into_result()?;
        sessions.insert(name, Router::new(&rules).session());
    }

    // Each event is decided by the rule set of its tenant, at the time at which it was received.
    let mut lines = Vec::new();
    for ((tenant, received, event), number) in EVENTS.into_iter().zip(1..) {
        let now: Timestamp = received.parse()?;
        let session = sessions.get_mut(tenant).ok_or("no such tenant")?;
        session.route_to_at(event.as_bytes(), number, now, &mut lines);
    }

    // Another process reads the decisions.
    for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let decision: Decision = serde_json::from_slice(line)?;
        match decision.status {
            Status::Routed => {
                writeln!(out, "{}: {} to {}", decision.ruleset, decision.id, decision.subscribers.join(", "))?
            }
            Status::Malformed => writeln!(out, "{}: {}", decision.ruleset, decision.error.unwrap_or_default())?,
            status => writeln!(out, "{}: {} is {status}", decision.ruleset, decision.id)?,
        }
    }
    Ok(())
}
