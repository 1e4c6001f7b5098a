//! A role, assumed with other credentials.

use std::sync::Arc;

use async_trait::async_trait;

use super::cached::Issuer;
use super::{Error, Source, refused};
use crate::cloud::sts::{self, Issued, Role};

/// `AssumeRole`, signed with what `base` gives.
#[derive(Debug)]
pub(super) struct AssumeRole {
    pub(super) base: Arc<dyn Source>,
    pub(super) role: Role,
    /// Or why it cannot be called.
    pub(super) sts: Result<sts::Client, Error>,
}

/// How messages call a role.
pub(super) fn origin(role_arn: &str) -> String {
    format!("the role {role_arn}")
}

#[async_trait]
impl Issuer for AssumeRole {
    fn origin(&self) -> String {
        origin(&self.role.arn)
    }

    async fn issue(&self) -> Result<Issued, Error> {
        let sts = self.sts.as_ref().map_err(Clone::clone)?;
        sts.assume_role(Arc::clone(&self.base), &self.role)
            .await
            .map_err(|error| refused(self.origin(), &error))
    }

    async fn region(&self) -> Option<String> {
        self.base.region().await
    }
}
