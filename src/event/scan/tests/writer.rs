//! Writes events for the tests: valid ones with everything that a scan may stumble over, wherever in a block.

use crate::event::path::{RawPath, Step};

/// Choices from which an event is written; where they end, each is the first, so that less is simpler.
pub(super) struct Writer<'t> {
    choices: std::slice::Iter<'t, u8>,
    line: String,
    /// The position of the writer, and everything that it has written a value for.
    at: RawPath,
    paths: Vec<RawPath>,
}

impl Writer<'_> {
    /// An event with random white space between its tokens and no key twice; and some of its paths, or nearly.
    pub(super) fn event(choices: &[u8]) -> (String, Vec<RawPath>) {
        let mut writer = Writer { choices: choices.iter(), line: String::new(), at: vec![], paths: vec![vec![]] };
        writer.fill(" ");
        writer.object(0);
        writer.space();
        let mut paths = Vec::new();
        for _ in 0..writer.pick(12) {
            let n = writer.pick(writer.paths.len());
            let mut path = writer.paths[n].clone();
            match (writer.pick(12), path.last_mut()) {
                (0, Some(Step::Index(index))) => *index += 1,
                (1, Some(Step::Key(key))) => *key = format!("{key}x").into(),
                (2, _) => path.push(Step::Key("".into())),
                (3, _) => path.push(Step::Index(0)),
                _ => {}
            }
            paths.push(path);
        }
        (writer.line, paths)
    }

    fn pick(&mut self, of: usize) -> usize {
        self.choices.next().map_or(0, |choice| usize::from(*choice) % of)
    }

    fn one<'o>(&mut self, of: &[&'o str]) -> &'o str {
        of[self.pick(of.len())]
    }

    /// The same thing up to 130 times, so that the text after it can be at any position in a block.
    fn fill(&mut self, text: &str) {
        let count = self.pick(131);
        self.line.push_str(&text.repeat(count));
    }

    fn space(&mut self) {
        match self.pick(24) {
            0..16 => {}
            16 => self.fill(" "),
            n => self.line.push_str(["", " ", "\t", "\r", "\n", " \t\r\n ", "  "][n - 17]),
        }
    }

    /// The inside of a string.
    fn text(&mut self) {
        const PIECES: &[&str] = &[
            "a",
            "b",
            "x\\\\",
            "\\\"",
            ":",
            ",",
            "{",
            "}",
            "[",
            "]",
            "é",
            "\\u0061",
            "\\\\\\\\",
            "\\n",
            "\\ud83d\\ude00",
            "\\\\\\\"",
        ];
        for _ in 0..self.pick(5) {
            let piece = self.one(PIECES);
            self.line.push_str(piece);
        }
        if self.pick(4) == 3 {
            let piece = self.one(&["k", "k", "\\\\", "\\\"", "é", "}"]);
            self.fill(piece);
            let piece = self.one(PIECES);
            self.line.push_str(piece);
        }
    }

    fn value(&mut self, depth: usize) {
        self.paths.push(self.at.clone());
        let kinds = if depth < 6 { 12 } else { 6 };
        match self.pick(kinds) {
            0 | 1 => {
                const NUMBERS: &[&str] = &["0", "-1", "2.5", "1e9", "-3.25E-07", "18446744073709551615", "1e999"];
                let number = self.one(NUMBERS);
                self.line.push_str(number);
                if number == "-1" {
                    self.fill("7");
                }
            }
            2 | 3 => {
                self.line.push('"');
                self.text();
                self.line.push('"');
            }
            4 | 5 => {
                let word = self.one(&["true", "false", "null"]);
                self.line.push_str(word);
            }
            6..9 => self.array(depth),
            _ => self.object(depth),
        }
    }

    fn array(&mut self, depth: usize) {
        self.line.push('[');
        self.space();
        for n in 0..self.pick(6) {
            if n > 0 {
                self.line.push(',');
                self.space();
            }
            self.at.push(Step::Index(n as u32));
            self.value(depth + 1);
            self.at.pop();
            self.space();
        }
        self.line.push(']');
    }

    fn object(&mut self, depth: usize) {
        self.line.push('{');
        self.space();
        let mut keys: Vec<String> = Vec::new();
        for _ in 0..self.pick(7) {
            if !keys.is_empty() {
                self.line.push(',');
                self.space();
            }
            let start = self.line.len();
            self.line.push('"');
            self.text();
            let mut key: String =
                serde_json::from_str(&format!("{}\"", self.line.get(start..).unwrap_or_default())).unwrap();
            if keys.contains(&key) {
                let number = format!("#{}", keys.len());
                self.line.push_str(&number);
                key.push_str(&number);
            }
            self.line.push('"');
            self.space();
            self.line.push(':');
            self.space();
            self.at.push(Step::Key(key.as_str().into()));
            keys.push(key);
            self.value(depth + 1);
            self.at.pop();
            self.space();
        }
        self.line.push('}');
    }
}
