//! The page of a function.

use terraform_provider_alivpn::tf::function::{Definition, Parameter};

use super::examples::Examples;
use super::kind::{FUNCTION, FUNCTIONS};
use super::markdown::{Page, fence, type_words};
use super::pages::PROVIDER;

/// What it takes and gives.
pub fn page(name: &str, definition: &Definition, examples: &Examples) -> anyhow::Result<Page> {
    let mut parts = vec![
        definition.description.clone(),
        format!(
            "It needs neither credentials nor a cloud, and {}.",
            FUNCTIONS.words()
        ),
    ];
    parts.extend(
        definition
            .deprecated
            .as_ref()
            .map(|message| format!("Deprecated: {message}")),
    );
    parts.push("## Example Usage".to_owned());
    parts.push(examples.of(&FUNCTION, name)?);
    parts.push("## Signature".to_owned());
    parts.push(fence("text", &signature(name, definition)));
    parts.push("## Arguments".to_owned());
    let parameters = definition.parameters.iter().map(|it| (it, ""));
    let variadic = definition
        .variadic
        .iter()
        .map(|it| (it, ", any number of them"));
    let lines: Vec<String> = parameters
        .chain(variadic)
        .enumerate()
        .map(|(index, (parameter, more))| argument(index + 1, parameter, more))
        .collect();
    parts.push(lines.join("\n"));
    Ok(Page {
        page_title: format!("{name} ({}) - {PROVIDER}", FUNCTION.title),
        heading: format!("{name} ({})", FUNCTION.title),
        purpose: format!("{}.", definition.summary.trim_end_matches('.')),
        parts,
    })
}

fn signature(name: &str, definition: &Definition) -> String {
    let parameters = definition.parameters.iter().map(|it| (it, ""));
    let variadic = definition.variadic.iter().map(|it| (it, "..."));
    let taken: Vec<String> = parameters
        .chain(variadic)
        .map(|(it, more)| format!("{} {}{more}", it.name, type_words(&it.ty).to_lowercase()))
        .collect();
    format!(
        "provider::{PROVIDER}::{name}({}) {}",
        taken.join(", "),
        type_words(&definition.returns).to_lowercase()
    )
}

fn argument(number: usize, parameter: &Parameter, more: &str) -> String {
    let nullable = if parameter.allow_null {
        ", may be null"
    } else {
        ""
    };
    format!(
        "{number}. `{}` ({}{nullable}{more}) {}",
        parameter.name,
        type_words(&parameter.ty),
        parameter.description
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use terraform_provider_alivpn::tf::types::Type;

    #[test]
    fn a_functions_page_shows_how_it_is_called_and_what_each_argument_is() {
        let definition = Definition::new("Joins texts", "All of them.", Type::String)
            .parameter(Parameter::new("between", Type::String, "What stands between.").allow_null())
            .variadic(Parameter::new("texts", Type::String, "The texts."));
        let path = "functions/join/function.tf".to_owned();
        let examples = Examples([(path, "# join\n".to_owned())].into());
        let page = page("join", &definition, &examples).unwrap().text();
        for said in [
            "page_title: \"join (Function) - alivpn\"",
            "description: |-\n  Joins texts\n",
            "\n# join (Function)\n\nJoins texts.\n\nAll of them.\n",
            "needs neither credentials nor a cloud, and Terraform 1.8 or OpenTofu 1.7, or newer.",
            "```terraform\n# join\n```",
            "```text\nprovider::alivpn::join(between string, texts string...) string\n```",
            "1. `between` (String, may be null) What stands between.\n2. `texts` (String, any number of them) The texts.",
        ] {
            assert!(page.contains(said), "{said}\n---\n{page}");
        }
    }
}
