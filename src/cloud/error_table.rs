//! What each documented error code means, and a rule for those that are not documented.
//!
//! The rule is careful where being wrong would cost an object: no undocumented code ever means "not found".

use super::error::Class;

/// What a code means for the caller, and the argument at fault where it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// What it means.
    pub class: Class,
    /// The argument by the name that users know it by.
    pub argument: Option<&'static str>,
}

/// Which operations a row is about.
#[derive(Clone, Copy)]
enum Of {
    All,
    /// Create and Modify of the SSL server.
    Server,
    CreateServer,
    CreateCert,
    /// Create of the SSL server and of a certificate.
    Creates,
    /// Create and Modify of both.
    Changes,
}

impl Of {
    fn includes(self, operation: &str) -> bool {
        self.operations()
            .is_none_or(|operations| operations.contains(&operation))
    }

    /// By name; `None` for all.
    fn operations(self) -> Option<&'static [&'static str]> {
        Some(match self {
            Of::All => return None,
            Of::Server => &["CreateSslVpnServer", "ModifySslVpnServer"],
            Of::CreateServer => &["CreateSslVpnServer"],
            Of::CreateCert => &["CreateSslVpnClientCert"],
            Of::Creates => &["CreateSslVpnServer", "CreateSslVpnClientCert"],
            Of::Changes => &[
                "CreateSslVpnServer",
                "ModifySslVpnServer",
                "CreateSslVpnClientCert",
                "ModifySslVpnClientCert",
            ],
        })
    }
}

/// The documented codes: operations, code, class, argument (empty when none is at fault).
#[rustfmt::skip]
const DOCUMENTED: &[(Of, &str, Class, &str)] = &[
    (Of::All, "MissingParameter", Class::Input, ""),
    (Of::All, "InvalidParameter", Class::Input, ""),
    (Of::All, "Forbbiden.SubUser", Class::Permission, ""),
    (Of::All, "Forbidden", Class::Permission, ""),
    (Of::All, "Forbidden.RAM", Class::Permission, ""),
    (Of::All, "NoPermission", Class::Permission, ""),
    (Of::All, "InvalidRegionId.NotFound", Class::Input, "region"),
    (Of::All, "InvalidAccessKeyId.NotFound", Class::Credentials, ""),
    (Of::All, "InvalidAccessKeyId.Inactive", Class::Credentials, ""),
    (Of::All, "SignatureDoesNotMatch", Class::Credentials, ""),
    (Of::All, "IncompleteSignature", Class::Credentials, ""),
    (Of::All, "InvalidSecurityToken.Expired", Class::CredentialsRefresh, ""),
    (Of::All, "InvalidSecurityToken.Malformed", Class::Credentials, ""),
    (Of::All, "InvalidTimeStamp.Expired", Class::Clock, ""),
    (Of::All, "SignatureNonceUsed", Class::RetryNewNonce, ""),
    (Of::All, "Throttling", Class::Throttle, ""),
    (Of::All, "Throttling.User", Class::Throttle, ""),
    (Of::All, "Throttling.Api", Class::Throttle, ""),
    (Of::All, "ServiceUnavailable", Class::Retry, ""),
    (Of::All, "InternalError", Class::Retry, ""),
    (Of::All, "SystemBusy", Class::Retry, ""),
    (Of::All, "OperationConflict", Class::Retry, ""),
    (Of::All, "TaskConflict", Class::Retry, ""),
    (Of::All, "LastTokenProcessing", Class::RetrySameToken, ""),
    (Of::All, "IdempotentParameterMismatch", Class::Defect, ""),
    (Of::All, "VpnGateway.Configuring", Class::GatewayBusy, ""),
    (Of::All, "VpnGateway.FinancialLocked", Class::Payment, "vpn_gateway_id"),
    (Of::All, "InvalidVpnGatewayInstanceId.NotFound", Class::NotFound, "vpn_gateway_id"),
    (Of::All, "InvalidSslVpnServerId.NotFound", Class::NotFound, "id"),
    (Of::All, "InvalidSslVpnClientCertId.NotFound", Class::NotFound, "id"),
    (Of::Server, "DryRunOperation", Class::DryRunPassed, ""),
    (Of::Changes, "InvalidName", Class::Input, "name"),
    (Of::Creates, "Resource.QuotaFull", Class::Quota, ""),
    (Of::CreateServer, "VpnGateway.SslVpnDisabled", Class::Input, "vpn_gateway_id"),
    (Of::CreateServer, "QuotaExceeded.VpnRouteEntry", Class::Quota, "client_ip_pool"),
    (Of::Server, "IpConflict", Class::Input, "client_ip_pool"),
    (Of::Server, "SslVpnServer.AddRouteError", Class::Input, "client_ip_pool"),
    (Of::Server, "ClientIpPool.NetmaskInvalid", Class::Input, "client_ip_pool"),
    (Of::Server, "ClientIpPool.SubnetInvalid", Class::Input, "client_ip_pool"),
    (Of::Server, "MissingParameter.IDaaSInstanceId", Class::Input, "idaas_instance_id"),
    (Of::Server, "OperationFailed.GetIDaaSInfo", Class::Input, "idaas_instance_id"),
    (Of::Server, "OperationFailed.NoRamPermission", Class::Permission, "idaas_instance_id"),
    (Of::Server, "OperationUnsupported.NotSupportMultiFactorAuth", Class::Input, "enable_multi_factor_auth"),
    (Of::Server, "SslVpnServerPort.Illegal", Class::Input, "port"),
    (Of::Server, "EnableHaCheck.SslVpnServerClientCidrContainsVpcRouteDest", Class::Input, "client_ip_pool"),
    (Of::Server, "InvalidInstanceId.NotFound", Class::Input, ""),
    (Of::Server, "VpnRouteEntry.Conflict", Class::Input, "client_ip_pool"),
    (Of::Server, "InvalidIDaaSInstanceId.NotFound", Class::Input, "idaas_instance_id"),
    (Of::CreateCert, "SslVpnClientCreateTimes.ReachLimits", Class::Quota, ""),
    (Of::CreateCert, "CreateSslCertsQuotaFull.QuotaFull", Class::Quota, ""),
];

/// The API's parameters and the arguments that set them, for messages that name the parameter.
const PARAMETERS: [(&str, &str); 13] = [
    ("RegionId", "region"),
    ("VpnGatewayId", "vpn_gateway_id"),
    ("Name", "name"),
    ("ClientIpPool", "client_ip_pool"),
    ("LocalSubnet", "local_subnets"),
    ("Proto", "protocol"),
    ("Cipher", "cipher"),
    ("Port", "port"),
    ("Compress", "compress"),
    ("EnableMultiFactorAuth", "enable_multi_factor_auth"),
    ("IDaaSInstanceId", "idaas_instance_id"),
    ("IDaaSRegionId", "idaas_region_id"),
    ("IDaaSApplicationId", "idaas_application_id"),
];

/// A documented code.
#[derive(Debug, Clone, Copy)]
pub struct Documented {
    /// The code.
    pub code: &'static str,
    /// The operations that answer it; `None` for all.
    pub operations: Option<&'static [&'static str]>,
    /// What it means.
    pub meaning: Meaning,
}

/// All documented codes.
pub fn documented() -> impl Iterator<Item = Documented> {
    DOCUMENTED
        .iter()
        .map(|&(of, code, class, argument)| Documented {
            code,
            operations: of.operations(),
            meaning: Meaning {
                class,
                argument: Some(argument).filter(|name| !name.is_empty()),
            },
        })
}

/// What a refusal means: the documented meaning, else one by the code's form and the HTTP status.
pub fn meaning(operation: &str, http_status: u16, code: &str, message: &str) -> Meaning {
    let documented = DOCUMENTED
        .iter()
        .find(|(of, documented, ..)| *documented == code && of.includes(operation));
    let (class, argument) = match documented {
        Some((_, _, class, argument)) => (*class, Some(*argument).filter(|name| !name.is_empty())),
        None => (by_form(http_status, code), None),
    };
    Meaning {
        class,
        argument: argument.or_else(|| named_parameter(code, message)),
    }
}

/// What an HTTP status alone says, for answers that are not the API's.
pub fn by_status(http_status: u16) -> Class {
    match http_status {
        401 | 403 => Class::Permission,
        408 | 500.. => Class::Retry,
        429 => Class::Throttle,
        _ => Class::Unknown,
    }
}

fn by_form(http_status: u16, code: &str) -> Class {
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| code.starts_with(prefix));
    if starts(&["Throttling"]) || http_status == 429 {
        Class::Throttle
    } else if starts(&["Forbidden", "Forbbiden", "NoPermission"]) {
        Class::Permission
    } else if starts(&[
        "InvalidSecurityToken",
        "MissingSecurityToken",
        "InvalidAccessKey",
    ]) {
        Class::Credentials
    } else if starts(&["InvalidTimeStamp", "IllegalTimestamp"]) {
        Class::Clock
    } else if starts(&["QuotaExceed"]) || code.ends_with("QuotaFull") {
        Class::Quota
    } else if http_status >= 500
        || starts(&[
            "ServiceUnavailable",
            "InternalError",
            "SystemBusy",
            "OperationConflict",
            "TaskConflict",
        ])
    {
        Class::Retry
    } else if code.ends_with(".NotFound") {
        Class::Unknown
    } else if starts(&["Invalid", "MissingParameter", "MissingParam", "Illegal"]) {
        Class::Input
    } else {
        Class::Unknown
    }
}

/// The argument behind `InvalidParameter` and `MissingParameter`, which name the API's parameter after the code
/// (`MissingParameter.Name`), as the word after "parameter" in the message (`Specified parameter Name is not valid.`), or else
/// anywhere in it (`RegionId is mandatory for this action.`).
fn named_parameter(code: &str, message: &str) -> Option<&'static str> {
    let (kind, detail) = code.split_once('.').unwrap_or((code, ""));
    if kind != "InvalidParameter" && kind != "MissingParameter" {
        return None;
    }
    let words = || {
        message
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
    };
    let after_parameter = words()
        .skip_while(|word| !word.eq_ignore_ascii_case("parameter"))
        .nth(1);
    let argument_of = |word: &str| {
        PARAMETERS
            .iter()
            .find(|(parameter, _)| *parameter == word)
            .map(|(_, argument)| *argument)
    };
    argument_of(detail)
        .or_else(|| after_parameter.and_then(argument_of))
        .or_else(|| words().find_map(argument_of))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class_named(name: &str) -> Class {
        match name {
            "input" => Class::Input,
            "permission" => Class::Permission,
            "credentials" => Class::Credentials,
            "credentials-refresh" => Class::CredentialsRefresh,
            "clock" => Class::Clock,
            "payment" => Class::Payment,
            "quota" => Class::Quota,
            "not-found" => Class::NotFound,
            "gateway-busy" => Class::GatewayBusy,
            "throttle" => Class::Throttle,
            "retry" => Class::Retry,
            "retry-new-nonce" => Class::RetryNewNonce,
            "retry-same-token" => Class::RetrySameToken,
            "defect" => Class::Defect,
            "dry-run-passed" => Class::DryRunPassed,
            other => panic!("no class {other}"),
        }
    }

    /// Operations, HTTP status, code, message, class, argument.
    type Row = (
        Vec<&'static str>,
        u16,
        &'static str,
        &'static str,
        Class,
        Option<&'static str>,
    );

    fn rows() -> Vec<Row> {
        include_str!("../../tests/data/errors.tsv")
            .lines()
            .skip(1)
            .map(|line| {
                let fields: Vec<&str> = line.split('\t').collect();
                let [operations, http, code, message, class, argument] = fields[..] else {
                    panic!("six fields: {line}");
                };
                (
                    operations.split(',').collect(),
                    http.parse().unwrap(),
                    code,
                    message,
                    class_named(class),
                    Some(argument).filter(|name| !name.is_empty()),
                )
            })
            .collect()
    }

    const OPERATIONS: [&str; 8] = [
        "CreateSslVpnServer",
        "ModifySslVpnServer",
        "DeleteSslVpnServer",
        "DescribeSslVpnServers",
        "DescribeVpnGateway",
        "CreateSslVpnClientCert",
        "ModifySslVpnClientCert",
        "DescribeSslVpnClientCert",
    ];

    #[test]
    fn every_documented_code_means_what_the_table_says() {
        let rows = rows();
        assert!(rows.len() > 50);
        for (operations, http, code, message, class, argument) in rows {
            let operations = if operations == ["*"] {
                OPERATIONS.to_vec()
            } else {
                operations
            };
            for operation in operations {
                assert_eq!(
                    meaning(operation, http, code, message),
                    Meaning { class, argument },
                    "{operation} {code}"
                );
            }
        }
    }

    #[test]
    fn the_table_holds_no_code_that_is_not_documented() {
        let rows = rows();
        for (of, code, ..) in DOCUMENTED {
            for operation in OPERATIONS {
                let documented = rows.iter().any(|(operations, _, documented, ..)| {
                    documented == code && (operations == &["*"] || operations.contains(&operation))
                });
                assert_eq!(of.includes(operation), documented, "{operation} {code}");
            }
        }
    }

    #[test]
    fn an_address_conflict_names_the_pool_whichever_message_it_has() {
        for message in [
            "Client IP pool conflict with local IP range.",
            "Client IP pool conflict with other SSL VPN server in the same VPC.",
        ] {
            let meaning = meaning("CreateSslVpnServer", 400, "IpConflict", message);
            assert_eq!(meaning.argument, Some("client_ip_pool"));
        }
    }

    #[test]
    fn a_code_documented_for_another_operation_is_classed_by_its_form() {
        let meaning = meaning("DeleteSslVpnServer", 400, "InvalidName", "");
        assert_eq!((meaning.class, meaning.argument), (Class::Input, None));
    }

    #[test]
    fn undocumented_codes_are_classed_by_their_form_and_never_as_gone() {
        for (http, code, class) in [
            (400, "Throttling.Region", Class::Throttle),
            (429, "Whatever", Class::Throttle),
            (403, "Forbidden.NotFound", Class::Permission),
            (403, "NoPermission.VpnGateway", Class::Permission),
            (400, "QuotaExceeded.Something", Class::Quota),
            (404, "InvalidVpcId.NotFound", Class::Unknown),
            (404, "Something.NotFound", Class::Unknown),
            (404, "Whatever", Class::Unknown),
            (500, "Whatever", Class::Retry),
            (503, "InvalidVpcId.NotFound", Class::Retry),
            (400, "InvalidVpcId", Class::Input),
            (400, "InvalidParameter.Port", Class::Input),
            (400, "MissingParameter.Port", Class::Input),
            (400, "IllegalTimestamp", Class::Clock),
            (403, "InvalidSecurityToken.Whatever", Class::Credentials),
            (400, "Whatever", Class::Unknown),
            (400, "", Class::Unknown),
        ] {
            assert_eq!(
                meaning("DescribeSslVpnServers", http, code, "").class,
                class,
                "{http} {code}"
            );
        }
    }

    #[test]
    fn a_parameter_named_in_the_message_or_the_code_is_the_argument() {
        let named = |code, message| meaning("ModifySslVpnServer", 400, code, message).argument;
        let message = "Specified parameter LocalSubnet is not valid.";
        assert_eq!(named("InvalidParameter", message), Some("local_subnets"));
        let message = "The input parameter \"Proto\" that is mandatory for processing this request is not supplied.";
        assert_eq!(named("MissingParameter", message), Some("protocol"));
        assert_eq!(named("InvalidParameter.Cipher", ""), Some("cipher"));
        let message = "Specified parameter IDaaSRegionId is not valid.";
        assert_eq!(named("InvalidParameter", message), Some("idaas_region_id"));
        let message = "Specified parameter Port is not valid for this Proto.";
        assert_eq!(named("InvalidParameter", message), Some("port"));
        let message = "RegionId is mandatory for this action.";
        assert_eq!(named("MissingParameter", message), Some("region"));
        assert_eq!(named("InvalidParameter", "Specified parameter %s"), None);
    }
}
