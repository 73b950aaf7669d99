//! `route --metrics`: metrics for Prometheus, over HTTP.
//!
//! The text is written by hand: counts are kept by name already, and the format takes a few lines.

mod server;

use super::CommandError;
use anyhow::Context;
use dadar::diagnostic::render::clean;
use dadar::reload::{Live, ReloadState, Reloader};
use dadar::unstable::pipeline::counts::{BUCKETS, CountedNames, Latency, STATUSES, SharedCounts, Totals};
use server::Answer;
use std::borrow::Cow;
use std::fmt::{Display, Write as _};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;

/// With more names than this, those that have not occurred are left out.
const MANY: usize = 1000;
/// How many names are copied at a time.
const NAMES_PER_PAGE: usize = 500;

/// The content that is served.
pub(crate) struct Metrics {
    pub(crate) counts: Arc<SharedCounts>,
    pub(crate) live: Live,
    pub(crate) reloader: Option<Arc<Reloader>>,
}

/// Reads ADDR: a port on the loopback interface, or a host with a port.
pub(crate) fn address(text: &str) -> anyhow::Result<SocketAddr> {
    if let Ok(port) = text.trim_start_matches(':').parse::<u16>() {
        return Ok(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port));
    }
    let found = text.to_socket_addrs().ok().and_then(|mut found| found.next());
    let wrong = || {
        CommandError::new(format!("--metrics `{text}` is not an address"))
            .hint("write a port such as 9464, or an address such as 0.0.0.0:9464")
    };
    Ok(found.ok_or_else(wrong)?)
}

/// Serves metrics until the program ends. Returns the address, whose port may have been chosen by the system.
pub(crate) fn serve(address: SocketAddr, metrics: Metrics) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind(address).with_context(|| format!("cannot serve metrics on {address}"))?;
    let address = listener.local_addr()?;
    let metrics = Arc::new(metrics);
    thread::Builder::new().name(String::from("dadar-metrics")).spawn(move || server::run(&listener, &metrics))?;
    Ok(address)
}

/// Receives the text, page by page.
trait Sink {
    fn text(&mut self) -> &mut String;
    fn spill(&mut self) -> io::Result<()>;
}

impl Sink for Answer {
    fn text(&mut self) -> &mut String {
        Answer::text(self)
    }

    fn spill(&mut self) -> io::Result<()> {
        Answer::spill(self)
    }
}

impl Metrics {
    /// Writes the text that Prometheus reads.
    fn write(&self, out: &mut impl Sink) -> io::Result<()> {
        events(out.text(), &self.counts.totals_without_names());
        let late = self.counts.late_bytes.load(Ordering::Relaxed);
        family(
            out.text(),
            "dadar_input_late_bytes_total",
            "counter",
            "Bytes written to rotated files after the switch",
        );
        sample(out.text(), "dadar_input_late_bytes_total", None, late);
        self.rules(out.text());
        let counts = [
            ("dadar_rule_matches_total", "rule", "Decisions that a rule is on", CountedNames::Rules),
            ("dadar_subscriber_events_total", "subscriber", "Events for a subscriber", CountedNames::Subscribers),
        ];
        for (name, label, help, kind) in counts {
            family(out.text(), name, "counter", help);
            self.names(out, name, label, kind)?;
        }
        Ok(())
    }

    fn names(&self, out: &mut impl Sink, name: &str, label: &str, kind: CountedNames) -> io::Result<()> {
        let mut from = 0;
        loop {
            let page = self.counts.page(kind, from, NAMES_PER_PAGE);
            for (text, n) in page.names.iter().filter(|(_, n)| page.total <= MANY || *n > 0) {
                sample(out.text(), name, Some((label, text)), n);
                out.spill()?;
            }
            from += page.names.len();
            if page.names.is_empty() || from >= page.total {
                return Ok(());
            }
        }
    }

    fn rules(&self, text: &mut String) {
        let generation = self.live.generation();
        let state = self.reloader.as_ref().map(|reloader| reloader.state());
        let of_state = |get: fn(&ReloadState) -> u64| state.as_ref().map_or(0, get);
        let loaded = state.as_ref().map_or(generation.since, |state| state.loaded_at);
        let loading = state.as_ref().and_then(|state| state.loading_since);
        let loading = loading.map_or(0.0, |since| since.duration_until(jiff::Timestamp::now()).as_secs_f64());
        let good = state.as_ref().is_none_or(|state| state.last_error.is_none());
        family(text, "dadar_ruleset_info", "gauge", "The rule set in force");
        sample(text, "dadar_ruleset_info", Some(("ruleset", generation.router.version())), 1);
        let samples: [(&str, &str, &str, &dyn Display); 7] = [
            ("dadar_ruleset_generation", "gauge", "The number of the generation in force", &generation.number),
            (
                "dadar_reloads_total",
                "counter",
                "Rule sets that came into force after the first",
                &of_state(|state| state.reloads),
            ),
            ("dadar_reload_failures_total", "counter", "Rule sets that had errors", &of_state(|state| state.failures)),
            (
                "dadar_reloads_superseded_total",
                "counter",
                "Reloads given up because the files changed again",
                &of_state(|state| state.superseded),
            ),
            (
                "dadar_reload_in_progress_seconds",
                "gauge",
                "Duration of the current reload so far, 0 without one",
                &loading.max(0.0),
            ),
            (
                "dadar_reload_last_successful",
                "gauge",
                "Whether the rules on disk were without errors when last read",
                &u8::from(good),
            ),
            (
                "dadar_reload_last_success_timestamp_seconds",
                "gauge",
                "When the rules on disk were last found to be without errors",
                &(loaded.as_millisecond() as f64 / 1e3),
            ),
        ];
        for (name, kind, help, value) in samples {
            family(text, name, kind, help);
            sample(text, name, None, value);
        }
    }
}

fn events(text: &mut String, totals: &Totals) {
    family(text, "dadar_events_total", "counter", "Decisions, by status");
    for (status, n) in STATUSES.iter().zip(totals.statuses) {
        sample(text, "dadar_events_total", Some(("status", status.as_str())), n);
    }
    family(text, "dadar_malformed_lines_total", "counter", "Lines that were not events");
    sample(text, "dadar_malformed_lines_total", None, totals.malformed());
    let help = "Events for which an expression chose a subscriber that is not declared";
    family(text, "dadar_undeclared_subscribers_total", "counter", help);
    sample(text, "dadar_undeclared_subscribers_total", None, totals.undeclared);
    family(text, "dadar_input_bytes_total", "counter", "Bytes of input that were decided");
    sample(text, "dadar_input_bytes_total", None, totals.bytes);
    histogram(text, &totals.latency);
}

fn family(text: &mut String, name: &str, kind: &str, help: &str) {
    // Writing to a string does not fail, here and below.
    let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
}

fn sample(text: &mut String, name: &str, label: Option<(&str, &str)>, value: impl Display) {
    let _ = match label {
        None => writeln!(text, "{name} {value}"),
        Some((label, of)) => writeln!(text, "{name}{{{label}=\"{}\"}} {value}", escape(of)),
    };
}

fn histogram(text: &mut String, latency: &Latency) {
    let name = "dadar_decision_seconds";
    family(text, name, "histogram", "How long a decision took, without reading and writing");
    let ends = BUCKETS.iter().map(|end| format!("{}", *end as f64 / 1e9)).chain([String::from("+Inf")]);
    let mut total = 0;
    for (end, n) in ends.zip(latency.counts) {
        total += n;
        sample(text, "dadar_decision_seconds_bucket", Some(("le", &end)), total);
    }
    sample(text, "dadar_decision_seconds_sum", None, latency.sum.as_secs_f64());
    sample(text, "dadar_decision_seconds_count", None, total);
}

/// Escapes a label value as the format requires. Characters that control a terminal, or hide or reorder text, are written
/// as `\u{202e}`.
fn escape(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| matches!(b, b' '..=b'~') && b != b'"' && b != b'\\') {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        let shown = c != '\t' && clean(c.encode_utf8(&mut [0; 4])).starts_with(c);
        match c {
            '\\' => escaped.push_str("\\\\"),
            '"' => escaped.push_str("\\\""),
            '\n' => escaped.push_str("\\n"),
            _ if shown => escaped.push(c),
            _ => {
                let _ = write!(escaped, "\\\\u{{{:x}}}", u32::from(c));
            }
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::{Metrics, Sink, address, escape};
    use dadar::Router;
    use dadar::load_strings;
    use dadar::reload::Live;
    use dadar::unstable::pipeline::counts::{LocalCounts, SharedCounts};
    use std::sync::Arc;

    impl Sink for String {
        fn text(&mut self) -> &mut String {
            self
        }

        fn spill(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn addresses() {
        for (text, expected) in [
            ("9464", "127.0.0.1:9464"),
            (":9464", "127.0.0.1:9464"),
            ("0.0.0.0:1", "0.0.0.0:1"),
            ("[::1]:2", "[::1]:2"),
        ] {
            assert_eq!(address(text).unwrap().to_string(), expected);
        }
        for wrong in ["", "x", "70000", "1.2.3.4"] {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_text() {
        assert_eq!(escape("a\"\\\n"), "a\\\"\\\\\\n");
        assert_eq!(escape("a\u{202e}\x1b\r"), "a\\\\u{202e}\\\\u{1b}\\\\u{d}");
        let rules = load_strings("r", [("r.yaml", "topics: {a: ['x\"y']}\nrules: [{name: r, subscribers: [z]}]")]);
        let router = Router::new(&rules.rule_set.unwrap());
        let counts = Arc::new(SharedCounts::new(true));
        let mut local = LocalCounts::new(&router);
        local.add(&router.session().decide(br#"{"type":"a"}"#));
        local.latency.add(std::time::Duration::from_micros(3));
        counts.take(&mut local, &router);
        let mut text = String::new();
        Metrics { counts, live: Live::new(router), reloader: None }.write(&mut text).unwrap();
        for line in [
            "dadar_events_total{status=\"routed\"} 1",
            "dadar_events_total{status=\"malformed\"} 0",
            "dadar_rule_matches_total{rule=\"r\"} 1",
            "dadar_subscriber_events_total{subscriber=\"x\\\"y\"} 1",
            "dadar_decision_seconds_bucket{le=\"0.0000025\"} 0",
            "dadar_decision_seconds_bucket{le=\"0.000005\"} 1",
            "dadar_decision_seconds_bucket{le=\"+Inf\"} 1",
            "dadar_decision_seconds_count 1",
            "dadar_ruleset_generation 1",
            "dadar_reload_last_successful 1",
            "dadar_reload_in_progress_seconds 0",
            "dadar_reloads_superseded_total 0",
            "dadar_input_late_bytes_total 0",
        ] {
            assert!(text.lines().any(|one| one == line), "no {line} in\n{text}");
        }
    }
}
