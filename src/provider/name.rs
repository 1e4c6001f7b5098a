//! The names that people give to servers and certificates: one rule for both.

use crate::tf::diagnostics::Diagnostics;
use crate::tf::path::AttributePath;
use crate::tf::schema::Attribute;
use crate::tf::types::Type;
use crate::tf::validators::{Validator, invalid, length_between, quoted};
use crate::tf::value::Value;

/// The argument `name` of such an object. Both are renamed at once.
pub fn argument(of: &str) -> Attribute {
    Attribute::optional_computed("name", Type::String, format!("The {of}'s name."))
        .synchronous()
        .validator(length_between(1, 100))
        .validator(NotAUrl)
}

/// A name that does not look like a URL.
struct NotAUrl;

impl Validator for NotAUrl {
    fn description(&self) -> String {
        "not start with http:// or https://".to_owned()
    }

    fn validate(&self, value: &Value, path: &AttributePath, diagnostics: &mut Diagnostics) {
        let Value::String(name) = value else { return };
        if name.starts_with("http://") || name.starts_with("https://") {
            diagnostics.push(invalid(path, &self.description(), &quoted(name)));
        }
    }
}
