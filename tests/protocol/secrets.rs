//! What the product's provider block is told in confidence stands neither in its log nor in its answers, whoever signs.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::HeaderMap;
use serde_json::{Value as Json, json};
use terraform_provider_alivpn::tf::proto::{
    DynamicValue, configure, prepare_provider_config, schema, stop,
};
use tokio::net::TcpListener;

use crate::plugin_caller::Launch;
use crate::rpcs::of_the_cloud;
use crate::session::{Session, summaries};

/// Part of everything that is secret here.
const SECRET: &str = "unmistakable-secret";

/// Issues credentials as STS and a credentials URI do, and has nothing to list.
struct Cloud {
    address: SocketAddr,
    /// Operation and signature of each call.
    calls: Arc<Mutex<Vec<(String, String)>>>,
}

impl Cloud {
    async fn start() -> Cloud {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let calls = Arc::<Mutex<Vec<_>>>::default();
        let seen = Arc::clone(&calls);
        let credentials = json!({
            "AccessKeyId": format!("{SECRET}-issued-id"),
            "AccessKeySecret": format!("{SECRET}-issued"),
            "SecurityToken": format!("{SECRET}-issued-token"),
            "Expiration": "2099-01-01T00:00:00Z",
        });
        let mut answer = credentials.clone();
        answer["Credentials"] = credentials;
        answer["RequestId"] = json!("R-1");
        let router = Router::new().fallback(async move |headers: HeaderMap| {
            let header = |name: &str| {
                let value = headers.get(name).map(|value| value.to_str().unwrap());
                value.unwrap_or_default().to_owned()
            };
            let call = (header("x-acs-action"), header("authorization"));
            seen.lock().unwrap().push(call);
            answer.to_string()
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        Cloud { address, calls }
    }

    /// The operations since the last look that were signed with what is secret here.
    fn signed(&self) -> Vec<String> {
        let calls = std::mem::take(&mut *self.calls.lock().unwrap());
        let signed = calls
            .into_iter()
            .filter(|(_, signature)| signature.contains(SECRET));
        signed.map(|(operation, _)| operation).collect()
    }
}

/// Every way to say who calls that has a secret in it. A block can have one of them.
fn ways(cloud: &Cloud) -> [Json; 4] {
    let role = "acs:ram::1234567890123456:role/x";
    let output = json!({
        "mode": "StsToken",
        "access_key_id": format!("{SECRET}-printed-id"),
        "access_key_secret": format!("{SECRET}-printed"),
        "sts_token": format!("{SECRET}-printed-token"),
    });
    [
        json!({
            "access_key": format!("{SECRET}-id"),
            "secret_key": SECRET,
            "security_token": format!("{SECRET}-token"),
            "assume_role": { "role_arn": role },
        }),
        json!({ "credentials_uri": format!("http://{}/?key={SECRET}", cloud.address) }),
        json!({ "process_command": format!("echo '{output}'") }),
        json!({ "assume_role_with_oidc": {
            "role_arn": role,
            "oidc_provider_arn": "acs:ram::1234567890123456:oidc-provider/x",
            "oidc_token": format!("{SECRET}-oidc"),
        } }),
    ]
}

/// A whole block with these arguments, the others null.
fn whole(block: &schema::Block, set: &Json) -> Json {
    let attributes = block.attributes.iter().map(|attribute| {
        let name = attribute.name.as_str();
        (name.to_owned(), set[name].clone())
    });
    let nested = block.block_types.iter().map(|nested| {
        let name = nested.type_name.as_str();
        let value = match &set[name] {
            Json::Null => Json::Null,
            inner => whole(nested.block.as_ref().unwrap(), inner),
        };
        (name.to_owned(), value)
    });
    attributes.chain(nested).collect()
}

/// The values of the arguments that the schema calls sensitive, by their paths.
fn sensitive(block: &schema::Block, set: &Json, prefix: &str) -> BTreeMap<String, Json> {
    let attributes = block
        .attributes
        .iter()
        .filter(|attribute| attribute.sensitive);
    let mut found: BTreeMap<_, _> = attributes
        .map(|attribute| {
            (
                format!("{prefix}{}", attribute.name),
                set[&attribute.name].clone(),
            )
        })
        .collect();
    for nested in &block.block_types {
        let (name, inner) = (&nested.type_name, nested.block.as_ref().unwrap());
        found.extend(sensitive(inner, &set[name], &format!("{prefix}{name}.")));
    }
    found
}

fn encoded(block: &Json) -> Option<DynamicValue> {
    Some(DynamicValue {
        msgpack: Default::default(),
        json: block.to_string().into(),
    })
}

/// What is said to a block, by both RPCs that take one.
async fn said(session: &Session, config: &Json) -> [Vec<String>; 2] {
    let mut client = session.client.clone();
    let prepare = prepare_provider_config::Request {
        config: encoded(config),
    };
    let prepared = client.prepare_provider_config(prepare).await.unwrap();
    let configure = configure::Request {
        config: encoded(config),
        ..Default::default()
    };
    let configured = client.configure(configure).await.unwrap();
    [
        prepared.into_inner().diagnostics,
        configured.into_inner().diagnostics,
    ]
    .map(|diagnostics| {
        assert!(
            !format!("{diagnostics:?}").contains(SECRET),
            "{diagnostics:?}"
        );
        let summaries = summaries(&diagnostics).into_iter();
        summaries.map(str::to_owned).collect()
    })
}

#[tokio::test]
async fn no_secret_of_the_provider_block_is_logged_or_answered() {
    let mut session = Session::of(Launch {
        environment: [("TF_LOG", Some("TRACE".into()))].into(),
        ..Launch::default()
    })
    .await;
    let cloud = Cloud::start().await;
    let schemas = session.schemas().await;
    let block = schemas.provider.as_ref().unwrap().block.as_ref().unwrap();
    let mut unsaid = sensitive(block, &Json::Null, "");
    assert_eq!(unsaid.len(), 6, "{unsaid:?}");
    let mut together = json!({});
    for mut way in ways(&cloud) {
        let said_here = sensitive(block, &way, "");
        unsaid.retain(|path, _| !said_here[path].to_string().contains(SECRET));
        together
            .as_object_mut()
            .unwrap()
            .extend(way.as_object().unwrap().clone());

        let address = format!("http://{}", cloud.address);
        way["region"] = json!("cn-hangzhou");
        way["max_retries"] = json!(0);
        way["endpoints"] = json!({ "vpc": address, "sts": address });
        let nothing: [Vec<String>; 2] = Default::default();
        assert_eq!(said(&session, &whole(block, &way)).await, nothing, "{way}");
        for rpc in of_the_cloud(&schemas) {
            let answered = rpc.diagnostics(&session.client).await;
            assert!(!format!("{answered:?}").contains(SECRET), "{answered:?}");
        }
        let signed = cloud.signed();
        assert!(
            signed.iter().any(|name| name.starts_with("Describe")),
            "{signed:?}"
        );
    }
    assert_eq!(
        unsaid.keys().collect::<Vec<_>>(),
        [""; 0],
        "a way to say each"
    );

    // What is refused, and what cannot be read, is not repeated either.
    let [prepared, configured] = said(&session, &whole(block, &together)).await;
    assert_eq!(prepared, ["Contradictory credentials"; 3]);
    assert_eq!(configured, prepared);
    for unreadable in [json!({ "secret_key": [SECRET] }), json!(SECRET)] {
        let refused = said(&session, &unreadable).await;
        assert_eq!(
            refused,
            ["Unreadable provider configuration"; 2].map(|summary| vec![summary.to_owned()])
        );
    }

    session.client.stop(stop::Request {}).await.unwrap();
    let log = session.log_until("stop requested").await;
    for call in [
        "AssumeRole\"",
        "AssumeRoleWithOIDC\"",
        "DescribeSslVpnServers\"",
    ] {
        assert!(log.contains(call), "{call} is not in the log");
    }
    let line = log.lines().find(|line| line.contains(SECRET));
    assert_eq!(line, None);
}
