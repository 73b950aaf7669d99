//! Suggestions for misspelt names.

/// The limit for the bytes that are compared after removing the common beginning and end of two names.
const MAX_COMPARED: usize = 64;

/// The number of diagnostics after which no suggestions are searched: for each wrong name, the search takes time proportional
/// to the number of known names.
pub const MAX_SUGGESTIONS: usize = 200;

/// A suggestion (`did you mean …`) if one of `known` is similar to `wrong`.
pub fn did_you_mean<'k>(wrong: &str, known: impl IntoIterator<Item = &'k str>) -> Option<String> {
    nearest(wrong, known).map(|name| format!("did you mean `{name}`?"))
}

/// The name nearest to `wrong`, if it is near enough to be a typing error. Ties are broken by the order of their bytes.
///
/// Most names are excluded by their length and their letters, so that many wrong names among many known ones cost little.
pub fn nearest<'k>(wrong: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    // A prefix that a family of names shares (`math::`) does not make a name nearer.
    let own = wrong.rsplit(':').next().unwrap_or(wrong);
    let mut reach = match own.chars().take(9).count() {
        0..=2 => 0,
        3..=5 => 1,
        6..=8 => 2,
        _ => 3,
    };
    let lower: Vec<char> = wrong.to_lowercase().chars().collect();
    let mut best: Option<(usize, &'k str)> = None;
    for name in known {
        let distance = if wrong.is_ascii() && name.is_ascii() {
            distance_within(wrong.as_bytes(), name.as_bytes(), reach)
        } else {
            let name: Vec<char> = name.to_lowercase().chars().collect();
            distance_within(&lower, &name, reach)
        };
        let Some(distance) = distance.filter(|_| name != wrong) else { continue };
        if best.is_none_or(|best| (distance, name) < best) {
            best = Some((distance, name));
            reach = distance;
        }
    }
    best.map(|(_, name)| name)
}

/// A byte of ASCII, or a character in lower case.
trait Letter: Copy {
    /// The letter in lower case.
    fn lower(self) -> char;
}

impl Letter for u8 {
    fn lower(self) -> char {
        self.to_ascii_lowercase().into()
    }
}

impl Letter for char {
    fn lower(self) -> char {
        self
    }
}

/// The number of insertions, deletions, replacements and swaps of neighbours from `a` to `b`, if at most `reach`.
fn distance_within<L: Letter>(a: &[L], b: &[L], reach: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > reach {
        return None;
    }
    let same = |(a, b): &(&L, &L)| a.lower() == b.lower();
    let start = a.iter().zip(b).take_while(same).count();
    let (a, b) = (a.get(start..)?, b.get(start..)?);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(same).count();
    let (a, b) = (a.get(..a.len() - end)?, b.get(..b.len() - end)?);
    // A replacement changes at most two members of the set of letters, an insertion or a deletion one.
    if a.len().max(b.len()) > MAX_COMPARED || (letters(a) ^ letters(b)).count_ones() as usize > 2 * reach {
        return None;
    }
    let text = |letters: &[L]| letters.iter().map(|letter| letter.lower()).collect::<String>();
    let distance = strsim::osa_distance(&text(a), &text(b));
    (distance <= reach).then_some(distance)
}

/// The set of the letters in a text, up to collisions.
fn letters<L: Letter>(text: &[L]) -> u64 {
    text.iter().fold(0, |set, letter| set | 1 << (letter.lower() as u32 & 63))
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn only_what_is_near_is_a_hint() {
        let known = [
            "data",
            "beta",
            "order.created",
            "lower",
            "math::cos",
            "str::to_lowercase",
            "i",
            "it",
            "grösse",
            "größe_in_cm",
        ];
        let near = [
            ("dta", "data"),
            ("Data", "data"),
            ("loewr", "lower"),
            ("ordr.created", "order.created"),
            ("math::cso", "math::cos"),
            ("str::to_lowercse", "str::to_lowercase"),
            ("IT", "it"),
            ("gröse", "grösse"),
            ("Grösse_in_cm", "größe_in_cm"),
        ];
        for (wrong, right) in near {
            assert_eq!(nearest(wrong, known), Some(right), "{wrong}");
        }
        for wrong in ["delta", "math::foo", "id", "in", "x", "date_of", ""] {
            assert_eq!(nearest(wrong, known), None, "{wrong}");
        }
    }

    /// Every name with its distance, computed directly.
    fn plainly<'k>(wrong: &str, known: &[&'k str], reach: usize) -> Option<&'k str> {
        let distance = |name: &str| strsim::osa_distance(&wrong.to_lowercase(), &name.to_lowercase());
        let near = known.iter().map(|name| (distance(name), *name));
        near.filter(|(distance, name)| *distance <= reach && *name != wrong).min().map(|(_, name)| name)
    }

    #[test]
    fn short_cuts_change_nothing() {
        let mut state = 7u64;
        let mut next = |n: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % n
        };
        let letters = ["a", "b", "A", "_", "é", "É", "1"];
        let mut name = |length: usize| (0..length).map(|_| letters[next(letters.len())]).collect::<String>();
        let mut found = 0;
        for round in 0..2_000 {
            let known: Vec<String> = (0..8).map(|n| name(5 + (round + n) % 6)).collect();
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let wrong = name(6 + round % 5);
            let reach = if wrong.chars().count() < 9 { 2 } else { 3 };
            let expected = plainly(&wrong, &known, reach);
            assert_eq!(nearest(&wrong, known.iter().copied()), expected, "{wrong}: {known:?}");
            found += usize::from(expected.is_some());
        }
        assert!(found > 100, "{found}");
    }
}
