//! GetCallerIdentity, of the STS API: whose key signed. The emulated account has a RAM user for each key, and one role for all sessions.

use serde_json::json;

use super::{ACCOUNT, Answer};
use crate::emulator::authentication::AccessKey;

pub(super) fn perform(caller: &AccessKey) -> Answer {
    let id = &caller.id;
    let (identity_type, arn) = if caller.is_temporary() {
        ("AssumedRoleUser", format!("assumed-role/emulator/{id}"))
    } else {
        ("RAMUser", format!("user/{id}"))
    };
    let mut answer = Answer::new();
    answer.insert("AccountId".to_owned(), json!(ACCOUNT));
    answer.insert("Arn".to_owned(), json!(format!("acs:ram::{ACCOUNT}:{arn}")));
    answer.insert("IdentityType".to_owned(), json!(identity_type));
    answer.insert("PrincipalId".to_owned(), json!(id));
    answer.insert("UserId".to_owned(), json!(id));
    answer
}
