//! Reading the API's answers tolerantly: its own samples show numbers and booleans as strings, one object where a list is
//! meant, and empty strings for what is not there. What is not asked for is not looked at.
//!
//! What cannot be read is named, never repeated: an answer may hold a private key.

use serde_json::{Map, Value};
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

/// A JSON object of an answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Object(Map<String, Value>);

/// What is wrong with an answer; never what it held.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub String);

/// What an answer can be read as.
pub trait Read: Sized {
    /// Reads the object of an answer.
    ///
    /// # Errors
    ///
    /// Says which attribute is missing or of another type.
    fn read(answer: &Object) -> Result<Self, Unreadable>;
}

impl Object {
    /// The object in a body.
    ///
    /// # Errors
    ///
    /// Says what the body is instead.
    pub fn parse(body: &[u8]) -> Result<Object, Unreadable> {
        let unreadable = |what: &str| Err(Unreadable(what.to_owned()));
        let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
        match (serde_json::from_slice(body), first) {
            (Ok(Value::Object(attributes)), _) => Ok(Object(attributes)),
            (Ok(_), _) => unreadable("it is JSON, but not an object"),
            (Err(_), None) => unreadable("it is empty"),
            (Err(error), Some(b'{')) if error.is_eof() => unreadable("it breaks off"),
            (Err(_), Some(b'<')) => unreadable("it is a page of HTML or XML, not JSON"),
            (Err(_), Some(_)) => unreadable("it is not JSON"),
        }
    }

    /// Whether it says no, whatever its HTTP status: some services refuse with 200, and an answer from which nothing is read
    /// (that of a deletion) would pass for success. No answer of a successful call has both of these.
    pub fn is_refusal(&self) -> bool {
        let said = |name: &str| self.text(name).ok().flatten();
        match (said("Code"), said("Message")) {
            (Some(code), Some(_)) => !["200", "ok", "success"]
                .iter()
                .any(|fine| code.eq_ignore_ascii_case(fine)),
            _ => false,
        }
    }

    /// A text; a number or a boolean is taken for its text, an empty text for none.
    ///
    /// # Errors
    ///
    /// When it is an object or a list.
    pub fn text(&self, name: &str) -> Result<Option<String>, Unreadable> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(Value::Bool(boolean)) => Ok(Some(boolean.to_string())),
            Some(Value::Array(_) | Value::Object(_)) => Err(wrong(name, "a text")),
        }
    }

    /// A text that must be there.
    ///
    /// # Errors
    ///
    /// When it is missing, empty, an object or a list.
    pub fn required_text(&self, name: &str) -> Result<String, Unreadable> {
        self.text(name)?
            .ok_or_else(|| Unreadable(format!("{name} is missing")))
    }

    /// Texts joined with commas, trimmed, empty ones left out; a list of texts is taken too.
    ///
    /// # Errors
    ///
    /// When it is an object or a list of something else.
    pub fn texts(&self, name: &str) -> Result<Vec<String>, Unreadable> {
        let joined: Vec<String> = match self.0.get(name) {
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| match item {
                    Value::String(text) => Ok(text.clone()),
                    _ => Err(wrong(name, "a list of texts")),
                })
                .collect::<Result<_, _>>()?,
            _ => self.text(name)?.into_iter().collect(),
        };
        Ok(joined
            .iter()
            .flat_map(|text| text.split(','))
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect())
    }

    /// A whole number, as a number or a text.
    ///
    /// # Errors
    ///
    /// When it is something else or does not fit.
    pub fn integer<T: TryFrom<i64>>(&self, name: &str) -> Result<Option<T>, Unreadable> {
        let integer = match self.0.get(name) {
            Some(Value::Number(number)) => number.as_i64().or_else(|| whole(number.as_f64()?)),
            _ => match self.text(name)? {
                None => return Ok(None),
                Some(text) => text.trim().parse().ok(),
            },
        };
        integer
            .and_then(|integer| T::try_from(integer).ok())
            .map(Some)
            .ok_or_else(|| wrong(name, "a whole number in range"))
    }

    /// A truth value, as one, as the text of one, as `enable` and `disable`, or as 1 and 0.
    ///
    /// # Errors
    ///
    /// When it is something else.
    pub fn boolean(&self, name: &str) -> Result<Option<bool>, Unreadable> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        match text.trim().to_ascii_lowercase().as_str() {
            "true" | "enable" | "1" => Ok(Some(true)),
            "false" | "disable" | "0" => Ok(Some(false)),
            _ => Err(wrong(name, "true or false")),
        }
    }

    /// A time: milliseconds since 1970 as a number or a text, or RFC 3339, of which other services leave the seconds out.
    ///
    /// # Errors
    ///
    /// When it is something else.
    pub fn time(&self, name: &str) -> Result<Option<OffsetDateTime>, Unreadable> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        if let Ok(time) = OffsetDateTime::parse(text.trim(), &Rfc3339) {
            return Ok(Some(time));
        }
        let minutes = format_description!("[year]-[month]-[day]T[hour]:[minute]Z");
        if let Ok(time) = PrimitiveDateTime::parse(text.trim(), minutes) {
            return Ok(Some(time.assume_utc()));
        }
        let milliseconds: Option<i64> = self.integer(name)?;
        milliseconds
            .and_then(|ms| {
                OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000).ok()
            })
            .map(Some)
            .ok_or_else(|| wrong(name, "a time"))
    }

    /// The objects of a list that the API wraps twice: `{"SslVpnServers": {"SslVpnServer": [{}, {}]}}`. A single object stands
    /// for a list of one; either wrapping may be missing, or both: who reads the object sees whether it is one of the kind.
    /// `None` when there is no such attribute at all.
    ///
    /// # Errors
    ///
    /// When it is something else.
    pub fn list(&self, name: &str, inner: &str) -> Result<Option<Vec<Object>>, Unreadable> {
        let not_a_list = || wrong(name, "a list of objects");
        let wrapped = match self.0.get(name) {
            None => return Ok(None),
            Some(Value::Object(wrapping)) => match wrapping.get(inner) {
                Some(wrapped) => wrapped,
                None if wrapping.is_empty() => &Value::Null,
                None => return Ok(Some(vec![Object(wrapping.clone())])),
            },
            Some(other) => other,
        };
        let items: Vec<&Value> = match wrapped {
            Value::Null => Vec::new(),
            Value::String(text) if text.is_empty() => Vec::new(),
            Value::Array(items) => items.iter().collect(),
            single @ Value::Object(_) => vec![single],
            _ => return Err(not_a_list()),
        };
        items
            .into_iter()
            .map(|item| match item {
                Value::Object(attributes) => Ok(Object(attributes.clone())),
                _ => Err(not_a_list()),
            })
            .collect::<Result<_, _>>()
            .map(Some)
    }
}

fn wrong(name: &str, wanted: &str) -> Unreadable {
    Unreadable(format!("{name} is not {wanted}"))
}

/// A number written with a point that is whole all the same.
fn whole(number: f64) -> Option<i64> {
    // Beyond 2^53 neighbours are no longer told apart.
    let exact = number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0;
    exact.then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use time::macros::datetime;

    fn object(value: Value) -> Object {
        Object::parse(value.to_string().as_bytes()).unwrap()
    }

    fn at(value: Value) -> Object {
        object(json!({ "A": value }))
    }

    #[test]
    fn what_is_no_object_is_named() {
        for (body, reason) in [
            ("", "it is empty"),
            ("  \n", "it is empty"),
            ("<html>502</html>", "it is a page of HTML or XML, not JSON"),
            ("{\"a\": 1", "it breaks off"),
            ("{\"a\": ]", "it is not JSON"),
            ("Bad Gateway", "it is not JSON"),
            ("[]", "it is JSON, but not an object"),
        ] {
            assert_eq!(
                Object::parse(body.as_bytes()),
                Err(Unreadable(reason.to_owned())),
                "{body}"
            );
        }
        assert!(Object::parse(&[0xff, 0xfe]).is_err());
        assert!(Object::parse("[".repeat(100_000).as_bytes()).is_err());
    }

    #[test]
    fn a_code_with_a_message_is_a_refusal() {
        assert!(object(json!({"Code": "SystemBusy", "Message": "m"})).is_refusal());
        for fine in [
            json!({}),
            json!({"Code": "x"}),
            json!({"Message": "m"}),
            json!({"Code": 200, "Message": "m"}),
            json!({"Code": "Success", "Message": "m"}),
        ] {
            assert!(!object(fine.clone()).is_refusal(), "{fine}");
        }
    }

    #[test]
    fn texts_take_scalars_and_empty_is_none() {
        assert_eq!(at(json!("x")).text("A"), Ok(Some("x".into())));
        assert_eq!(at(json!(7)).text("A"), Ok(Some("7".into())));
        assert_eq!(at(json!("")).text("A"), Ok(None));
        assert_eq!(at(Value::Null).text("A"), Ok(None));
        assert_eq!(at(json!("x")).text("B"), Ok(None));
        assert!(at(json!({})).text("A").is_err());
        assert!(at(json!("")).required_text("A").is_err());
    }

    #[test]
    fn joined_texts_come_apart() {
        assert_eq!(
            at(json!(" 10.0.0.0/8, 172.16.0.0/12 ,,")).texts("A"),
            Ok(vec!["10.0.0.0/8".into(), "172.16.0.0/12".into()])
        );
        assert_eq!(
            at(json!(["a", "b,c"])).texts("A"),
            Ok(vec!["a".into(), "b".into(), "c".into()])
        );
        assert_eq!(at(json!("")).texts("A"), Ok(vec![]));
        assert!(at(json!([1])).texts("A").is_err());
    }

    #[test]
    fn numbers_come_as_numbers_or_texts_and_must_fit() {
        for value in [json!(1194), json!("1194"), json!(" 1194 "), json!(1194.0)] {
            assert_eq!(at(value.clone()).integer("A"), Ok(Some(1194u16)), "{value}");
        }
        assert_eq!(at(json!("")).integer::<u16>("A"), Ok(None));
        for value in [
            json!(70000),
            json!(-1),
            json!(1.5),
            json!("x"),
            json!(true),
            json!(1e300),
        ] {
            assert!(at(value.clone()).integer::<u16>("A").is_err(), "{value}");
        }
    }

    #[test]
    fn booleans_come_as_booleans_texts_or_numbers() {
        for value in [
            json!(true),
            json!("true"),
            json!("True"),
            json!("enable"),
            json!(1),
        ] {
            assert_eq!(at(value.clone()).boolean("A"), Ok(Some(true)), "{value}");
        }
        for value in [json!(false), json!("false"), json!("disable"), json!(0)] {
            assert_eq!(at(value.clone()).boolean("A"), Ok(Some(false)), "{value}");
        }
        assert_eq!(at(json!("")).boolean("A"), Ok(None));
        assert!(at(json!("maybe")).boolean("A").is_err());
    }

    #[test]
    fn times_come_as_milliseconds_or_rfc_3339() {
        let time = datetime!(2017-04-21 05:46:20 UTC);
        for value in [
            json!(1492753580000_i64),
            json!("1492753580000"),
            json!("2017-04-21T05:46:20Z"),
        ] {
            assert_eq!(at(value.clone()).time("A"), Ok(Some(time)), "{value}");
        }
        let minute = Ok(Some(datetime!(2017-04-21 05:46 UTC)));
        assert_eq!(at(json!("2017-04-21T05:46Z")).time("A"), minute);
        assert!(at(json!(i64::MAX)).time("A").is_err());
        assert!(at(json!("soon")).time("A").is_err());
    }

    #[test]
    fn lists_come_wrapped_bare_single_or_empty() {
        let one = vec![object(json!({"Id": 1}))];
        for value in [
            json!({"Item": [{"Id": 1}]}),
            json!({"Item": {"Id": 1}}),
            json!([{"Id": 1}]),
            json!({"Id": 1}),
        ] {
            assert_eq!(
                at(value.clone()).list("A", "Item"),
                Ok(Some(one.clone())),
                "{value}"
            );
        }
        for value in [
            json!({"Item": []}),
            json!({"Item": null}),
            json!({"Item": ""}),
            json!({}),
            json!([]),
            json!(""),
        ] {
            assert_eq!(
                at(value.clone()).list("A", "Item"),
                Ok(Some(vec![])),
                "{value}"
            );
        }
        assert_eq!(at(json!([])).list("B", "Item"), Ok(None));
        for value in [json!("x"), json!({"Item": 7}), json!([1]), json!(7)] {
            assert!(at(value.clone()).list("A", "Item").is_err(), "{value}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_not_repeated() {
        let error = at(json!("-----BEGIN PRIVATE KEY-----"))
            .integer::<u16>("A")
            .unwrap_err();
        assert_eq!(error.to_string(), "A is not a whole number in range");
    }
}
