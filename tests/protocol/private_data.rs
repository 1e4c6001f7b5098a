//! What a resource keeps beside its objects' states, what a module says in `provider_meta`, and the plan of a destruction.

use terraform_provider_alivpn::tf::proto::{
    self, apply_resource_change, get_provider_schema, import_resource_state, plan_resource_change,
    read_data_source, read_resource,
};
use terraform_provider_alivpn::tf::value::Value;

use crate::session::{Session, decode, json, path, schema_type, summaries};

const TYPE: &str = "exercise_keeper";

fn keeper(name: &str) -> String {
    format!(
        r#"{{"name":"{name}","secret":null,"secret_version":null,"secret_length":null,"module_name":null,"mode":null,"pace":null,"rule":[]}}"#
    )
}

fn plan(prior: &str, planned: &str, private: &[u8]) -> plan_resource_change::Request {
    plan_resource_change::Request {
        type_name: TYPE.to_owned(),
        prior_state: json(prior),
        proposed_new_state: json(planned),
        config: json(planned),
        prior_private: private.to_vec(),
        ..Default::default()
    }
}

fn apply(prior: &str, planned: &str, private: &[u8]) -> apply_resource_change::Request {
    apply_resource_change::Request {
        type_name: TYPE.to_owned(),
        prior_state: json(prior),
        planned_state: json(planned),
        config: json(planned),
        planned_private: private.to_vec(),
        provider_meta: json(r#"{"module_name":"network"}"#),
        ..Default::default()
    }
}

fn read(type_name: &str, state: &str, private: &[u8]) -> read_resource::Request {
    read_resource::Request {
        type_name: type_name.to_owned(),
        current_state: json(state),
        private: private.to_vec(),
        ..Default::default()
    }
}

#[tokio::test]
async fn private_data_go_from_plan_to_apply_and_into_the_next_change() {
    let mut session = Session::configured_exercise().await;
    let (null, object) = ("null", keeper("a"));
    let mut private = Vec::new();
    for (changes, prior) in [(1, null), (2, object.as_str()), (3, object.as_str())] {
        let planned = session
            .client
            .plan_resource_change(plan(prior, &object, &private))
            .await;
        let planned_private = planned.unwrap().into_inner().planned_private;
        let applied = session
            .client
            .apply_resource_change(apply(prior, &object, &planned_private))
            .await;
        let applied = applied.unwrap().into_inner();
        assert_eq!(summaries(&applied.diagnostics), [""; 0]);
        private = applied.private;
        assert_eq!(private, format!(r#"{{"changes":{changes}}}"#).as_bytes());
    }
}

#[tokio::test]
async fn a_plan_may_change_private_data_and_planning_again_takes_the_result_as_it_was() {
    let mut session = Session::configured_exercise().await;
    let object = keeper("counting");
    let planned = session
        .client
        .plan_resource_change(plan(&object, &object, b""))
        .await;
    let once = planned.unwrap().into_inner().planned_private;
    // A replacement is planned once more, with the private data of the first plan.
    let planned = session
        .client
        .plan_resource_change(plan("null", &object, &once))
        .await;
    let twice = planned.unwrap().into_inner().planned_private;
    let applied = session
        .client
        .apply_resource_change(apply("null", &object, &twice))
        .await;
    assert_eq!(applied.unwrap().into_inner().private, br#"{"changes":3}"#);

    let private = after_a_destruction(&mut session, TYPE, &object, br#"{"changes":4}"#).await;
    assert_eq!(private, br#"{"changes":5}"#);
}

/// The private data that are left when an object's destruction was planned and applied.
async fn after_a_destruction(
    session: &mut Session,
    type_name: &str,
    state: &str,
    private: &[u8],
) -> Vec<u8> {
    let request = plan_resource_change::Request {
        type_name: type_name.to_owned(),
        ..plan(state, "null", private)
    };
    let planned = session.client.plan_resource_change(request).await;
    let request = apply_resource_change::Request {
        type_name: type_name.to_owned(),
        ..apply(
            state,
            "null",
            &planned.unwrap().into_inner().planned_private,
        )
    };
    let applied = session.client.apply_resource_change(request).await;
    applied.unwrap().into_inner().private
}

#[tokio::test]
async fn private_data_that_no_resource_touches_come_back_byte_for_byte() {
    let mut session = Session::configured_exercise().await;
    let bytes = b"\0\xffnot JSON\n";
    let thing = r#"{"name":"a","size":null,"secret":null}"#;
    for (type_name, state) in [(TYPE, keeper("a").as_str()), ("exercise_versioned", thing)] {
        let answer = session
            .client
            .read_resource(read(type_name, state, bytes))
            .await
            .unwrap();
        assert_eq!(answer.into_inner().private, bytes);
        let private = after_a_destruction(&mut session, type_name, state, bytes).await;
        assert_eq!(private, bytes);
    }
    let request = plan_resource_change::Request {
        type_name: "exercise_versioned".to_owned(),
        ..plan(thing, thing, bytes)
    };
    let planned = session
        .client
        .plan_resource_change(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(planned.planned_private, bytes);
    let request = apply_resource_change::Request {
        type_name: "exercise_versioned".to_owned(),
        ..apply(thing, thing, &planned.planned_private)
    };
    let applied = session
        .client
        .apply_resource_change(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(applied.private, bytes);
}

#[tokio::test]
async fn read_and_import_may_set_private_data() {
    let mut session = Session::configured_exercise().await;
    let request = read(TYPE, &keeper("counting"), br#"{"changes":7}"#);
    let answer = session.client.read_resource(request).await.unwrap();
    assert_eq!(answer.into_inner().private, br#"{"changes":8}"#);
    let request = import_resource_state::Request {
        type_name: TYPE.to_owned(),
        id: "a".to_owned(),
        ..Default::default()
    };
    let answer = session
        .client
        .import_resource_state(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(answer.imported_resources[0].private, br#"{"changes":0}"#);
}

#[tokio::test]
async fn what_a_module_says_of_itself_reaches_the_resource() {
    let mut session = Session::configured_exercise().await;
    let answer = session
        .client
        .get_schema(get_provider_schema::Request {})
        .await
        .unwrap();
    let meta = answer.into_inner().provider_meta.unwrap().block.unwrap();
    assert_eq!(meta.attributes[0].name, "module_name");

    let ty = session.resource_type(TYPE).await;
    let unknown = r#"null"#;
    for (said, expected) in [
        (r#"{"module_name":"network"}"#, Value::from("network")),
        (unknown, Value::Null),
    ] {
        let request = read_resource::Request {
            provider_meta: json(said),
            ..read(TYPE, &keeper("a"), b"")
        };
        let answer = session
            .client
            .read_resource(request)
            .await
            .unwrap()
            .into_inner();
        let state = decode(answer.new_state, &ty);
        assert_eq!(state.attribute("module_name"), &expected);
    }
    let request = read_resource::Request {
        provider_meta: json(r#"{"module_name":[]}"#),
        ..read(TYPE, &keeper("a"), b"")
    };
    let answer = session
        .client
        .read_resource(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        summaries(&answer.diagnostics),
        ["Unreadable provider_meta block"]
    );
}

#[tokio::test]
async fn what_a_module_says_of_itself_reaches_plans_and_data_sources_as_well() {
    let mut session = Session::configured_exercise().await;
    let said = || json(r#"{"module_name":"network"}"#);
    for (prior, planned, expected) in [
        ("null", keeper("curious"), "The prefix is "),
        (&keeper("precious"), "null".to_owned(), "It is precious"),
    ] {
        let request = plan_resource_change::Request {
            provider_meta: said(),
            ..plan(prior, &planned, b"")
        };
        let answer = session.client.plan_resource_change(request).await;
        assert_eq!(
            summaries(&answer.unwrap().into_inner().diagnostics),
            [expected, "The module is network"]
        );
    }

    let ty = schema_type(&session.schemas().await.data_source_schemas["exercise_echo"]);
    for (provider_meta, expected) in [(said(), Value::from("network")), (None, Value::Null)] {
        let request = read_data_source::Request {
            type_name: "exercise_echo".to_owned(),
            config: json(r#"{"text":"module","volume":null,"answer":null,"distance":null}"#),
            provider_meta,
            ..Default::default()
        };
        let answer = session.client.read_data_source(request).await.unwrap();
        let read = decode(answer.into_inner().state, &ty);
        assert_eq!(read.attribute("answer"), &expected);
    }
}

#[tokio::test]
async fn the_plan_of_a_destruction_reaches_the_resource() {
    let mut session = Session::exercise().await;
    let ty = session.resource_type(TYPE).await;
    for (name, said) in [
        ("a", None),
        ("precious", Some("It is precious")),
        ("locked", Some("It is locked")),
    ] {
        let answer = session
            .client
            .plan_resource_change(plan(&keeper(name), "null", b""))
            .await;
        let answer = answer.unwrap().into_inner();
        assert_eq!(summaries(&answer.diagnostics), said.as_slice());
        assert!(decode(answer.planned_state, &ty).is_null());
    }
}

#[tokio::test]
async fn a_plan_may_replace_an_object_for_a_change_of_which_the_schema_does_not_say_so() {
    let mut session = Session::configured_exercise().await;
    let slow = |name| keeper(name).replace(r#""pace":null"#, r#""pace":"slow""#);
    for (prior, planned, replaced) in [
        (keeper("brittle"), slow("brittle"), &["pace"][..]),
        (slow("brittle"), slow("brittle"), &[]),
        (keeper("a"), slow("a"), &[]),
        ("null".to_owned(), slow("brittle"), &[]),
    ] {
        let answer = session
            .client
            .plan_resource_change(plan(&prior, &planned, b""))
            .await;
        let answer = answer.unwrap().into_inner();
        let at = |attribute: &proto::AttributePath| {
            path(&proto::Diagnostic {
                attribute: Some(attribute.clone()),
                ..Default::default()
            })
        };
        let paths: Vec<String> = answer.requires_replace.iter().map(at).collect();
        assert_eq!(paths, replaced, "{prior} to {planned}");
    }
}
