//! `route --metrics`: counts for Prometheus, over HTTP.
//!
//! The text is written by hand: the counts are kept by name already, and the format is a few lines. So is the server: it
//! answers one question, to few who ask, and reads no more than the head of a request.

use super::Failure;
use super::tally::{BUCKETS, Board, Latency, Named, STATUSES, Totals};
use anyhow::Context;
use dadar::reload::{Live, Reloader};
use std::fmt::{Display, Write as _};
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// The head of a request may have so many bytes.
const MAX_HEAD: usize = 8 << 10;
/// A request has to be there, and an answer taken, in so much time each.
const PATIENCE: Duration = Duration::from_secs(5);
/// At most so many are answered at a time.
const MAX_ASKING: usize = 16;
/// Where there are more names, those that have not occurred are left out.
const MANY: usize = 1000;

/// What is told.
pub(crate) struct Metrics {
    pub(crate) board: Arc<Board>,
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
        Failure::new(format!("--metrics `{text}` is no address"))
            .hint("write a port such as 9464, or an address such as 0.0.0.0:9464")
    };
    Ok(found.ok_or_else(wrong)?)
}

/// Serves from now on, until the program ends. Returns where.
pub(crate) fn serve(address: SocketAddr, metrics: Metrics) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind(address).with_context(|| format!("cannot serve metrics on {address}"))?;
    let address = listener.local_addr()?;
    let (metrics, asking) = (Arc::new(metrics), Arc::new(AtomicUsize::new(0)));
    let listen = move || {
        for stream in listener.incoming() {
            let Ok(stream) = stream else {
                // Too many open files, say: that passes, but not at once.
                thread::sleep(Duration::from_millis(50));
                continue;
            };
            let (metrics, asking) = (metrics.clone(), asking.clone());
            if asking.fetch_add(1, Ordering::AcqRel) >= MAX_ASKING {
                asking.fetch_sub(1, Ordering::AcqRel);
                continue;
            }
            let left = asking.clone();
            let answer = move || {
                // Who went away needs no answer.
                let _ = answer(stream, &metrics);
                asking.fetch_sub(1, Ordering::AcqRel);
            };
            if thread::Builder::new().name(String::from("dadar-scrape")).spawn(answer).is_err() {
                left.fetch_sub(1, Ordering::AcqRel);
            }
        }
    };
    thread::Builder::new().name(String::from("dadar-metrics")).spawn(listen)?;
    Ok(address)
}

fn answer(mut stream: TcpStream, metrics: &Metrics) -> io::Result<()> {
    stream.set_write_timeout(Some(PATIENCE))?;
    let Some(head) = head(&mut stream)? else { return Ok(()) };
    let mut words = head.split_ascii_whitespace();
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = target.split('?').next().unwrap_or_default();
    let (status, body) = match (method, path) {
        ("GET" | "HEAD", "/metrics") => ("200 OK", metrics.text()),
        ("GET" | "HEAD", _) => ("404 Not Found", String::from("metrics are at /metrics\n")),
        _ => ("405 Method Not Allowed", String::from("only GET\n")),
    };
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nAllow: GET, HEAD\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes())?;
    if method != "HEAD" {
        stream.write_all(body.as_bytes())?;
    }
    stream.flush()
}

/// The head of a request; none if it is too long, too slow, or cut off.
fn head(stream: &mut TcpStream) -> io::Result<Option<String>> {
    let end = Instant::now() + PATIENCE;
    let mut head = Vec::new();
    let mut buffer = [0; 1024];
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() || head.len() > MAX_HEAD {
            return Ok(None);
        }
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut buffer)? {
            0 => return Ok(None),
            n => head.extend_from_slice(buffer.get(..n).unwrap_or_default()),
        }
    }
    Ok(Some(String::from_utf8_lossy(&head).into_owned()))
}

impl Metrics {
    /// The text that Prometheus reads.
    pub(crate) fn text(&self) -> String {
        let mut text = Text::default();
        self.events(&mut text, &self.board.totals());
        self.rules(&mut text);
        text.0
    }

    fn events(&self, text: &mut Text, totals: &Totals) {
        text.family("dadar_events_total", "counter", "Decisions, by status");
        for (status, n) in STATUSES.iter().zip(totals.statuses) {
            text.sample("dadar_events_total", Some(("status", status.as_str())), n);
        }
        text.family("dadar_malformed_lines_total", "counter", "Lines that were no events");
        text.sample("dadar_malformed_lines_total", None, totals.malformed());
        text.family("dadar_input_bytes_total", "counter", "Bytes of input that were decided about");
        text.sample("dadar_input_bytes_total", None, totals.bytes);
        text.names("dadar_rule_matches_total", "rule", "Decisions that a rule is on", &totals.rules);
        text.names("dadar_subscriber_events_total", "subscriber", "Events for a subscriber", &totals.subscribers);
        text.latency(&totals.latency);
    }

    fn rules(&self, text: &mut Text) {
        let generation = self.live.generation();
        let state = self.reloader.as_ref().map(|reloader| reloader.state());
        let loaded = state.as_ref().map_or(generation.since, |state| state.loaded_at);
        let (reloads, failures) = state.as_ref().map_or((0, 0), |state| (state.reloads, state.failures));
        let good = state.is_none_or(|state| state.last_error.is_none());
        text.family("dadar_ruleset_info", "gauge", "The rule set in force");
        text.sample("dadar_ruleset_info", Some(("ruleset", generation.router.version())), 1);
        let samples: [(&str, &str, &str, &dyn Display); 5] = [
            ("dadar_ruleset_generation", "gauge", "The number of the generation in force", &generation.number),
            ("dadar_reloads_total", "counter", "Rule sets that came into force after the first", &reloads),
            ("dadar_reload_failures_total", "counter", "Rule sets that were refused", &failures),
            (
                "dadar_reload_last_successful",
                "gauge",
                "1 if the rules on disk were right when last read",
                &u8::from(good),
            ),
            (
                "dadar_reload_last_success_timestamp_seconds",
                "gauge",
                "When the rules on disk were last found to be right",
                &(loaded.as_millisecond() as f64 / 1e3),
            ),
        ];
        for (name, kind, help, value) in samples {
            text.family(name, kind, help);
            text.sample(name, None, value);
        }
    }
}

/// Text as it grows.
#[derive(Default)]
struct Text(String);

impl Text {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a string does not fail, here and below.
        let _ = write!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    fn sample(&mut self, name: &str, label: Option<(&str, &str)>, value: impl Display) {
        let _ = match label {
            None => writeln!(self.0, "{name} {value}"),
            Some((label, text)) => writeln!(self.0, "{name}{{{label}=\"{}\"}} {value}", escape(text)),
        };
    }

    fn names(&mut self, name: &str, label: &str, help: &str, counts: &Named) {
        self.family(name, "counter", help);
        let all = counts.as_slice();
        for (text, n) in all.iter().filter(|(_, n)| all.len() <= MANY || *n > 0) {
            self.sample(name, Some((label, text)), n);
        }
    }

    fn latency(&mut self, latency: &Latency) {
        let name = "dadar_decision_seconds";
        self.family(name, "histogram", "How long a decision took, without reading and writing");
        let ends = BUCKETS.iter().map(|end| format!("{}", *end as f64 / 1e9)).chain([String::from("+Inf")]);
        let mut total = 0;
        for (end, n) in ends.zip(latency.counts) {
            total += n;
            self.sample("dadar_decision_seconds_bucket", Some(("le", &end)), total);
        }
        self.sample("dadar_decision_seconds_sum", None, latency.sum.as_secs_f64());
        self.sample("dadar_decision_seconds_count", None, total);
    }
}

/// As the format wants label values.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::{Metrics, address, escape};
    use crate::cli::tally::{Board, Tally};
    use dadar::reload::Live;
    use dadar::route::Router;
    use dadar::rules::load_strings;
    use std::sync::Arc;

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
        let rules = load_strings("r", [("r.yaml", "topics: {a: ['x\"y']}\nrules: [{name: r, subscribers: [z]}]")]);
        let router = Router::new(&rules.rule_set.unwrap());
        let board = Arc::new(Board::new(true));
        let mut tally = Tally::new(&router);
        tally.add(&router.session().judge(br#"{"type":"a"}"#));
        tally.latency.add(std::time::Duration::from_micros(3));
        board.take(&mut tally, &router);
        let text = Metrics { board, live: Live::new(router), reloader: None }.text();
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
        ] {
            assert!(text.lines().any(|one| one == line), "no {line} in\n{text}");
        }
    }
}
