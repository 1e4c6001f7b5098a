//! Sources asked one after the other.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Credentials, Error, Source};

/// The first source that is set up serves.
#[derive(Debug, Clone)]
pub struct Chain {
    sources: Vec<Arc<dyn Source>>,
}

impl Chain {
    /// A chain over `sources` in the order given.
    pub fn new(sources: Vec<Arc<dyn Source>>) -> Chain {
        Chain { sources }
    }

    async fn first(&self, refused: Option<&Credentials>) -> Result<Credentials, Error> {
        let mut tried = Vec::new();
        for source in &self.sources {
            let result = match refused {
                Some(refused) => source.refresh(refused).await,
                None => source.credentials().await,
            };
            match result {
                Err(absent @ Error::Absent { .. }) => tried.push(absent.to_string()),
                Err(Error::NoneServed { tried: inner }) => tried.extend(inner),
                served_or_broken => return served_or_broken,
            }
        }
        Err(Error::NoneServed { tried })
    }
}

#[async_trait]
impl Source for Chain {
    fn origin(&self) -> String {
        let origins: Vec<String> = self.sources.iter().map(|source| source.origin()).collect();
        origins.join(" or ")
    }

    async fn credentials(&self) -> Result<Credentials, Error> {
        self.first(None).await
    }

    async fn refresh(&self, refused: &Credentials) -> Result<Credentials, Error> {
        self.first(Some(refused)).await
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Environment, StaticPair};
    use super::*;
    use crate::cloud::secret::Secret;

    fn arguments(id: Option<&str>, secret: Option<&str>) -> Arc<dyn Source> {
        Arc::new(StaticPair::new(
            "the provider's arguments",
            ("access_key", "secret_key"),
            id.map(str::to_owned),
            secret.map(Secret::new),
            None,
        ))
    }

    fn environment() -> Arc<dyn Source> {
        Arc::new(Environment::new(|name| {
            Some(format!("environment's {name}"))
        }))
    }

    #[tokio::test]
    async fn the_first_source_that_is_set_up_serves() {
        let chain = Chain::new(vec![arguments(None, None), environment()]);
        let credentials = chain.credentials().await.unwrap();
        assert!(credentials.access_key_id.starts_with("environment's"));
        let chain = Chain::new(vec![arguments(Some("id"), Some("s")), environment()]);
        assert_eq!(chain.credentials().await.unwrap().access_key_id, "id");
    }

    #[tokio::test]
    async fn a_source_set_up_wrongly_is_not_passed_over() {
        let chain = Chain::new(vec![arguments(Some("id"), None), environment()]);
        assert!(matches!(
            chain.credentials().await,
            Err(Error::Unusable { .. })
        ));
    }

    #[tokio::test]
    async fn when_none_serves_the_error_lists_what_was_tried() {
        let chain = Chain::new(vec![
            arguments(None, None),
            Arc::new(Environment::new(|_| None)),
        ]);
        assert_eq!(
            chain.credentials().await.unwrap_err().to_string(),
            "there are no credentials. Tried: the provider's arguments: access_key and secret_key are not set; \
             the environment: ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET are not set"
        );
    }
}
