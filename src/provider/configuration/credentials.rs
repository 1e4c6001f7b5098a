//! The provider block's arguments that say who calls, and the recipe that they make.
//!
//! One argument, or block, says where credentials come from: two would leave open which is meant. Without any it is the order of the
//! SDKs. `assume_role` comes on top of either.

use serde::Deserialize;

use crate::cloud::credentials::{
    AssumedRole, OidcRole, OidcToken, Recipe, StaticPair, parse_credentials_uri, split_command,
};
use crate::cloud::secret::Secret;
use crate::tf::diagnostics::{Diagnostic, Diagnostics};
use crate::tf::model::Attr;
use crate::tf::path::AttributePath;
use crate::tf::schema::{Attribute, Block, NestedBlock};
use crate::tf::types::Type;
use crate::tf::validators::{Validator, invalid, length_between, quoted, whole_number_between};
use crate::tf::value::Value;

use super::Configuration;

const ASSUME_ROLE: &str = "assume_role";
const ASSUME_ROLE_WITH_OIDC: &str = "assume_role_with_oidc";

const ROLE_ARN: &str = "ALIBABA_CLOUD_ROLE_ARN";
const OIDC_PROVIDER_ARN: &str = "ALIBABA_CLOUD_OIDC_PROVIDER_ARN";
const OIDC_TOKEN_FILE: &str = "ALIBABA_CLOUD_OIDC_TOKEN_FILE";

/// A role on top of other credentials.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct AssumeRole {
    role_arn: Attr<String>,
    session_name: Attr<String>,
    session_expiration: Attr<u64>,
    policy: Attr<String>,
    external_id: Attr<String>,
}

/// A role for a token of an identity provider.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct AssumeRoleWithOidc {
    role_arn: Attr<String>,
    oidc_provider_arn: Attr<String>,
    oidc_token_file: Attr<String>,
    oidc_token: Attr<Secret>,
    role_session_name: Attr<String>,
    session_expiration: Attr<u64>,
    policy: Attr<String>,
}

/// The provider block with the arguments of this file.
pub(super) fn declare(block: Block) -> Block {
    block
        .attribute(text("access_key", "The AccessKey ID. Default: `ALIBABA_CLOUD_ACCESS_KEY_ID`, then `ALICLOUD_ACCESS_KEY`.").sensitive())
        .attribute(text("secret_key", "The AccessKey secret. Default: `ALIBABA_CLOUD_ACCESS_KEY_SECRET`, then `ALICLOUD_SECRET_KEY`.").sensitive())
        .attribute(
            text("security_token", "The security token of temporary credentials. Default: `ALIBABA_CLOUD_SECURITY_TOKEN` or `ALICLOUD_SECURITY_TOKEN`, when the key pair comes from the same place.")
                .sensitive(),
        )
        .attribute(text("profile", "A profile by name. Default: `ALIBABA_CLOUD_PROFILE`, then `ALICLOUD_PROFILE`, then the file's current profile."))
        .attribute(text(
            "shared_credentials_file",
            "The file with the profile, of the Alibaba Cloud CLI (JSON) or the SDKs (INI). Default: `~/.aliyun/config.json`, then `ALIBABA_CLOUD_CREDENTIALS_FILE` or `~/.alibabacloud/credentials.ini`.",
        ))
        .attribute(
            text("ecs_role_name", "The RAM role of the ECS instance that Terraform runs on. Default: `ALIBABA_CLOUD_ECS_METADATA`.")
                .validator(Like { must: "be the name of a RAM role: letters, digits and .-_", is: is_role_name }),
        )
        .attribute(
            text("credentials_uri", "A URI that answers with temporary credentials. Default: `ALIBABA_CLOUD_CREDENTIALS_URI`.")
                .sensitive()
                .validator(Like {
                    must: "be an https:// URL, or an http:// URL of a loopback or link-local address",
                    is: |text| parse_credentials_uri(text).is_ok(),
                }),
        )
        .attribute(
            text("process_command", "A command whose standard output is credentials, in the form of the Alibaba Cloud CLI's external mode. It is split into words as a shell would; no shell runs.")
                .sensitive()
                .validator(Like { must: "be a command that begins with a program and whose quotes are closed", is: |text| split_command(text).is_ok() }),
        )
        .block(NestedBlock::single(ASSUME_ROLE, assume_role()))
        .block(NestedBlock::single(ASSUME_ROLE_WITH_OIDC, assume_role_with_oidc()))
}

fn assume_role() -> Block {
    Block::new("A RAM role to act as. Its call to STS is signed with the credentials that the other arguments or the environment give.")
        .attribute(Attribute::required("role_arn", Type::String, "The role's ARN.").validator(ROLE))
        .attribute(session_name("session_name"))
        .attribute(session_expiration())
        .attribute(policy())
        .attribute(
            Attribute::optional("external_id", Type::String, "The external ID that the role's trust policy asks for.")
                .validator(length_between(2, 1224)),
        )
}

fn assume_role_with_oidc() -> Block {
    Block::new("A RAM role to act as, for who has a token of an OIDC identity provider: a Kubernetes pod or a CI job.")
        .attribute(
            Attribute::optional("role_arn", Type::String, "The role's ARN. Default: `ALIBABA_CLOUD_ROLE_ARN`.").validator(ROLE),
        )
        .attribute(
            Attribute::optional("oidc_provider_arn", Type::String, "The identity provider's ARN. Default: `ALIBABA_CLOUD_OIDC_PROVIDER_ARN`.")
                .validator(Like {
                    must: "be the ARN of an OIDC identity provider, as in acs:ram::1234567890123456:oidc-provider/name",
                    is: |text| is_arn(text, "oidc-provider"),
                }),
        )
        .attribute(text("oidc_token_file", "The file with the token. It is read each time. Default: `ALIBABA_CLOUD_OIDC_TOKEN_FILE`."))
        .attribute(
            Attribute::optional("oidc_token", Type::String, "The token itself, in place of a file.")
                .sensitive()
                .validator(length_between(4, 20_000)),
        )
        .attribute(session_name("role_session_name"))
        .attribute(session_expiration())
        .attribute(policy())
}

fn text(name: &str, description: &str) -> Attribute {
    Attribute::optional(name, Type::String, description).validator(length_between(1, 4096))
}

fn session_name(name: &str) -> Attribute {
    let description = "What the role's calls are logged under. Default: `ALIBABA_CLOUD_ROLE_SESSION_NAME`, else `alivpn`.";
    Attribute::optional(name, Type::String, description).validator(Like {
        must: "have 2 to 64 characters, of letters, digits and .@-_",
        is: |text| {
            (2..=64).contains(&text.len())
                && text
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || ".@-_".contains(c))
        },
    })
}

fn session_expiration() -> Attribute {
    let description = "How long the role's credentials last, in seconds; they are renewed before. The role's own maximum may be less. Default: 3600.";
    Attribute::optional("session_expiration", Type::Number, description)
        .validator(whole_number_between(900, 43_200))
}

fn policy() -> Attribute {
    let description = "A policy in JSON that narrows what the role may do here.";
    Attribute::optional("policy", Type::String, description).validator(Like {
        must: "be a policy: an object in JSON",
        is: |text| matches!(serde_json::from_str(text), Ok(serde_json::Value::Object(_))),
    })
}

/// A text of a certain form.
struct Like {
    must: &'static str,
    is: fn(&str) -> bool,
}

const ROLE: Like = Like {
    must: "be the ARN of a RAM role, as in acs:ram::1234567890123456:role/name",
    is: |text| is_arn(text, "role"),
};

impl Validator for Like {
    fn description(&self) -> String {
        self.must.to_owned()
    }

    fn validate(&self, value: &Value, path: &AttributePath, diagnostics: &mut Diagnostics) {
        if let Some(text) = value.as_str().filter(|text| !(self.is)(text)) {
            diagnostics.push(invalid(path, self.must, &quoted(text)));
        }
    }
}

fn is_arn(text: &str, kind: &str) -> bool {
    text.strip_prefix("acs:ram::")
        .and_then(|rest| rest.split_once(':'))
        .and_then(|(account, rest)| Some((account, rest.strip_prefix(kind)?.strip_prefix('/')?)))
        .is_some_and(|(account, name)| {
            !account.is_empty()
                && account.bytes().all(|b| b.is_ascii_digit())
                && !name.is_empty()
                && !name.contains(char::is_whitespace)
        })
}

fn is_role_name(text: &str) -> bool {
    !text.starts_with('.')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c))
}

/// The arguments that say where credentials come from, of those that are set, in the order of the block.
fn named(config: &Configuration) -> Vec<&'static str> {
    let pair = [
        ("access_key", config.access_key.known().is_some()),
        ("secret_key", config.secret_key.known().is_some()),
        ("security_token", config.security_token.known().is_some()),
    ];
    let file = [
        ("profile", config.profile.known().is_some()),
        (
            "shared_credentials_file",
            config.shared_credentials_file.known().is_some(),
        ),
    ];
    let first = |family: &[(&'static str, bool)]| {
        family
            .iter()
            .find(|(_, set)| *set)
            .map(|(argument, _)| *argument)
    };
    let others = [
        ("ecs_role_name", config.ecs_role_name.known().is_some()),
        ("credentials_uri", config.credentials_uri.known().is_some()),
        ("process_command", config.process_command.known().is_some()),
        (
            ASSUME_ROLE_WITH_OIDC,
            config.assume_role_with_oidc.known().is_some(),
        ),
    ];
    let others = others
        .into_iter()
        .filter(|(_, set)| *set)
        .map(|(argument, _)| argument);
    first(&pair)
        .into_iter()
        .chain(first(&file))
        .chain(others)
        .collect()
}

/// The rules across these arguments; each waits while a value is unknown.
pub(super) fn validate(config: &Configuration) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    for (one, set, other, unset) in [
        (
            "access_key",
            &config.access_key,
            "secret_key",
            &config.secret_key,
        ),
        (
            "secret_key",
            &config.secret_key,
            "access_key",
            &config.access_key,
        ),
        (
            "security_token",
            &config.security_token,
            "access_key",
            &config.access_key,
        ),
    ] {
        if set.known().is_some() && unset.is_null() {
            diagnostics.push(
                Diagnostic::error(format!("Missing {other}"))
                    .detail(format!(
                        "{one} is set and {other} is not. Set both, or neither and use ALIBABA_CLOUD_ACCESS_KEY_ID \
                         and ALIBABA_CLOUD_ACCESS_KEY_SECRET in the environment."
                    ))
                    .at(one),
            );
        }
    }
    if let [first, others @ ..] = named(config).as_slice() {
        for other in others {
            diagnostics.push(
                Diagnostic::error("Contradictory credentials")
                    .detail(format!(
                        "{first} and {other} each say where the credentials come from, and only one can be meant. Remove one of them."
                    ))
                    .at(*other),
            );
        }
    }
    if let Some(role) = config.assume_role_with_oidc.known()
        && role.oidc_token_file.known().is_some()
        && role.oidc_token.known().is_some()
    {
        diagnostics.push(
            Diagnostic::error("Contradictory credentials")
                .detail("oidc_token_file and oidc_token are both set, and only one token can be meant. Remove one of them.")
                .at(AttributePath::from(ASSUME_ROLE_WITH_OIDC).attribute("oidc_token")),
        );
    }
    diagnostics
}

/// What the block says of credentials, once it is known.
pub(super) struct Asked {
    /// Where they come from.
    pub(super) recipe: Recipe,
    /// The argument that says so, if one does.
    pub(super) argument: Option<&'static str>,
    /// The role on top, if there is one.
    pub(super) role: Option<&'static str>,
}

/// The recipe of a block that has passed [`validate`].
pub(super) fn asked(
    config: &Configuration,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Asked, Diagnostics> {
    let argument = named(config).first().copied();
    let base = if let Some(role) = config.assume_role_with_oidc.known() {
        Recipe::AssumeRoleWithOidc(role.role(variable)?)
    } else if let Some(command) = config.process_command.value() {
        Recipe::Process(command)
    } else if let Some(uri) = config.credentials_uri.value() {
        Recipe::CredentialsUri(uri)
    } else if let Some(name) = config.ecs_role_name.value() {
        Recipe::EcsRole(Some(name))
    } else if argument.is_none() {
        Recipe::Default
    } else if config.access_key.is_null() {
        Recipe::Profile {
            name: config.profile.value(),
            file: config.shared_credentials_file.value(),
        }
    } else {
        Recipe::Pair(StaticPair::new(
            "the provider block",
            ("access_key", "secret_key"),
            config.access_key.known().map(|id| id.expose().to_owned()),
            config.secret_key.value(),
            config.security_token.value(),
        ))
    };
    Ok(match config.assume_role.known() {
        None => Asked {
            recipe: base,
            argument,
            role: None,
        },
        Some(role) => Asked {
            recipe: Recipe::AssumeRole(Box::new(base), role.role()),
            argument,
            role: Some(ASSUME_ROLE),
        },
    })
}

impl AssumeRole {
    fn role(&self) -> AssumedRole {
        AssumedRole {
            arn: self.role_arn.value().unwrap_or_default(),
            session_name: self.session_name.value(),
            duration: self.session_expiration.value(),
            policy: self.policy.value(),
            external_id: self.external_id.value(),
            sts_region: None,
        }
    }
}

impl AssumeRoleWithOidc {
    /// What is not set comes from the variables that a pod has.
    fn role(&self, variable: &dyn Fn(&str) -> Option<String>) -> Result<OidcRole, Diagnostics> {
        let mut diagnostics = Diagnostics::default();
        let mut or_variable = |value: &Attr<String>, argument: &str, name: &str| {
            let value = value.value().or_else(|| variable(name));
            if value.is_none() {
                diagnostics.push(
                    Diagnostic::error(format!("Missing {argument}"))
                        .detail(format!(
                            "{ASSUME_ROLE_WITH_OIDC} needs it. Set {argument} in the block or {name} in the environment."
                        ))
                        .at(AttributePath::from(ASSUME_ROLE_WITH_OIDC).attribute(argument)),
                );
            }
            value.unwrap_or_default()
        };
        let role = OidcRole {
            role_arn: or_variable(&self.role_arn, "role_arn", ROLE_ARN),
            provider_arn: or_variable(
                &self.oidc_provider_arn,
                "oidc_provider_arn",
                OIDC_PROVIDER_ARN,
            ),
            token: match self.oidc_token.value() {
                Some(token) => OidcToken::Given(token),
                None => OidcToken::File(or_variable(
                    &self.oidc_token_file,
                    "oidc_token_file",
                    OIDC_TOKEN_FILE,
                )),
            },
            session_name: self.role_session_name.value(),
            duration: self.session_expiration.value(),
            policy: self.policy.value(),
            sts_region: None,
        };
        if diagnostics.has_errors() {
            return Err(diagnostics);
        }
        Ok(role)
    }
}
