//! Saying "later": what cannot be planned yet may wait for another round, where the caller can wait.
//!
//! A caller says with each request whether it can. So a [`Deferral`] brings its own second choice: the error for a caller
//! that cannot.

use super::diagnostics::Diagnostic;
use super::proto;

/// Why something waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The configuration of the thing itself is not known yet.
    ConfigurationUnknown,
    /// The provider's configuration is not known yet.
    ProviderConfigurationUnknown,
    /// Something that must be there first is not there yet.
    AbsentPrerequisite,
}

/// A wish to wait, and what to say to a caller that cannot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deferral {
    /// Why.
    pub reason: Reason,
    /// The error where waiting is no choice.
    pub otherwise: Diagnostic,
}

impl Deferral {
    /// Something that must be there first is not there yet.
    pub fn absent_prerequisite(otherwise: Diagnostic) -> Deferral {
        Deferral {
            reason: Reason::AbsentPrerequisite,
            otherwise,
        }
    }

    /// The configuration does not say enough yet.
    pub fn configuration_unknown(otherwise: Diagnostic) -> Deferral {
        Deferral {
            reason: Reason::ConfigurationUnknown,
            otherwise,
        }
    }
}

impl Reason {
    /// The reason on the wire.
    pub fn to_proto(self) -> proto::Deferred {
        use proto::deferred::Reason as Wire;
        let reason = match self {
            Reason::ConfigurationUnknown => Wire::ResourceConfigUnknown,
            Reason::ProviderConfigurationUnknown => Wire::ProviderConfigUnknown,
            Reason::AbsentPrerequisite => Wire::AbsentPrereq,
        };
        proto::Deferred {
            reason: reason.into(),
        }
    }
}
