//! The elements of a JSON array as spans of text, so that a long array is never held as values.

/// Goes over the elements of an array, given as its text with the brackets. The scanner has checked the text; if a trusted
/// scan has not, elements may be wrong, and each is checked when it is read.
#[derive(Clone, Debug)]
pub struct Elements<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Elements<'a> {
    /// The elements of this array.
    pub fn new(array: &'a [u8]) -> Elements<'a> {
        let inside = array.strip_suffix(b"]").unwrap_or(array);
        Elements { text: inside.strip_prefix(b"[").unwrap_or(inside), at: 0 }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.get(at).copied()
    }

    /// The end of the value that begins at `start`.
    fn end(&self, start: usize) -> usize {
        match self.byte(start) {
            Some(b'"') => self.string_end(start),
            Some(b'{' | b'[') => self.container_end(start),
            _ => {
                let rest = self.text.get(start..).unwrap_or_default();
                let ends = |byte: &u8| matches!(byte, b',' | b' ' | b'\t' | b'\n' | b'\r');
                start + rest.iter().position(ends).unwrap_or(rest.len())
            }
        }
    }

    /// The position after the string that begins at `start`.
    fn string_end(&self, start: usize) -> usize {
        let mut at = start + 1;
        while let Some(next) = self.text.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
            at += next;
            if self.byte(at) == Some(b'"') {
                return at + 1;
            }
            at += 2;
        }
        self.text.len()
    }

    /// The position after the object or array that begins at `start`.
    fn container_end(&self, start: usize) -> usize {
        let mut open = 0_usize;
        let mut at = start;
        while let Some(byte) = self.byte(at) {
            match byte {
                b'"' => {
                    at = self.string_end(at);
                    continue;
                }
                b'{' | b'[' => open += 1,
                b'}' | b']' if open <= 1 => return at + 1,
                b'}' | b']' => open -= 1,
                _ => {}
            }
            at += 1;
        }
        self.text.len()
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        while matches!(self.byte(self.at)?, b',' | b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
        // At least one byte, so that the iteration ends whatever the text is.
        let end = self.end(self.at).max(self.at + 1).min(self.text.len());
        let element = self.text.get(self.at..end);
        self.at = end;
        element
    }
}

#[cfg(test)]
mod tests {
    use super::Elements;

    #[track_caller]
    fn check(array: &str, expected: &[&str]) {
        let found: Vec<&str> = Elements::new(array.as_bytes()).map(|one| std::str::from_utf8(one).unwrap()).collect();
        assert_eq!(found, expected, "{array}");
    }

    #[test]
    fn elements_are_whole_values() {
        check("[]", &[]);
        check("[ ]", &[]);
        check("[1]", &["1"]);
        check("[1,-2.5e3 , true\n,null]", &["1", "-2.5e3", "true", "null"]);
        check(
            r#"[{"a":[1,{"b":"]}\"["}]}, [[],[2]] ,"x,\\" ,{}]"#,
            &[r#"{"a":[1,{"b":"]}\"["}]}"#, "[[],[2]]", r#""x,\\""#, "{}"],
        );
    }

    #[test]
    fn broken_text_ends() {
        check("[\"a", &["\"a"]);
        check("[{\"a\":[", &["{\"a\":["]);
        check("[}]", &["}"]);
        check("[\"a\\", &["\"a\\"]);
        check("", &[]);
    }
}
