//! What an action implements: something that is done, not something that is there. No state remembers it.

use async_trait::async_trait;

use super::block_type::{self, BlockType};
use super::diagnostics::Diagnostics;
use super::model::{ModelError, from_value};
use super::resource::{Call, Outcome};
use super::value::Value;

/// Tells the user how an action comes along.
#[async_trait]
pub trait Progress: Send {
    /// Shows a line. Waits while Terraform has not taken the ones before; returns at once when nobody listens any more.
    async fn report(&mut self, message: String);
}

/// A type of action.
#[async_trait]
pub trait Action: BlockType {
    /// What the provider's Configure makes.
    type Client: Send + Sync + 'static;

    /// Whether it can be invoked, as far as can be told while planning; values may be unknown. Changes nothing.
    fn plan(&self, config: Self::Model) -> Outcome<()> {
        let _ = config;
        Outcome::new(())
    }

    /// Does it, and says what there is to say. `call.cancel` is cancelled when Terraform says Stop or no longer listens.
    async fn invoke(
        &self,
        call: Call<'_, Self::Client>,
        config: Self::Model,
        progress: &mut dyn Progress,
    ) -> Diagnostics;
}

/// An [`Action`] in terms of values; what the server holds.
#[async_trait]
pub trait Erased<C>: block_type::Erased {
    /// See [`Action::plan`].
    fn plan(&self, config: &Value) -> Result<Outcome<()>, ModelError>;
    /// See [`Action::invoke`].
    async fn invoke(
        &self,
        call: Call<'_, C>,
        config: &Value,
        progress: &mut dyn Progress,
    ) -> Result<Diagnostics, ModelError>;
}

#[async_trait]
impl<A: Action> Erased<A::Client> for A {
    fn plan(&self, config: &Value) -> Result<Outcome<()>, ModelError> {
        Ok(Action::plan(self, from_value(config)?))
    }

    async fn invoke(
        &self,
        call: Call<'_, A::Client>,
        config: &Value,
        progress: &mut dyn Progress,
    ) -> Result<Diagnostics, ModelError> {
        Ok(Action::invoke(self, call, from_value(config)?, progress).await)
    }
}
