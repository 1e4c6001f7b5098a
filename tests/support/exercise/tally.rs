//! Counts of what happened in the process, and `exercise_tally`, the data source that shows one.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use terraform_provider_alivpn::tf::block_type::BlockType;
use terraform_provider_alivpn::tf::data_source::DataSource;
use terraform_provider_alivpn::tf::model::Attr;
use terraform_provider_alivpn::tf::resource::{Call, Outcome};
use terraform_provider_alivpn::tf::schema::{Attribute, Block, Schema};
use terraform_provider_alivpn::tf::types::Type;

use crate::provider::Client;

/// How often things happened, by name.
#[derive(Default)]
pub struct Tally(Mutex<BTreeMap<String, i64>>);

impl Tally {
    /// It happened once more.
    pub fn count(&self, name: String) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(name).or_default() += 1;
    }

    fn of(&self, name: &str) -> i64 {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.get(name).copied().unwrap_or_default()
    }
}

/// The data source type.
pub struct TallyDataSource;

/// The configuration and the result.
#[derive(Serialize, Deserialize)]
pub struct Model {
    name: String,
    count: Attr<i64>,
}

impl BlockType for TallyDataSource {
    type Model = Model;

    fn type_name(&self) -> &'static str {
        "exercise_tally"
    }

    fn schema(&self) -> Schema {
        let block = Block::new("How often something happened.")
            .attribute(Attribute::required("name", Type::String, "What happened."))
            .attribute(Attribute::computed("count", Type::Number, "How often."));
        Schema::new(0, block)
    }
}

#[async_trait]
impl DataSource for TallyDataSource {
    type Client = Client;

    async fn read(&self, call: Call<'_, Client>, config: Model) -> Outcome<Option<Model>> {
        let count = Attr::Known(call.client.tally.of(&config.name));
        Outcome::new(Some(Model { count, ..config }))
    }
}
