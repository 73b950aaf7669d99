//! `dadar functions`: the reference of functions, from the registry that the documentation is made from.

use super::{CommandError, Done, Exit, Global, OutputFormat, output};
use anstyle::{AnsiColor, Style};
use clap::Args;
use dadar::diagnostic::did_you_mean;
use dadar::unstable::event::Type;
use dadar::unstable::expr::functions::{self, Function, families};
use serde_json::{Value, json};
use std::io;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dadar functions                    all functions, by family\n  \
    dadar functions between            one of them, with types and examples\n  \
    dadar functions --format json      one JSON object a line")]
pub(crate) struct FunctionsArgs {
    /// Print the entry of this function only
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// How to write it
    #[arg(long, value_enum, default_value_t = OutputFormat::Human)]
    format: OutputFormat,
}

/// The width of the column of usages in the list.
const USAGE_WIDTH: usize = 30;
/// The width of lines.
const WIDTH: usize = 100;

const HEADING: Style = AnsiColor::Cyan.on_default().bold();
const NAME: Style = Style::new().bold();

pub(crate) fn run(args: &FunctionsArgs, global: &Global) -> Done {
    let paint = Paint(output::colour(global.color, &io::stdout()));
    let text = match (&args.name, args.format) {
        (None, OutputFormat::Human) => {
            families().iter().map(|(title, all)| family(title, all, &paint)).collect::<Vec<_>>().join("\n")
        }
        (None, OutputFormat::Json) => {
            let all = families().iter().flat_map(|(title, all)| all.iter().map(|one| json_line(title, one)));
            all.collect()
        }
        (Some(name), OutputFormat::Human) => entry(find(name)?.1, &paint),
        (Some(name), OutputFormat::Json) => {
            let (title, function) = find(name)?;
            json_line(title, function)
        }
    };
    output::print(&text)?;
    Ok(Exit::Fine)
}

/// Finds a function by its name or an alias; also returns the title of its family. An unknown name is an error, with a suggestion.
fn find(name: &str) -> Result<(&'static str, &'static Function), CommandError> {
    // `lower(data.city)` is most likely copied from an expression.
    let bare = name.split('(').next().unwrap_or(name).trim();
    let found = functions::find(bare).and_then(|function| {
        let family = families().iter().find(|(_, all)| all.contains(function))?;
        Some((family.0, function))
    });
    found.ok_or_else(|| {
        let known = functions::all().flat_map(|function| std::iter::once(&function.name).chain(function.aliases));
        let hint = did_you_mean(bare, known.copied());
        CommandError::new(format!("there is no function `{bare}`"))
            .hint(hint.unwrap_or_else(|| String::from("`dadar functions` lists them")))
    })
}

/// Colours, if they are wanted.
struct Paint(bool);

impl Paint {
    fn paint(&self, style: Style, text: &str) -> String {
        if self.0 { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

/// A family as a list: the usage and a description of each function.
fn family(title: &str, all: &[Function], paint: &Paint) -> String {
    let mut text = format!("{}\n", paint.paint(HEADING, title));
    for function in all {
        let width = function.usage.chars().count();
        let usage = paint.paint(NAME, function.usage);
        // A usage that is too long for its column has a line of its own.
        let gap = match USAGE_WIDTH.checked_sub(width) {
            Some(rest) => " ".repeat(rest + 2),
            None => format!("\n{}", " ".repeat(USAGE_WIDTH + 4)),
        };
        let rows = wrapped(function.doc, WIDTH - USAGE_WIDTH - 4);
        let doc = rows.join(&format!("\n{}", " ".repeat(USAGE_WIDTH + 4)));
        text += &format!("  {usage}{gap}{doc}\n");
    }
    text
}

/// Everything about one function.
fn entry(function: &Function, paint: &Paint) -> String {
    let mut text = format!("{}\n", paint.paint(NAME, function.usage));
    wrapped(function.doc, WIDTH - 2).iter().for_each(|row| text += &format!("  {row}\n"));
    text.push('\n');
    let parameters = parameters(function);
    let widest = parameters.iter().map(|parameter| parameter.name.chars().count()).max().unwrap_or(0);
    for parameter in &parameters {
        let note = if parameter.required { "" } else { ", optional" };
        let note = if parameter.repeated { ", any number of times" } else { note };
        text += &format!("  {:widest$}  {}{note}\n", parameter.name, parameter.types);
    }
    text += &format!("  {:widest$}  {}\n", "→", function.returns);
    if !function.aliases.is_empty() {
        text += &format!("\nAlso named: {}\n", function.aliases.join(", "));
    }
    if !function.examples.is_empty() {
        text += &format!("\n{}\n", paint.paint(HEADING, "Examples"));
        let widest = function.examples.iter().map(|(usage, _)| usage.chars().count()).max().unwrap_or(0);
        for (usage, value) in function.examples {
            text += &format!("  {usage:widest$}  → {value}\n");
        }
    }
    text
}

/// A parameter, as the usage names it.
struct Parameter {
    name: String,
    types: String,
    required: bool,
    repeated: bool,
}

/// The parameters: their names are in the usage, their types in the registry. (`…` in a usage repeats the parameter before.)
fn parameters(function: &Function) -> Vec<Parameter> {
    let within = function.usage.split_once('(').map_or("", |(_, rest)| rest.trim_end_matches(')'));
    let names: Vec<&str> = within.split(", ").filter(|name| *name != "…").collect();
    let count = function.params.len();
    let named = |at: usize| names.get(at).map_or_else(|| format!("{}.", at + 1), |name| (*name).to_owned());
    (0..count.max(names.len()))
        .map(|at| Parameter {
            name: named(at),
            types: function.params.get(at).or(function.params.last()).copied().unwrap_or(Type::ANY).to_string(),
            required: at < function.required.max(if function.variadic { names.len() } else { 0 }),
            repeated: function.variadic && at + 1 == count.max(names.len()),
        })
        .collect()
}

fn json_line(family: &str, function: &Function) -> String {
    let parameter = |one: &Parameter| json!({"name": one.name, "type": one.types, "required": one.required, "repeated": one.repeated});
    let example = |(expression, value): &(&str, &str)| json!({"expression": expression, "value": serde_json::from_str::<Value>(value).unwrap_or_default()});
    let json = json!({
        "name": function.name,
        "aliases": function.aliases,
        "family": family,
        "usage": function.usage,
        "description": function.doc,
        "parameters": parameters(function).iter().map(parameter).collect::<Vec<_>>(),
        "returns": function.returns.to_string(),
        "examples": function.examples.iter().map(example).collect::<Vec<_>>(),
    });
    format!("{json}\n")
}

/// A text in rows of at most this width, broken at blanks.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match rows.last_mut() {
            Some(row) if row.chars().count() + 1 + word.chars().count() <= width => {
                row.push(' ');
                row.push_str(word);
            }
            _ => rows.push(word.to_owned()),
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::{Paint, entry, find, functions, parameters, wrapped};

    #[test]
    fn parameters_have_the_names_of_the_usage() {
        let shown = |name: &str| -> Vec<String> {
            let all = parameters(find(name).unwrap().1);
            let flags = |required, repeated| {
                if repeated {
                    "*"
                } else if required {
                    ""
                } else {
                    "?"
                }
            };
            all.iter().map(|one| format!("{}{}: {}", one.name, flags(one.required, one.repeated), one.types)).collect()
        };
        assert_eq!(shown("between"), ["x: number or string", "low: number or string", "high: number or string"]);
        assert_eq!(shown("coalesce"), ["a*: any value"]);
        assert_eq!(shown("hour"), ["time: time", "zone?: time zone"]);
    }

    /// The registry may grow: no usage is written in a way that gives a parameter no name.
    #[test]
    fn every_function_has_an_entry() {
        for function in functions::all() {
            let names: Vec<String> = parameters(function).into_iter().map(|one| one.name).collect();
            assert!(!names.iter().any(|name| name.is_empty() || name.ends_with('.')), "{}: {names:?}", function.name);
            assert!(names.len() >= function.required, "{}: {names:?}", function.name);
            assert!(entry(function, &Paint(false)).starts_with(function.usage));
        }
        assert!(find("lowr").unwrap_err().to_string().contains("did you mean `lower`?"));
        assert_eq!(find("lower(data.city)").unwrap().1.name, "lower");
    }

    #[test]
    fn rows_are_no_wider_than_wanted() {
        assert_eq!(wrapped("aa bb cc", 5), ["aa bb", "cc"]);
        assert_eq!(wrapped("aaaaaaa b", 5), ["aaaaaaa", "b"]);
        assert!(wrapped("", 5).is_empty());
    }
}
