//! Sources asked one after the other.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;

use super::{Credentials, Error, Source};

/// The first source that is set up serves, and goes on serving: nobody becomes somebody else in the middle of a run because
/// another source has come to life.
#[derive(Debug, Clone)]
pub struct Chain {
    sources: Vec<Arc<dyn Source>>,
    served: Arc<OnceLock<Arc<dyn Source>>>,
}

impl Chain {
    /// A chain over `sources` in the order given.
    pub fn new(sources: Vec<Arc<dyn Source>>) -> Chain {
        Chain {
            sources,
            served: Arc::default(),
        }
    }

    async fn first(&self, refused: Option<&Credentials>) -> Result<Credentials, Error> {
        if let Some(source) = self.served.get() {
            return ask(source, refused).await;
        }
        let mut tried = Vec::new();
        for source in &self.sources {
            match ask(source, refused).await {
                Err(absent @ Error::Absent { .. }) => tried.push(absent.to_string()),
                Err(Error::NoneServed { tried: inner }) => tried.extend(inner),
                Ok(credentials) => {
                    // Who asked at the same time was served by the same one.
                    let _ = self.served.set(Arc::clone(source));
                    return Ok(credentials);
                }
                Err(broken) => return Err(broken),
            }
        }
        Err(Error::NoneServed { tried })
    }
}

async fn ask(
    source: &Arc<dyn Source>,
    refused: Option<&Credentials>,
) -> Result<Credentials, Error> {
    match refused {
        Some(refused) => source.refresh(refused).await,
        None => source.credentials().await,
    }
}

#[async_trait]
impl Source for Chain {
    fn origin(&self) -> String {
        if let Some(source) = self.served.get() {
            return source.origin();
        }
        let origins: Vec<String> = self.sources.iter().map(|source| source.origin()).collect();
        origins.join(" or ")
    }

    async fn credentials(&self) -> Result<Credentials, Error> {
        self.first(None).await
    }

    async fn refresh(&self, refused: &Credentials) -> Result<Credentials, Error> {
        self.first(Some(refused)).await
    }

    async fn region(&self) -> Option<String> {
        match self.served.get() {
            Some(source) => source.region().await,
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

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
    async fn who_served_once_goes_on_serving() {
        let set = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&set);
        let late = Environment::new(move |name| {
            seen.load(Ordering::SeqCst)
                .then(|| format!("environment's {name}"))
        });
        let chain = Chain::new(vec![Arc::new(late), arguments(Some("id"), Some("s"))]);
        assert_eq!(chain.credentials().await.unwrap().access_key_id, "id");
        set.store(true, Ordering::SeqCst);
        assert_eq!(chain.credentials().await.unwrap().access_key_id, "id");
        assert_eq!(chain.origin(), "the provider's arguments");
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
