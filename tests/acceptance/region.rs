//! An object is asked for in its own region, whatever the provider's has become, and may name it.

use std::fs;

use serde_json::{Value, json};

use crate::emulator::{Call, Emulator, GATEWAY, of, only};
use crate::terraform::{Workspace, in_region, server};

/// A gateway in cn-shanghai, which [`with_shanghai`] adds.
const SHANGHAI: &str = "vpn-uf6shanghai0001";

fn with_shanghai() -> Emulator {
    let emulator = Emulator::quick();
    emulator.add_gateway(json!({
        "VpnGatewayId": SHANGHAI,
        "VpcId": "vpc-uf6shanghai0001",
        "RegionId": "cn-shanghai",
    }));
    emulator
}

fn regions<'a>(calls: &[&'a Call]) -> Vec<&'a str> {
    calls
        .iter()
        .map(|call| call.parameter("RegionId"))
        .collect()
}

/// Leaves the server's region out of the state, as after a move from another provider.
fn forget_region(workspace: &Workspace) {
    let mut state: Value = serde_json::from_str(&workspace.state()).expect("the state is JSON");
    let instance = &mut state["resources"][0]["instances"][0];
    instance["attributes"]["region"] = Value::Null;
    instance["identity"] = Value::Null;
    fs::write(
        workspace.path().join("terraform.tfstate"),
        state.to_string(),
    )
    .expect("the state can be written");
}

#[test]
fn another_region_of_the_provider_never_makes_a_server_look_gone() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", "  port = 1194"));
    workspace.apply().exits(0);
    assert_eq!(workspace.attributes()["region"], "cn-hangzhou");

    workspace.provider(&in_region(&emulator, "cn-shanghai"));
    workspace.plan().exits(0);
    workspace.write(&server("this", "  port = 1195"));
    let calls = emulator.calls_of(|| {
        workspace
            .apply()
            .exits(0)
            .says("0 added, 1 changed, 0 destroyed");
        workspace.destroy().exits(0);
    });
    for operation in [
        "DescribeSslVpnServers",
        "ModifySslVpnServer",
        "DescribeVpnGateway",
        "DeleteSslVpnServer",
    ] {
        assert!(!of(&calls, operation).is_empty(), "{calls:#?}");
    }
    assert!(
        calls
            .iter()
            .all(|call| call.parameter("RegionId") == "cn-hangzhou"),
        "{calls:#?}"
    );
}

#[test]
fn a_new_server_is_created_in_the_providers_region() {
    let emulator = with_shanghai();
    let workspace = Workspace::new(&emulator);
    workspace.provider(&in_region(&emulator, "cn-shanghai"));
    workspace.write(&server(
        "this",
        &format!("  vpn_gateway_id = \"{SHANGHAI}\""),
    ));
    workspace.apply().exits(0);
    assert_eq!(workspace.attributes()["region"], "cn-shanghai");
    assert!(
        emulator
            .calls()
            .iter()
            .all(|call| call.parameter("RegionId") == "cn-shanghai")
    );
    workspace.plan().exits(0);
}

#[test]
fn one_provider_block_manages_several_regions() {
    let emulator = with_shanghai();
    let workspace = Workspace::new(&emulator);
    let configuration = |port: u16| {
        [
            server("here", &format!("  port = {port}")),
            server(
                "there",
                &format!("  vpn_gateway_id = \"{SHANGHAI}\"\n  region = \"cn-shanghai\"\n  port = {port}"),
            ),
            format!(
                "data \"alivpn_ssl_vpn_server\" \"there\" {{\n  vpn_gateway_id = \"{SHANGHAI}\"\n  region = alivpn_ssl_vpn_server.there.region\n  \
                 depends_on = [alivpn_ssl_vpn_server.there]\n}}\noutput \"there\" {{\n  value = data.alivpn_ssl_vpn_server.there.id\n}}\n"
            ),
        ]
        .concat()
    };
    workspace.write(&configuration(1194));
    workspace.apply().exits(0).says("2 added");
    let servers = emulator.servers();
    let of_gateway = |gateway: &str| {
        let found = servers
            .iter()
            .find(|server| server["VpnGatewayId"] == gateway);
        found.expect("it was created")["SslVpnServerId"].clone()
    };
    let (here, there) = (of_gateway(GATEWAY), of_gateway(SHANGHAI));
    workspace
        .terraform(&["output", "-no-color", "-raw", "there"])
        .exits(0)
        .says(there.as_str().expect("an ID is a text"));
    workspace.plan().exits(0);

    workspace.write(&configuration(1195));
    let calls = emulator.calls_of(|| {
        workspace.apply().exits(0).says("0 added, 2 changed");
        workspace.destroy().exits(0);
    });
    for (operation, key) in [
        ("DescribeSslVpnServers", "SslVpnServerId"),
        ("ModifySslVpnServer", "SslVpnServerId"),
        ("DeleteSslVpnServer", "SslVpnServerId"),
    ] {
        for (id, region) in [(&here, "cn-hangzhou"), (&there, "cn-shanghai")] {
            let about: Vec<&Call> = of(&calls, operation)
                .into_iter()
                .filter(|call| *id == *call.parameter(key))
                .collect();
            assert!(!about.is_empty(), "{operation} of {id}: {calls:#?}");
            assert!(
                regions(&about).iter().all(|called| *called == region),
                "{about:#?}"
            );
        }
    }
    assert!(emulator.servers().is_empty());
}

#[test]
fn a_region_that_says_what_is_so_changes_nothing_whatever_the_providers_becomes() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    let set = server("this", "  region = \"cn-hangzhou\"");
    workspace.write(&server("this", ""));
    workspace.apply().exits(0);
    workspace.write(&set);
    workspace.plan().exits(0);
    workspace.provider(&in_region(&emulator, "cn-shanghai"));
    workspace.plan().exits(0);
    workspace.write(&server("this", ""));
    workspace.plan().exits(0);
    workspace.plan_refresh_only().exits(0);
}

#[test]
fn another_region_replaces_the_server() {
    let emulator = with_shanghai();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", "  region = \"cn-hangzhou\""));
    workspace.apply().exits(0);
    workspace.write(&server(
        "this",
        &format!("  vpn_gateway_id = \"{SHANGHAI}\"\n  region = \"cn-shanghai\""),
    ));
    workspace
        .plan()
        .exits(2)
        .says("\"cn-hangzhou\" -> \"cn-shanghai\" # forces replacement");
    let calls = emulator.calls_of(|| {
        workspace
            .apply()
            .exits(0)
            .says("1 added, 0 changed, 1 destroyed");
    });
    let deleted = only(&calls, "DeleteSslVpnServer");
    assert_eq!(deleted.parameter("RegionId"), "cn-hangzhou");
    let created = only(&calls, "CreateSslVpnServer");
    assert_eq!(created.parameter("RegionId"), "cn-shanghai");
    assert_eq!(workspace.attributes()["region"], "cn-shanghai");
    workspace.plan().exits(0);
}

#[test]
fn a_region_that_the_state_lacks_is_filled_in_and_replaces_nothing() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", ""));
    workspace.apply().exits(0);
    let id = emulator.server_id();
    workspace.write(&server("this", "  region = \"cn-hangzhou\""));
    forget_region(&workspace);
    workspace.plan().exits(0);

    // Without a refresh nobody has asked: the configuration's word is taken, and the object stays.
    let calls = emulator.calls_of(|| {
        workspace
            .terraform(&[
                "apply",
                "-no-color",
                "-input=false",
                "-auto-approve",
                "-refresh=false",
            ])
            .exits(0)
            .says("0 added, 1 changed, 0 destroyed");
    });
    assert!(calls.iter().all(|call| !call.is_change()), "{calls:#?}");
    assert_eq!(workspace.attributes()["region"], "cn-hangzhou");
    assert_eq!(workspace.attributes()["id"], id.as_str());
    workspace.plan().exits(0);
}

#[test]
fn a_server_of_an_unknown_region_is_not_gone_because_it_is_not_in_the_providers() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", ""));
    workspace.apply().exits(0);
    let id = emulator.server_id();
    forget_region(&workspace);
    workspace.provider(&in_region(&emulator, "cn-shanghai"));
    workspace
        .apply()
        .exits(1)
        .says(&format!("No SSL server {id} in cn-shanghai"))
        .says("The state does not say which region")
        .says(&format!("{id}@REGION"));
    assert_eq!(workspace.attributes()["id"], id.as_str());
    assert_eq!(emulator.server_id(), id);

    workspace.provider(&in_region(&emulator, "cn-hangzhou"));
    workspace.plan().exits(0);
    // Where the state says the region, what is not there is gone.
    workspace.apply().exits(0);
    emulator.delete_server(&id);
    workspace.plan().exits(2).says("1 to add");
}

#[test]
fn what_is_of_an_unknown_region_is_not_gone_because_its_deletion_does_not_find_it() {
    const CERT: &str = "alivpn_ssl_vpn_client_cert";
    const DESTROY: [&str; 5] = [
        "destroy",
        "-no-color",
        "-input=false",
        "-auto-approve",
        "-refresh=false",
    ];
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    let server_alone = server("this", "");
    let cert = format!(
        "resource \"{CERT}\" \"this\" {{\n  ssl_vpn_server_id = alivpn_ssl_vpn_server.this.id\n}}\n"
    );
    workspace.write(&format!("{server_alone}\n{cert}"));
    workspace.apply().exits(0);
    let (server_id, cert_id) = (emulator.server_id(), emulator.certificate_id());
    workspace.edit_state(|state| {
        for resource in state["resources"].as_array_mut().expect("a list") {
            let instance = &mut resource["instances"][0];
            instance["attributes"]["region"] = Value::Null;
            instance["identity"] = Value::Null;
        }
    });
    workspace.provider(&in_region(&emulator, "cn-shanghai"));
    workspace
        .terraform(&DESTROY)
        .exits(1)
        .says(&format!("No client certificate {cert_id} in cn-shanghai"))
        .says(&format!("{cert_id}@REGION"));
    assert_eq!(
        workspace.instance_of(CERT, "this")["attributes"]["id"],
        cert_id.as_str()
    );

    let address = format!("{CERT}.this");
    workspace.terraform(&["state", "rm", &address]).exits(0);
    workspace.write(&server_alone);
    workspace
        .terraform(&DESTROY)
        .exits(1)
        .says(&format!("No SSL server {server_id} in cn-shanghai"))
        .says(&format!("{server_id}@REGION"));
    assert_eq!(workspace.attributes()["id"], server_id.as_str());
    assert_eq!(emulator.certificate_id(), cert_id);

    // Where they are, they are found; and what is not there then is gone.
    workspace.provider(&in_region(&emulator, "cn-hangzhou"));
    workspace.apply().exits(0);
    emulator.delete_server(&server_id);
    workspace.terraform(&DESTROY).exits(0);
    assert_eq!(workspace.instance(), Value::Null);
}

#[test]
fn a_region_that_is_none_is_an_error_at_the_argument() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", "  region = \"China!\""));
    let found = workspace.validate();
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0]["summary"], "Invalid value for `region`");
    let at = found[0]["snippet"]["code"].as_str().unwrap_or_default();
    assert!(at.contains("region = \"China!\""), "{found:#?}");

    workspace.write(&server("this", "  region = \"cn-atlantis\""));
    workspace
        .apply()
        .exits(1)
        .says("region = \"cn-atlantis\"")
        .says("InvalidRegionId.NotFound")
        .says("Correct region and apply again.");
    assert!(emulator.servers().is_empty());
    assert_eq!(workspace.instance(), Value::Null);
}

#[test]
fn a_certificate_has_its_region_as_a_server_has() {
    const TYPE: &str = "alivpn_ssl_vpn_client_cert";
    let emulator = with_shanghai();
    let workspace = Workspace::new(&emulator);
    let configuration = |region: &str, name: &str| {
        [
            server(
                "this",
                &format!("  vpn_gateway_id = \"{SHANGHAI}\"\n  region = \"cn-shanghai\""),
            ),
            format!(
                "resource \"{TYPE}\" \"this\" {{\n  ssl_vpn_server_id = alivpn_ssl_vpn_server.this.id\n  name = \"{name}\"\n{region}}}\n"
            ),
        ]
        .concat()
    };
    let there = "  region = \"cn-shanghai\"\n";
    workspace.write(&configuration(there, "ann"));
    workspace.apply().exits(0).says("2 added");
    workspace.plan().exits(0);
    // What is not said stays as it is.
    workspace.write(&configuration("", "ann"));
    workspace.plan().exits(0);
    let attributes = || workspace.instance_of(TYPE, "this")["attributes"].clone();
    assert_eq!(attributes()["region"], "cn-shanghai");

    workspace.write(&configuration("  region = \"cn-beijing\"\n", "ann"));
    workspace
        .plan()
        .exits(2)
        .says("\"cn-shanghai\" -> \"cn-beijing\" # forces replacement")
        .says("disconnects every client");
    // A replacement for another reason goes where a new one would.
    workspace.write(
        &configuration("", "ann").replace("alivpn_ssl_vpn_server.this.id", "\"vss-another0001\""),
    );
    workspace
        .plan()
        .exits(2)
        .says("The new client certificate will be in cn-hangzhou")
        .says("set region = \"cn-shanghai\"");

    // A state that does not know the region: filled in, and never gone for want of it.
    let mut state: Value = serde_json::from_str(&workspace.state()).expect("the state is JSON");
    let resources = state["resources"].as_array_mut().expect("a list");
    for resource in resources
        .iter_mut()
        .filter(|resource| resource["type"] == TYPE)
    {
        resource["instances"][0]["attributes"]["region"] = Value::Null;
        resource["instances"][0]["identity"] = Value::Null;
    }
    fs::write(
        workspace.path().join("terraform.tfstate"),
        state.to_string(),
    )
    .expect("the state can be written");
    workspace.write(&configuration(there, "ann"));
    let id = emulator.certificate_id();
    workspace
        .plan()
        .exits(1)
        .says(&format!("No client certificate {id} in cn-hangzhou"))
        .says(&format!("{id}@REGION"));
    workspace.provider(&in_region(&emulator, "cn-shanghai"));
    workspace.plan().exits(0);
    let calls = emulator.calls_of(|| {
        workspace
            .terraform(&[
                "apply",
                "-no-color",
                "-input=false",
                "-auto-approve",
                "-refresh=false",
            ])
            .exits(0)
            .says("0 added, 1 changed, 0 destroyed")
            .does_not_say("disconnects every client");
        workspace.write(&configuration(there, "bea"));
        workspace.provider(&in_region(&emulator, "cn-hangzhou"));
        workspace.apply().exits(0).says("1 changed");
        workspace.destroy().exits(0);
    });
    for operation in ["ModifySslVpnClientCert", "DeleteSslVpnClientCert"] {
        assert_eq!(
            regions(&of(&calls, operation)),
            ["cn-shanghai"],
            "{calls:#?}"
        );
    }
    assert_eq!(attributes(), Value::Null);
}
