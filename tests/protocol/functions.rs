//! Functions: what is declared, and what comes of calling them. None of it needs Configure.

use terraform_provider_alivpn::tf::proto::{
    DynamicValue, FunctionError, call_function, get_functions, get_metadata,
};
use terraform_provider_alivpn::tf::types::Type;
use terraform_provider_alivpn::tf::value::Value;

use crate::plugin_caller::Launch;
use crate::session::{Session, decode, encode, json};

/// The result, or the error.
async fn call(
    session: &mut Session,
    name: &str,
    arguments: impl IntoIterator<Item = Option<DynamicValue>>,
) -> Result<DynamicValue, FunctionError> {
    let request = call_function::Request {
        name: name.to_owned(),
        arguments: arguments.into_iter().flatten().collect(),
    };
    let answer = session.client.call_function(request).await.unwrap();
    let answer = answer.into_inner();
    match (answer.result, answer.error) {
        (Some(result), None) => Ok(result),
        (None, Some(error)) => Err(error),
        (result, error) => panic!("neither or both: {result:?} {error:?}"),
    }
}

fn texts(texts: &[&str]) -> Vec<Option<DynamicValue>> {
    let text = |text: &&str| encode(&Value::from(*text), &Type::String);
    texts.iter().map(text).collect()
}

fn dynamic(ty: Type, value: Value) -> Value {
    Value::Dynamic(Box::new((ty, value)))
}

#[tokio::test]
async fn every_function_is_declared_alike_wherever_terraform_asks() {
    let mut session = Session::exercise().await;
    let answer = session
        .client
        .get_functions(get_functions::Request {})
        .await;
    let declared = answer.unwrap().into_inner().functions;
    assert_eq!(session.schemas().await.functions, declared);
    let answer = session.client.get_metadata(get_metadata::Request {}).await;
    let names = answer.unwrap().into_inner().functions;
    let names: Vec<_> = names
        .iter()
        .map(|function| function.name.as_str())
        .collect();
    assert_eq!(names, ["compute", "count", "join", "same"]);

    let join = &declared["join"];
    assert_eq!(join.parameters.len(), 1);
    assert_eq!(join.parameters[0].name, "separator");
    assert_eq!(join.parameters[0].r#type, br#""string""#);
    assert!(!join.parameters[0].allow_null_value && !join.parameters[0].allow_unknown_values);
    assert_eq!(join.variadic_parameter.as_ref().unwrap().name, "text");
    assert_eq!(join.r#return.as_ref().unwrap().r#type, br#""string""#);
    assert_eq!(join.summary, "Joins texts");
    assert_eq!(join.deprecation_message, "Use the language's own.");
    let same = &declared["same"].parameters[0];
    assert_eq!(same.r#type, br#""dynamic""#);
    assert!(same.allow_null_value && same.allow_unknown_values);
}

#[tokio::test]
async fn a_function_is_called_with_any_number_of_variadic_arguments() {
    let mut session = Session::exercise().await;
    for (arguments, joined) in [
        (&["-"][..], ""),
        (&["-", "a"], "a"),
        (&["-", "a", "b", "c"], "a-b-c"),
    ] {
        let result = call(&mut session, "join", texts(arguments)).await;
        let result = decode(Some(result.unwrap()), &Type::String);
        assert_eq!(result, Value::from(joined));
    }
}

#[tokio::test]
async fn an_error_names_the_position_of_its_argument() {
    let mut session = Session::exercise().await;
    // By the function itself, about the third argument.
    let error = call(&mut session, "join", texts(&["-", "a", "", "c"])).await;
    let error = error.unwrap_err();
    // Terraform puts the full stop.
    assert_eq!(error.text, "The text is empty");
    assert_eq!(error.function_argument, Some(2));

    // Null, also where an argument before it is unknown.
    let mut arguments = texts(&["-", "a", "b"]);
    arguments[1] = encode(&Value::Unknown, &Type::String);
    arguments.push(json("null"));
    let error = call(&mut session, "join", arguments).await.unwrap_err();
    assert_eq!(error.function_argument, Some(3));
    assert!(
        error.text.contains(r#""text" must not be null"#),
        "{error:?}"
    );

    // Of another type.
    let mut arguments = texts(&["-", "a"]);
    arguments[1] = json("[1]");
    let error = call(&mut session, "join", arguments).await.unwrap_err();
    assert_eq!(error.function_argument, Some(1));
    assert!(error.text.contains(r#"argument "text""#), "{error:?}");

    // Null within an argument.
    let error = call(&mut session, "count", [json(r#"["a",null]"#)]).await;
    let error = error.unwrap_err();
    assert_eq!(error.function_argument, Some(0));
    assert!(error.text.starts_with("[1]:"), "{error:?}");
}

#[tokio::test]
async fn an_error_about_an_argument_of_any_length_can_be_read() {
    let mut session = Session::of(Launch::default()).await;
    let number = DynamicValue {
        json: "9".repeat(3_000_000).into(),
        ..Default::default()
    };
    let error = call(&mut session, "client_pool_prefix", [Some(number)]).await;
    let error = error.unwrap_err();
    assert_eq!(error.function_argument, Some(0));
    assert!(error.text.starts_with("999"), "{error:?}");
    assert!(error.text.len() < 10_000, "{} bytes", error.text.len());
}

#[tokio::test]
async fn a_wrong_number_of_arguments_is_an_error() {
    let mut session = Session::exercise().await;
    let error = call(&mut session, "join", []).await.unwrap_err();
    assert!(error.text.contains("at least 1"), "{error:?}");
    let error = call(&mut session, "count", [json("[]"), json("[]")]).await;
    let error = error.unwrap_err();
    assert!(error.text.contains("takes 1"), "{error:?}");
}

#[tokio::test]
async fn what_a_function_does_not_take_unknown_makes_its_result_unknown() {
    let mut session = Session::exercise().await;
    let ty = Type::list(Type::String);
    let partly = Value::List(vec![Value::from("a"), Value::Unknown]);
    for argument in [Value::Unknown, partly] {
        let result = call(&mut session, "count", [encode(&argument, &ty)]).await;
        let result = decode(Some(result.unwrap()), &Type::Number);
        assert_eq!(result, Value::Unknown);
    }
}

#[tokio::test]
async fn a_dynamic_argument_keeps_its_type_and_may_be_null_or_unknown_where_allowed() {
    let mut session = Session::exercise().await;
    let list = Type::list(Type::Number);
    for value in [
        dynamic(list.clone(), Value::List(vec![Value::from(1)])),
        dynamic(list.clone(), Value::List(vec![Value::Unknown])),
        dynamic(list, Value::Null),
        dynamic(Type::String, Value::from("a")),
        Value::Null,
        Value::Unknown,
    ] {
        let argument = encode(&value, &Type::Dynamic);
        let result = call(&mut session, "same", [argument]).await.unwrap();
        assert_eq!(decode(Some(result), &Type::Dynamic), value);
    }
}

#[tokio::test]
async fn an_unknown_function_a_panic_and_a_lie_are_errors_and_the_process_serves_on() {
    let mut session = Session::exercise().await;
    let error = call(&mut session, "nowhere", []).await.unwrap_err();
    assert!(error.text.contains("nowhere"), "{error:?}");
    let error = call(&mut session, "count", [json(r#"["panic"]"#)]).await;
    let error = error.unwrap_err();
    assert!(error.text.contains("CallFunction"), "{error:?}");
    let error = call(&mut session, "count", [json(r#"["lie"]"#)]).await;
    let error = error.unwrap_err();
    assert!(error.text.contains("report"), "{error:?}");
    let result = call(&mut session, "count", [json(r#"["a","b"]"#)]).await;
    let result = decode(Some(result.unwrap()), &Type::Number);
    assert_eq!(result, Value::from(2));
}
