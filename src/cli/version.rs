//! The output of `--version`. (`-V` prints the first line without the commit.)

/// The commit, if it was known when the program was built.
const COMMIT: Option<&str> = option_env!("DADAR_BUILD_COMMIT");

/// The features that the program can be built with or without, and those that it always has.
const FEATURES: [(&str, bool); 5] = [
    ("cli", true),
    ("pipeline", cfg!(feature = "pipeline")),
    ("render", cfg!(feature = "render")),
    ("schemas", cfg!(feature = "schemas")),
    ("watch", cfg!(feature = "watch")),
];

/// `0.1.0 (0123456789ab)`, and a line with the features.
pub(super) fn long() -> String {
    let commit = COMMIT.map(|commit| format!(" ({commit})")).unwrap_or_default();
    let enabled: Vec<&str> = FEATURES.iter().filter(|(_, enabled)| *enabled).map(|(name, _)| *name).collect();
    format!("{}{commit}\nfeatures: {}", env!("CARGO_PKG_VERSION"), enabled.join(" "))
}
