//! Numbers and strings.

use super::{Lexer, Token, continues_name};
use crate::event::{Json, Number, parse_number};

impl Lexer<'_, '_> {
    /// Reads a number; always true, since reading can continue after an invalid number.
    pub(super) fn number(&mut self) -> bool {
        let start = self.at;
        let is_step =
            matches!(self.tokens.last(), Some(last) if last.token == Token::Op(".") && last.range.end == start);
        let rest = self.rest();
        let len = if is_step { digits(rest) } else { number_len(rest) };
        self.at += len;
        let tail = self.rest();
        let extra = tail.find(|c: char| !continues_name(c)).unwrap_or(tail.len());
        self.at += extra;
        let literal = self.slice(start..self.at).to_owned();
        let value = match literal.strip_prefix("0x").or_else(|| literal.strip_prefix("0X")) {
            Some(hex) => hexadecimal(hex),
            None => decimal(&literal, extra > 0),
        };
        match value {
            Ok(value) => self.push(Token::Number(value), start),
            Err((message, help)) => {
                let help = self.thousands(start).or(help);
                self.error(start..self.at, message, help);
                self.push(Token::Number(Json::Null), start);
            }
        }
        true
    }

    /// A hint for the `000` of `5,000`.
    fn thousands(&self, start: usize) -> Option<String> {
        let [.., number, comma] = self.tokens.as_slice() else { return None };
        let joined =
            comma.range == (start - 1..start) && comma.token == Token::Op(",") && number.range.end == start - 1;
        let before = self.slice(number.range.clone());
        let whole = joined && before.bytes().all(|b| b.is_ascii_digit());
        whole.then(|| format!("a number has no commas: `{before}{}`", self.slice(start..self.at)))
    }

    /// Reads a string in `quote`s. False if it is not closed.
    pub(super) fn string(&mut self, quote: char) -> bool {
        let start = self.at;
        self.at += 1;
        let mut value = String::new();
        loop {
            let rest = self.rest();
            let run = rest.find([quote, '\\']).unwrap_or(rest.len());
            value.push_str(rest.get(..run).unwrap_or(""));
            self.at += run;
            match self.rest().chars().next() {
                Some('\\') => self.escape(&mut value),
                Some(_) => break,
                None => {
                    self.error(
                        start..start + 1,
                        "this string is never closed",
                        Some(format!("close it with `{quote}`")),
                    );
                    return false;
                }
            }
        }
        self.at += 1;
        self.push(Token::Text(value), start);
        true
    }

    /// Reads one escape sequence; a surrogate pair counts as one.
    fn escape(&mut self, value: &mut String) {
        let start = self.at;
        let rest = self.rest();
        let Some(kind) = rest.chars().nth(1) else {
            // A single backslash at the end: the string is reported as not closed.
            self.at += 1;
            return;
        };
        self.at += 1 + kind.len_utf8();
        let plain = match kind {
            '"' | '\'' | '\\' | '/' => kind,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => return self.unicode_escape(start, value),
            _ => {
                let help = format!("a backslash itself is written `\\\\`: `\\\\{kind}`");
                self.error(start..self.at, format!("`\\{kind}` is not an escape sequence"), Some(help));
                return;
            }
        };
        value.push(plain);
    }

    /// Reads the digits after `\u`.
    fn unicode_escape(&mut self, start: usize, value: &mut String) {
        let Some(first) = self.four_hex_digits() else {
            let got = self.rest().bytes().take(4).take_while(u8::is_ascii_hexdigit).count();
            self.at += got;
            let text = self.slice(start..self.at).to_owned();
            return self.error(
                start..self.at,
                format!("`{text}` is not an escape sequence"),
                Some("`\\u` takes four hexadecimal digits: `\\u20b9`".into()),
            );
        };
        let mut units = vec![first];
        if (0xd800..0xdc00).contains(&first) && self.rest().starts_with("\\u") {
            let before = self.at;
            self.at += 2;
            match self.four_hex_digits().filter(|unit| (0xdc00..0xe000).contains(unit)) {
                Some(second) => units.push(second),
                None => self.at = before,
            }
        }
        match char::decode_utf16(units).next() {
            Some(Ok(c)) => value.push(c),
            _ => {
                let text = self.slice(start..self.at).to_owned();
                let help = "characters above U+FFFF are written as a pair: `\\ud83d\\ude00`, or as they are";
                self.error(start..self.at, format!("`{text}` is half a character"), Some(help.into()));
            }
        }
    }

    fn four_hex_digits(&mut self) -> Option<u16> {
        let text = self.rest().get(..4).filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()))?;
        self.at += 4;
        u16::from_str_radix(text, 16).ok()
    }
}

type LiteralValue = Result<Json, (String, Option<String>)>;

fn decimal(literal: &str, runs_into_name: bool) -> LiteralValue {
    let error = |message: String, help: String| Err((message, Some(help)));
    let whole = literal.split(['.', 'e', 'E']).next().unwrap_or("");
    if runs_into_name {
        let joined: String = literal.chars().filter(|c| *c != '_').collect();
        if parse_number(&joined).is_some() && joined.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
            return error(format!("`{literal}` is not a number"), format!("write `{joined}`"));
        }
        let help = format!(
            "a name cannot begin with a digit; as a key it is written `data[\"{literal}\"]`, as text `\"{literal}\"`"
        );
        return error(format!("`{literal}` is neither a number nor a name"), help);
    }
    if whole.is_empty() {
        return error(format!("`{literal}` has no digit before the point"), format!("write `0{literal}`"));
    }
    if literal.ends_with('.') {
        return error(format!("`{literal}` has no digit after the point"), format!("write `{whole}` or `{literal}0`"));
    }
    if literal.ends_with(['e', 'E', '+', '-']) {
        return error(format!("`{literal}` has no digits in its exponent"), format!("write `{whole}e3`, say"));
    }
    if whole.len() > 1 && whole.starts_with('0') {
        let bare = literal.trim_start_matches('0');
        let bare = if bare.starts_with(|c: char| c.is_ascii_digit()) { bare.to_owned() } else { format!("0{bare}") };
        let help = format!("write `{bare}`, or `\"{literal}\"` if it is a text");
        return error(format!("`{literal}` begins with a zero"), help);
    }
    match parse_number(literal) {
        Some(number) => Ok(number.to_json()),
        None => Err((format!("`{literal}` is larger than any number can be"), None)),
    }
}

fn hexadecimal(digits: &str) -> LiteralValue {
    let valid = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
    match u64::from_str_radix(digits, 16) {
        Ok(n) if valid => Ok(Number::int(n.into()).to_json()),
        _ if valid => Err((format!("`0x{digits}` has more than 64 bits"), None)),
        _ => Err((format!("`0x{digits}` is not a hexadecimal number"), Some("write for example `0xff`".into()))),
    }
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// The length of the number-like prefix of `text`.
fn number_len(text: &str) -> usize {
    let behind = |at: usize| text.get(at..).unwrap_or("");
    if text.starts_with("0x") || text.starts_with("0X") {
        return 2;
    }
    let mut len = digits(text);
    if behind(len).starts_with('.') {
        // `1.` is one token, for its hint; in `1.name`, the name is reported separately.
        len += 1 + digits(behind(len + 1));
    }
    if behind(len).starts_with(['e', 'E']) {
        let sign = usize::from(behind(len + 1).starts_with(['+', '-']));
        let exponent = digits(behind(len + 1 + sign));
        let next = behind(len + 1 + sign + exponent).chars().next();
        if exponent > 0 || sign > 0 || !next.is_some_and(continues_name) {
            len += 1 + sign + exponent;
        }
    }
    len
}
