//! RPCs of features that no provider here has yet: the answers of a provider without them.

use crate::tf::diagnostics::{Diagnostic, Diagnostics};

/// A caller asked for something by a name that was never offered.
pub(super) fn unserved<A>(kind: &str, name: &str) -> Result<A, Diagnostics> {
    Err(Diagnostic::error(format!("Unknown {kind}"))
        .detail(format!("This provider offers no {kind} named \"{name}\". Check the name, and the provider's version."))
        .into())
}
