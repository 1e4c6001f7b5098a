//! The parameters of a call and their types. As in the API's gateway, a parameter that is there but empty counts as not supplied;
//! only where an operation looks at the raw text (a name) can it tell the difference.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::error::ApiError;

/// What belongs to the transport, not to the operation: never recorded, never compared.
const OF_THE_TRANSPORT: [&str; 11] = [
    "AccessKeyId",
    "Action",
    "Format",
    "SecurityToken",
    "Signature",
    "SignatureMethod",
    "SignatureNonce",
    "SignatureType",
    "SignatureVersion",
    "Timestamp",
    "Version",
];

/// The operation's own parameters, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameters(BTreeMap<String, String>);

/// A page of a list: counted from 1, with 1 to 50 entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Counted from 1.
    pub number: usize,
    /// 1 to 50.
    pub size: usize,
}

impl Page {
    /// The entries of this page.
    pub fn of<T>(self, all: Vec<T>) -> Vec<T> {
        let skipped = self.size.saturating_mul(self.number - 1);
        all.into_iter().skip(skipped).take(self.size).collect()
    }
}

impl Parameters {
    /// The operation's part of all that a request carries.
    pub fn new(all: BTreeMap<String, String>) -> Self {
        let mut own = all;
        own.retain(|name, _| !OF_THE_TRANSPORT.contains(&name.as_str()));
        Self(own)
    }

    /// All of them, for the record of calls.
    pub fn as_map(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    /// All of them but the token itself, to compare two calls under one ClientToken.
    pub fn without_client_token(&self) -> BTreeMap<String, String> {
        let mut parameters = self.0.clone();
        parameters.remove("ClientToken");
        parameters
    }

    /// The text as it came, empty ones too.
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The value, unless absent or empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.raw(name).filter(|value| !value.is_empty())
    }

    /// The value, owned.
    pub fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    /// # Errors
    /// `MissingParameter` when absent or empty.
    pub fn required(&self, name: &str) -> Result<&str, ApiError> {
        self.text(name)
            .ok_or_else(|| ApiError::missing_parameter(name))
    }

    /// # Errors
    /// `InvalidParameter` when there and of another type.
    pub fn parsed<T: FromStr>(&self, name: &str) -> Result<Option<T>, ApiError> {
        self.text(name)
            .map(|value| value.parse().map_err(|_| ApiError::invalid_parameter(name)))
            .transpose()
    }

    /// `true` and `false` in any case (SDKs differ).
    ///
    /// # Errors
    /// `InvalidParameter` for anything else.
    pub fn boolean(&self, name: &str) -> Result<Option<bool>, ApiError> {
        match self.text(name) {
            None => Ok(None),
            Some(value) if value.eq_ignore_ascii_case("true") => Ok(Some(true)),
            Some(value) if value.eq_ignore_ascii_case("false") => Ok(Some(false)),
            Some(_) => Err(ApiError::invalid_parameter(name)),
        }
    }

    /// `PageNumber` (1) and `PageSize` (10, at most 50).
    ///
    /// # Errors
    /// `InvalidParameter` outside these.
    pub fn page(&self) -> Result<Page, ApiError> {
        let number = self.parsed("PageNumber")?.unwrap_or(1);
        let size = self.parsed("PageSize")?.unwrap_or(10);
        if !(1..=i32::MAX as usize).contains(&number) {
            return Err(ApiError::invalid_parameter("PageNumber"));
        }
        if !(1..=50).contains(&size) {
            return Err(ApiError::invalid_parameter("PageSize"));
        }
        Ok(Page { number, size })
    }

    /// `Tag.1.Key`, `Tag.1.Value`, ...: the keys with the values that are asked for.
    ///
    /// # Errors
    /// `MissingParameter` for a value without its key.
    pub fn tags(&self) -> Result<Vec<(&str, Option<&str>)>, ApiError> {
        let mut tags: BTreeMap<&str, (Option<&str>, Option<&str>)> = BTreeMap::new();
        for (name, value) in &self.0 {
            let Some((index, part)) = name
                .strip_prefix("Tag.")
                .and_then(|rest| rest.split_once('.'))
            else {
                continue;
            };
            let tag = tags.entry(index).or_default();
            match part {
                "Key" => tag.0 = Some(value),
                "Value" => {
                    tag.1 = Some(value)
                        .filter(|value| !value.is_empty())
                        .map(|v| v.as_str())
                }
                _ => {}
            }
        }
        tags.into_iter()
            .map(|(index, (key, value))| {
                let key = key
                    .filter(|key| !key.is_empty())
                    .ok_or_else(|| ApiError::missing_parameter(&format!("Tag.{index}.Key")))?;
                Ok((key, value))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(pairs: &[(&str, &str)]) -> Parameters {
        Parameters::new(
            pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        )
    }

    #[test]
    fn what_belongs_to_the_transport_is_left_out() {
        let all = parameters(&[
            ("RegionId", "cn-hangzhou"),
            ("AccessKeyId", "testid"),
            ("Signature", "x"),
            ("Timestamp", "now"),
            ("SecurityToken", "secret"),
        ]);
        assert_eq!(all.as_map().len(), 1);
    }

    #[test]
    fn empty_counts_as_not_supplied() {
        let all = parameters(&[("Proto", "")]);
        assert_eq!(all.text("Proto"), None);
        assert_eq!(all.required("Proto").unwrap_err().code, "MissingParameter");
    }

    #[test]
    fn values_of_another_type_are_refused_by_name() {
        let all = parameters(&[("Port", "many"), ("Compress", "yes")]);
        for error in [
            all.parsed::<i64>("Port").unwrap_err(),
            all.boolean("Compress").unwrap_err(),
        ] {
            assert_eq!(error.code, "InvalidParameter");
        }
        assert_eq!(
            parameters(&[("Compress", "True")]).boolean("Compress"),
            Ok(Some(true))
        );
    }

    #[test]
    fn pages_are_1_to_50_entries_counted_from_1() {
        assert_eq!(
            parameters(&[]).page(),
            Ok(Page {
                number: 1,
                size: 10
            })
        );
        for (name, value) in [
            ("PageNumber", "0"),
            ("PageNumber", "-1"),
            ("PageSize", "0"),
            ("PageSize", "51"),
            ("PageSize", "ten"),
        ] {
            let error = parameters(&[(name, value)]).page().unwrap_err();
            assert!(error.message.contains(name), "{name}={value}");
        }
        let page = Page { number: 2, size: 3 };
        assert_eq!(page.of((1..=5).collect()), [4, 5]);
        let beyond = Page {
            number: 9,
            size: 50,
        };
        assert!(beyond.of(vec![1]).is_empty());
    }

    #[test]
    fn tags_pair_keys_with_values() {
        let all = parameters(&[
            ("Tag.1.Key", "team"),
            ("Tag.1.Value", "net"),
            ("Tag.2.Key", "env"),
        ]);
        assert_eq!(all.tags().unwrap(), [("team", Some("net")), ("env", None)]);
        assert!(parameters(&[("Tag.1.Value", "net")]).tags().is_err());
    }
}
