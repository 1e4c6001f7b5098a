//! Numbers without loss: Terraform computes with 512 bits, so neither `i64` nor `f64` can hold what it sends.
//!
//! A [`Number`] is a decimal: digits and a power of ten. Each number has exactly one representation, so equality of the
//! representation is equality of the number (`1`, `1.0` and `10e-1` are the same), and the work for any operation
//! grows with the digits written, never with the exponent.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// The largest power of ten of a number's first digit, and the negated smallest.
///
/// Terraform's own numbers end a little earlier, near 10^646456993.
pub const MAX_EXPONENT: i64 = 1_000_000_000;

/// As many zeros as plain notation may add to a number's own digits before the notation with an exponent is used: enough
/// for every `f64` to be written plainly.
const MAX_PADDING: i64 = 400;

/// A decimal number of any size, without loss.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Number(Repr);

/// `Int` holds every whole number that fits; all others are `Decimal`.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    Int(i64),
    Decimal(Box<Decimal>),
}

/// `digits` times ten to the power of `exponent`; `digits` neither begins nor ends with a zero.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Decimal {
    negative: bool,
    digits: String,
    exponent: i64,
}

/// Why something is not a [`Number`]. The text itself is never repeated: it may be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// The text is not a decimal number such as `-12.5` or `3e10`.
    #[error("the text is not a decimal number")]
    Syntax,
    /// The number is beyond 10 to the power of [`MAX_EXPONENT`], or as close to zero.
    #[error("the number's exponent is beyond {MAX_EXPONENT}")]
    Exponent,
    /// Infinity, or not a number at all.
    #[error("infinity and NaN are not numbers in Terraform")]
    NotFinite,
}

impl Number {
    /// The exact value of a float: `0.1_f64` gives 0.1000000000000000055511151231257827021181583404541015625.
    ///
    /// # Errors
    /// [`NumberError::NotFinite`].
    pub fn from_f64(float: f64) -> Result<Number, NumberError> {
        if !float.is_finite() {
            return Err(NumberError::NotFinite);
        }
        if float.fract() == 0.0 && float.abs() < 9_223_372_036_854_775_808.0 {
            return Ok(Number(Repr::Int(float as i64)));
        }
        format!("{:.*}", fraction_digits(float), float).parse()
    }

    /// The shortest decimal that reads back as this float: `0.1_f64` gives 0.1, which is what a person wrote.
    ///
    /// # Errors
    /// [`NumberError::NotFinite`].
    pub fn from_f64_shortest(float: f64) -> Result<Number, NumberError> {
        if !float.is_finite() {
            return Err(NumberError::NotFinite);
        }
        format!("{float:e}").parse()
    }

    /// The number as `i64`, if it is whole and fits.
    pub fn to_i64(&self) -> Option<i64> {
        match &self.0 {
            Repr::Int(int) => Some(*int),
            Repr::Decimal(_) => None,
        }
    }

    /// The number as `u64`, if it is whole and fits.
    pub fn to_u64(&self) -> Option<u64> {
        match &self.0 {
            Repr::Int(int) => u64::try_from(*int).ok(),
            Repr::Decimal(decimal) => decimal.to_u64(),
        }
    }

    /// The number as `f64`, if a float has exactly this value.
    pub fn to_f64(&self) -> Option<f64> {
        if let Repr::Decimal(decimal) = &self.0
            && (decimal.digits.len() > 767
                || (decimal.exponent < 0 && !decimal.digits.ends_with('5')))
        {
            return None;
        }
        let float = self.nearest_f64();
        (Number::from_f64(float).as_ref() == Ok(self)).then_some(float)
    }

    /// The float next to the number; infinite when the number is beyond what floats reach.
    pub fn nearest_f64(&self) -> f64 {
        match &self.0 {
            Repr::Int(int) => *int as f64,
            Repr::Decimal(decimal) => {
                let sign = if decimal.negative { "-" } else { "" };
                let text = format!("{sign}{}e{}", decimal.digits, decimal.exponent);
                text.parse().unwrap_or(f64::NAN)
            }
        }
    }

    /// Sign, power of ten of the first digit, and digits without zeros at the end.
    fn parts(&self) -> (i8, i64, Cow<'_, str>) {
        match &self.0 {
            Repr::Int(0) => (0, 0, Cow::Borrowed("")),
            Repr::Int(int) => {
                let mut digits = int.unsigned_abs().to_string();
                let magnitude = digits.len() as i64 - 1;
                digits.truncate(digits.trim_end_matches('0').len());
                (int.signum() as i8, magnitude, Cow::Owned(digits))
            }
            Repr::Decimal(decimal) => {
                let sign = if decimal.negative { -1 } else { 1 };
                (sign, decimal.magnitude(), Cow::Borrowed(&decimal.digits))
            }
        }
    }
}

impl Decimal {
    /// The power of ten of the first digit.
    fn magnitude(&self) -> i64 {
        self.exponent + self.digits.len() as i64 - 1
    }

    fn to_u64(&self) -> Option<u64> {
        if self.negative || self.exponent < 0 || self.magnitude() >= 20 {
            return None;
        }
        let factor = 10_u64.checked_pow(u32::try_from(self.exponent).ok()?)?;
        self.digits.parse::<u64>().ok()?.checked_mul(factor)
    }
}

/// How many digits after the point the exact value of a float has.
fn fraction_digits(float: f64) -> usize {
    let bits = float.to_bits();
    let stored = ((bits >> 52) & 0x7ff) as i64;
    let fraction = bits & ((1 << 52) - 1);
    let mantissa = if stored == 0 {
        fraction
    } else {
        fraction | (1 << 52)
    };
    let exponent = stored.max(1) - 1075 + i64::from(mantissa.trailing_zeros());
    usize::try_from(-exponent).unwrap_or(0)
}

impl FromStr for Number {
    type Err = NumberError;

    /// Reads `[+-]digits[.digits][e[+-]digits]`.
    fn from_str(text: &str) -> Result<Number, NumberError> {
        if let Ok(int) = text.parse::<i64>() {
            return Ok(Number(Repr::Int(int)));
        }
        let negative = text.starts_with('-');
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, read_exponent(exponent)?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
            Some(_) => return Err(NumberError::Syntax),
            None => (mantissa, ""),
        };
        if whole.is_empty()
            || !whole
                .bytes()
                .chain(fraction.bytes())
                .all(|byte| byte.is_ascii_digit())
        {
            return Err(NumberError::Syntax);
        }
        let whole = whole.trim_start_matches('0');
        let mut digits = String::with_capacity(whole.len() + fraction.len());
        digits.push_str(whole);
        digits.push_str(if whole.is_empty() {
            fraction.trim_start_matches('0')
        } else {
            fraction
        });
        let written = digits.len();
        digits.truncate(digits.trim_end_matches('0').len());
        if digits.is_empty() {
            return Ok(Number(Repr::Int(0)));
        }
        let exponent = exponent
            .saturating_sub(fraction.len() as i64)
            .saturating_add((written - digits.len()) as i64);
        let decimal = Decimal {
            negative,
            digits,
            exponent,
        };
        if exponent
            .saturating_add(decimal.digits.len() as i64 - 1)
            .abs()
            > MAX_EXPONENT
        {
            return Err(NumberError::Exponent);
        }
        Ok(Number(match whole_i64(&decimal) {
            Some(int) => Repr::Int(int),
            None => Repr::Decimal(Box::new(decimal)),
        }))
    }
}

/// The exponent, saturated far beyond [`MAX_EXPONENT`]: a zero may have any.
fn read_exponent(text: &str) -> Result<i64, NumberError> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NumberError::Syntax);
    }
    let magnitude = digits.parse::<i64>().unwrap_or(i64::MAX).min(i64::MAX / 4);
    Ok(if text.starts_with('-') {
        -magnitude
    } else {
        magnitude
    })
}

/// The decimal as `i64`, if it is whole and fits.
fn whole_i64(decimal: &Decimal) -> Option<i64> {
    if decimal.exponent < 0 || decimal.magnitude() >= 19 {
        return None;
    }
    let factor = 10_i128.checked_pow(u32::try_from(decimal.exponent).ok()?)?;
    let unsigned = decimal.digits.parse::<i128>().ok()?.checked_mul(factor)?;
    i64::try_from(if decimal.negative {
        -unsigned
    } else {
        unsigned
    })
    .ok()
}

impl fmt::Display for Number {
    /// Plain digits, as Terraform writes them; with an exponent when plain digits would be mostly zeros.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimal = match &self.0 {
            Repr::Int(int) => return write!(formatter, "{int}"),
            Repr::Decimal(decimal) => decimal,
        };
        let digits = decimal.digits.as_str();
        let magnitude = decimal.magnitude();
        if decimal.negative {
            formatter.write_str("-")?;
        }
        if decimal.exponent > MAX_PADDING || -magnitude > MAX_PADDING {
            let (first, rest) = digits.split_at(1);
            let point = if rest.is_empty() { "" } else { "." };
            return write!(formatter, "{first}{point}{rest}e{magnitude}");
        }
        if decimal.exponent >= 0 {
            let zeros = usize::try_from(decimal.exponent).unwrap_or(0);
            return write!(formatter, "{digits}{:0<zeros$}", "");
        }
        match usize::try_from(magnitude) {
            Ok(whole) => {
                let (whole, fraction) = digits.split_at(whole + 1);
                write!(formatter, "{whole}.{fraction}")
            }
            Err(_) => {
                let zeros = usize::try_from(-magnitude - 1).unwrap_or(0);
                write!(formatter, "0.{:0<zeros$}{digits}", "")
            }
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self}")
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Number) -> Ordering {
        if let (Repr::Int(left), Repr::Int(right)) = (&self.0, &other.0) {
            return left.cmp(right);
        }
        let (sign, magnitude, digits) = self.parts();
        let (other_sign, other_magnitude, other_digits) = other.parts();
        sign.cmp(&other_sign).then_with(|| {
            let unsigned = magnitude
                .cmp(&other_magnitude)
                .then_with(|| digits.cmp(&other_digits));
            if sign < 0 {
                unsigned.reverse()
            } else {
                unsigned
            }
        })
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<i64> for Number {
    fn from(int: i64) -> Number {
        Number(Repr::Int(int))
    }
}

impl From<u64> for Number {
    fn from(int: u64) -> Number {
        if let Ok(int) = i64::try_from(int) {
            return Number(Repr::Int(int));
        }
        let mut digits = int.to_string();
        let written = digits.len();
        digits.truncate(digits.trim_end_matches('0').len());
        let exponent = (written - digits.len()) as i64;
        Number(Repr::Decimal(Box::new(Decimal {
            negative: false,
            digits,
            exponent,
        })))
    }
}

impl TryFrom<f64> for Number {
    type Error = NumberError;

    /// The exact value, as [`Number::from_f64`].
    fn try_from(float: f64) -> Result<Number, NumberError> {
        Number::from_f64(float)
    }
}

#[cfg(test)]
mod tests;
