//! The guide about errors: the client's table of codes, and for each what its error says at the terminal.

use terraform_provider_alivpn::cloud::error::{ApiError, Class, Error};
use terraform_provider_alivpn::cloud::error_table::{Documented, documented};
use terraform_provider_alivpn::provider::explain::advice;

/// Where the guide is, in `docs/`.
pub const PATH: &str = "guides/troubleshooting.md";

/// What stands around the table.
const AROUND: &str = include_str!("troubleshooting.md");

/// In the order in which a person wants them: what one can do something about first.
const CLASSES: [Class; 16] = [
    Class::Input,
    Class::Permission,
    Class::Credentials,
    Class::CredentialsRefresh,
    Class::Clock,
    Class::Quota,
    Class::Payment,
    Class::NotFound,
    Class::GatewayBusy,
    Class::Throttle,
    Class::Retry,
    Class::RetryNewNonce,
    Class::RetrySameToken,
    Class::DryRunPassed,
    Class::Defect,
    Class::Unknown,
];

/// The guide.
pub fn page() -> String {
    let sections = CLASSES.iter().filter_map(|class| {
        let codes: Vec<Documented> = documented()
            .filter(|documented| documented.meaning.class == *class)
            .collect();
        (!codes.is_empty()).then(|| section(*class, &codes))
    });
    let sections: Vec<String> = sections.collect();
    AROUND.replace("{codes}", &sections.join("\n\n"))
}

fn section(class: Class, codes: &[Documented]) -> String {
    let (title, by_itself) = words(class);
    let mut parts = vec![format!("## {title}"), by_itself.to_owned()];
    for (advice, codes) in by_advice(codes) {
        let rows: Vec<String> = codes.iter().map(|code| row(code)).collect();
        parts.push("The error says:".to_owned());
        parts.push(format!("> {advice}"));
        parts.push(format!(
            "| code | of | argument |\n|---|---|---|\n{}",
            rows.join("\n")
        ));
    }
    parts.join("\n\n")
}

/// Those whose errors say the same together, in the order of the first of each.
fn by_advice(codes: &[Documented]) -> Vec<(String, Vec<&Documented>)> {
    let mut groups: Vec<(String, Vec<&Documented>)> = Vec::new();
    for code in codes {
        let said = advice(&example(code));
        match groups.iter_mut().find(|(advice, _)| *advice == said) {
            Some((_, group)) => group.push(code),
            None => groups.push((said, vec![code])),
        }
    }
    groups
}

fn row(documented: &Documented) -> String {
    let operations = documented
        .operations
        .map_or_else(|| "every call".to_owned(), |names| names.join(", "));
    let argument = documented
        .meaning
        .argument
        .map_or_else(String::new, |name| format!("`{name}`"));
    format!("| `{}` | {operations} | {argument} |", documented.code)
}

/// What an error of this class is called, and what the provider does before anybody sees it.
fn words(class: Class) -> (&'static str, &'static str) {
    match class {
        Class::Input => (
            "Wrong arguments",
            "Nothing was changed. The provider refuses what it can before any call; this is what only the cloud can know. Of `InvalidParameter` and `MissingParameter` the error names the argument where the API names its parameter.",
        ),
        Class::Permission => (
            "Missing permissions",
            "The provider does not try again, and never takes a refusal for \"gone\": the state stays as it is.",
        ),
        Class::Credentials => ("Wrong credentials", "The provider does not try again."),
        Class::CredentialsRefresh => (
            "Expired credentials",
            "The provider gets new ones once, where their source can give them, and sends the call again.",
        ),
        Class::Clock => (
            "The clock",
            "The provider corrects its idea of the time by the date of the answer, once, and sends the call again.",
        ),
        Class::Quota => (
            "Used up quotas",
            "The provider does not try again. A gateway takes one SSL server, which no quota changes: where it has one already, the error names it and shows the block that imports it (Terraform 1.5 or OpenTofu 1.6, or newer).",
        ),
        Class::Payment => (
            "Overdue payments",
            "The provider gives up waiting at once: a locked gateway does not change.",
        ),
        Class::NotFound => (
            "Objects that are gone",
            "A refresh removes the object from the state, with a warning that says so; a deletion that finds it gone is done. Elsewhere it is an error.",
        ),
        Class::GatewayBusy => (
            "A busy gateway",
            "A gateway carries out one change at a time. The provider waits until it is active and sends the call again, within the timeout of the resource; its own changes of one gateway take turns anyway.",
        ),
        Class::Throttle => (
            "Too many calls",
            "The provider waits as long as the cloud asks, or longer each time, and sends the call again.",
        ),
        Class::Retry => (
            "Passing faults",
            "The provider waits, longer each time, and sends the call again; a change under the same client token, so that it has no second effect.",
        ),
        Class::RetryNewNonce => (
            "A nonce that was used",
            "The provider sends the call again with another one.",
        ),
        Class::RetrySameToken => (
            "A change that is still being accepted",
            "The provider waits and asks again under the same client token, until it has the answer to the first call.",
        ),
        Class::DryRunPassed => (
            "A dry run that passed",
            "Not an error: it is how the API says that a checked call would be accepted. You would see it only if a call that is no check got this answer.",
        ),
        Class::Defect => ("Defects", "The provider made a mistake."),
        Class::Unknown => ("Anything else", "The provider does not try again."),
    }
}

/// The error of a code, as it reaches the one who words it for the user.
fn example(documented: &Documented) -> Error {
    Error::Api(ApiError {
        operation: "OPERATION",
        code: documented.code.to_owned(),
        message: String::new(),
        request_id: None,
        http_status: 400,
        class: documented.meaning.class,
        argument: documented.meaning.argument,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use terraform_provider_alivpn::cloud::answer::Object;

    use super::*;

    #[test]
    fn every_documented_code_has_a_row_under_its_class() {
        let page = page();
        assert!(documented().count() > 40);
        for documented in documented() {
            let heading = format!("## {}\n", words(documented.meaning.class).0);
            let section = page.split("\n## ").map(|section| format!("## {section}"));
            let section = section
                .into_iter()
                .find(|section| section.starts_with(&heading))
                .unwrap_or_else(|| panic!("no {heading}"));
            assert!(section.contains(&row(&documented)), "{documented:?}");
        }
    }

    /// The error that the client makes of an answer, as at the terminal, with what the page calls its operation.
    fn said(operation: &'static str, code: &str) -> String {
        let answer = json!({"Code": code, "Message": "No."}).to_string();
        let answer = Object::parse(answer.as_bytes()).unwrap();
        let error = ApiError::read(operation, 400, None, &answer, str::to_owned).unwrap();
        advice(&Error::Api(error)).replace(operation, "OPERATION")
    }

    #[test]
    fn above_every_row_stands_what_the_error_of_its_code_says() {
        let page = page();
        for documented in documented() {
            let (before, _) = page.split_once(&row(&documented)).unwrap();
            let quoted = before.lines().rev().find_map(|it| it.strip_prefix("> "));
            for operation in documented.operations.unwrap_or(&["DescribeSslVpnServers"]) {
                assert_eq!(
                    quoted,
                    Some(said(operation, documented.code).as_str()),
                    "{documented:?}"
                );
            }
        }
    }

    #[test]
    fn a_row_tells_operations_and_argument() {
        let find = |code: &str| documented().find(|it| it.code == code).unwrap();
        assert_eq!(
            row(&find("IpConflict")),
            "| `IpConflict` | CreateSslVpnServer, ModifySslVpnServer | `client_ip_pool` |"
        );
        assert_eq!(row(&find("Throttling")), "| `Throttling` | every call |  |");
    }
}
