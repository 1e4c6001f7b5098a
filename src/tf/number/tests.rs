use super::*;
use proptest::prelude::*;

fn number(text: &str) -> Number {
    text.parse().unwrap()
}

#[test]
fn different_texts_of_one_number_are_equal() {
    for (left, right) in [
        ("1", "1.0"),
        ("1", "10e-1"),
        ("0", "-0.000e99999999999999999999"),
        ("100", "1e2"),
        ("18446744073709551616", "18446744073709551616.00"),
        ("0.5", "0005E-1"),
        ("9223372036854775807", "9.223372036854775807e18"),
        ("-9223372036854775808", "-9223372036854775808.0"),
    ] {
        assert_eq!(number(left), number(right), "{left} and {right}");
    }
    assert_eq!(Number::from(u64::MAX), number("18446744073709551615"));
    assert_eq!(Number::from(10_000_000_000_000_000_000_u64), number("1e19"));
}

#[test]
fn numbers_are_written_plainly_until_zeros_would_prevail() {
    for (text, written) in [
        ("12.50", "12.5"),
        ("-0.00125", "-0.00125"),
        ("1e20", "100000000000000000000"),
        ("1.5e500", "1.5e500"),
        ("-12e-1000", "-1.2e-999"),
        ("5e-1000000000", "5e-1000000000"),
        (
            "123456789012345678901234567890.5",
            "123456789012345678901234567890.5",
        ),
    ] {
        assert_eq!(number(text).to_string(), written);
    }
    let largest = Number::from_f64(f64::MAX).unwrap().to_string();
    assert!(largest.len() == 309 && largest.starts_with("17976931348623157081452742373170435679"));
}

#[test]
fn what_is_not_a_decimal_number_is_refused() {
    for text in [
        "", "-", "+", ".5", "5.", "1e", "1e+", "0x10", "1_000", "inf", "NaN", " 1", "1 ", "--1",
        "1.2.3", "1e5.0",
    ] {
        assert_eq!(text.parse::<Number>(), Err(NumberError::Syntax), "{text:?}");
    }
    for text in [
        "1e1000000001",
        "-1e-1000000001",
        "1e99999999999999999999",
        "1e-99999999999999999999",
    ] {
        assert_eq!(
            text.parse::<Number>(),
            Err(NumberError::Exponent),
            "{text:?}"
        );
    }
    assert_eq!(Number::from_f64(f64::NAN), Err(NumberError::NotFinite));
    assert_eq!(
        Number::from_f64(f64::NEG_INFINITY),
        Err(NumberError::NotFinite)
    );
}

#[test]
fn a_conversion_to_a_machine_type_is_exact_or_absent() {
    assert_eq!(number("9223372036854775807").to_i64(), Some(i64::MAX));
    assert_eq!(number("9223372036854775808").to_i64(), None);
    assert_eq!(number("18446744073709551615").to_u64(), Some(u64::MAX));
    assert_eq!(number("18446744073709551616").to_u64(), None);
    assert_eq!(number("-1").to_u64(), None);
    assert_eq!(number("1.5").to_i64(), None);
    assert_eq!(number("1.5").to_f64(), Some(1.5));
    assert_eq!(number("0.1").to_f64(), None);
    assert_eq!(number("0.15").to_f64(), None);
    assert_eq!(number("9007199254740993").to_f64(), None);
    assert_eq!(number("1e400").to_f64(), None);
    assert_eq!(
        Number::from_f64(0.1).unwrap().to_string(),
        "0.1000000000000000055511151231257827021181583404541015625"
    );
    assert_eq!(Number::from_f64_shortest(0.1).unwrap(), number("0.1"));
}

proptest! {
    #[test]
    fn every_float_survives_its_exact_decimal(bits in any::<u64>()) {
        let float = f64::from_bits(bits);
        if float.is_finite() {
            let exact = Number::from_f64(float).unwrap();
            prop_assert_eq!(exact.to_f64(), Some(float));
            prop_assert_eq!(number(&exact.to_string()), exact);
            prop_assert_eq!(Number::from_f64_shortest(float).unwrap().nearest_f64(), float);
        }
    }

    #[test]
    fn a_number_equals_what_it_prints(text in "[+-]?[0-9]{1,30}(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,4})?") {
        let read = number(&text);
        prop_assert_eq!(number(&read.to_string()), read);
    }

    #[test]
    fn text_is_ordered_as_the_integers_it_scales(left in any::<i64>(), right in any::<i64>(), scale in 0_usize..40) {
        let fraction = |int: i64| number(&format!("{int}e-{scale}"));
        prop_assert_eq!(fraction(left).cmp(&fraction(right)), left.cmp(&right));
        prop_assert_eq!(number(&left.to_string()).cmp(&number(&format!("{right}.0"))), left.cmp(&right));
    }

    #[test]
    fn wide_numbers_are_ordered_as_wide_integers(left in any::<i128>(), right in any::<i128>()) {
        prop_assert_eq!(number(&left.to_string()).cmp(&number(&right.to_string())), left.cmp(&right));
    }
}
