//! What an ephemeral resource implements: something that is opened for as long as Terraform needs it, renewed while it is
//! needed for longer, and closed. Neither plan nor state ever holds it.

use std::time::SystemTime;

use async_trait::async_trait;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::block_type::{self, BlockType};
use super::diagnostics::{Diagnostic, Diagnostics};
use super::model::{from_value, to_value};
use super::private::Private;
use super::resource::{Call, Outcome};
use super::value::Value;

/// What came of opening.
#[derive(Clone)]
pub struct Opened<M, P> {
    /// The configuration with what is computed filled in.
    pub result: M,
    /// What renewing and closing need to know; Terraform keeps it in memory only.
    pub private: P,
    /// When it must be renewed, if Terraform still needs it then.
    pub renew_at: Option<SystemTime>,
}

/// What came of renewing.
#[derive(Clone)]
pub struct Renewed<P> {
    /// For the next renewal.
    pub private: P,
    /// When that is due, if ever.
    pub renew_at: Option<SystemTime>,
}

/// A type of ephemeral resource. Its model is both the configuration and, with what is computed filled in, the result.
#[async_trait]
pub trait EphemeralResource: BlockType<Model: Serialize> {
    /// What the provider's Configure makes.
    type Client: Send + Sync + 'static;
    /// What is kept between opening, renewing and closing; `()` when nothing is.
    type Private: Serialize + DeserializeOwned + Send + Sync + 'static;

    /// Opens it; `None` beside an error or a deferral.
    async fn open(
        &self,
        call: Call<'_, Self::Client>,
        config: Self::Model,
    ) -> Outcome<Option<Opened<Self::Model, Self::Private>>>;

    /// Makes what was opened last longer; `None` beside an error. `private` is from opening or from the renewal before.
    async fn renew(
        &self,
        call: Call<'_, Self::Client>,
        private: Self::Private,
    ) -> Outcome<Option<Renewed<Self::Private>>> {
        let _ = call;
        Outcome::new(Some(Renewed {
            private,
            renew_at: None,
        }))
    }

    /// Takes back what was opened. `private` is from opening, also after renewals.
    async fn close(&self, call: Call<'_, Self::Client>, private: Self::Private) -> Diagnostics {
        let _ = (call, private);
        Diagnostics::default()
    }
}

/// An [`EphemeralResource`] in terms of values, and of private data; what the server holds.
#[async_trait]
pub trait Erased<C>: block_type::Erased {
    /// See [`EphemeralResource::open`].
    async fn open(
        &self,
        call: Call<'_, C>,
        config: &Value,
    ) -> Result<Outcome<Option<Opened<Value, Private>>>, Diagnostics>;
    /// See [`EphemeralResource::renew`].
    async fn renew(
        &self,
        call: Call<'_, C>,
        private: &Private,
    ) -> Result<Outcome<Option<Renewed<Private>>>, Diagnostics>;
    /// See [`EphemeralResource::close`].
    async fn close(&self, call: Call<'_, C>, private: &Private)
    -> Result<Diagnostics, Diagnostics>;
}

#[async_trait]
impl<E: EphemeralResource> Erased<E::Client> for E {
    async fn open(
        &self,
        call: Call<'_, E::Client>,
        config: &Value,
    ) -> Result<Outcome<Option<Opened<Value, Private>>>, Diagnostics> {
        let outcome = EphemeralResource::open(self, call, from_value(config)?).await;
        let erased = |opened: Opened<E::Model, E::Private>| {
            Ok(Opened {
                result: to_value(&opened.result)?,
                private: write(&opened.private)?,
                renew_at: opened.renew_at,
            })
        };
        outcome.try_map(|opened| opened.map(erased).transpose())
    }

    async fn renew(
        &self,
        call: Call<'_, E::Client>,
        private: &Private,
    ) -> Result<Outcome<Option<Renewed<Private>>>, Diagnostics> {
        let outcome = EphemeralResource::renew(self, call, read(private)?).await;
        let erased = |renewed: Renewed<E::Private>| {
            Ok(Renewed {
                private: write(&renewed.private)?,
                renew_at: renewed.renew_at,
            })
        };
        outcome.try_map(|renewed| renewed.map(erased).transpose())
    }

    async fn close(
        &self,
        call: Call<'_, E::Client>,
        private: &Private,
    ) -> Result<Diagnostics, Diagnostics> {
        Ok(EphemeralResource::close(self, call, read(private)?).await)
    }
}

/// Without the cause, which could repeat a secret.
fn write<P: Serialize>(private: &P) -> Result<Private, Diagnostic> {
    Private::of(private).map_err(|_| {
        Diagnostic::error("Unwritable private data").detail(
            "What is to be kept until the ephemeral resource is closed cannot be written. This is a defect of the provider: please report it.",
        )
    })
}

fn read<P: DeserializeOwned>(private: &Private) -> Result<P, Diagnostic> {
    private.read().ok_or_else(|| {
        Diagnostic::error("Unreadable private data").detail(
            "What the caller gives back is not what was returned when the ephemeral resource was opened. It is left as it is; \
             what it was for ends by itself, or is to be removed by hand.",
        )
    })
}
