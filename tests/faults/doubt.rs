//! An answer that was lost is not forgotten: whatever a create ends in afterwards, the error says that the cloud may have carried it out,
//! and where to look.

use serde_json::{Value as Json, json};
use terraform_provider_alivpn::tf::proto::stop;
use terraform_provider_alivpn::tf::value::Value;

use crate::cloud::Cloud;
use crate::core::{Core, State};
use crate::plugin_caller::Launch;
use crate::provider_block::{Budget, block, ending, pair, renewing};
use crate::subject::{CERTIFICATE, Doing};

const CREATE: &str = "CreateSslVpnClientCert";

fn fault(operation: &str, code: &str) -> Json {
    json!({"operation": operation, "code": code})
}

/// Creates a certificate whose first answer is lost, under these faults besides; gives the error. `called_off` is the operation at whose
/// first call Terraform says Stop.
async fn lost(
    credentials: Vec<(&'static str, Value)>,
    faults: Vec<Json>,
    called_off: Option<&str>,
) -> String {
    let cloud = Cloud::start().await;
    let endpoint = format!("http://{}", cloud.address());
    let block = block(&endpoint, credentials, Budget::Usual);
    let mut core = Core::start(Launch::default(), block).await;
    let server = CERTIFICATE.base(&mut core).await.unwrap();
    let (_, config) = CERTIFICATE.configs(&core, Doing::Create, &server, None);
    let type_name = CERTIFICATE.type_name;
    let plan = core.plan(type_name, &State::none(), &config).await.unwrap();
    cloud
        .order(json!({"operation": CREATE, "reset": "after"}))
        .await;
    for fault in faults {
        cloud.order(fault).await;
    }
    cloud.forget_calls().await;
    let mut client = core.session.client.clone();
    let stopping = async {
        if let Some(operation) = called_off {
            cloud.until_called(operation, 1).await;
            client.stop(stop::Request {}).await.unwrap();
        }
    };
    let ((state, result), ()) = tokio::join!(core.apply(plan), stopping);
    assert_eq!(state.value, Value::Null);
    assert_eq!(cloud.objects(CERTIFICATE.objects).await.len(), 1);
    let error = result.expect_err("it fails");
    for words in [
        "not created",
        "as far as known",
        "may have been carried out: CreateSslVpnClientCert got no answer",
        "alivpn_ssl_vpn_client_certs",
        "A certificate that no state holds",
    ] {
        assert!(error.contains(words), "{words}: {error}");
    }
    for words in ["Nothing was changed", "was not sent"] {
        assert!(!error.contains(words), "{words}: {error}");
    }
    error
}

#[tokio::test]
async fn then_the_token_is_expired_and_there_is_no_newer_one() {
    let expired = || vec![fault(CREATE, "InvalidSecurityToken.Expired")];
    let error = lost(pair(), expired(), None).await;
    let refusal = "code InvalidSecurityToken.Expired, HTTP ";
    assert!(error.contains(refusal), "{error}");

    let folder = tempfile::tempdir().unwrap();
    let error = lost(ending(folder.path()), expired(), None).await;
    for words in [refusal, "RequestId ", "Newer credentials could not be had"] {
        assert!(error.contains(words), "{words}: {error}");
    }
}

#[tokio::test]
async fn then_newer_credentials_are_refused_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    let faults = ["InvalidSecurityToken.Expired", "Forbidden.RAM"];
    let faults = faults.map(|code| fault(CREATE, code)).to_vec();
    let error = lost(renewing(folder.path()), faults, None).await;
    assert!(error.contains("code Forbidden.RAM"), "{error}");
}

#[tokio::test]
async fn then_the_gateway_is_busy_and_its_server_cannot_be_looked_up() {
    let busy = || fault(CREATE, "VpnGateway.Configuring");
    let look_up = "DescribeSslVpnServers";
    let forbidden = vec![busy(), fault(look_up, "Forbidden.RAM")];
    let error = lost(pair(), forbidden, None).await;
    assert!(error.contains("vpc:DescribeSslVpnServers"), "{error}");

    let hangs = json!({"operation": look_up, "delay": "1h"});
    let error = lost(pair(), vec![busy(), hangs], Some(look_up)).await;
    assert!(error.contains("Terraform was interrupted"), "{error}");
}

#[tokio::test]
async fn then_the_gateway_is_busy_and_the_next_attempt_is_refused() {
    let codes = ["VpnGateway.Configuring", "Forbidden.RAM"];
    let faults = codes.map(|code| fault(CREATE, code)).to_vec();
    let error = lost(pair(), faults, None).await;
    assert!(error.contains("code Forbidden.RAM"), "{error}");
}

#[tokio::test]
async fn then_it_is_refused_for_what_has_advice_of_its_own() {
    for code in [
        "CreateSslCertsQuotaFull.QuotaFull",
        "InvalidSslVpnServerId.NotFound",
        "SslVpnClientCreateTimes.ReachLimits",
    ] {
        let error = lost(pair(), vec![fault(CREATE, code)], None).await;
        assert!(error.contains(&format!("code {code}")), "{error}");
    }
}
