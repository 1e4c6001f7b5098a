//! What objects are known by beyond a state: their ID and their region, which may be left to the provider. An import block gives
//! them as an identity, a command as one text.

use serde::Serialize;

use super::explain;
use super::kind::Kind;
use crate::cloud::endpoint::check_region;
use crate::cloud::error::{Class, Error};
use crate::tf::diagnostics::Diagnostic;
use crate::tf::identity::{Identity, IdentitySchema, IdentityType};
use crate::tf::resource::Outcome;
use crate::tf::validators::quoted;

/// The identity of a kind: the attributes of the same names.
pub fn schema(kind: Kind) -> IdentitySchema {
    let Kind { one, prefix, .. } = kind;
    IdentitySchema::new(0)
        .required(
            "id",
            IdentityType::String,
            format!("The {one}'s ID, `{prefix}-...`."),
        )
        .optional(
            "region",
            IdentityType::String,
            format!("The region the {one} is in. Default: the provider's."),
        )
}

/// The identity of an object of a kind; `None` before its region is known, since an identity never changes.
pub fn of(kind: Kind, object: &impl Serialize) -> Option<Identity> {
    let identity = schema(kind).of(object)?;
    (!identity.get("region").is_null()).then_some(identity)
}

/// What a person names an object by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// `vss-...`
    pub id: String,
    /// The region; none is the provider's.
    pub region: Option<String>,
}

impl Name {
    /// What `vss-...` and `vss-...@region` say.
    ///
    /// # Errors
    /// For a text that cannot name an object of this kind.
    pub fn of_import_id(kind: Kind, text: &str) -> Result<Name, Diagnostic> {
        let (id, region) = match text.split_once('@') {
            Some((id, region)) => (id, Some(region)),
            None => (text, None),
        };
        let Kind { one, prefix, .. } = kind;
        Self::new(kind, id, region).ok_or_else(|| {
            Diagnostic::error("Invalid import ID").detail(format!(
                "\"{text}\" names no {one}. Allowed: \"{prefix}-...\", or \"{prefix}-...@region\" such as \
                 \"{prefix}-bp18q7hzj6largv4v0001@cn-hangzhou\"."
            ))
        })
    }

    /// What an identity says.
    ///
    /// # Errors
    /// For values that cannot name an object of this kind.
    pub fn of_identity(kind: Kind, identity: &Identity) -> Result<Name, Diagnostic> {
        let text = |name| identity.get(name).as_str();
        Self::new(kind, text("id").unwrap_or_default(), text("region")).ok_or_else(|| {
            let said = |name| Some(format!("{name} = {}", quoted(text(name)?)));
            let said: Vec<String> = ["id", "region"].into_iter().filter_map(said).collect();
            let Kind { one, prefix, .. } = kind;
            Diagnostic::error("Invalid identity").detail(format!(
                "{} names no {one}. Allowed: id = \"{prefix}-...\", and where the {one} is not in the provider's region, region \
                 with the region's ID, such as \"cn-hangzhou\".",
                said.join(", ")
            ))
        })
    }

    fn new(kind: Kind, id: &str, region: Option<&str>) -> Option<Name> {
        let rest = id.strip_prefix(kind.prefix)?.strip_prefix('-')?;
        let is_id =
            !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let is_region = region.is_none_or(|region| check_region(region).is_ok());
        (is_id && is_region).then(|| Name {
            id: id.to_owned(),
            region: region.map(str::to_owned),
        })
    }

    /// What an import makes of the look at the object so named, in the region it was looked for in.
    pub fn found<T>(
        &self,
        kind: Kind,
        region: &str,
        look: Result<Option<T>, Error>,
    ) -> Outcome<Option<T>> {
        let (id, Kind { one, prefix, .. }) = (&self.id, kind);
        let said = match look {
            Ok(Some(object)) => return Outcome::new(Some(object)),
            Ok(None) => String::new(),
            Err(error) if error.class() == Class::NotFound => format!("\n\n{error}"),
            Err(error) => {
                let summary = format!("Cannot read {one} {id} in {region}");
                return Outcome::failed(explain::diagnostic(summary, &error));
            }
        };
        Outcome::failed(Diagnostic::error(format!("No {one} {id} to import")).detail(format!(
            "Region {region} has no such {one}. Check the ID; a {one} in another region is imported as \
             \"{prefix}-...@region\", with its region for region.{said}"
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::super::kind::SSL_SERVER;
    use super::*;

    fn named(text: &str) -> Result<Name, Diagnostic> {
        Name::of_import_id(SSL_SERVER, text)
    }

    #[test]
    fn an_id_alone_leaves_the_region_to_the_provider() {
        let name = named("vss-bp18q7hzj6largv4v0001").unwrap();
        assert_eq!(name.id, "vss-bp18q7hzj6largv4v0001");
        assert_eq!(name.region, None);
    }

    #[test]
    fn an_id_may_name_its_region() {
        assert_eq!(
            named("vss-1@cn-shanghai").unwrap().region.as_deref(),
            Some("cn-shanghai")
        );
    }

    #[test]
    fn anything_else_is_refused_with_what_is_allowed() {
        for id in [
            "",
            "vss-",
            "vss",
            "vpn-1",
            "vss-1@",
            "vss-1@cn shanghai",
            "vss-1@a@b",
            "@cn-hangzhou",
            "vss-1 ",
            "vss-1/../x",
        ] {
            let error = named(id).unwrap_err();
            assert!(
                error.detail.contains("vss-...@region"),
                "{id}: {}",
                error.detail
            );
        }
    }
}
