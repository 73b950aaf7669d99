//! Windows of the week, for `during(now, "mon-fri 09:00-18:00, sat 10:00-14:00")`.

use super::excerpt::excerpt;
use std::ops::Range;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const DAY: u16 = 24 * 60;
const WEEK: u16 = 7 * DAY;

/// A set of minutes of the week, which begins on Monday at 00:00.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Windows(Box<[Range<u16>]>);

/// Why a text does not describe windows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WindowFault {
    /// The bytes of the text that it is about.
    pub(super) place: Range<usize>,
    pub(super) message: String,
    pub(super) help: String,
}

impl Windows {
    /// Reads windows separated by commas. Each has days and a time of day; without days it has those of the window before
    /// it, and the first is on every day.
    pub(super) fn new(source: &str) -> Result<Windows, WindowFault> {
        let mut reader = WindowReader { source, days: [true; 7], listed: None, minutes: Vec::new() };
        for item in split(source, 0..source.len(), ',') {
            reader.item(item)?;
        }
        if let Some(place) = reader.listed.clone() {
            let days = reader.text(&place);
            let message = format!("a time of day is missing after `{days}`");
            return Err(fault(place, message, format!("for the whole day, write `{days} 00:00-24:00`")));
        }
        Ok(Windows(merged(reader.minutes)))
    }

    /// The ranges of minutes, in order and apart from one another; the ends are exclusive.
    pub(crate) fn ranges(&self) -> &[Range<u16>] {
        &self.0
    }

    /// True if a minute of the week is in one of the windows.
    pub(super) fn contains(&self, minute: u16) -> bool {
        self.0.iter().any(|range| range.contains(&minute))
    }
}

/// The minute of the week.
pub(super) fn minute_of_week(day: u16, hour: u16, minute: u16) -> u16 {
    day * DAY + hour * 60 + minute
}

struct WindowReader<'s> {
    source: &'s str,
    /// The days of the last window that has some.
    days: [bool; 7],
    /// The place of days that belong to the next window: `mon, wed 09:00-18:00`.
    listed: Option<Range<usize>>,
    minutes: Vec<Range<u16>>,
}

impl WindowReader<'_> {
    fn text(&self, place: &Range<usize>) -> &str {
        self.source.get(place.clone()).unwrap_or_default()
    }

    /// `mon-fri 09:00-18:00`, `mon-fri`, or `09:00-18:00`.
    fn item(&mut self, place: Range<usize>) -> Result<(), WindowFault> {
        let words: Vec<Range<usize>> = split(self.source, place.clone(), ' ').filter(|word| !word.is_empty()).collect();
        let is_time = |word: &Range<usize>| self.text(word).starts_with(|c: char| c.is_ascii_digit());
        match words.as_slice() {
            [] => Err(fault(place, "a window is missing".to_owned(), EXAMPLE.to_owned())),
            [time] if is_time(time) => self.window(time),
            [days] => self.days(days),
            [days, time] if !is_time(days) => {
                self.days(days)?;
                self.window(time)
            }
            [_, .., last] => {
                let message = format!("`{}` is not a window", excerpt(self.text(&place)));
                let first = words.first().map_or(place.start, |first| first.start);
                Err(fault(first..last.end, message, EXAMPLE.to_owned()))
            }
        }
    }

    /// `mon` or `mon-fri`.
    fn days(&mut self, place: &Range<usize>) -> Result<(), WindowFault> {
        let (first, last) = ends(self.source, place);
        let from = self.day(&first)?;
        let to = last.map_or(Ok(from), |last| self.day(&last))?;
        if self.listed.is_none() {
            self.days = [false; 7];
        }
        let wanted = |day: usize| if from <= to { (from..=to).contains(&day) } else { day >= from || day <= to };
        self.days.iter_mut().enumerate().for_each(|(day, is_in)| *is_in |= wanted(day));
        let start = self.listed.as_ref().map_or(place.start, |listed| listed.start);
        self.listed = Some(start..place.end);
        Ok(())
    }

    fn day(&self, place: &Range<usize>) -> Result<usize, WindowFault> {
        let text = self.text(place);
        DAYS.iter().position(|day| *day == text).ok_or_else(|| {
            let meant = text.get(..3).map(str::to_ascii_lowercase);
            let meant = meant.filter(|meant| DAYS.contains(&meant.as_str())).map(|meant| format!("write `{meant}`"));
            let help =
                meant.unwrap_or_else(|| format!("days are written {}", DAYS.map(|day| format!("`{day}`")).join(", ")));
            fault(place.clone(), format!("`{}` is not a day of the week", excerpt(text)), help)
        })
    }

    /// `09:00-18:00`, on the days that were read last. One that ends earlier than it begins passes midnight.
    fn window(&mut self, place: &Range<usize>) -> Result<(), WindowFault> {
        let (first, last) = ends(self.source, place);
        let Some(last) = last else {
            let message = format!("the end of the window `{}` is missing", excerpt(self.text(place)));
            return Err(fault(place.clone(), message, EXAMPLE.to_owned()));
        };
        let (start, end) = (self.time(&first)?, self.time(&last)?);
        if start == DAY {
            let help = "a day begins at `00:00`".to_owned();
            return Err(fault(first, "a window cannot begin at `24:00`".to_owned(), help));
        }
        if start == end {
            let message = format!("the window `{}` is empty, since its end does not belong to it", self.text(place));
            return Err(fault(place.clone(), message, "the whole day is written `00:00-24:00`".to_owned()));
        }
        let end = if end < start { end + DAY } else { end };
        for day in (0..).zip(self.days).filter_map(|(day, is_in)| is_in.then_some(day)) {
            let (from, to) = (day * DAY + start, day * DAY + end);
            self.minutes.push(from..to.min(WEEK));
            if to > WEEK {
                self.minutes.push(0..to - WEEK);
            }
        }
        self.listed = None;
        Ok(())
    }

    fn time(&self, place: &Range<usize>) -> Result<u16, WindowFault> {
        let text = self.text(place);
        minute_of_day(text).ok_or_else(|| {
            let help = "times are written from `00:00` to `24:00`".to_owned();
            fault(place.clone(), format!("`{}` is not a time of day", excerpt(text)), help)
        })
    }
}

const EXAMPLE: &str = "windows are written `mon-fri 09:00-18:00, sat 10:00-14:00`, or `22:00-06:00` for every day";

fn fault(place: Range<usize>, message: String, help: String) -> WindowFault {
    WindowFault { place, message, help }
}

/// The parts of a place between separators, without white space around them.
fn split(source: &str, place: Range<usize>, separator: char) -> impl Iterator<Item = Range<usize>> {
    let mut start = place.start;
    source.get(place).unwrap_or_default().split(separator).map(move |part| {
        let inner = part.trim();
        let from = start + (part.len() - part.trim_start().len());
        start += part.len() + separator.len_utf8();
        from..from + inner.len()
    })
}

/// `a-b`, or `a` alone.
fn ends(source: &str, place: &Range<usize>) -> (Range<usize>, Option<Range<usize>>) {
    let text = source.get(place.clone()).unwrap_or_default();
    match text.find('-') {
        Some(at) => (place.start..place.start + at, Some(place.start + at + 1..place.end)),
        None => (place.clone(), None),
    }
}

/// `09:00`; minutes since midnight.
fn minute_of_day(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if !digits(hour) || !digits(minute) || hour.is_empty() || hour.len() > 2 || minute.len() != 2 {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let total = hour * 60 + minute;
    (minute < 60 && total <= DAY).then_some(total)
}

/// The same minutes in ranges that do not touch.
fn merged(mut minutes: Vec<Range<u16>>) -> Box<[Range<u16>]> {
    minutes.sort_by_key(|range| range.start);
    let mut merged: Vec<Range<u16>> = Vec::new();
    for range in minutes {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(source: &str) -> Vec<Range<u16>> {
        Windows::new(source).unwrap_or_else(|fault| panic!("{source}: {fault:?}")).ranges().to_vec()
    }

    fn one(start: u16, end: u16) -> Vec<Range<u16>> {
        std::iter::once(start..end).collect()
    }

    fn at(day: &str, hour: u16, minute: u16) -> u16 {
        minute_of_week(DAYS.iter().position(|known| *known == day).unwrap() as u16, hour, minute)
    }

    #[test]
    fn windows_of_days() {
        let office = |day: &str| at(day, 9, 0)..at(day, 18, 0);
        assert_eq!(ranges("mon-fri 09:00-18:00"), ["mon", "tue", "wed", "thu", "fri"].map(office));
        assert_eq!(ranges("mon, wed-thu, sun 9:00-18:00"), ["mon", "wed", "thu", "sun"].map(office));
        assert_eq!(ranges("sat-mon 09:00-18:00"), ["mon", "sat", "sun"].map(office));
        assert_eq!(ranges("tue-tue  09:00-18:00"), ["tue"].map(office));
        assert_eq!(ranges("09:00-18:00"), DAYS.map(office));
        assert_eq!(ranges("00:00-24:00"), one(0, WEEK));
        assert_eq!(
            ranges("mon 09:00-12:00, 12:30-18:00,sat 10:00-14:00"),
            [
                at("mon", 9, 0)..at("mon", 12, 0),
                at("mon", 12, 30)..at("mon", 18, 0),
                at("sat", 10, 0)..at("sat", 14, 0)
            ]
        );
        assert_eq!(
            ranges("mon 09:00-12:00, mon-tue 11:00-12:30"),
            [at("mon", 9, 0)..at("mon", 12, 30), at("tue", 11, 0)..at("tue", 12, 30)]
        );
    }

    /// A window that passes midnight belongs to the day on which it begins.
    #[test]
    fn windows_that_pass_midnight() {
        assert_eq!(ranges("fri 22:00-06:00"), one(at("fri", 22, 0), at("sat", 6, 0)));
        assert_eq!(ranges("sun 22:00-06:00"), [0..at("mon", 6, 0), at("sun", 22, 0)..WEEK]);
        assert_eq!(ranges("sun 22:00-00:00"), one(at("sun", 22, 0), WEEK));
        let nightly = Windows::new("22:00-06:00").unwrap();
        assert_eq!(nightly.ranges().len(), 8);
        for (day, hour, minute, expected) in [
            ("mon", 5, 59, true),
            ("mon", 6, 0, false),
            ("sun", 21, 59, false),
            ("sun", 22, 0, true),
            ("wed", 0, 0, true),
        ] {
            assert_eq!(nightly.contains(at(day, hour, minute)), expected, "{day} {hour}:{minute}");
        }
    }

    #[test]
    fn faults_have_a_place_and_a_hint() {
        let cases = [
            ("", "", "a window is missing"),
            ("mon 09:00-18:00, ", "", "a window is missing"),
            ("mon-fri", "mon-fri", "a time of day is missing after `mon-fri`"),
            ("mon 09:00-10:00, sat, sun", "sat, sun", "a time of day is missing after `sat, sun`"),
            ("Mon 09:00-18:00", "Mon", "`Mon` is not a day of the week"),
            ("mon-friday 09:00-18:00", "friday", "`friday` is not a day of the week"),
            ("daily 09:00-18:00", "daily", "`daily` is not a day of the week"),
            ("mon 09:00-18:00, tue 9-18", "9", "`9` is not a time of day"),
            ("mon 09:00-24:01", "24:01", "`24:01` is not a time of day"),
            ("mon 09:60-10:00", "09:60", "`09:60` is not a time of day"),
            ("mon 9am-5pm", "9am", "`9am` is not a time of day"),
            ("mon 09:00", "09:00", "the end of the window `09:00` is missing"),
            ("mon 24:00-06:00", "24:00", "a window cannot begin at `24:00`"),
            (
                "mon 09:00-09:00",
                "09:00-09:00",
                "the window `09:00-09:00` is empty, since its end does not belong to it",
            ),
            ("mon 09:00 - 18:00", "mon 09:00 - 18:00", "`mon 09:00 - 18:00` is not a window"),
            ("09:00-10:00 mon", "09:00-10:00 mon", "`09:00-10:00 mon` is not a window"),
        ];
        for (source, place, message) in cases {
            let fault = Windows::new(source).unwrap_err();
            assert_eq!(
                (source.get(fault.place.clone()).unwrap(), fault.message.as_str()),
                (place, message),
                "{source}"
            );
        }
        assert_eq!(Windows::new("Monday 09:00-18:00").unwrap_err().help, "write `mon`");
    }
}
