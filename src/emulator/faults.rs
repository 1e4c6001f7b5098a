//! Faults to order: what happens to the next calls of an operation instead of, before or after what they ask for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::duration::WrittenDuration;
use super::error::{self, ApiError, Documented};
use super::operations::Operation;
use super::parameters::Parameters;

/// When the connection breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reset {
    /// Without effect.
    Before,
    /// With the effect done and no answer given.
    After,
    /// With the effect done and half of the answer's body given.
    Midway,
}

/// One fault, in the form of the control endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// An operation's name, or `*` for every one.
    pub operation: String,
    /// Meets only calls whose parameters have these values; an empty one is a parameter that is not given.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
    /// How many calls it meets; 0 for all until it is removed.
    #[serde(default = "once")]
    pub count: u32,
    /// Refuses with this code, with the documented status and message unless they are given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The refusal's message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The answer's status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// Lets the call have its effect first, whatever the fault then answers: `code`, `body` and `http_status` come instead of the answer.
    #[serde(default, skip_serializing_if = "is_false")]
    pub effect: bool,
    /// Waits before the effect, or with `effect` or a reset that is not `before` between the effect and what follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay: Option<WrittenDuration>,
    /// Breaks the connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset: Option<Reset>,
    /// Sent as `x-acs-retry-after`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// Sent as it is, instead of the API's JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

fn is_false(value: &bool) -> bool {
    !value
}

fn once() -> u32 {
    1
}

/// Why a fault makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// No call would ever meet it.
    #[error("operation is * or one of {}", Operation::ALL.map(Operation::name).join(", "))]
    Operation,
    /// It would change nothing.
    #[error("a fault needs at least one of code, http_status, delay, reset, retry_after_ms, body")]
    Nothing,
    /// Nothing comes after the effect.
    #[error("effect needs code, http_status or body, and has no reset: that is reset \"after\"")]
    Effect,
    /// No such status.
    #[error("http_status is a number from 200 to 599")]
    Status,
}

/// What a fault answers instead of carrying the call out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instead {
    /// A refusal of the API's.
    Refuse(ApiError),
    /// Something that the API would not say: a gateway in front, a broken server.
    Raw {
        /// The answer's status.
        http_status: u16,
        /// The answer's body.
        body: String,
    },
}

impl Fault {
    /// # Errors
    /// When it is for no operation, changes nothing, names no status, or has an effect and nothing to follow it.
    pub fn check(&self) -> Result<(), FaultError> {
        if self.operation != "*" && Operation::of(&self.operation).is_none() {
            return Err(FaultError::Operation);
        }
        let does_something = self.code.is_some()
            || self.http_status.is_some()
            || self.delay.is_some()
            || self.reset.is_some()
            || self.retry_after_ms.is_some()
            || self.body.is_some();
        if !does_something {
            return Err(FaultError::Nothing);
        }
        if self.effect && (self.reset.is_some() || self.instead().is_none()) {
            return Err(FaultError::Effect);
        }
        match self.http_status {
            Some(status) if !(200..=599).contains(&status) => Err(FaultError::Status),
            _ => Ok(()),
        }
    }

    /// Whether the call is carried out although its client will not hear so.
    pub fn has_effect(&self) -> bool {
        self.effect || matches!(self.reset, Some(Reset::After | Reset::Midway))
    }

    /// The answer instead of the operation's own, if there is to be one.
    pub fn instead(&self) -> Option<Instead> {
        if let Some(body) = &self.body {
            return Some(Instead::Raw {
                http_status: self.http_status.unwrap_or(200),
                body: body.clone(),
            });
        }
        let Some(code) = &self.code else {
            return self.http_status.map(|http_status| Instead::Raw {
                http_status,
                body: String::new(),
            });
        };
        let mut refusal = ApiError::from(error::documented(code).unwrap_or(Documented {
            code: "",
            http_status: 400,
            message: "An injected fault.",
        }));
        refusal.code = code.clone().into();
        refusal.http_status = self.http_status.unwrap_or(refusal.http_status);
        match &self.message {
            Some(message) => refusal.message.clone_from(message),
            // What the message is about is not known here, but the API never answers with a gap.
            None => refusal.message = refusal.message.replace("%s", "(injected)"),
        }
        Some(Instead::Refuse(refusal))
    }
}

/// The faults in the order in which they were ordered.
#[derive(Debug, Default)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// Orders one more.
    pub fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    /// All of them, with what is left of their counts.
    pub fn all(&self) -> &[Fault] {
        &self.0
    }

    /// Removes all.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The first fault that a call meets, counted down.
    pub fn take(&mut self, operation: &str, parameters: &Parameters) -> Option<Fault> {
        let meets = |fault: &Fault| {
            (fault.operation == operation || fault.operation == "*")
                && fault
                    .parameters
                    .iter()
                    .all(|(name, value)| parameters.text(name).unwrap_or_default() == value)
        };
        let index = self.0.iter().position(meets)?;
        let fault = self.0.get_mut(index)?;
        match fault.count {
            0 => Some(fault.clone()),
            1 => Some(self.0.remove(index)),
            _ => {
                fault.count -= 1;
                Some(fault.clone())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(json: &str) -> Fault {
        serde_json::from_str(json).unwrap()
    }

    fn none() -> Parameters {
        Parameters::default()
    }

    #[test]
    fn a_fault_may_be_for_calls_with_some_parameters_and_without_others() {
        let mut faults = Faults::default();
        faults.add(fault(
            r#"{"operation":"*","code":"x","count":0,"parameters":{"RegionId":"cn-hangzhou","SslVpnServerId":""}}"#,
        ));
        let mut meets = |parameters: &[(&str, &str)]| {
            let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
            let parameters = Parameters::new(parameters.iter().map(owned).collect());
            faults.take("DescribeSslVpnServers", &parameters).is_some()
        };
        assert!(meets(&[("RegionId", "cn-hangzhou")]));
        assert!(meets(&[
            ("RegionId", "cn-hangzhou"),
            ("SslVpnServerId", "")
        ]));
        assert!(!meets(&[("RegionId", "cn-shanghai")]));
        assert!(!meets(&[
            ("RegionId", "cn-hangzhou"),
            ("SslVpnServerId", "vss-1")
        ]));
    }

    #[test]
    fn faults_are_met_in_order_and_used_up() {
        let mut faults = Faults::default();
        faults.add(fault(
            r#"{"operation":"DescribeRegions","code":"SystemBusy","count":2}"#,
        ));
        faults.add(fault(r#"{"operation":"*","reset":"after"}"#));
        assert_eq!(
            faults.take("DeleteSslVpnServer", &none()).unwrap().reset,
            Some(Reset::After)
        );
        assert!(faults.take("DeleteSslVpnServer", &none()).is_none());
        assert!(faults.take("DescribeRegions", &none()).is_some());
        assert_eq!(faults.all()[0].count, 1);
        assert!(faults.take("DescribeRegions", &none()).is_some());
        assert!(faults.take("DescribeRegions", &none()).is_none());
    }

    #[test]
    fn a_count_of_zero_stays_until_removed() {
        let mut faults = Faults::default();
        faults.add(fault(r#"{"operation":"*","count":0,"http_status":502}"#));
        for _ in 0..5 {
            assert!(faults.take("DescribeRegions", &none()).is_some());
        }
        faults.clear();
        assert!(faults.take("DescribeRegions", &none()).is_none());
    }

    #[test]
    fn a_code_brings_its_documented_status_and_message() {
        let Some(Instead::Refuse(refusal)) =
            fault(r#"{"operation":"*","code":"Forbidden.RAM"}"#).instead()
        else {
            panic!("no refusal");
        };
        assert_eq!(refusal.http_status, 403);
        assert!(refusal.message.contains("RAM"));
        let Some(Instead::Refuse(refusal)) =
            fault(r#"{"operation":"*","code":"Mine","message":"m","http_status":418}"#).instead()
        else {
            panic!("no refusal");
        };
        assert_eq!(
            (
                refusal.code.as_ref(),
                refusal.http_status,
                refusal.message.as_str()
            ),
            ("Mine", 418, "m")
        );
        assert_eq!(fault(r#"{"operation":"*","delay":"1s"}"#).instead(), None);
    }

    #[test]
    fn a_fault_that_does_nothing_is_refused() {
        assert_eq!(
            fault(r#"{"operation":"*"}"#).check(),
            Err(FaultError::Nothing)
        );
        assert_eq!(
            fault(r#"{"operation":"*","http_status":99}"#).check(),
            Err(FaultError::Status)
        );
        for nothing_after in [
            r#"{"operation":"*","effect":true,"delay":"1s"}"#,
            r#"{"operation":"*","effect":true,"code":"SystemBusy","reset":"after"}"#,
        ] {
            assert_eq!(fault(nothing_after).check(), Err(FaultError::Effect));
        }
        assert!(serde_json::from_str::<Fault>(r#"{"operation":"*","cod":"x"}"#).is_err());
        assert_eq!(
            fault(r#"{"operation":"ModifySslVpnServers","code":"x"}"#).check(),
            Err(FaultError::Operation)
        );
        assert!(
            FaultError::Operation
                .to_string()
                .contains("ModifySslVpnServer,")
        );
    }

    #[test]
    fn no_injected_message_has_a_gap() {
        for documented in error::DOCUMENTED {
            let code = documented.code;
            let fault = fault(&format!(r#"{{"operation":"*","code":"{code}"}}"#));
            let Some(Instead::Refuse(refusal)) = fault.instead() else {
                panic!("no refusal");
            };
            assert!(!refusal.message.contains("%s"), "{code}");
        }
    }
}
