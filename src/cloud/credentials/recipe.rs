//! What credentials are made from, as the provider block or a profile says it, and the sources that follow from it.

use std::sync::Arc;

use super::assume_role::AssumeRole;
use super::assume_role_with_oidc::{AssumeRoleWithOidc, OidcRole, OidcToken, Token};
use super::cached::Cached;
use super::credentials_uri::CredentialsUri;
use super::ecs_role::EcsRole;
use super::login::{LoggedIn, Login};
use super::process::Process;
use super::profile::{Profile, Wanted};
use super::{Chain, Context, Error, Source, StaticPair, assume_role};
use crate::cloud::secret::Secret;
use crate::cloud::sts::Role;

const SESSION_NAME: &str = "ALIBABA_CLOUD_ROLE_SESSION_NAME";
const ROLE_ARN: &str = "ALIBABA_CLOUD_ROLE_ARN";
const OIDC_PROVIDER_ARN: &str = "ALIBABA_CLOUD_OIDC_PROVIDER_ARN";
const OIDC_TOKEN_FILE: &str = "ALIBABA_CLOUD_OIDC_TOKEN_FILE";
const CREDENTIALS_URI: &str = "ALIBABA_CLOUD_CREDENTIALS_URI";

/// The name of a role's session when nobody gives one.
const DEFAULT_SESSION_NAME: &str = "alivpn";

/// Where credentials come from. A tree: a role is assumed with the credentials of another recipe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipe {
    /// Whatever there is, in the order of the SDKs.
    Default,
    /// A key pair, with a token when it is a temporary one.
    Pair(StaticPair),
    /// What a login left in a profile.
    Login(Login),
    /// A profile by name, else the file's own choice; in this file, else in those in the user's home.
    Profile {
        /// Its name.
        name: Option<String>,
        /// The file, of either format.
        file: Option<String>,
    },
    /// A role on top of another recipe.
    AssumeRole(Box<Recipe>, AssumedRole),
    /// A role by an identity provider's token.
    AssumeRoleWithOidc(OidcRole),
    /// The ECS instance's role, by name if there is one.
    EcsRole(Option<String>),
    /// What a URI answers with.
    CredentialsUri(Secret),
    /// What a program writes.
    Process(Secret),
}

/// A role to assume, as settings say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssumedRole {
    /// `acs:ram::ACCOUNT:role/NAME`.
    pub arn: String,
    /// What the role's doings are logged under.
    pub session_name: Option<String>,
    /// In seconds, from 900.
    pub duration: Option<u64>,
    /// A policy in JSON that narrows what the role may do.
    pub policy: Option<String>,
    /// What the role's trust policy may demand.
    pub external_id: Option<String>,
    /// Whose STS is asked.
    pub sts_region: Option<String>,
}

impl Recipe {
    /// The source that follows the recipe. Nothing is read, started or connected before it is asked.
    pub fn source(self, context: &Context) -> Arc<dyn Source> {
        let clock = || context.channel.clock.clone();
        match self {
            Recipe::Default => Arc::new(in_the_order_of_the_sdks(context)),
            Recipe::Pair(pair) => Arc::new(pair),
            Recipe::Login(login) => Arc::new(LoggedIn {
                login,
                clock: clock(),
            }),
            Recipe::Profile { name, file } => {
                let wanted = Wanted::asked_for(name, file, context);
                Arc::new(Profile::new(wanted, context))
            }
            Recipe::AssumeRole(base, role) => {
                let issuer = assume_role(base.source(context), role, context);
                Arc::new(Cached::new(issuer, clock()))
            }
            Recipe::AssumeRoleWithOidc(role) => {
                let issuer = assume_role_with_oidc(role, context);
                Arc::new(Cached::new(issuer, clock()))
            }
            Recipe::EcsRole(name) => Arc::new(Cached::new(EcsRole::named(name, context), clock())),
            Recipe::CredentialsUri(uri) => {
                let transport = context.channel.transport.clone();
                Arc::new(Cached::new(CredentialsUri { uri, transport }, clock()))
            }
            Recipe::Process(command) => Arc::new(Cached::new(Process { command }, clock())),
        }
    }
}

/// The environment, the role of an identity provider's token, the profiles, the ECS instance's role, the credentials URI.
fn in_the_order_of_the_sdks(context: &Context) -> Chain {
    let [environment, alicloud] = context.environments();
    Chain::new(vec![
        Arc::new(environment),
        Arc::new(alicloud),
        oidc_of_environment(context),
        Arc::new(Profile::new(Wanted::by_environment(context), context)),
        Arc::new(Cached::new(
            EcsRole::in_case(context),
            context.channel.clock.clone(),
        )),
        match context.variable(CREDENTIALS_URI) {
            Some(uri) => Recipe::CredentialsUri(Secret::new(uri)).source(context),
            None => NotSetUp::source(
                "the credentials URI",
                format!("{CREDENTIALS_URI} is not set"),
            ),
        },
    ])
}

fn oidc_of_environment(context: &Context) -> Arc<dyn Source> {
    let variables = [ROLE_ARN, OIDC_PROVIDER_ARN, OIDC_TOKEN_FILE];
    match variables.map(|name| context.variable(name)) {
        [Some(role_arn), Some(provider_arn), Some(token_file)] => {
            let role = OidcRole {
                role_arn,
                provider_arn,
                token: OidcToken::File(token_file),
                session_name: None,
                duration: None,
                policy: None,
                sts_region: None,
            };
            Recipe::AssumeRoleWithOidc(role).source(context)
        }
        values => {
            let unset: Vec<&str> = variables
                .into_iter()
                .zip(&values)
                .filter(|(_, value)| value.is_none())
                .map(|(name, _)| name)
                .collect();
            let verb = if unset.len() == 1 { "is" } else { "are" };
            let reason = format!("{} {verb} not set", unset.join(", "));
            NotSetUp::source("the role for an OIDC token", reason)
        }
    }
}

fn assume_role(base: Arc<dyn Source>, role: AssumedRole, context: &Context) -> AssumeRole {
    AssumeRole {
        base,
        sts: context.sts(role.sts_region.as_deref(), &assume_role::origin(&role.arn)),
        role: Role {
            arn: role.arn,
            session_name: session_name(role.session_name, context),
            duration: role.duration,
            policy: role.policy,
            external_id: role.external_id,
        },
    }
}

fn assume_role_with_oidc(role: OidcRole, context: &Context) -> AssumeRoleWithOidc {
    AssumeRoleWithOidc {
        provider_arn: role.provider_arn,
        token: match role.token {
            OidcToken::File(path) => Token::File(context.path(&path)),
            OidcToken::Given(token) => Token::Given(token),
        },
        sts: context.sts(
            role.sts_region.as_deref(),
            &assume_role::origin(&role.role_arn),
        ),
        role: Role {
            arn: role.role_arn,
            session_name: session_name(role.session_name, context),
            duration: role.duration,
            policy: role.policy,
            external_id: None,
        },
    }
}

fn session_name(given: Option<String>, context: &Context) -> String {
    given
        .or_else(|| context.variable(SESSION_NAME))
        .unwrap_or_else(|| DEFAULT_SESSION_NAME.to_owned())
}

/// A place in the order where there is nothing to ask.
#[derive(Debug)]
struct NotSetUp {
    origin: &'static str,
    reason: String,
}

impl NotSetUp {
    fn source(origin: &'static str, reason: String) -> Arc<dyn Source> {
        Arc::new(NotSetUp { origin, reason })
    }
}

#[async_trait::async_trait]
impl Source for NotSetUp {
    fn origin(&self) -> String {
        self.origin.to_owned()
    }

    async fn credentials(&self) -> Result<super::Credentials, Error> {
        Err(Error::Absent {
            origin: self.origin(),
            reason: self.reason.clone(),
        })
    }
}
