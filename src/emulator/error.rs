//! The API's refusals. [`DOCUMENTED`] is the published table: what an operation refuses with, and what an injected fault that names
//! only a code answers.

use std::borrow::Cow;

use super::policy::Refusal;

/// A documented code with its HTTP status and message; `%s` in the message stands for a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Documented {
    /// As in an answer's `Code`.
    pub code: &'static str,
    /// The answer's HTTP status.
    pub http_status: u16,
    /// As in an answer's `Message`.
    pub message: &'static str,
}

/// A refusal as the API answers it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct ApiError {
    /// As in an answer's `Code`.
    pub code: Cow<'static, str>,
    /// The answer's HTTP status.
    pub http_status: u16,
    /// As in an answer's `Message`.
    pub message: String,
    /// What RAM adds to a refusal of its own.
    pub access_denied: Option<AccessDenied>,
}

/// An answer's `AccessDeniedDetail`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessDenied {
    /// The action that the caller lacks, `vpc:DeleteSslVpnServer`.
    pub action: String,
    /// Why.
    pub refusal: Refusal,
}

impl From<Documented> for ApiError {
    fn from(documented: Documented) -> Self {
        Self {
            code: Cow::Borrowed(documented.code),
            http_status: documented.http_status,
            message: documented.message.to_owned(),
            access_denied: None,
        }
    }
}

impl ApiError {
    /// A mandatory parameter is not there.
    pub fn missing_parameter(name: &str) -> Self {
        Self::from(MISSING_PARAMETER).about(name)
    }

    /// A parameter's value cannot be used.
    pub fn invalid_parameter(name: &str) -> Self {
        Self::from(INVALID_PARAMETER).about(name)
    }

    /// RAM does not allow an action.
    pub fn access_denied(action: String, refusal: Refusal) -> Self {
        Self {
            access_denied: Some(AccessDenied { action, refusal }),
            ..FORBIDDEN_RAM.into()
        }
    }

    /// Puts a name in the message's `%s`.
    fn about(mut self, name: &str) -> Self {
        self.message = self.message.replacen("%s", name, 1);
        self
    }
}

/// The documented entry of a code; the first where the API has several.
pub fn documented(code: &str) -> Option<Documented> {
    DOCUMENTED.iter().find(|entry| entry.code == code).copied()
}

macro_rules! documented_codes {
    ($($(#[$doc:meta])* $name:ident = $status:literal $code:literal $message:literal;)*) => {
        $($(#[$doc])* pub const $name: Documented = Documented { code: $code, http_status: $status, message: $message };)*

        /// Every documented code, in the order of the published tables.
        pub const DOCUMENTED: &[Documented] = &[$($name),*];
    };
}

documented_codes! {
    /// A mandatory parameter is not there.
    MISSING_PARAMETER = 400 "MissingParameter" "The input parameter %s that is mandatory for processing this request is not supplied.";
    /// A parameter's value cannot be used.
    INVALID_PARAMETER = 400 "InvalidParameter" "Specified parameter %s is not valid.";
    /// The API's own spelling.
    FORBIDDEN_SUB_USER = 403 "Forbbiden.SubUser" "User not authorized to operate on the specified resource as your account is created by another user.";
    /// Not allowed.
    FORBIDDEN = 403 "Forbidden" "User not authorized to operate on the specified resource.";
    /// Not allowed by RAM.
    FORBIDDEN_RAM = 403 "Forbidden.RAM" "User not authorized to operate on the specified resource, or this API doesn't support RAM.";
    /// Not allowed.
    NO_PERMISSION = 403 "NoPermission" "You are not authorized to do this action.";
    /// No such region.
    INVALID_REGION_ID_NOT_FOUND = 404 "InvalidRegionId.NotFound" "The specified region is not found during access authentication.";
    /// No such access key.
    INVALID_ACCESS_KEY_ID_NOT_FOUND = 404 "InvalidAccessKeyId.NotFound" "Specified access key is not found.";
    /// The access key is switched off.
    INVALID_ACCESS_KEY_ID_INACTIVE = 403 "InvalidAccessKeyId.Inactive" "Specified access key is disabled.";
    /// The signature is not that of the request and the secret.
    SIGNATURE_DOES_NOT_MATCH = 400 "SignatureDoesNotMatch" "Specified signature is not matched with our calculation.";
    /// The signature's form is wrong, or it leaves out what it must cover.
    INCOMPLETE_SIGNATURE = 400 "IncompleteSignature" "The request signature does not conform to Aliyun standards.";
    /// The session is over.
    INVALID_SECURITY_TOKEN_EXPIRED = 403 "InvalidSecurityToken.Expired" "Specified SecurityToken is expired.";
    /// Not the token of this access key.
    INVALID_SECURITY_TOKEN_MALFORMED = 403 "InvalidSecurityToken.Malformed" "Specified SecurityToken is malformed.";
    /// The caller's clock is more than 15 minutes off.
    INVALID_TIME_STAMP_EXPIRED = 400 "InvalidTimeStamp.Expired" "Specified time stamp or date value is expired.";
    /// The date cannot be read.
    INVALID_TIME_STAMP_FORMAT = 400 "InvalidTimeStamp.Format" "Specified time stamp or date value is not well formatted.";
    /// A request was sent a second time.
    SIGNATURE_NONCE_USED = 400 "SignatureNonceUsed" "Specified signature nonce was used already.";
    /// A signature method other than HMAC-SHA1 in the older version.
    INVALID_SIGNATURE_METHOD = 400 "InvalidSignatureMethod" "Specified signature method is not valid.";
    /// A `Format` other than JSON and XML.
    INVALID_PARAMETER_FORMAT = 400 "InvalidParameter.Format" "Specified parameter format is not valid.";
    /// No such operation.
    INVALID_ACTION_NOT_FOUND = 404 "InvalidAction.NotFound" "Specified api is not found, please check your url and method.";
    /// An API version other than 2016-04-28.
    INVALID_VERSION = 400 "InvalidVersion" "Specified parameter Version is not valid.";
    /// Neither GET nor POST.
    UNSUPPORTED_HTTP_METHOD = 403 "UnsupportedHTTPMethod" "This http method not supported.";
    /// Too many calls.
    THROTTLING = 400 "Throttling" "Request was denied due to request throttling.";
    /// Too many calls of this user.
    THROTTLING_USER = 400 "Throttling.User" "Request was denied due to user flow control.";
    /// Too many calls of this operation.
    THROTTLING_API = 400 "Throttling.Api" "Request was denied due to api flow control.";
    /// Too many calls, in newer gateways.
    THROTTLING_429 = 429 "Throttling" "Request was denied due to request throttling.";
    /// Try again.
    SERVICE_UNAVAILABLE = 503 "ServiceUnavailable" "The request has failed due to a temporary failure of the server.";
    /// Try again.
    INTERNAL_ERROR = 500 "InternalError" "The request processing has failed due to some unknown error, exception or failure.";
    /// Try again.
    SYSTEM_BUSY = 400 "SystemBusy" "The system is busy. Please try again later.";
    /// Try again.
    OPERATION_CONFLICT = 400 "OperationConflict" "The operation is conflicting with another one.";
    /// Try again.
    TASK_CONFLICT = 400 "TaskConflict" "Operations are too frequent and tasks conflict with each other.";
    /// The first call under this ClientToken is not done yet.
    LAST_TOKEN_PROCESSING = 400 "LastTokenProcessing" "The last token request is processing.";
    /// One ClientToken, two different calls.
    IDEMPOTENT_PARAMETER_MISMATCH = 400 "IdempotentParameterMismatch" "The request uses the same client token as a previous, but non-identical request.";
    /// Another change of the gateway is under way.
    VPN_GATEWAY_CONFIGURING = 400 "VpnGateway.Configuring" "The specified service is configuring.";
    /// The gateway is locked for payment.
    VPN_GATEWAY_FINANCIAL_LOCKED = 400 "VpnGateway.FinancialLocked" "The specified service is financial locked.";
    /// No such gateway.
    INVALID_VPN_GATEWAY_INSTANCE_ID_NOT_FOUND = 404 "InvalidVpnGatewayInstanceId.NotFound" "The specified vpn gateway instance id does not exist.";
    /// No such SSL server.
    INVALID_SSL_VPN_SERVER_ID_NOT_FOUND = 404 "InvalidSslVpnServerId.NotFound" "The specified SSL VPN server id does not exist.";
    /// No such certificate.
    INVALID_SSL_VPN_CLIENT_CERT_ID_NOT_FOUND = 404 "InvalidSslVpnClientCertId.NotFound" "The specified SSL VPN client certificate id does not exist.";
    /// What a passed dry run answers.
    DRY_RUN_OPERATION = 400 "DryRunOperation" "Request validation has been passed with DryRun flag set.";
    /// A name's form.
    INVALID_NAME = 400 "InvalidName" "The name is not valid";
    /// One SSL server a gateway; the account's certificates.
    RESOURCE_QUOTA_FULL = 400 "Resource.QuotaFull" "The quota of resource is full";
    /// The gateway has no SSL-VPN.
    VPN_GATEWAY_SSL_VPN_DISABLED = 400 "VpnGateway.SslVpnDisabled" "The VPN gateway has not enabled SSL VPN.";
    /// The VPC's route table is full.
    QUOTA_EXCEEDED_VPN_ROUTE_ENTRY = 400 "QuotaExceeded.VpnRouteEntry" "The number of route entries to the VPN gateway in the VPC routing table has reached the quota limit.";
    /// The pool overlaps the local subnets.
    IP_CONFLICT_LOCAL = 400 "IpConflict" "Client IP pool conflict with local IP range.";
    /// The pool overlaps another server's.
    IP_CONFLICT_OTHER_SERVER = 400 "IpConflict" "Client IP pool conflict with other SSL VPN server in the same VPC.";
    /// The route to the pool could not be added.
    SSL_VPN_SERVER_ADD_ROUTE_ERROR = 400 "SslVpnServer.AddRouteError" "Add route error whose destination is client IP pool, please check vpc route entry and relevant quota.";
    /// The pool's prefix.
    CLIENT_IP_POOL_NETMASK_INVALID = 400 "ClientIpPool.NetmaskInvalid" "The netmask length of client IP pool must be greater than or equal to 16 and less than or equal to 29.";
    /// The pool's range.
    CLIENT_IP_POOL_SUBNET_INVALID = 400 "ClientIpPool.SubnetInvalid" "The specified client IP pool cannot be used.";
    /// Two-factor authentication without an instance.
    MISSING_PARAMETER_IDAAS_INSTANCE_ID = 400 "MissingParameter.IDaaSInstanceId" "The input parameter IDaaSInstanceId is mandatory when enable multi-factor authentication.";
    /// The instance gives no key.
    OPERATION_FAILED_GET_IDAAS_INFO = 400 "OperationFailed.GetIDaaSInfo" "Failed to get secret key from your IDaaS instance.";
    /// The service may not use the instance.
    OPERATION_FAILED_NO_RAM_PERMISSION = 400 "OperationFailed.NoRamPermission" "Vpn Service has no permission to operate your IDaaS instances.";
    /// The gateway is too old.
    NOT_SUPPORT_MULTI_FACTOR_AUTH = 400 "OperationUnsupported.NotSupportMultiFactorAuth" "Current version of the VPN does not support multi-factor authentication.";
    /// The port's range.
    SSL_VPN_SERVER_PORT_ILLEGAL = 400 "SslVpnServerPort.Illegal" "The server port is not in the range of [1-65535].";
    /// The pool covers a route of the VPC.
    CLIENT_CIDR_CONTAINS_VPC_ROUTE_DEST = 400 "EnableHaCheck.SslVpnServerClientCidrContainsVpcRouteDest" "Ssl vpn client cidr contains vpc route prefix. The vpc route prefix is %s.";
    /// As documented for the SSL server's operations.
    INVALID_INSTANCE_ID_NOT_FOUND = 400 "InvalidInstanceId.NotFound" "InstanceId is not found.";
    /// A route is there already.
    VPN_ROUTE_ENTRY_CONFLICT = 400 "VpnRouteEntry.Conflict" "The specified route entry has conflict.";
    /// No such IDaaS instance.
    INVALID_IDAAS_INSTANCE_ID_NOT_FOUND = 404 "InvalidIDaaSInstanceId.NotFound" "The specified IDaaS instance ID does not exist.";
    /// Too many certificates made.
    SSL_VPN_CLIENT_CREATE_TIMES_REACH_LIMITS = 400 "SslVpnClientCreateTimes.ReachLimits" "The number of client cert creation operations reaches the upper limit.";
    /// Too many certificates.
    CREATE_SSL_CERTS_QUOTA_FULL = 400 "CreateSslCertsQuotaFull.QuotaFull" "Create the number of SSL certificates that exceed the quota limit.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_published_row_is_here_word_for_word() {
        let table = include_str!("../../tests/data/errors.tsv");
        for row in table.lines().skip(1) {
            let columns: Vec<&str> = row.split('\t').collect();
            let [_, status, code, message, ..] = columns[..] else {
                panic!("a row with fewer columns: {row}");
            };
            assert!(
                DOCUMENTED.iter().any(|entry| entry.code == code
                    && entry.message == message
                    && entry.http_status.to_string() == status),
                "{row}"
            );
        }
    }

    #[test]
    fn a_refusal_names_the_parameter() {
        assert_eq!(
            ApiError::invalid_parameter("Port").message,
            "Specified parameter Port is not valid."
        );
    }
}
