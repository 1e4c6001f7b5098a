//! Identities: declared, filled in wherever they are not there yet, and never changed under an object.

use terraform_provider_alivpn::tf::proto::{
    RawState, ResourceIdentityData, apply_resource_change, get_resource_identity_schemas,
    import_resource_state, plan_resource_change, read_resource, upgrade_resource_identity,
};
use terraform_provider_alivpn::tf::types::Type;
use terraform_provider_alivpn::tf::value::Value;

use crate::plugin_caller::Launch;
use crate::session::{Session, decode, encode, identity, json, summaries};

const TYPE: &str = "exercise_identified";

fn object(name: &str, zone: &str, note: &str) -> String {
    let text = |text: &str| {
        if text.is_empty() {
            "null".to_owned()
        } else {
            format!("\"{text}\"")
        }
    };
    format!(
        r#"{{"name":"{name}","zone":{},"note":{}}}"#,
        text(zone),
        text(note)
    )
}

fn known_by(name: &str, zone: &str) -> Option<ResourceIdentityData> {
    let zone = if zone.is_empty() {
        "null".to_owned()
    } else {
        format!("\"{zone}\"")
    };
    identity(&format!(r#"{{"name":"{name}","zone":{zone}}}"#))
}

fn identity_type() -> Type {
    Type::object([("name", Type::String), ("zone", Type::String)])
}

fn object_type() -> Type {
    Type::object(["name", "zone", "note"].map(|name| (name, Type::String)))
}

/// Name and zone of an identity in an answer.
fn told(identity: Option<ResourceIdentityData>) -> Option<(String, String)> {
    let value = decode(identity?.identity_data, &identity_type());
    let text = |name| {
        value
            .attribute(name)
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    Some((text("name"), text("zone")))
}

fn both(name: &str, zone: &str) -> Option<(String, String)> {
    Some((name.to_owned(), zone.to_owned()))
}

async fn read(
    session: &mut Session,
    state: &str,
    current: Option<ResourceIdentityData>,
) -> read_resource::Response {
    let request = read_resource::Request {
        type_name: TYPE.to_owned(),
        current_state: json(state),
        current_identity: current,
        private: b"own".to_vec(),
        ..Default::default()
    };
    session
        .client
        .read_resource(request)
        .await
        .unwrap()
        .into_inner()
}

async fn plan(
    session: &mut Session,
    prior: &str,
    config: &str,
    prior_identity: Option<ResourceIdentityData>,
) -> plan_resource_change::Response {
    let request = plan_resource_change::Request {
        type_name: TYPE.to_owned(),
        prior_state: json(prior),
        proposed_new_state: json(config),
        config: json(config),
        prior_identity,
        ..Default::default()
    };
    session
        .client
        .plan_resource_change(request)
        .await
        .unwrap()
        .into_inner()
}

async fn apply(
    session: &mut Session,
    prior: &str,
    planned: &str,
    planned_identity: Option<ResourceIdentityData>,
) -> apply_resource_change::Response {
    let request = apply_resource_change::Request {
        type_name: TYPE.to_owned(),
        prior_state: json(prior),
        planned_state: json(planned),
        config: json(planned),
        planned_identity,
        ..Default::default()
    };
    session
        .client
        .apply_resource_change(request)
        .await
        .unwrap()
        .into_inner()
}

async fn import(
    session: &mut Session,
    id: &str,
    by: Option<ResourceIdentityData>,
) -> import_resource_state::Response {
    let request = import_resource_state::Request {
        type_name: TYPE.to_owned(),
        id: id.to_owned(),
        identity: by,
        ..Default::default()
    };
    session
        .client
        .import_resource_state(request)
        .await
        .unwrap()
        .into_inner()
}

#[tokio::test]
async fn identities_are_declared_for_the_types_that_have_one_without_configure() {
    let mut session = Session::exercise().await;
    let answer = session
        .client
        .get_resource_identity_schemas(get_resource_identity_schemas::Request {})
        .await
        .unwrap()
        .into_inner();
    let schema = &answer.identity_schemas[TYPE];
    assert_eq!(schema.version, 1);
    let attributes: Vec<_> = schema
        .identity_attributes
        .iter()
        .map(|attribute| {
            assert!(!attribute.description.is_empty());
            (
                attribute.name.as_str(),
                attribute.required_for_import,
                attribute.optional_for_import,
            )
        })
        .collect();
    assert_eq!(attributes, [("name", true, false), ("zone", false, true)]);
    assert!(!answer.identity_schemas.contains_key("exercise_thing"));
}

#[tokio::test]
async fn the_ssl_server_is_known_by_its_id_and_region() {
    let mut session = Session::of(Launch::default()).await;
    let expected = Type::object([("id", Type::String), ("region", Type::String)]);
    assert_eq!(
        session.identity_type("alivpn_ssl_vpn_server").await,
        expected
    );
}

#[tokio::test]
async fn an_identity_that_was_never_stored_is_filled_in_by_the_next_read() {
    let mut session = Session::configured_exercise().await;
    for current in [
        None,
        known_by("a", ""),
        identity("null"),
        identity(r#"{"name":null,"zone":null}"#),
    ] {
        let answer = read(&mut session, &object("a", "zone-1", ""), current).await;
        assert_eq!(summaries(&answer.diagnostics), [""; 0]);
        assert_eq!(told(answer.new_identity), both("a", "zone-1"));
    }
}

#[tokio::test]
async fn a_stored_identity_comes_back_from_every_read_plan_and_apply() {
    let mut session = Session::configured_exercise().await;
    let stored = || known_by("a", "zone-1");
    let (state, changed) = (object("a", "zone-1", ""), object("a", "zone-1", "new"));
    let answer = read(&mut session, &state, stored()).await;
    assert_eq!(told(answer.new_identity), both("a", "zone-1"));
    let answer = plan(&mut session, &state, &changed, stored()).await;
    assert_eq!(told(answer.planned_identity), both("a", "zone-1"));
    let answer = apply(&mut session, &state, &changed, stored()).await;
    assert_eq!(told(answer.new_identity), both("a", "zone-1"));
    // A core of before identities sends none: it gets one, and ignores it.
    let answer = plan(&mut session, &state, &changed, None).await;
    assert_eq!(told(answer.planned_identity), both("a", "zone-1"));
    let answer = apply(&mut session, &state, &changed, None).await;
    assert_eq!(told(answer.new_identity), both("a", "zone-1"));
}

#[tokio::test]
async fn another_object_than_the_known_one_is_an_error_of_the_read_and_changes_nothing() {
    let mut session = Session::configured_exercise().await;
    let state = object("a", "zone-1", "renamed");
    let answer = read(&mut session, &state, known_by("a", "zone-1")).await;
    assert_eq!(
        summaries(&answer.diagnostics),
        ["The identity of an object changed"]
    );
    let detail = &answer.diagnostics[0].detail;
    assert!(
        detail.contains("\"another\"") && detail.contains("\"a\""),
        "{detail}"
    );
    let kept = decode(answer.new_state, &object_type());
    assert_eq!(kept.attribute("name"), &Value::from("a"));
    assert_eq!(answer.private, b"own");
    assert_eq!(told(answer.new_identity), both("a", "zone-1"));
}

#[tokio::test]
async fn an_object_that_is_gone_has_no_identity_any_more() {
    let mut session = Session::configured_exercise().await;
    let answer = read(
        &mut session,
        &object("a", "zone-1", "gone"),
        known_by("a", "zone-1"),
    )
    .await;
    assert!(decode(answer.new_state, &object_type()).is_null());
    assert_eq!(told(answer.new_identity), None);
}

#[tokio::test]
async fn a_planned_identity_is_known_or_absent() {
    let mut session = Session::configured_exercise().await;
    // The cloud chooses the zone: nobody knows yet who the object will be.
    let answer = plan(&mut session, "null", &object("a", "", ""), None).await;
    assert_eq!(told(answer.planned_identity), None);
    let answer = plan(&mut session, "null", &object("a", "zone-7", ""), None).await;
    assert_eq!(told(answer.planned_identity), both("a", "zone-7"));
}

#[tokio::test]
async fn a_replacement_gets_an_identity_of_its_own() {
    let mut session = Session::configured_exercise().await;
    let (old, new) = (object("a", "zone-1", ""), object("b", "zone-1", ""));
    let answer = plan(&mut session, &old, &new, known_by("a", "zone-1")).await;
    assert!(!answer.requires_replace.is_empty());
    assert_eq!(told(answer.planned_identity.clone()), both("a", "zone-1"));
    // Terraform plans again without the old object, but with its identity.
    let answer = plan(&mut session, "null", &new, answer.planned_identity).await;
    assert_eq!(told(answer.planned_identity), both("b", "zone-1"));
    // Here too the old object's identity is no obstacle.
    let answer = apply(&mut session, "null", &new, known_by("a", "zone-1")).await;
    assert_eq!(summaries(&answer.diagnostics), [""; 0]);
    assert_eq!(told(answer.new_identity), both("b", "zone-1"));
}

#[tokio::test]
async fn an_object_that_was_created_with_an_error_has_its_identity() {
    let mut session = Session::configured_exercise().await;
    let ty = object_type();
    let unplaced = Value::map([
        ("name", Value::from("a")),
        ("zone", Value::Unknown),
        ("note", Value::from("half")),
    ]);
    let request = apply_resource_change::Request {
        type_name: TYPE.to_owned(),
        prior_state: json("null"),
        planned_state: encode(&unplaced, &ty),
        config: json(&object("a", "", "half")),
        ..Default::default()
    };
    let answer = session
        .client
        .apply_resource_change(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(summaries(&answer.diagnostics), ["Half done"]);
    assert_eq!(told(answer.new_identity), both("a", "zone-1"));
}

#[tokio::test]
async fn a_failed_update_or_deletion_keeps_the_identity() {
    let mut session = Session::configured_exercise().await;
    let (state, planned) = (object("a", "zone-1", ""), object("a", "zone-1", "rezoned"));
    let answer = apply(&mut session, &state, &planned, known_by("a", "zone-1")).await;
    assert_eq!(summaries(&answer.diagnostics), ["Rezoned"]);
    assert_eq!(told(answer.new_identity), both("a", "zone-1"));

    let stays = object("a", "zone-1", "stays");
    let answer = plan(&mut session, &stays, "null", known_by("a", "zone-1")).await;
    assert_eq!(told(answer.planned_identity.clone()), both("a", "zone-1"));
    let answer = apply(&mut session, &stays, "null", answer.planned_identity).await;
    assert_eq!(summaries(&answer.diagnostics), ["It stays"]);
    assert_eq!(told(answer.new_identity), both("a", "zone-1"));

    let answer = apply(&mut session, &state, "null", known_by("a", "zone-1")).await;
    assert_eq!(summaries(&answer.diagnostics), [""; 0]);
    assert_eq!(told(answer.new_identity), None);
}

#[tokio::test]
async fn an_import_by_id_or_by_identity_returns_the_identity_as_far_as_it_is_known() {
    let mut session = Session::configured_exercise().await;
    let cases = [
        ("a", None, ""),
        ("", known_by("a", ""), ""),
        ("", known_by("a", "zone-3"), "zone-3"),
    ];
    for (id, by, zone) in cases {
        let mut answer = import(&mut session, id, by).await;
        assert_eq!(summaries(&answer.diagnostics), [""; 0]);
        let imported = answer.imported_resources.remove(0);
        let state = decode(imported.state, &object_type());
        assert_eq!(state.attribute("name"), &Value::from("a"));
        assert_eq!(told(imported.identity), both("a", zone));
    }
}

#[tokio::test]
async fn an_import_that_finds_nothing_is_an_error() {
    let mut session = Session::configured_exercise().await;
    let request = import_resource_state::Request {
        type_name: "exercise_keeper".to_owned(),
        id: "nothing".to_owned(),
        ..Default::default()
    };
    let answer = session.client.import_resource_state(request).await;
    let diagnostics = answer.unwrap().into_inner().diagnostics;
    assert_eq!(summaries(&diagnostics), ["Nothing to import"]);
}

#[tokio::test]
async fn an_import_by_an_identity_that_says_too_little_is_refused() {
    let mut session = Session::configured_exercise().await;
    for by in [
        identity(r#"{"name":null,"zone":"zone-1"}"#),
        identity("null"),
    ] {
        let answer = import(&mut session, "", by).await;
        assert_eq!(summaries(&answer.diagnostics), ["Incomplete identity"]);
        assert!(answer.diagnostics[0].detail.contains("`name`"));
    }
    let answer = import(&mut session, "", identity(r#"{"name":7,"zone":null}"#)).await;
    assert_eq!(summaries(&answer.diagnostics), ["Unreadable identity"]);
    assert_eq!(answer.diagnostics[0].attribute, None);

    let request = import_resource_state::Request {
        type_name: "exercise_thing".to_owned(),
        identity: identity(r#"{"name":"a"}"#),
        ..Default::default()
    };
    let answer = session
        .client
        .import_resource_state(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        summaries(&answer.diagnostics),
        ["Unknown resource identity"]
    );
}

async fn upgrade(
    session: &mut Session,
    type_name: &str,
    version: i64,
    json: &str,
) -> upgrade_resource_identity::Response {
    let request = upgrade_resource_identity::Request {
        type_name: type_name.to_owned(),
        version,
        raw_identity: Some(RawState {
            json: json.as_bytes().to_vec(),
            ..Default::default()
        }),
    };
    session
        .client
        .upgrade_resource_identity(request)
        .await
        .unwrap()
        .into_inner()
}

#[tokio::test]
async fn a_stored_identity_is_upgraded_without_configure() {
    let mut session = Session::exercise().await;
    let answer = upgrade(&mut session, TYPE, 0, r#"{"title":"a","gone":1}"#).await;
    assert_eq!(summaries(&answer.diagnostics), [""; 0]);
    assert_eq!(told(answer.upgraded_identity), both("a", ""));
    let answer = upgrade(
        &mut session,
        TYPE,
        1,
        r#"{"name":"a","zone":"z","later":[]}"#,
    )
    .await;
    assert_eq!(told(answer.upgraded_identity), both("a", "z"));
    // A state of before identities has none to upgrade.
    let answer = upgrade(&mut session, TYPE, 0, "").await;
    assert_eq!(summaries(&answer.diagnostics), [""; 0]);
    assert_eq!(told(answer.upgraded_identity), None);
}

#[tokio::test]
async fn an_identity_that_cannot_be_upgraded_says_why() {
    let mut session = Session::exercise().await;
    let cases = [
        (TYPE, 2, "{}", "Identity from a newer provider"),
        (TYPE, -1, "{}", "Identity of a version too old"),
        (TYPE, 1, r#"{"name":1}"#, "Unreadable identity"),
        (TYPE, 1, "{", "Unreadable identity"),
        ("exercise_thing", 0, "{}", "Unknown resource identity"),
        ("exercise_none", 0, "{}", "Unknown resource type"),
    ];
    for (type_name, version, json, summary) in cases {
        let answer = upgrade(&mut session, type_name, version, json).await;
        assert_eq!(summaries(&answer.diagnostics), [summary], "{json}");
        assert_eq!(answer.diagnostics[0].attribute, None, "{json}");
    }
}
