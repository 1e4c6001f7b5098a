//! List resources: streams that keep to their limit, to the reader's pace, and to the moment when nobody wants more.

use std::time::Duration;

use terraform_provider_alivpn::tf::proto::{
    get_metadata, list_resource, validate_list_resource_config,
};
use terraform_provider_alivpn::tf::types::Type;
use terraform_provider_alivpn::tf::value::Value;
use tonic::Streaming;

use crate::session::{Session, decode, encode, json, summaries};

const TYPE: &str = "exercise_identified";

/// What is asked of `exercise_identified`.
struct List {
    name: &'static str,
    count: u64,
    padding: usize,
    mode: Option<&'static str>,
    limit: i64,
    whole: bool,
}

impl Default for List {
    fn default() -> Self {
        Self {
            name: "list",
            count: 3,
            padding: 0,
            mode: None,
            limit: 100,
            whole: false,
        }
    }
}

impl List {
    fn config(&self) -> String {
        serde_json::json!({
            "name": self.name,
            "count": self.count,
            "padding": self.padding,
            "mode": self.mode,
        })
        .to_string()
    }

    async fn start(&self, session: &mut Session) -> Streaming<list_resource::Event> {
        let request = list_resource::Request {
            type_name: TYPE.to_owned(),
            config: json(&self.config()),
            include_resource_object: self.whole,
            limit: self.limit,
        };
        let answer = session.client.list_resource(request).await;
        answer.unwrap().into_inner()
    }

    async fn all(&self, session: &mut Session) -> Vec<list_resource::Event> {
        rest(self.start(session).await).await
    }
}

async fn rest(mut stream: Streaming<list_resource::Event>) -> Vec<list_resource::Event> {
    let mut events = Vec::new();
    while let Some(event) = stream.message().await.unwrap() {
        events.push(event);
    }
    events
}

fn identity(event: &list_resource::Event) -> Value {
    let identity = event.identity.clone().expect("no identity").identity_data;
    let ty = Type::object([("name", Type::String), ("zone", Type::String)]);
    decode(identity, &ty)
}

#[tokio::test]
async fn every_result_has_its_identity_and_name() {
    let mut session = Session::configured_exercise().await;
    let events = List::default().all(&mut session).await;
    assert_eq!(events.len(), 3);
    for (number, event) in events.iter().enumerate() {
        let name = format!("list-{number}");
        assert_eq!(event.display_name, name);
        assert_eq!(identity(event).attribute("name"), &Value::from(name));
        assert!(event.diagnostic.is_empty());
    }
}

#[tokio::test]
async fn whole_objects_come_when_they_are_asked_for_and_only_then() {
    let mut session = Session::configured_exercise().await;
    let ty = session.resource_type(TYPE).await;
    let events = List::default().all(&mut session).await;
    assert!(events.iter().all(|event| event.resource_object.is_none()));
    let mut list = List {
        whole: true,
        ..List::default()
    };
    for event in list.all(&mut session).await {
        let object = decode(event.resource_object, &ty);
        assert_eq!(object.attribute("name"), &Value::from(event.display_name));
        // The list resource gives an unknown value.
        assert_eq!(object.attribute("zone"), &Value::Null);
    }
    for mode in ["bare", "blank"] {
        list.mode = Some(mode);
        let events = list.all(&mut session).await;
        assert_eq!(events.len(), 1, "{mode}");
        assert_eq!(summaries(&events[0].diagnostic), ["Incomplete result"]);
    }
}

#[tokio::test]
async fn the_limit_is_kept_exactly_and_ends_the_work() {
    let mut session = Session::configured_exercise().await;
    for (name, count, limit, sent) in [
        ("fewer", 2, 3, 2),
        ("equal", 3, 3, 3),
        ("more", 1_000_000, 3, 3),
        ("none", 5, 0, 0),
    ] {
        let list = List {
            name,
            count,
            limit,
            ..List::default()
        };
        assert_eq!(list.all(&mut session).await.len(), sent, "{name}");
        // The last one wanted is an end to the list resource as well: it is not counted as sent and goes no further.
        let counted = session.tally(&format!("{name} sent")).await;
        let expected = if count >= 3 {
            sent.saturating_sub(1)
        } else {
            sent
        };
        assert_eq!(counted, expected as i64, "{name}");
    }
    let list = List {
        mode: Some("greedy"),
        count: 10,
        limit: 2,
        ..List::default()
    };
    assert_eq!(list.all(&mut session).await.len(), 2);
    let list = List {
        limit: -1,
        ..List::default()
    };
    let events = list.all(&mut session).await;
    assert_eq!(events.len(), 1);
    let summary = "Invalid value for `limit`";
    assert_eq!(summaries(&events[0].diagnostic), [summary]);
}

#[tokio::test]
async fn a_slow_reader_slows_the_work() {
    const COUNT: u64 = 2000;
    let mut session = Session::configured_exercise().await;
    let list = List {
        name: "slow",
        count: COUNT,
        padding: 64 << 10,
        limit: i64::MAX,
        ..List::default()
    };
    let mut stream = list.start(&mut session).await;
    assert!(stream.message().await.unwrap().is_some());
    // Until it comes to a halt: buffers on the way hold some, never all.
    let mut sent = session.tally("slow sent").await;
    loop {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let now = session.tally("slow sent").await;
        if now == sent {
            break;
        }
        sent = now;
    }
    assert!(
        sent < COUNT as i64 / 4,
        "{sent} were sent, and one was read"
    );
    assert_eq!(rest(stream).await.len() as u64, COUNT - 1);
    assert_eq!(session.tally("slow sent").await, COUNT as i64);
}

#[tokio::test]
async fn a_cancelled_stream_stops_the_calls_behind_it() {
    let mut session = Session::configured_exercise().await;
    let waiting = List {
        name: "waiting",
        mode: Some("wait"),
        ..List::default()
    };
    // One that waits for the cloud, and one that waits for its reader.
    let sending = List {
        name: "sending",
        count: u64::from(u32::MAX),
        padding: 64 << 10,
        limit: i64::MAX,
        ..List::default()
    };
    for (list, cancelled) in [
        (waiting, "waiting cancelled"),
        (sending, "sending cancelled"),
    ] {
        let mut stream = list.start(&mut session).await;
        assert!(stream.message().await.unwrap().is_some());
        assert_eq!(session.tally(cancelled).await, 0);
        drop(stream);
        session.until_happened(cancelled).await;
    }
}

#[tokio::test]
async fn a_stopped_list_says_that_it_is_not_complete() {
    let mut session = Session::configured_exercise().await;
    let waiting = List {
        mode: Some("wait"),
        ..List::default()
    };
    let sending = List {
        count: u64::from(u32::MAX),
        padding: 64 << 10,
        limit: i64::MAX,
        ..List::default()
    };
    for list in [waiting, sending] {
        let mut stream = list.start(&mut session).await;
        assert!(stream.message().await.unwrap().is_some());
        session.stop().await;
        let events = rest(stream).await;
        let last = events.last().expect("no event says why");
        assert_eq!(summaries(&last.diagnostic), ["Stopped"]);
    }
    assert_eq!(List::default().all(&mut session).await.len(), 3);
}

#[tokio::test]
async fn diagnostics_are_events_and_an_error_is_the_last() {
    let mut session = Session::configured_exercise().await;
    let mut list = List {
        count: 2,
        mode: Some("warn"),
        ..List::default()
    };
    let events = list.all(&mut session).await;
    let said: Vec<_> = events.iter().map(|event| event.diagnostic.len()).collect();
    assert_eq!(said, [0, 1, 0, 1]);
    assert_eq!(summaries(&events[1].diagnostic), ["One was odd"]);
    assert!(events[1].identity.is_none());
    for (mode, summary) in [
        ("fail", "Failed half way"),
        ("panic", "The provider crashed"),
    ] {
        list.mode = Some(mode);
        let events = list.all(&mut session).await;
        assert_eq!(events.len(), 2, "{mode}");
        assert!(identity(&events[0]).is_wholly_known());
        assert_eq!(summaries(&events[1].diagnostic), [summary]);
    }
    let detail = &list.all(&mut session).await[1].diagnostic[0].detail;
    assert!(detail.contains("ListResource"), "{detail}");
}

#[tokio::test]
async fn a_list_before_configure_or_of_an_unknown_type_is_one_diagnostic() {
    let mut session = Session::exercise().await;
    let events = List::default().all(&mut session).await;
    assert_eq!(events.len(), 1);
    let summary = "Provider not configured";
    assert_eq!(summaries(&events[0].diagnostic), [summary]);
    let request = list_resource::Request {
        type_name: "exercise_nothing".to_owned(),
        config: json("null"),
        limit: 1,
        ..Default::default()
    };
    let answer = session.client.list_resource(request).await.unwrap();
    let events = rest(answer.into_inner()).await;
    assert_eq!(events.len(), 1);
    let summary = "Unknown list resource type";
    assert_eq!(summaries(&events[0].diagnostic), [summary]);
}

#[tokio::test]
async fn a_list_block_is_listed_and_validated_without_configure() {
    let mut session = Session::exercise().await;
    let answer = session.client.get_metadata(get_metadata::Request {}).await;
    let listed = answer.unwrap().into_inner().list_resources;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].type_name, TYPE);
    let schemas = session.schemas().await.list_resource_schemas;
    assert!(schemas.contains_key(TYPE));

    let number = |value: Value| encode(&value, &Type::Number);
    let good = validate_list_resource_config::Request {
        type_name: TYPE.to_owned(),
        config: json(&List::default().config()),
        include_resource_object: encode(&Value::Unknown, &Type::Bool),
        limit: number(Value::Unknown),
    };
    let with_limit = |limit| validate_list_resource_config::Request {
        limit,
        ..good.clone()
    };
    let negative = with_limit(number(Value::from(-1)));
    let broken = with_limit(json("1.5"));
    let text = with_limit(json(r#""many""#));
    let mode = List {
        mode: Some("loud"),
        ..List::default()
    };
    let mode = validate_list_resource_config::Request {
        config: json(&mode.config()),
        ..good.clone()
    };
    let maybe = validate_list_resource_config::Request {
        include_resource_object: json(r#"[1]"#),
        ..good.clone()
    };
    let limit = "Invalid value for `limit`";
    for (request, expected) in [
        (with_limit(None), &[][..]),
        (with_limit(json("0")), &[]),
        (good, &[]),
        (negative, &[limit]),
        (broken, &[limit]),
        (text, &["Unreadable limit"]),
        (mode, &["Invalid value for `mode`"]),
        (maybe, &["Unreadable include_resource"]),
    ] {
        let answer = session.client.validate_list_resource_config(request);
        let diagnostics = answer.await.unwrap().into_inner().diagnostics;
        assert_eq!(summaries(&diagnostics), expected);
    }
}
