//! `dadar codes`: the codes of all errors and warnings.

use super::{CommandError, Done, Exit, OutputFormat, output};
use clap::Args;
use dadar::diagnostic::{Code, did_you_mean};
use serde_json::{Value, json};

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dadar codes                    all codes, one a line\n  \
    dadar codes E017               the page of a code: what it means, and how to fix it\n  \
    dadar codes load-budget        the same, by its short name\n  \
    dadar codes --format json      one JSON object a line")]
pub(crate) struct CodesArgs {
    /// Print the page of this code: E017, or its short name load-budget
    #[arg(value_name = "CODE")]
    code: Option<String>,
    /// How to write it
    #[arg(long, value_enum, default_value_t = OutputFormat::Human)]
    format: OutputFormat,
}

pub(crate) fn run(args: &CodesArgs) -> Done {
    match (&args.code, args.format) {
        (None, OutputFormat::Human) => list(),
        (Some(name), OutputFormat::Human) => page(name),
        (None, OutputFormat::Json) => json_lines(Code::ALL, false),
        (Some(name), OutputFormat::Json) => json_lines(&[find(name)?], true),
    }
}

/// All codes, each with its severity, its short name and its title.
pub(crate) fn list() -> Done {
    let widest = Code::ALL.iter().map(|code| code.slug().len()).max().unwrap_or(0);
    let line = |code: &Code| {
        let (severity, slug) = (code.severity().as_str(), code.slug());
        format!("{}  {severity:7}  {slug:widest$}  {}\n", code.as_str(), code.title())
    };
    output::print(&Code::ALL.iter().map(line).collect::<String>())?;
    Ok(Exit::Fine)
}

/// Prints the page of a code.
pub(crate) fn page(name: &str) -> Done {
    output::print(&format!("{}\n", find(name)?.page().trim_end()))?;
    Ok(Exit::Fine)
}

fn json_lines(codes: &[Code], with_page: bool) -> Done {
    let lines = codes.iter().map(|code| format!("{}\n", json(*code, with_page)));
    output::print(&lines.collect::<String>())?;
    Ok(Exit::Fine)
}

fn json(code: Code, with_page: bool) -> Value {
    let mut json = json!({
        "code": code.as_str(),
        "slug": code.slug(),
        "severity": code.severity().as_str(),
        "title": code.title(),
    });
    if with_page && let Some(members) = json.as_object_mut() {
        members.insert(String::from("page"), Value::from(code.page()));
    }
    json
}

/// Finds a code by its name. An unknown name is an error, with a suggestion.
fn find(name: &str) -> Result<Code, CommandError> {
    Code::parse(name).ok_or_else(|| {
        let known = Code::ALL.iter().flat_map(|code| [code.as_str(), code.slug()]);
        let first = Code::ALL.first().map_or("E001", |code| code.as_str());
        let hint =
            did_you_mean(name, known).unwrap_or_else(|| format!("codes look like {first}; `dadar codes` lists them"));
        CommandError::new(format!("there is no code `{name}`")).hint(hint)
    })
}
