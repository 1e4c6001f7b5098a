//! Who calls: both signature versions, clock, nonce, keys and tokens, and what is no operation.

use reqwest::Method;
use terraform_provider_alivpn::cloud::signature::{canonical_query, v3};

use crate::support::{Call, Emulator, REGION, date, owned};

const REGIONS: &str = "DescribeRegions";
const SIGNATURE: &str =
    "Specified signature is not matched with our calculation. server string to sign is:";

#[tokio::test]
async fn both_versions_are_accepted_in_query_and_form_by_get_and_post() {
    let emulator = Emulator::start(&[]);
    for (method, in_form) in [
        (Method::POST, false),
        (Method::POST, true),
        (Method::GET, false),
    ] {
        let call = || Call {
            method: method.clone(),
            in_form,
            ..Call::new(
                "DescribeVpnGateways",
                &[("RegionId", REGION), ("Name", "办公 室*~-_.!'()/+&=%")],
            )
        };
        assert_eq!(call().v3(&emulator).await.unwrap().done()["TotalCount"], 3);
        assert_eq!(call().v1(&emulator).await.done()["TotalCount"], 3);
    }
}

#[tokio::test]
async fn a_wrong_secret_is_refused_with_the_string_to_sign() {
    let emulator = Emulator::start(&[]);
    let call = || Call {
        secret: "wrong",
        ..Call::new(REGIONS, &[])
    };
    for reply in [
        call().v3(&emulator).await.unwrap(),
        call().v1(&emulator).await,
    ] {
        assert_eq!((reply.status, reply.code()), (400, "SignatureDoesNotMatch"));
        assert!(
            reply.text("Message").starts_with(SIGNATURE),
            "{}",
            reply.text
        );
        assert!(!reply.text.contains("testsecret"));
    }
}

#[tokio::test]
async fn an_unknown_key_is_not_found() {
    let emulator = Emulator::start(&["--access-key", "mine:secret"]);
    let call = || Call::new(REGIONS, &[]);
    for reply in [
        call().v3(&emulator).await.unwrap(),
        call().v1(&emulator).await,
    ] {
        reply.refused(
            404,
            "InvalidAccessKeyId.NotFound",
            "Specified access key is not found.",
        );
    }
    let mine = Call {
        id: "mine",
        secret: "secret",
        ..Call::new(REGIONS, &[])
    };
    mine.v3(&emulator).await.unwrap().done();
}

#[tokio::test]
async fn a_session_pair_needs_its_token() {
    let emulator = Emulator::start(&[
        "--access-key",
        "STS.1:secret:token",
        "--access-key",
        "plain:secret",
    ]);
    for (id, token, is_accepted) in [
        ("STS.1", Some("token"), true),
        ("STS.1", Some("other"), false),
        ("STS.1", None, false),
        ("plain", None, true),
        ("plain", Some("token"), false),
    ] {
        let call = || Call {
            id,
            token,
            secret: "secret",
            ..Call::new(REGIONS, &[])
        };
        for reply in [
            call().v3(&emulator).await.unwrap(),
            call().v1(&emulator).await,
        ] {
            if is_accepted {
                reply.done();
            } else {
                reply.refused(
                    403,
                    "InvalidSecurityToken.Malformed",
                    "Specified SecurityToken is malformed.",
                );
            }
        }
    }
}

#[tokio::test]
async fn a_clock_more_than_15_minutes_off_is_refused() {
    let emulator = Emulator::start(&[]);
    for (seconds, is_accepted) in [(-880, true), (880, true), (-920, false), (920, false)] {
        let call = || Call {
            date: date(seconds),
            ..Call::new(REGIONS, &[])
        };
        for reply in [
            call().v3(&emulator).await.unwrap(),
            call().v1(&emulator).await,
        ] {
            if is_accepted {
                reply.done();
            } else {
                reply.refused(
                    400,
                    "InvalidTimeStamp.Expired",
                    "Specified time stamp or date value is expired.",
                );
            }
        }
    }
    let unreadable = Call {
        date: "today".to_owned(),
        ..Call::new(REGIONS, &[])
    };
    assert_eq!(
        unreadable.v3(&emulator).await.unwrap().code(),
        "InvalidTimeStamp.Format"
    );
}

#[tokio::test]
async fn a_request_passes_once() {
    let emulator = Emulator::start(&[]);
    let v3 = Call::new(REGIONS, &[]);
    v3.v3(&emulator).await.unwrap().done();
    let again = v3.v3(&emulator).await.unwrap();
    again.refused(
        400,
        "SignatureNonceUsed",
        "Specified signature nonce was used already.",
    );
    let v1 = Call::new(REGIONS, &[]);
    v1.v1(&emulator).await.done();
    assert_eq!(v1.v1(&emulator).await.code(), "SignatureNonceUsed");
}

#[tokio::test]
async fn a_refused_request_does_not_use_its_nonce_up() {
    let emulator = Emulator::start(&[]);
    let mut call = Call {
        secret: "wrong",
        ..Call::new(REGIONS, &[])
    };
    assert_eq!(
        call.v3(&emulator).await.unwrap().code(),
        "SignatureDoesNotMatch"
    );
    call.secret = "testsecret";
    call.v3(&emulator).await.unwrap().done();
}

#[tokio::test]
async fn no_signature_and_half_a_signature_are_refused() {
    let emulator = Emulator::start(&[]);
    let bare = emulator
        .send(
            Method::POST,
            "Action=DescribeRegions&Version=2016-04-28",
            &owned(&[]),
            None,
            String::new(),
        )
        .await
        .unwrap();
    bare.refused(
        400,
        "MissingParameter",
        "The input parameter AccessKeyId that is mandatory for processing this request is not supplied.",
    );
    let half = emulator
        .send(
            Method::GET,
            "Action=DescribeRegions&Version=2016-04-28&AccessKeyId=testid&Format=JSON",
            &owned(&[]),
            None,
            String::new(),
        )
        .await
        .unwrap();
    half.refused(
        400,
        "IncompleteSignature",
        "The request signature does not conform to Aliyun standards.",
    );
    let call = Call::new(REGIONS, &[]);
    let headers = call.v3_headers(emulator.host(), "");
    let bearer = emulator
        .send(
            Method::POST,
            "",
            &headers,
            Some("Bearer token"),
            String::new(),
        )
        .await
        .unwrap();
    assert_eq!(bearer.code(), "IncompleteSignature");
}

#[tokio::test]
async fn a_signature_must_cover_every_mandatory_header() {
    let emulator = Emulator::start(&[]);
    for absent in [
        "x-acs-date",
        "x-acs-signature-nonce",
        "x-acs-content-sha256",
    ] {
        let call = Call::new(REGIONS, &[]);
        let mut sent = call.v3_headers(emulator.host(), "");
        sent.remove(absent);
        let reply = send_v3(&emulator, &sent, &sent, "").await;
        assert_eq!(reply.code(), "MissingParameter", "{absent}");
        assert!(reply.text("Message").contains(absent));
    }
    for unsigned in [
        "host",
        "x-acs-action",
        "x-acs-version",
        "x-acs-date",
        "x-acs-security-token",
    ] {
        let call = Call {
            token: Some("token"),
            ..Call::new(REGIONS, &[])
        };
        let sent = call.v3_headers(emulator.host(), "");
        let mut signed = sent.clone();
        signed.remove(unsigned);
        let reply = send_v3(&emulator, &sent, &signed, "").await;
        assert_eq!(reply.code(), "IncompleteSignature", "{unsigned}");
    }
    let call = Call::new(REGIONS, &[]);
    let sent = call.v3_headers(emulator.host(), "a=b");
    let mut signed = sent.clone();
    signed.remove("content-type");
    assert_eq!(
        send_v3(&emulator, &sent, &signed, "a=b").await.code(),
        "IncompleteSignature"
    );
}

#[tokio::test]
async fn a_body_other_than_the_signed_one_does_not_match() {
    let emulator = Emulator::start(&[]);
    let call = Call::new(REGIONS, &[]);
    let headers = call.v3_headers(emulator.host(), "AcceptLanguage=en-US");
    let reply = send_v3(&emulator, &headers, &headers, "AcceptLanguage=zh-CN").await;
    assert_eq!(reply.code(), "SignatureDoesNotMatch");
}

#[tokio::test]
async fn what_is_no_operation_is_refused() {
    let emulator = Emulator::start(&[]);
    let unknown = Call::new("DescribeNothing", &[]);
    for reply in [
        unknown.v3(&emulator).await.unwrap(),
        unknown.v1(&emulator).await,
    ] {
        reply.refused(
            404,
            "InvalidAction.NotFound",
            "Specified api is not found, please check your url and method.",
        );
    }
    let old = Call {
        version: "2014-05-26",
        ..Call::new(REGIONS, &[])
    };
    assert_eq!(old.v3(&emulator).await.unwrap().code(), "InvalidVersion");
    let put = Call {
        method: Method::PUT,
        ..Call::new(REGIONS, &[])
    };
    assert_eq!(
        put.v3(&emulator).await.unwrap().code(),
        "UnsupportedHTTPMethod"
    );
}

#[tokio::test]
async fn the_older_version_gets_xml_unless_it_asks_for_json() {
    let emulator = Emulator::start(&[]);
    let parameters = [("RegionId", REGION)];
    for (format, begin) in [
        (
            None,
            "<?xml version='1.0' encoding='UTF-8'?><DescribeVpnGatewaysResponse>",
        ),
        (
            Some("XML"),
            "<?xml version='1.0' encoding='UTF-8'?><DescribeVpnGatewaysResponse>",
        ),
        (Some("json"), "{"),
    ] {
        let call = Call::new("DescribeVpnGateways", &parameters);
        let mut all = call.v1_parameters();
        all.remove("Format");
        if let Some(format) = format {
            all.insert("Format".to_owned(), format.to_owned());
        }
        let signature =
            terraform_provider_alivpn::cloud::signature::v1::signature("POST", &all, "testsecret");
        let reply = emulator.send_v1(&call, all, &signature).await;
        assert!(reply.text.starts_with(begin), "{format:?}: {}", reply.text);
    }
}

#[tokio::test]
async fn an_answer_is_json_with_its_request_id_in_body_and_header() {
    let emulator = Emulator::start(&[]);
    let reply = emulator.call(REGIONS, &[("AcceptLanguage", "en-US")]).await;
    assert_eq!(
        reply.headers["content-type"],
        "application/json;charset=utf-8"
    );
    assert_eq!(reply.headers["x-acs-request-id"], reply.text("RequestId"));
    let regions = reply.json["Regions"]["Region"].as_array().unwrap();
    let hangzhou = regions
        .iter()
        .find(|region| region["RegionId"] == REGION)
        .unwrap();
    assert_eq!(hangzhou["LocalName"], "China (Hangzhou)");
    assert_eq!(hangzhou["RegionEndpoint"], "vpc.aliyuncs.com");
}

async fn send_v3(
    emulator: &Emulator,
    sent: &std::collections::BTreeMap<String, String>,
    signed: &std::collections::BTreeMap<String, String>,
    body: &str,
) -> crate::support::Reply {
    let query = owned(&[]);
    let request = v3::Request {
        method: "POST",
        path: "/",
        query: &query,
        headers: signed,
    };
    let authorization = v3::authorization(&request, "testid", "testsecret");
    emulator
        .send(
            Method::POST,
            &canonical_query(&query),
            sent,
            Some(&authorization),
            body.to_owned(),
        )
        .await
        .unwrap()
}
