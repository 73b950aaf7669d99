//! Events as text: each line is one event, unless one event is laid out over several lines.

/// An event as text, and the number of its first line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonDocument {
    /// Its text, without the last line break.
    pub text: Vec<u8>,
    /// The number of its first line.
    pub line: u64,
}

impl JsonDocument {
    /// True if the line of this number is one of its lines.
    pub fn covers(&self, line: u64) -> bool {
        let breaks = self.text.iter().filter(|byte| **byte == b'\n').count() as u64;
        (self.line..=self.line + breaks).contains(&line)
    }
}

/// Joins the lines of pretty-printed JSON.
///
/// A line that leaves a bracket open is joined with the following lines, up to the one that closes it. If another event
/// begins first (a `{` at the very beginning of a line, where no value is expected), if the input ends, or if the text
/// would grow longer than an event may be, the lines are truncated events, each by itself.
///
/// ```
/// use dadar::unstable::event::DocumentJoiner;
///
/// let mut joiner = DocumentJoiner::new(1 << 20);
/// assert!(joiner.line(b"{", 1).is_empty());
/// assert!(joiner.line(b"  \"id\": 7", 2).is_empty());
/// let events = joiner.line(b"}", 3);
/// assert_eq!(events[0].text, b"{\n  \"id\": 7\n}");
/// assert_eq!(events[0].line, 1);
/// assert!(joiner.end().is_empty());
/// ```
#[derive(Debug)]
pub struct DocumentJoiner {
    limit: usize,
    open: Vec<JsonDocument>,
    bytes: usize,
    nesting: Nesting,
}

impl DocumentJoiner {
    /// For events of at most `limit` bytes.
    pub fn new(limit: usize) -> DocumentJoiner {
        DocumentJoiner { limit, open: Vec::new(), bytes: 0, nesting: Nesting::default() }
    }

    /// Takes the next line and returns the events that it completes, in order.
    pub fn line(&mut self, text: &[u8], line: u64) -> Vec<JsonDocument> {
        let mut done = Vec::new();
        let begins_another = text.first() == Some(&b'{') && !self.nesting.expects_element();
        if begins_another || self.bytes + text.len() > self.limit {
            done = self.end();
        }
        self.nesting.read(text);
        self.bytes += text.len() + 1;
        self.open.push(JsonDocument { text: text.to_vec(), line });
        if self.nesting.brackets.is_empty() {
            done.extend(self.joined());
        }
        done
    }

    /// The lines whose brackets were never closed, each as an event of its own.
    pub fn end(&mut self) -> Vec<JsonDocument> {
        self.bytes = 0;
        self.nesting = Nesting::default();
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

/// The brackets that are open.
#[derive(Debug, Default)]
struct Nesting {
    brackets: Vec<u8>,
    /// The last byte that is neither white space nor within a string.
    last: u8,
}

impl Nesting {
    /// Reads a line. (In JSON no string continues after a line break.)
    fn read(&mut self, line: &[u8]) {
        let (mut in_string, mut escaped) = (false, false);
        for byte in line {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = in_string,
                b'"' => in_string = !in_string,
                _ if in_string => continue,
                b'{' | b'[' => self.brackets.push(*byte),
                b'}' | b']' => _ = self.brackets.pop(),
                _ => {}
            }
            if !byte.is_ascii_whitespace() {
                self.last = *byte;
            }
        }
    }

    /// True within an array, where an element comes next: an object that begins there is no new event.
    fn expects_element(&self) -> bool {
        self.brackets.last() == Some(&b'[') && matches!(self.last, b'[' | b',')
    }
}

#[cfg(test)]
mod tests {
    use super::DocumentJoiner;

    /// The events of a text, as `line:text`, with `/` for line breaks.
    fn events(text: &str, limit: usize) -> Vec<String> {
        let mut joiner = DocumentJoiner::new(limit);
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
    fn elements_need_no_indentation() {
        let laid_out = "{\"items\": [\n{\"a\": \"[\"},\n{\"b\": 2}\n]\n}\n{}";
        assert_eq!(events(laid_out, 99), ["1:{\"items\": [/{\"a\": \"[\"},/{\"b\": 2}/]/}", "6:{}"]);
    }

    #[test]
    fn lines_that_are_cut_off_stay_lines() {
        assert_eq!(events("{\"a\":\n{\"b\":2}\n{\"c\":", 99), ["1:{\"a\":", "2:{\"b\":2}", "3:{\"c\":"]);
        assert_eq!(events("{\n 1,\n 2,\n 3\n}", 6), ["1:{", "2: 1,", "3: 2,", "4: 3", "5:}"]);
        // Cut off within an array: the line after the next shows that it was no element.
        assert_eq!(
            events("{\"a\":[\n{\"b\":2}\n{\"c\":3}\n{}", 99),
            ["1:{\"a\":[", "2:{\"b\":2}", "3:{\"c\":3}", "4:{}"]
        );
        assert_eq!(events("{\"a\":\"[\n{\"b\":2}", 99), ["1:{\"a\":\"[", "2:{\"b\":2}"]);
    }
}
