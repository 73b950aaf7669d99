//! Sizes on the command line: `64MiB`, `512 KiB`, `1000`.

/// Parses a number of bytes with an optional unit.
pub(crate) fn parse(text: &str) -> Result<usize, String> {
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at_checked(split).unwrap_or((text, ""));
    let factor: usize = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kib" => 1 << 10,
        "kb" => 1_000,
        "m" | "mib" => 1 << 20,
        "mb" => 1_000_000,
        "g" | "gib" => 1 << 30,
        "gb" => 1_000_000_000,
        _ => return Err(String::from("write a number of bytes, KiB, MiB or GiB, such as 64MiB")),
    };
    let number: usize = digits.parse().map_err(|_| String::from("write a number such as 1000 or 64MiB"))?;
    // Leave room for the line break behind a line of that size.
    let bytes = number.checked_mul(factor).filter(|bytes| *bytes < usize::MAX / 2);
    match bytes {
        None => Err(String::from("this is more than can be counted")),
        Some(0) => Err(String::from("the least size is 1 byte")),
        Some(bytes) => Ok(bytes),
    }
}

/// Parses the size of a file of a rule set, whose places are numbers of 32 bits.
pub(crate) fn parse_file(text: &str) -> Result<usize, String> {
    let bytes = parse(text)?;
    if u32::try_from(bytes).is_err() && bytes != 1 << 32 {
        return Err(String::from("the largest size is 4GiB"));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::{parse, parse_file};

    #[test]
    fn units() {
        assert_eq!(parse("1000"), Ok(1000));
        assert_eq!(parse("64MiB"), Ok(64 << 20));
        assert_eq!(parse("1 KiB"), Ok(1024));
        assert_eq!(parse("2kb"), Ok(2000));
        for wrong in ["", "MiB", "-1", "0", "5 parsecs", "99999999999999999999", "18446744073709551615"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(parse_file("4GiB"), Ok(1 << 32));
        assert!(parse_file("5GiB").is_err());
    }
}
