//! Zones by name.

use super::parse::parse_offset;
use jiff::tz::TimeZone;

/// The name by which functions refer to the offset that a time is written with.
pub(in crate::expr) const WRITTEN: &str = "written";

/// No zone has a longer name.
const LONGEST_NAME: usize = 64;

/// The zone of an IANA name, such as `Asia/Kolkata`, or an offset, such as `+05:30`.
pub fn find_zone(name: &str) -> Option<TimeZone> {
    if name.starts_with(['+', '-']) {
        return parse_offset(name).map(TimeZone::fixed);
    }
    if name.len() > LONGEST_NAME { None } else { TimeZone::get(name).ok() }
}

/// True for the name of a zone, or `written`.
pub(in crate::expr) fn is_zone(name: &str) -> bool {
    name == WRITTEN || find_zone(name).is_some()
}

/// `did you mean …` for the name of a zone that there is not: a slip of one letter, or a city without its continent. Short names
/// are too much alike to be guessed.
pub fn zone_hint(name: &str) -> Option<String> {
    let city = |zone: &str| zone.rsplit('/').next().unwrap_or(zone).to_lowercase();
    let near = |zone: &str| {
        let near = name.len() > 4 && strsim::osa_distance(&zone.to_lowercase(), &name.to_lowercase()) <= 1;
        near || zone.eq_ignore_ascii_case(name) || city(zone) == city(name)
    };
    let db = jiff::tz::db();
    let found = db.available().find(|zone| near(zone.as_str()));
    found.map(|zone| format!("did you mean `{}`?", zone.as_str()))
}
