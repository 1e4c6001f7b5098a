//! GetCallerIdentity, the one operation of STS: whose key has signed.

use serde_json::Value;

use crate::support::{Call, Emulator};

async fn identity(emulator: &Emulator, id: &str, secret: &str, token: Option<&str>) -> Value {
    let call = || Call {
        version: "2015-04-01",
        id,
        secret,
        token,
        ..Call::new("GetCallerIdentity", &[])
    };
    let by_v3 = call().v3(emulator).await.unwrap().done();
    let mut by_v1 = call().v1(emulator).await.done();
    by_v1["RequestId"] = by_v3["RequestId"].clone();
    assert_eq!(by_v1, by_v3);
    by_v3
}

#[tokio::test]
async fn a_key_is_a_user_and_a_key_with_a_token_a_session_of_a_role() {
    let emulator = Emulator::start(&["--access-key", "me:s", "--access-key", "STS.1:s:token"]);
    let user = identity(&emulator, "me", "s", None).await;
    assert_eq!(user["Arn"], "acs:ram::1234567890123456:user/me");
    assert_eq!(user["AccountId"], "1234567890123456");
    assert_eq!(user["IdentityType"], "RAMUser");
    let session = identity(&emulator, "STS.1", "s", Some("token")).await;
    assert_eq!(
        session["Arn"],
        "acs:ram::1234567890123456:assumed-role/emulator/STS.1"
    );
    assert_eq!(session["IdentityType"], "AssumedRoleUser");
}

#[tokio::test]
async fn nobody_is_told_who_they_are_without_the_right_secret_or_in_the_wrong_version() {
    let emulator = Emulator::start(&[]);
    let wrong = Call {
        version: "2015-04-01",
        secret: "wrong",
        ..Call::new("GetCallerIdentity", &[])
    };
    let reply = wrong.v3(&emulator).await.unwrap();
    assert_eq!((reply.status, reply.code()), (400, "SignatureDoesNotMatch"));
    let of_the_vpc = Call::new("GetCallerIdentity", &[]);
    let reply = of_the_vpc.v3(&emulator).await.unwrap();
    assert_eq!(
        (reply.status, reply.code()),
        (404, "InvalidAction.NotFound")
    );
}
