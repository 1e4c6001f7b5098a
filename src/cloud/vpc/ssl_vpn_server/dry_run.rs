//! Asking whether a change would be accepted, without making it: `DryRun=true`. Nothing is changed, so these calls carry no ClientToken
//! and are repeated like reads. The API says yes by a refusal, [`Class::DryRunPassed`].

use tokio_util::sync::CancellationToken;

use super::SslVpnServerSettings;
use crate::cloud::answer::{Object, Read, Unreadable};
use crate::cloud::error::{Class, Error};
use crate::cloud::request::Parameters;
use crate::cloud::vpc::Client;

/// An answer that says that the change was made.
struct Accepted {
    request_id: Option<String>,
}

impl Read for Accepted {
    fn read(answer: &Object) -> Result<Accepted, Unreadable> {
        Ok(Accepted {
            request_id: answer.text("RequestId")?,
        })
    }
}

impl Client {
    /// Whether [`Client::create_ssl_vpn_server`] would be accepted as things are.
    ///
    /// # Errors
    ///
    /// Why not; see [`Error`].
    pub async fn dry_run_create_ssl_vpn_server(
        &self,
        region: &str,
        vpn_gateway_id: &str,
        settings: &SslVpnServerSettings,
        cancel: &CancellationToken,
    ) -> Result<(), Error> {
        let parameters = settings.parameters("VpnGatewayId", vpn_gateway_id);
        self.dry_run("CreateSslVpnServer", region, parameters, cancel)
            .await
    }

    /// Whether [`Client::modify_ssl_vpn_server`] would be accepted as things are.
    ///
    /// # Errors
    ///
    /// Why not; see [`Error`].
    pub async fn dry_run_modify_ssl_vpn_server(
        &self,
        region: &str,
        id: &str,
        settings: &SslVpnServerSettings,
        cancel: &CancellationToken,
    ) -> Result<(), Error> {
        let parameters = settings.parameters("SslVpnServerId", id);
        self.dry_run("ModifySslVpnServer", region, parameters, cancel)
            .await
    }

    async fn dry_run(
        &self,
        operation: &'static str,
        region: &str,
        parameters: Parameters,
        cancel: &CancellationToken,
    ) -> Result<(), Error> {
        let parameters = parameters.with("DryRun", true);
        match self.read(operation, region, parameters, cancel).await {
            Err(error) if error.class() == Class::DryRunPassed => Ok(()),
            Err(error) => Err(error),
            Ok(Accepted { request_id }) => Err(Error::Answer {
                operation,
                http_status: 200,
                request_id,
                reason: "it accepts the change that was only to be checked".to_owned(),
                class: Class::Defect,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::test_server::{Reply, TestServer};

    fn settings() -> SslVpnServerSettings {
        SslVpnServerSettings {
            client_ip_pool: Some("10.30.30.0/24".into()),
            port: Some(1195),
            ..SslVpnServerSettings::default()
        }
    }

    async fn modification(replies: Vec<Reply>) -> (Result<(), Error>, TestServer) {
        let server = TestServer::start(replies).await;
        let result = server
            .client()
            .dry_run_modify_ssl_vpn_server(
                "cn-hangzhou",
                "vss-1",
                &settings(),
                &CancellationToken::new(),
            )
            .await;
        (result, server)
    }

    #[tokio::test]
    async fn what_passes_is_well_and_nothing_but_a_check_was_sent() {
        let passed = Reply::refusal(400, "DryRunOperation");
        let (result, server) = modification(vec![passed.clone()]).await;
        assert_eq!(result, Ok(()));
        let seen = &server.seen()[0];
        assert_eq!(seen.operation(), "ModifySslVpnServer");
        let sent: Vec<(&str, &str)> = seen
            .query
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(
            sent,
            [
                ("ClientIpPool", "10.30.30.0/24"),
                ("DryRun", "true"),
                ("Port", "1195"),
                ("RegionId", "cn-hangzhou"),
                ("SslVpnServerId", "vss-1"),
            ]
        );

        let server = TestServer::start(vec![passed]).await;
        server
            .client()
            .dry_run_create_ssl_vpn_server(
                "cn-hangzhou",
                "vpn-1",
                &settings(),
                &CancellationToken::new(),
            )
            .await
            .unwrap();
        let seen = &server.seen()[0];
        assert_eq!(seen.operation(), "CreateSslVpnServer");
        assert_eq!(
            (&*seen.query["VpnGatewayId"], &*seen.query["DryRun"]),
            ("vpn-1", "true")
        );
    }

    #[tokio::test]
    async fn what_is_refused_says_why() {
        for (code, class) in [
            ("ClientIpPool.SubnetInvalid", Class::Input),
            ("VpnGateway.Configuring", Class::GatewayBusy),
            ("Forbidden", Class::Permission),
        ] {
            let (result, server) = modification(vec![Reply::refusal(400, code)]).await;
            let error = result.unwrap_err();
            assert_eq!((error.code(), error.class()), (Some(code), class));
            assert_eq!(server.seen().len(), 1);
        }
    }

    #[tokio::test]
    async fn a_lost_answer_is_asked_for_again() {
        let passed = Reply::refusal(400, "DryRunOperation");
        let (result, server) = modification(vec![Reply::Close, passed]).await;
        assert_eq!((result, server.seen().len()), (Ok(()), 2));
    }

    #[tokio::test]
    async fn an_api_that_acts_on_a_dry_run_is_not_asked_twice() {
        let acted = Reply::json(200, r#"{"RequestId":"R-1","SslVpnServerId":"vss-1"}"#);
        let (result, server) = modification(vec![acted]).await;
        let error = result.unwrap_err();
        assert_eq!(error.class(), Class::Defect);
        assert_eq!(error.request_id(), Some("R-1"));
        assert_eq!(server.seen().len(), 1);
    }
}
