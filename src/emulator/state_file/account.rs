//! What a state file holds: the gateways, SSL servers and certificates of the account as they truly are, the keys of the certificates and of
//! those who sign them, and the ClientTokens whose calls are over. Not in it: what is under way (a change is over when the emulator starts
//! again), who is connected, the record of calls, faults, times and nonces.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::emulator::certificate_authority::{CertificateAuthority, IssueError, KeyMaterial};
use crate::emulator::operations::{Answer, Operation};
use crate::emulator::service::State;
use crate::emulator::ssl_vpn_client_cert::{IssuedCert, SslVpnClientCert};
use crate::emulator::ssl_vpn_server::SslVpnServer;
use crate::emulator::vpn_gateway::VpnGateway;

/// What the file says that it is.
const FORMAT: &str = "alivpn emulator state";

/// Counted up when the form changes.
const VERSION: u32 = 1;

/// An account, ready to be written or just read.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    format: String,
    version: u32,
    vpn_gateways: Vec<VpnGateway>,
    ssl_vpn_servers: Vec<SslVpnServer>,
    certificate_authorities: Vec<Authority>,
    ssl_vpn_client_certs: Vec<Certificate>,
    client_tokens: Vec<ClientToken>,
}

/// Who signs for one server.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Authority {
    ssl_vpn_server_id: String,
    ca_cert: String,
    #[serde(with = "secret")]
    ca_key: Zeroizing<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Certificate {
    attributes: SslVpnClientCert,
    ca_cert: String,
    client_cert: String,
    #[serde(with = "secret")]
    client_key: Zeroizing<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ClientToken {
    operation: String,
    client_token: String,
    parameters: BTreeMap<String, String>,
    answer: Answer,
}

/// A text that is wiped when dropped, as any other text.
mod secret {
    use serde::{Deserialize, Deserializer, Serializer};
    use zeroize::Zeroizing;

    pub fn serialize<S: Serializer>(
        secret: &Zeroizing<String>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(secret)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Zeroizing<String>, D::Error> {
        String::deserialize(deserializer).map(Zeroizing::new)
    }
}

/// What is wrong with a state.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Nothing is in the file.
    #[error("it is empty")]
    Empty,
    /// Another program's file.
    #[error("it is no state of `alivpn emulator`")]
    Foreign,
    /// From a later emulator.
    #[error("it has version {0} of the format, and this emulator knows version {VERSION}")]
    Version(u32),
    /// It was one once; the place is in the sentence.
    #[error("it is damaged: {0}")]
    Damaged(#[from] serde_json::Error),
    /// Two objects have one ID.
    #[error("it is damaged: {0} is in it twice")]
    Twice(String),
    /// An object belongs to one that is not there.
    #[error("it is damaged: {object} belongs to {owner}, which is not in it")]
    Orphan {
        /// What is there.
        object: String,
        /// What is not.
        owner: String,
    },
    /// Not an operation of the API.
    #[error("it is damaged: there is no operation {0}")]
    Operation(String),
    /// Not a key.
    #[error(
        "it is damaged: the key of the authority of {ssl_vpn_server_id} cannot be read: {reason}"
    )]
    Key {
        /// Whose authority.
        ssl_vpn_server_id: String,
        /// What the library says.
        reason: IssueError,
    },
}

impl Default for Account {
    fn default() -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            vpn_gateways: Vec::new(),
            ssl_vpn_servers: Vec::new(),
            certificate_authorities: Vec::new(),
            ssl_vpn_client_certs: Vec::new(),
            client_tokens: Vec::new(),
        }
    }
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").finish_non_exhaustive()
    }
}

impl Account {
    /// What is true now.
    pub fn of(state: &State) -> Self {
        let world = &state.world;
        let authorities = world.authorities().map(|(server_id, authority)| Authority {
            ssl_vpn_server_id: server_id.to_owned(),
            ca_cert: authority.ca_cert().to_owned(),
            ca_key: authority.ca_key(),
        });
        let certificates = world.true_certificates().map(|certificate| Certificate {
            attributes: certificate.attributes.clone(),
            ca_cert: certificate.key_material.ca_cert.clone(),
            client_cert: certificate.key_material.client_cert.clone(),
            client_key: certificate.key_material.client_key.clone(),
        });
        let tokens = state.client_tokens.settled();
        Self {
            vpn_gateways: world.gateways_at_rest().cloned().collect(),
            ssl_vpn_servers: world.true_servers().cloned().collect(),
            certificate_authorities: authorities.collect(),
            ssl_vpn_client_certs: certificates.collect(),
            client_tokens: tokens
                .map(|(operation, token, parameters, answer)| ClientToken {
                    operation: operation.name().to_owned(),
                    client_token: token.to_owned(),
                    parameters: parameters.clone(),
                    answer: answer.clone(),
                })
                .collect(),
            ..Self::default()
        }
    }

    /// As the file has it.
    pub fn to_text(&self) -> Zeroizing<String> {
        // Texts, numbers and maps of texts: there is nothing that JSON has no form for.
        let mut text = Zeroizing::new(serde_json::to_string_pretty(self).unwrap_or_default());
        text.push('\n');
        text
    }

    /// Puts all of it into an account that has nothing yet.
    ///
    /// # Errors
    /// When an authority's key is none, or a token's operation unknown.
    pub fn restore(self, state: &mut State) -> Result<(), AccountError> {
        let world = &mut state.world;
        for gateway in self.vpn_gateways {
            world.put_gateway(gateway);
        }
        for server in self.ssl_vpn_servers {
            // Nobody stays connected while the emulator is away.
            world.put_server(SslVpnServer {
                connections: 0,
                ..server
            });
        }
        for authority in self.certificate_authorities {
            let id = authority.ssl_vpn_server_id;
            let restored =
                CertificateAuthority::restored(&id, authority.ca_cert, &authority.ca_key);
            let restored = restored.map_err(|reason| AccountError::Key {
                ssl_vpn_server_id: id.clone(),
                reason,
            })?;
            world.put_authority(&id, restored);
        }
        for certificate in self.ssl_vpn_client_certs {
            world.put_certificate(IssuedCert {
                attributes: certificate.attributes,
                key_material: Arc::new(KeyMaterial {
                    ca_cert: certificate.ca_cert,
                    client_cert: certificate.client_cert,
                    client_key: certificate.client_key,
                }),
            });
        }
        for token in self.client_tokens {
            state.client_tokens.remember(
                operation(&token.operation)?,
                token.client_token,
                token.parameters,
                token.answer,
            );
        }
        Ok(())
    }

    /// Whether every object is there once, with what it belongs to.
    fn check(&self) -> Result<(), AccountError> {
        let gateways = self
            .vpn_gateways
            .iter()
            .map(|gateway| &gateway.vpn_gateway_id);
        let gateways = distinct(gateways)?;
        let servers = self.ssl_vpn_servers.iter();
        let server_ids = distinct(servers.clone().map(|server| &server.ssl_vpn_server_id))?;
        for server in servers {
            owned(&gateways, &server.ssl_vpn_server_id, &server.vpn_gateway_id)?;
        }
        let certificates = self
            .ssl_vpn_client_certs
            .iter()
            .map(|certificate| &certificate.attributes);
        distinct(
            certificates
                .clone()
                .map(|certificate| &certificate.ssl_vpn_client_cert_id),
        )?;
        for certificate in certificates {
            let (id, server_id) = (
                &certificate.ssl_vpn_client_cert_id,
                &certificate.ssl_vpn_server_id,
            );
            owned(&server_ids, id, server_id)?;
        }
        let authorities = self.certificate_authorities.iter();
        for id in distinct(authorities.map(|authority| &authority.ssl_vpn_server_id))? {
            owned(&server_ids, "a certificate authority", id)?;
        }
        for token in &self.client_tokens {
            operation(&token.operation)?;
        }
        Ok(())
    }
}

fn operation(name: &str) -> Result<Operation, AccountError> {
    Operation::of(name).ok_or_else(|| AccountError::Operation(name.to_owned()))
}

fn distinct<'a>(ids: impl Iterator<Item = &'a String>) -> Result<BTreeSet<&'a str>, AccountError> {
    let mut seen = BTreeSet::new();
    for id in ids {
        if !seen.insert(id.as_str()) {
            return Err(AccountError::Twice(id.clone()));
        }
    }
    Ok(seen)
}

fn owned(owners: &BTreeSet<&str>, object: &str, owner: &str) -> Result<(), AccountError> {
    if owners.contains(owner) {
        return Ok(());
    }
    Err(AccountError::Orphan {
        object: object.to_owned(),
        owner: owner.to_owned(),
    })
}

impl FromStr for Account {
    type Err = AccountError;

    fn from_str(text: &str) -> Result<Self, AccountError> {
        #[derive(Deserialize)]
        struct Head {
            format: String,
            version: u32,
        }

        if text.trim().is_empty() {
            return Err(AccountError::Empty);
        }
        match serde_json::from_str::<Head>(text) {
            Ok(head) if head.format != FORMAT => return Err(AccountError::Foreign),
            Ok(head) if head.version != VERSION => return Err(AccountError::Version(head.version)),
            Ok(_) => {}
            // A state that was cut off still begins as one.
            Err(error) if text.contains(FORMAT) => return Err(error.into()),
            Err(_) => return Err(AccountError::Foreign),
        }
        let account: Self = serde_json::from_str(text)?;
        account.check()?;
        Ok(account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::client_tokens::Claim;
    use crate::emulator::parameters::Parameters;
    use crate::emulator::ssl_vpn_client_cert::validity;
    use crate::emulator::world::tests::{REGION, server};

    /// An account with one of everything.
    fn state() -> State {
        let mut state = State::default();
        state
            .world
            .put_gateway(VpnGateway::new("vpn-1", "vpc-1", REGION, 0));
        state.world.put_server(server(1195));
        let authority = CertificateAuthority::new("vss-1", 0).unwrap();
        let key_material = Arc::new(authority.issue("vsc-1", validity(0)).unwrap());
        state.world.put_authority("vss-1", authority);
        state.world.put_certificate(IssuedCert {
            attributes: SslVpnClientCert {
                ssl_vpn_client_cert_id: "vsc-1".to_owned(),
                ssl_vpn_server_id: "vss-1".to_owned(),
                region_id: REGION.to_owned(),
                name: "ann".to_owned(),
                create_time: validity(0).create_time,
                end_time: validity(0).end_time,
                resource_group_id: String::new(),
            },
            key_material,
        });
        let Ok(Claim::First(reserved)) = state
            .client_tokens
            .claim(Operation::DeleteSslVpnServer, &call())
        else {
            panic!("the token is new");
        };
        state.client_tokens.settle(reserved, Some(&Answer::new()));
        state
    }

    fn call() -> Parameters {
        let pairs = [("SslVpnServerId", "vss-0"), ("ClientToken", "t")];
        let owned = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Parameters::new(owned.into())
    }

    #[test]
    fn what_is_written_is_read_again_with_every_key() {
        let text = Account::of(&state()).to_text();
        let mut restored = State::default();
        text.parse::<Account>()
            .unwrap()
            .restore(&mut restored)
            .unwrap();
        assert_eq!(*Account::of(&restored).to_text(), *text);
        let claimed = restored
            .client_tokens
            .claim(Operation::DeleteSslVpnServer, &call());
        assert!(matches!(claimed, Ok(Claim::Repeated(_))));
        let (_, authority) = restored.world.authorities().next().unwrap();
        let another = authority.issue("vsc-2", validity(0)).unwrap();
        let first = restored.world.true_certificates().next().unwrap();
        assert_eq!(another.ca_cert, first.key_material.ca_cert);
    }

    #[test]
    fn a_call_that_is_under_way_is_not_in_it() {
        let mut state = State::default();
        state
            .client_tokens
            .claim(Operation::DeleteSslVpnServer, &call())
            .unwrap();
        assert!(Account::of(&state).client_tokens.is_empty());
    }

    #[test]
    fn what_is_damaged_or_foreign_says_what_is_wrong() {
        let whole = Account::of(&state()).to_text();
        let with = |old: &str, new: &str| {
            assert!(whole.contains(old), "{old}");
            whole.replace(old, new)
        };
        for (text, words) in [
            (String::new(), "it is empty"),
            (" \n".to_owned(), "it is empty"),
            ("resource \"x\" {}".to_owned(), "no state of"),
            (
                r#"{"version":4,"terraform_version":"1.11.4"}"#.to_owned(),
                "no state of",
            ),
            (
                with("alivpn emulator state", "another program's"),
                "no state of",
            ),
            (
                with("\"version\": 1", "\"version\": 2"),
                "version 2 of the format",
            ),
            (whole[..whole.len() / 2].to_owned(), "it is damaged: EOF"),
            (
                with("\"Port\": 1195", "\"Port\": true"),
                "it is damaged: invalid type: boolean",
            ),
            (
                with("\"ClientIpPool\"", "\"ClientIpPoll\""),
                "unknown field `ClientIpPoll`",
            ),
            (
                with("\"DeleteSslVpnServer\"", "\"DropSslVpnServer\""),
                "no operation DropSslVpnServer",
            ),
        ] {
            let error = text.parse::<Account>().unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }

    #[test]
    fn objects_are_there_once_and_with_what_they_belong_to() {
        let account = |change: fn(&mut Account)| {
            let mut account = Account::of(&state());
            change(&mut account);
            account.to_text().parse::<Account>()
        };
        type Change = fn(&mut Account);
        let twice: Change = |account| {
            let text = Account::of(&state());
            account.ssl_vpn_servers.extend(text.ssl_vpn_servers);
        };
        let no_gateway: Change = |account| account.vpn_gateways.clear();
        let no_server: Change = |account| {
            account.ssl_vpn_servers.clear();
            account.certificate_authorities.clear();
        };
        for (change, words) in [
            (twice, "vss-1 is in it twice"),
            (no_gateway, "vss-1 belongs to vpn-1"),
            (no_server, "vsc-1 belongs to vss-1"),
        ] {
            let error = account(change).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }

    #[test]
    fn a_key_that_is_none_is_refused_without_being_shown() {
        let mut account = Account::of(&state());
        account.certificate_authorities[0].ca_key = Zeroizing::new("hunter2".to_owned());
        let error = account
            .restore(&mut State::default())
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("authority of vss-1") && !error.contains("hunter2"),
            "{error}"
        );
    }
}
