//! The cloud's errors in words that help: what happened, to what, why as far as known, what to do.

use crate::cloud::error::{Class, Error, TransportFault};
use crate::tf::diagnostics::Diagnostic;

/// An error about what `summary` says, at the argument at fault where the API tells.
pub fn diagnostic(summary: impl Into<String>, error: &Error) -> Diagnostic {
    let diagnostic = Diagnostic::error(summary).detail(format!("{error}\n\n{}", advice(error)));
    match error.argument() {
        Some(argument) => diagnostic.at(argument),
        None => diagnostic,
    }
}

/// Whether what lacks a permission is the VPN service itself, and not who calls.
pub fn is_for_the_service(error: &Error) -> bool {
    error.code() == Some("OperationFailed.NoRamPermission")
}

/// What a person can do about it.
pub fn advice(error: &Error) -> String {
    let operation = error.operation();
    if let Error::Cancelled { .. } = error {
        return "Terraform was interrupted, or the timeout was over, before the answer arrived. Run Terraform again.".to_owned();
    }
    if let Error::Transport {
        fault: TransportFault::Untrusted,
        ..
    } = error
    {
        return "Nothing was sent. If a proxy of your organisation reads along, put its authority's certificate into a file with all others that \
                are to be trusted, and the file's name into SSL_CERT_FILE."
            .to_owned();
    }
    if let Error::Transport {
        fault: TransportFault::Setup,
        ..
    } = error
    {
        return "Nothing was sent. Correct what the message names in the environment, and run Terraform again.".to_owned();
    }
    if is_for_the_service(error) {
        return "It is the VPN service that lacks the permission, not whoever runs Terraform: who administers the account must allow it to \
                operate the IDaaS instances. Then apply again."
            .to_owned();
    }
    match (error.class(), error.api()) {
        (Class::Input, Some(api)) => match api.argument {
            Some(argument) => format!("Correct {argument} and apply again."),
            None => "Correct the arguments that the message speaks of and apply again.".to_owned(),
        },
        (Class::Input, None) => "Check region and endpoints in the provider block.".to_owned(),
        (Class::Permission, Some(_)) => format!(
            "The RAM user or role needs the action vpc:{operation} on this resource; ask who administers the account. \
             The state was left as it is: a refusal does not mean that the object is gone."
        ),
        (Class::Credentials, _) => {
            "Check access_key and secret_key in the provider block, or ALIBABA_CLOUD_ACCESS_KEY_ID and \
             ALIBABA_CLOUD_ACCESS_KEY_SECRET in the environment; a security token belongs to its own key pair."
                .to_owned()
        }
        (Class::CredentialsRefresh, _) => "The temporary credentials have expired: get new ones and run Terraform again.".to_owned(),
        (Class::Clock, _) => "Set this machine's clock: the API accepts requests dated within 15 minutes of its own time.".to_owned(),
        (Class::Payment, _) => "Settle the overdue payment for the VPN gateway in the console, then apply again.".to_owned(),
        (Class::Quota, _) => "Delete what is not needed, or ask for a higher quota in the Quota Center, then apply again.".to_owned(),
        (Class::NotFound, _) => "Run `terraform plan` to see what is left; check the region if it should be there.".to_owned(),
        (Class::GatewayBusy, _) => "Another change of the gateway is going on: apply again when it is active.".to_owned(),
        (Class::Throttle, _) => "Too many calls were made from this account: apply again later, or with a lower -parallelism.".to_owned(),
        (Class::Retry, Some(_)) | (Class::RetryNewNonce | Class::RetrySameToken, _) => {
            "This is a passing fault of the cloud: apply again later, and give the RequestId to support if it stays.".to_owned()
        }
        (Class::Retry, None) => "Check the network, the proxy and the endpoint (endpoints.vpc or ALIBABA_CLOUD_VPC_ENDPOINT), then run Terraform again.".to_owned(),
        (Class::Defect, _) => "This is a defect of the provider: please report it with the RequestId.".to_owned(),
        (Class::Permission | Class::DryRunPassed | Class::Unknown, None) => "Check the endpoint (endpoints.vpc or ALIBABA_CLOUD_VPC_ENDPOINT) and what stands between it and this machine.".to_owned(),
        (Class::DryRunPassed | Class::Unknown, Some(_)) => "Look the code up in the API's error center, or give the RequestId to support.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_look_up_a_code_that_is_not_there() {
        let called_off = Error::Cancelled {
            operation: "CreateSslVpnServer",
            sent: true,
            last: None,
        };
        let other_page = Error::Answer {
            operation: "DescribeSslVpnServers",
            http_status: 404,
            request_id: None,
            reason: "it is a page of HTML or XML, not JSON".to_owned(),
            class: Class::Unknown,
        };
        let forbidden = Error::Answer {
            operation: "DescribeSslVpnServers",
            http_status: 403,
            request_id: None,
            reason: "it is a page of HTML or XML, not JSON".to_owned(),
            class: Class::Permission,
        };
        assert!(advice(&called_off).starts_with("Terraform was interrupted"));
        assert!(advice(&other_page).starts_with("Check the endpoint"));
        // Of a proxy, which knows nothing of RAM.
        assert!(advice(&forbidden).starts_with("Check the endpoint"));
        for error in [called_off, other_page, forbidden] {
            let shown = diagnostic("Not done", &error).detail;
            assert!(!shown.contains("code"), "{shown}");
        }
    }
}
