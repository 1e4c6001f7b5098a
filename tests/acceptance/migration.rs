//! From the Go provider `aliyun/alicloud`: `moved` blocks, on states as it writes them.
//!
//! Terraform wants the old provider present while a state names it. A plugin under its name stands in for it here, which knows
//! none of its types: nothing of it is used but its presence.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::emulator::{Emulator, text};
use crate::exercise_program::exercise;
use crate::terraform::{Core, MOVES_BETWEEN_TYPES, Workspace, in_region, is_left_out, server};

/// The Go provider under the registry of the core at hand: OpenTofu takes the other's name in a state for its own.
fn alicloud() -> &'static str {
    if Core::at_hand().is_opentofu {
        "registry.opentofu.org/aliyun/alicloud"
    } else {
        "registry.terraform.io/aliyun/alicloud"
    }
}

const BODY: &str = "  name = \"office\"\n  port = 11194\n  local_subnets = [\"192.168.0.0/16\", \"172.16.0.0/12\"]";

/// The example of a `moved` block, from a resource `old` to a resource `this`.
fn moved(kind: &str) -> String {
    let example = format!(
        "{}/examples/resources/alivpn_{kind}/moved.tf",
        env!("CARGO_MANIFEST_DIR")
    );
    let example = fs::read_to_string(&example).unwrap_or_else(|error| panic!("{example}: {error}"));
    let lines = example.lines().map(|line| match line.split_once('.') {
        Some((address, _)) if address.contains("alicloud_") => format!("{address}.old\n"),
        Some((address, _)) if address.contains("alivpn_") => format!("{address}.this\n"),
        _ => format!("{line}\n"),
    });
    lines.collect()
}

/// An emulator with a server as the configuration says, and its ID.
fn with_a_server() -> (Emulator, String) {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", BODY));
    workspace.apply().exits(0);
    let id = emulator.server_id();
    (emulator, id)
}

/// A state file of the Go provider with one resource of each of these types, a certificate under its name in a `for_each`.
fn state(provider: &str, resources: &[(&str, &Value)]) -> String {
    let resource = |(type_name, attributes): &(&str, &Value)| {
        let is_certificate = *type_name == "alicloud_ssl_vpn_client_cert";
        let sensitive: &[&str] = if is_certificate {
            &["ca_cert", "client_cert", "client_key", "client_config"]
        } else {
            &[]
        };
        let path = |name: &&str| json!([{ "type": "get_attr", "value": name }]);
        let mut instance = json!({
            "schema_version": 0,
            "attributes": attributes,
            "sensitive_attributes": sensitive.iter().map(path).collect::<Vec<_>>(),
            // `null`, as its SDK writes it.
            "private": "bnVsbA==",
            "dependencies": ["alicloud_vpn_gateway.office"],
            "create_before_destroy": true,
        });
        if is_certificate {
            instance["index_key"] = attributes["name"].clone();
        }
        json!({
            "mode": "managed",
            "type": type_name,
            "name": "old",
            "provider": format!("provider[\"{provider}\"]"),
            "instances": [instance],
        })
    };
    let state = json!({
        "version": 4,
        "terraform_version": "1.5.7",
        "serial": 7,
        "lineage": "7a1c2f0e-3b56-4d2a-9c55-0e6a2f1d8b11",
        "outputs": {},
        "resources": resources.iter().map(resource).collect::<Vec<_>>(),
        "check_results": null,
    });
    state.to_string()
}

/// The certificate `ann` of the server `this`, under its name in a `for_each`, with this beside.
fn certificate(beside: &str) -> String {
    format!(
        "resource \"alivpn_ssl_vpn_client_cert\" \"this\" {{\n  for_each = toset([\"ann\"])\n  ssl_vpn_server_id = \
         alivpn_ssl_vpn_server.this.id\n  name = each.key\n{beside}\n}}\n"
    )
}

/// A certificate in the Go provider's words, with its key.
fn old_certificate(emulator: &Emulator, id: &str, whole: &Value) -> Value {
    json!({
        "id": id,
        "name": "ann",
        "ssl_vpn_server_id": emulator.server_id(),
        "status": "normal",
        "ca_cert": whole["CaCert"],
        "client_cert": whole["ClientCert"],
        "client_key": whole["ClientKey"],
        "client_config": whole["ClientConfig"],
    })
}

/// The server in the Go provider's words.
fn old_server(emulator: &Emulator) -> Value {
    let server = emulator.server();
    json!({
        "id": server["SslVpnServerId"],
        "name": server["Name"],
        "vpn_gateway_id": server["VpnGatewayId"],
        "client_ip_pool": server["ClientIpPool"],
        "local_subnet": "172.16.0.0/12, 192.168.0.0/16",
        "protocol": server["Proto"],
        "cipher": server["Cipher"],
        "port": 11194,
        "compress": false,
        "connections": 0,
        "max_connections": 5,
        "internet_ip": server["InternetIp"],
    })
}

fn write_state(workspace: &Workspace, state: &str) {
    fs::write(workspace.path().join("terraform.tfstate"), state).expect("the state can be written");
}

/// What an apply says that moves a certificate. To OpenTofu it is a change of the state that the old provider called values secret.
fn certificate_moved() -> &'static str {
    if Core::at_hand().is_opentofu {
        "0 added, 1 changed, 0 destroyed"
    } else {
        "0 added, 0 changed, 0 destroyed"
    }
}

/// A folder with a plugin under the Go provider's name.
fn stand_in(workspace: &Workspace) -> PathBuf {
    workspace.provider_folder("alicloud", &exercise())
}

fn install(workspace: &Workspace, source: &str, folder: &Path) {
    workspace.install(&[(source, folder)]);
}

#[test]
fn a_moved_server_stays_and_the_plan_is_empty() {
    if is_left_out("moves between types", MOVES_BETWEEN_TYPES) {
        return;
    }
    for provider in [alicloud(), "registry.example.com/aliyun/alicloud"] {
        let (emulator, id) = with_a_server();
        let truth = emulator.server();
        let workspace = Workspace::new(&emulator);
        install(&workspace, provider, &stand_in(&workspace));
        write_state(
            &workspace,
            &state(
                provider,
                &[("alicloud_ssl_vpn_server", &old_server(&emulator))],
            ),
        );
        workspace.write(&[moved("ssl_vpn_server"), server("this", BODY)].concat());
        emulator.clear_calls();
        workspace
            .plan()
            .says("alicloud_ssl_vpn_server.old has moved to alivpn_ssl_vpn_server.this")
            .says("0 to add, 0 to change, 0 to destroy");
        workspace
            .apply()
            .exits(0)
            .says("0 added, 0 changed, 0 destroyed");
        let calls = emulator.calls();
        assert!(calls.iter().all(|call| !call.is_change()), "{calls:#?}");
        assert_eq!(emulator.server(), truth);

        let attributes = workspace.attributes();
        assert_eq!(attributes["id"], id.as_str());
        assert_eq!(attributes["region"], "cn-hangzhou");
        assert!(
            !workspace.state().contains("alicloud"),
            "{}",
            workspace.state()
        );
        // From here on the old provider may go, and then the moved block.
        workspace.install(&[]);
        workspace.plan().exits(0);
        workspace.plan_refresh_only().exits(0);
        workspace.write(&server("this", BODY));
        workspace.plan().exits(0);
        workspace.write(&server("this", &BODY.replace("11194", "11195")));
        workspace
            .apply()
            .exits(0)
            .says("0 added, 1 changed, 0 destroyed");
    }
}

#[test]
fn a_server_and_a_certificate_of_another_region_move_by_a_provider_block_of_that_region_which_may_then_go()
 {
    if is_left_out("moves between types", MOVES_BETWEEN_TYPES) {
        return;
    }
    let (emulator, _) = with_a_server();
    let gateway = "vpn-uf6shanghai0001";
    emulator.add_gateway(json!({
        "VpnGatewayId": gateway, "VpcId": "vpc-uf6shanghai0001", "RegionId": "cn-shanghai"
    }));
    emulator.delete_server(&emulator.server_id());
    let body = format!("{BODY}\n  vpn_gateway_id = \"{gateway}\"");
    let in_its_region = "  region = \"cn-shanghai\"";
    let there = [
        server("this", &format!("{body}\n{in_its_region}")),
        certificate(in_its_region),
    ]
    .concat();
    let first = Workspace::new(&emulator);
    first.write(&there);
    first.apply().exits(0);
    let (truth, id) = (emulator.server(), emulator.certificate_id());
    let old = old_certificate(&emulator, &id, &emulator.whole_certificate(&id));

    let workspace = Workspace::new(&emulator);
    install(&workspace, alicloud(), &stand_in(&workspace));
    write_state(
        &workspace,
        &state(
            alicloud(),
            &[
                ("alicloud_ssl_vpn_server", &old_server(&emulator)),
                ("alicloud_ssl_vpn_client_cert", &old),
            ],
        ),
    );
    let block = in_region(&emulator, "cn-shanghai");
    workspace.write(
        &[
            moved("ssl_vpn_server"),
            moved("ssl_vpn_client_cert"),
            format!("provider \"alivpn\" {{\n  alias = \"there\"\n{block}\n}}\n"),
            server("this", &format!("{body}\n  provider = alivpn.there")),
            certificate("  provider = alivpn.there"),
        ]
        .concat(),
    );
    workspace.apply().exits(0).says(certificate_moved());
    let moved = workspace.instance_of("alivpn_ssl_vpn_client_cert", "this");
    assert_eq!(moved["attributes"]["region"], "cn-shanghai");
    assert_eq!(workspace.attributes()["region"], "cn-shanghai");
    workspace.install(&[]);
    workspace.write(&there);
    workspace.plan().exits(0);
    assert_eq!(emulator.server(), truth);
    assert_eq!(emulator.certificate_id(), id);
}

#[test]
fn a_moved_certificate_stays_and_its_key_is_dropped() {
    if is_left_out("moves between types", MOVES_BETWEEN_TYPES) {
        return;
    }
    let both = [server("this", BODY), certificate("")].concat();
    let emulator = Emulator::quick();
    let first = Workspace::new(&emulator);
    first.write(&both);
    first.apply().exits(0);
    let id = emulator.certificate_id();
    let whole = emulator.whole_certificate(&id);
    let old_certificate = old_certificate(&emulator, &id, &whole);
    let key = text(&whole["ClientKey"]);
    assert!(key.contains("PRIVATE KEY"), "{key}");

    let workspace = Workspace::new(&emulator);
    install(&workspace, alicloud(), &stand_in(&workspace));
    let old = [
        ("alicloud_ssl_vpn_server", &old_server(&emulator)),
        ("alicloud_ssl_vpn_client_cert", &old_certificate),
    ];
    let old = state(alicloud(), &old);
    write_state(&workspace, &old);
    assert!(workspace.state().contains("PRIVATE KEY"));
    workspace.write(
        &[
            moved("ssl_vpn_server"),
            moved("ssl_vpn_client_cert"),
            both.clone(),
        ]
        .concat(),
    );
    let calls = emulator.calls_of(|| {
        workspace.apply().exits(0).says(certificate_moved());
    });
    assert!(calls.iter().all(|call| !call.is_change()), "{calls:#?}");
    assert_eq!(emulator.certificate_id(), id);

    let state = workspace.state();
    for gone in ["PRIVATE KEY", "client_key", "client_config", "alicloud"] {
        assert!(!state.contains(gone), "{gone}: {state}");
    }
    let instance = workspace.instance_of("alivpn_ssl_vpn_client_cert", "this");
    assert_eq!(instance["index_key"], "ann");
    let attributes = instance["attributes"].clone();
    assert_eq!(attributes["id"], id.as_str());
    assert_eq!(attributes["region"], "cn-hangzhou");
    assert_eq!(attributes["client_cert"], whole["ClientCert"]);
    workspace.install(&[]);
    workspace.write(&both);
    workspace.plan().exits(0);
    workspace.plan_refresh_only().exits(0);
}

#[test]
fn a_configuration_that_says_something_else_changes_only_that() {
    if is_left_out("moves between types", MOVES_BETWEEN_TYPES) {
        return;
    }
    let (emulator, id) = with_a_server();
    let workspace = Workspace::new(&emulator);
    install(&workspace, alicloud(), &stand_in(&workspace));
    write_state(
        &workspace,
        &state(
            alicloud(),
            &[("alicloud_ssl_vpn_server", &old_server(&emulator))],
        ),
    );
    let body = format!(
        "{}\n  region = \"cn-hangzhou\"",
        BODY.replace("office", "annex")
    );
    workspace.write(&[moved("ssl_vpn_server"), server("this", &body)].concat());
    workspace
        .apply()
        .exits(0)
        .says("0 added, 1 changed, 0 destroyed");
    assert_eq!(emulator.server_id(), id);
    assert_eq!(emulator.server()["Name"], "annex");
    workspace.plan().exits(0);
}

#[test]
fn what_cannot_be_moved_is_an_error_and_nothing_is_lost() {
    if is_left_out("moves between types", MOVES_BETWEEN_TYPES) {
        return;
    }
    let (emulator, id) = with_a_server();
    let truth = emulator.server();
    let workspace = Workspace::new(&emulator);
    let stand_in = stand_in(&workspace);
    install(&workspace, alicloud(), &stand_in);
    let untouched = |state: &str| {
        assert_eq!(workspace.state(), state);
        assert_eq!(emulator.server(), truth);
    };

    // Another type.
    let gateway = state(
        alicloud(),
        &[(
            "alicloud_vpn_gateway",
            &json!({ "id": "vpn-1", "name": "office" }),
        )],
    );
    write_state(&workspace, &gateway);
    let from_gateway =
        moved("ssl_vpn_server").replace("alicloud_ssl_vpn_server", "alicloud_vpn_gateway");
    workspace.write(&[from_gateway, server("this", BODY)].concat());
    workspace
        .apply()
        .exits(1)
        .says("Cannot move from this resource type")
        .says(&format!("alicloud_vpn_gateway of {}", alicloud()))
        .says("terraform state rm");
    untouched(&gateway);

    // A type of the same name, of somebody else.
    let elsewhere = alicloud().replace("aliyun/", "example/");
    let elsewhere = elsewhere.as_str();
    install(&workspace, elsewhere, &stand_in);
    let foreign = state(
        elsewhere,
        &[("alicloud_ssl_vpn_server", &old_server(&emulator))],
    );
    write_state(&workspace, &foreign);
    workspace.write(&[moved("ssl_vpn_server"), server("this", BODY)].concat());
    workspace
        .apply()
        .exits(1)
        .says("Cannot move from this resource type");
    untouched(&foreign);

    // A server in another region than the provider's: it is not gone.
    install(&workspace, alicloud(), &stand_in);
    let old = state(
        alicloud(),
        &[("alicloud_ssl_vpn_server", &old_server(&emulator))],
    );
    write_state(&workspace, &old);
    workspace.provider(&in_region(&emulator, "cn-shanghai"));
    workspace
        .apply()
        .exits(1)
        .says(&format!("No SSL server {id} in cn-shanghai"));
    untouched(&old);
    workspace.provider(&in_region(&emulator, "cn-hangzhou"));
    workspace
        .apply()
        .exits(0)
        .says("0 added, 0 changed, 0 destroyed");
    assert_eq!(emulator.server(), truth);
}
