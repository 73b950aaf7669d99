//! Events from lines: each line is one event, unless one event is laid out over several.

/// An event as text, and the number of its first line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct JsonDocument {
    pub(super) text: Vec<u8>,
    pub(super) line: u64,
}

impl JsonDocument {
    /// True if the line of this number is one of its lines.
    pub(super) fn covers(&self, line: u64) -> bool {
        let breaks = self.text.iter().filter(|byte| **byte == b'\n').count() as u64;
        (self.line..=self.line + breaks).contains(&line)
    }
}

/// Joins the lines of pretty-printed JSON.
///
/// A line that leaves a bracket open is joined with the following lines, up to the one that closes it. If another event
/// begins first (a `{` at the very beginning of a line), if the input ends, or if the text would grow longer than an event
/// may be, the lines are truncated events, each by itself.
#[derive(Debug)]
pub(super) struct Joiner {
    limit: usize,
    open: Vec<JsonDocument>,
    bytes: usize,
    depth: usize,
}

impl Joiner {
    /// For events of at most `limit` bytes.
    pub(super) fn new(limit: usize) -> Joiner {
        Joiner { limit, open: Vec::new(), bytes: 0, depth: 0 }
    }

    /// Takes the next line and returns the events that it completes, in order.
    pub(super) fn line(&mut self, text: &[u8], line: u64) -> Vec<JsonDocument> {
        let mut done = Vec::new();
        if text.first() == Some(&b'{') || self.bytes + text.len() > self.limit {
            done = self.end();
        }
        self.depth = depth_after(self.depth, text);
        self.bytes += text.len() + 1;
        self.open.push(JsonDocument { text: text.to_vec(), line });
        if self.depth == 0 {
            done.extend(self.joined());
        }
        done
    }

    /// The lines whose brackets were never closed, each as an event of its own.
    pub(super) fn end(&mut self) -> Vec<JsonDocument> {
        (self.bytes, self.depth) = (0, 0);
        std::mem::take(&mut self.open)
    }

    fn joined(&mut self) -> Option<JsonDocument> {
        let mut lines = self.end().into_iter();
        let mut whole = lines.next()?;
        for line in lines {
            whole.text.push(b'\n');
            whole.text.extend(line.text);
        }
        Some(whole)
    }
}

/// How many brackets are open after a line, if `depth` were before it. (In JSON no string goes over a line break.)
fn depth_after(mut depth: usize, line: &[u8]) -> usize {
    let (mut in_string, mut escaped) = (false, false);
    for byte in line {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    depth
}

#[cfg(test)]
mod tests {
    use super::Joiner;

    /// The events of a text, as `line:text`, with `/` for line breaks.
    fn events(text: &str, limit: usize) -> Vec<String> {
        let mut joiner = Joiner::new(limit);
        let mut all = Vec::new();
        for (text, line) in text.lines().zip(1..) {
            all.extend(joiner.line(text.as_bytes(), line));
        }
        all.extend(joiner.end());
        let shown = |text: Vec<u8>| String::from_utf8(text).unwrap().replace('\n', "/");
        all.into_iter().map(|one| format!("{}:{}", one.line, shown(one.text))).collect()
    }

    #[test]
    fn laid_out_events_are_joined() {
        assert_eq!(events("{\"a\":1}\n{\"b\":2}\nx\n\n[]", 99), ["1:{\"a\":1}", "2:{\"b\":2}", "3:x", "4:", "5:[]"]);
        let laid_out = "{\n  \"a\": {\n    \"}\": \"\\\"]\"\n  },\n  \"l\": [\n    {}\n  ]\n}\n{\n}\n{}";
        let joined = "1:{/  \"a\": {/    \"}\": \"\\\"]\"/  },/  \"l\": [/    {}/  ]/}";
        assert_eq!(events(laid_out, 99), [joined, "9:{/}", "11:{}"]);
    }

    #[test]
    fn lines_that_are_cut_off_stay_lines() {
        assert_eq!(events("{\"a\":\n{\"b\":2}\n{\"c\":", 99), ["1:{\"a\":", "2:{\"b\":2}", "3:{\"c\":"]);
        assert_eq!(events("{\n 1,\n 2,\n 3\n}", 6), ["1:{", "2: 1,", "3: 2,", "4: 3", "5:}"]);
    }
}
