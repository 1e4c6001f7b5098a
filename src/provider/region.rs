//! Where an object is: the argument `region`, and the region that calls about an object go to.
//!
//! One provider block manages several regions: an object may name its own, and one that exists is asked for where it is,
//! whatever the provider's region has become.

use super::Configured;
use super::kind::Kind;
use crate::cloud::endpoint::check_region;
use crate::tf::diagnostics::{Diagnostic, Diagnostics};
use crate::tf::model::Attr;
use crate::tf::path::AttributePath;
use crate::tf::schema::{Attribute, Mode};
use crate::tf::types::Type;
use crate::tf::validators::{Validator, invalid, quoted};
use crate::tf::value::Value;

/// The argument of a resource. `object` names what it makes, as in `server`.
pub fn argument(object: &str) -> Attribute {
    let description = format!(
        "The region of the {object}, such as `cn-hangzhou`. Default: the provider's. A {object} that exists stays where it is when the \
         provider's region changes."
    );
    Attribute::optional_computed("region", Type::String, description)
        .replaces()
        .validator(Region)
}

/// The argument of a look-up; computed where the result shows the region that was looked in.
pub fn look_up_argument(mode: Mode) -> Attribute {
    let description = "The region to look in. Default: the provider's.";
    let mut attribute = Attribute::optional("region", Type::String, description).validator(Region);
    attribute.mode = mode;
    attribute
}

/// The region that a call goes to: the object's own where it is known, else the provider's.
pub fn of(region: &Attr<String>, configured: &Configured) -> String {
    region.value().unwrap_or_else(|| configured.region.clone())
}

/// The region that a new object will be created in; `None` while the configuration does not know it, and where nobody knows the
/// provider's.
pub fn planned(config: &Attr<String>, configured: Option<&Configured>) -> Option<String> {
    match config {
        Attr::Known(region) => Some(region.clone()),
        Attr::Unknown => None,
        Attr::Null => Some(configured?.region.clone()),
    }
}

/// The warning of a replacement whose new object will be in another region than the old one, which nobody asked for.
pub fn replaced_elsewhere(
    kind: Kind,
    prior: &Attr<String>,
    config: &Attr<String>,
    configured: Option<&Configured>,
) -> Option<Diagnostic> {
    let (Attr::Null, Attr::Known(prior), Some(configured)) = (config, prior, configured) else {
        return None;
    };
    if *prior == configured.region {
        return None;
    }
    let Kind { one, .. } = kind;
    let warning = Diagnostic::warning(format!("The new {one} will be in {}", configured.region));
    Some(warning.detail(format!(
        "The {one} that this plan replaces is in {prior}. The configuration does not say a region, so the new one is created in the \
         provider's, {}. To keep it in {prior}, set region = \"{prior}\".",
        configured.region
    )))
}

/// The error about an object that is not in the provider's region, where the state does not say its own: it may be in any other,
/// and is not known to be gone.
pub fn nowhere(kind: Kind, id: &str, region: &str) -> Diagnostic {
    let Kind { one, .. } = kind;
    Diagnostic::error(format!("No {one} {id} in {region}")).detail(format!(
        "The state does not say which region the {one} is in, as after a move from another provider, so it was asked for in the provider's. \
         It may be in another one, and stays in the state.\n\nSet region in the provider block to that of the {one} for this run. Or \
         take it out of the state with `terraform state rm` (under its old address, if a moved block brought it here), without the moved \
         block, and import it as \"{id}@REGION\" if it still exists."
    ))
}

/// A well-formed region ID.
struct Region;

impl Validator for Region {
    fn description(&self) -> String {
        "be the ID of a region, such as \"cn-hangzhou\"".to_owned()
    }

    fn validate(&self, value: &Value, path: &AttributePath, diagnostics: &mut Diagnostics) {
        let Some(text) = value.as_str() else { return };
        if check_region(text).is_err() {
            diagnostics.push(invalid(path, &self.description(), &quoted(text)));
        }
    }
}
