//! A small HTTP server for one page. It reads only the head of a request, and bounds the time and memory of each connection: a
//! response has a deadline and is written page by page, so that a slow reader holds one page at most.

use super::Metrics;
use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The size limit for the head of a request.
const MAX_HEAD: usize = 8 << 10;
/// The time limit for a request to arrive.
const REQUEST_TIME: Duration = Duration::from_secs(5);
/// The time limit for a whole response.
const ANSWER_TIME: Duration = Duration::from_secs(10);
/// The limit for open connections. A new one replaces the oldest one, preferably one that has not sent a request.
const MAX_CONNECTIONS: usize = 16;
/// The limit for threads, including those whose connection was closed but that have not ended yet.
const MAX_THREADS: usize = 64;
/// The size of the part of a response that is held in memory.
const PAGE: usize = 64 << 10;

/// Serves until the program ends.
pub(super) fn run(listener: &TcpListener, metrics: &Arc<Metrics>) {
    let connections = Arc::new(Connections::default());
    for (number, stream) in (0u64..).zip(listener.incoming()) {
        let admitted = stream.and_then(|stream| connections.admit(number, &stream).map(|admitted| (stream, admitted)));
        let stream = match admitted {
            Ok((stream, true)) => stream,
            Ok((_, false)) => continue,
            Err(_) => {
                // Probably too many open files: try again after a pause.
                thread::sleep(Duration::from_millis(50));
                continue;
            }
        };
        let (metrics, theirs) = (metrics.clone(), connections.clone());
        let work = move || {
            // A client that closed the connection needs no response.
            let _ = serve(stream, number, &metrics, &theirs);
            theirs.remove(number);
        };
        if thread::Builder::new().name(String::from("dadar-scrape")).spawn(work).is_err() {
            connections.remove(number);
        }
    }
}

/// The open connections, the oldest first.
#[derive(Default)]
struct Connections(Mutex<OpenConnections>);

#[derive(Default)]
struct OpenConnections {
    connections: VecDeque<Connection>,
    threads: usize,
}

struct Connection {
    number: u64,
    stream: TcpStream,
    answering: bool,
}

impl Connections {
    /// Makes room for a connection; false if it is rejected.
    fn admit(&self, number: u64, stream: &TcpStream) -> io::Result<bool> {
        let stream = stream.try_clone()?;
        let mut open = self.lock();
        if open.threads >= MAX_THREADS {
            return Ok(false);
        }
        if open.connections.len() >= MAX_CONNECTIONS {
            let idle = open.connections.iter().position(|connection| !connection.answering);
            if let Some(oldest) = open.connections.remove(idle.unwrap_or(0)) {
                // Its thread notices that and ends. The connection may already be closed.
                let _ = oldest.stream.shutdown(Shutdown::Both);
            }
        }
        open.threads += 1;
        open.connections.push_back(Connection { number, stream, answering: false });
        Ok(true)
    }

    fn answering(&self, number: u64) {
        let mut open = self.lock();
        open.connections.iter_mut().filter(|one| one.number == number).for_each(|one| one.answering = true);
    }

    fn remove(&self, number: u64) {
        let mut open = self.lock();
        open.threads = open.threads.saturating_sub(1);
        open.connections.retain(|one| one.number != number);
    }

    fn lock(&self) -> MutexGuard<'_, OpenConnections> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn serve(mut stream: TcpStream, number: u64, metrics: &Metrics, connections: &Connections) -> io::Result<()> {
    let Some(head) = head(&mut stream)? else { return Ok(()) };
    connections.answering(number);
    let mut words = head.split_ascii_whitespace();
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let http_1_1 = words.next() == Some("HTTP/1.1");
    let path = target.split('?').next().unwrap_or_default();
    let mut answer = Answer::new(stream, method == "HEAD", http_1_1);
    match (method, path) {
        ("GET" | "HEAD", "/metrics") => metrics.write(&mut answer)?,
        ("GET" | "HEAD", _) => answer.fail("404 Not Found", "metrics are at /metrics\n"),
        _ => answer.fail("405 Method Not Allowed", "only GET\n"),
    }
    answer.end()
}

/// Reads the head of a request; `None` if it is too long, too slow, or incomplete.
fn head(stream: &mut TcpStream) -> io::Result<Option<String>> {
    let deadline = Instant::now() + REQUEST_TIME;
    let mut head = Vec::new();
    let mut buffer = [0; 1024];
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        let left = deadline.saturating_duration_since(Instant::now());
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

/// A response that is being written. If it fits into a page, it has a length; a longer one is sent in chunks or, to HTTP/1.0
/// clients, until the connection is closed.
pub(super) struct Answer {
    stream: TcpStream,
    deadline: Instant,
    status: &'static str,
    head_only: bool,
    http_1_1: bool,
    head_sent: bool,
    page: String,
}

impl Answer {
    fn new(stream: TcpStream, head_only: bool, http_1_1: bool) -> Answer {
        let (deadline, page) = (Instant::now() + ANSWER_TIME, String::new());
        Answer { stream, deadline, status: "200 OK", head_only, http_1_1, head_sent: false, page }
    }

    fn fail(&mut self, status: &'static str, why: &str) {
        self.status = status;
        self.page.push_str(why);
    }

    /// The text of the current page.
    pub(super) fn text(&mut self) -> &mut String {
        &mut self.page
    }

    /// Sends the page if it is full.
    pub(super) fn spill(&mut self) -> io::Result<()> {
        if self.page.len() < PAGE {
            return Ok(());
        }
        let framing = if self.http_1_1 { "Transfer-Encoding: chunked\r\n" } else { "" };
        self.send_head(framing)?;
        self.send_page()
    }

    fn end(mut self) -> io::Result<()> {
        if !self.head_sent {
            let framing = format!("Content-Length: {}\r\n", self.page.len());
            self.send_head(&framing)?;
            let page = std::mem::take(&mut self.page);
            return self.send(page.as_bytes());
        }
        self.send_page()?;
        if self.http_1_1 { self.send(b"0\r\n\r\n") } else { Ok(()) }
    }

    fn send_head(&mut self, framing: &str) -> io::Result<()> {
        if std::mem::replace(&mut self.head_sent, true) {
            return Ok(());
        }
        let kind = "Content-Type: text/plain; version=0.0.4; charset=utf-8";
        let head =
            format!("HTTP/1.1 {}\r\n{kind}\r\n{framing}Allow: GET, HEAD\r\nConnection: close\r\n\r\n", self.status);
        let head_only = std::mem::take(&mut self.head_only);
        self.send(head.as_bytes())?;
        self.head_only = head_only;
        Ok(())
    }

    fn send_page(&mut self) -> io::Result<()> {
        let page = std::mem::take(&mut self.page);
        if page.is_empty() {
            return Ok(());
        }
        if !self.http_1_1 {
            return self.send(page.as_bytes());
        }
        self.send(format!("{:x}\r\n", page.len()).as_bytes())?;
        self.send(page.as_bytes())?;
        self.send(b"\r\n")
    }

    /// Writes everything before the deadline, or fails.
    fn send(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        if self.head_only {
            return Ok(());
        }
        while !bytes.is_empty() {
            let left = self.deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(ErrorKind::TimedOut.into());
            }
            self.stream.set_write_timeout(Some(left))?;
            match self.stream.write(bytes) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(n) => bytes = bytes.get(n..).unwrap_or_default(),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
