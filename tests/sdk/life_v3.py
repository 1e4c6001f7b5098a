"""The life of an SSL server and of a certificate with alibabacloud-vpc20160428, which signs ACS3-HMAC-SHA256.

Called with the emulator's host and port; prints what it saw as JSON.
"""

import json
import sys
import time

from alibabacloud_tea_openapi.models import Config
from alibabacloud_vpc20160428 import models
from alibabacloud_vpc20160428.client import Client
from Tea.exceptions import TeaException

REGION = "cn-hangzhou"
GATEWAY = "vpn-bp1emulator0001"

client = Client(
    Config(
        protocol="http",
        endpoint=sys.argv[1],
        region_id=REGION,
        access_key_id="testid",
        access_key_secret="testsecret",
    )
)


def until_active():
    for _ in range(600):
        request = models.DescribeVpnGatewayRequest(region_id=REGION, vpn_gateway_id=GATEWAY)
        if client.describe_vpn_gateway(request).body.status == "active":
            return
        time.sleep(0.05)
    raise SystemExit(f"{GATEWAY} is not active after 30 seconds")


def servers():
    request = models.DescribeSslVpnServersRequest(region_id=REGION)
    return client.describe_ssl_vpn_servers(request).body.ssl_vpn_servers.ssl_vpn_server


def certificates():
    request = models.DescribeSslVpnClientCertsRequest(region_id=REGION)
    return client.describe_ssl_vpn_client_certs(request).body.ssl_vpn_client_cert_keys.ssl_vpn_client_cert_key


created = client.create_ssl_vpn_server(
    models.CreateSslVpnServerRequest(
        region_id=REGION,
        vpn_gateway_id=GATEWAY,
        client_ip_pool="10.30.30.0/24",
        local_subnet="10.20.20.0/24",
        name="office, 办公室 & more",
        client_token="create-1",
    )
).body
server_id = created.ssl_vpn_server_id
until_active()
server = servers()[0]

renamed = client.modify_ssl_vpn_server(
    models.ModifySslVpnServerRequest(region_id=REGION, ssl_vpn_server_id=server_id, name="headquarters")
).body

certificate_id = client.create_ssl_vpn_client_cert(
    models.CreateSslVpnClientCertRequest(region_id=REGION, ssl_vpn_server_id=server_id, name="ann")
).body.ssl_vpn_client_cert_id
certificate = client.describe_ssl_vpn_client_cert(
    models.DescribeSslVpnClientCertRequest(region_id=REGION, ssl_vpn_client_cert_id=certificate_id)
).body
client.modify_ssl_vpn_client_cert(
    models.ModifySslVpnClientCertRequest(region_id=REGION, ssl_vpn_client_cert_id=certificate_id, name="bob")
)
listed = certificates()

client.delete_ssl_vpn_client_cert(
    models.DeleteSslVpnClientCertRequest(region_id=REGION, ssl_vpn_client_cert_id=certificate_id)
)
until_active()
certificates_left = len(certificates())

client.delete_ssl_vpn_server(models.DeleteSslVpnServerRequest(region_id=REGION, ssl_vpn_server_id=server_id))
until_active()

try:
    client.delete_ssl_vpn_server(models.DeleteSslVpnServerRequest(region_id=REGION, ssl_vpn_server_id=server_id))
    refusal = None
except TeaException as error:
    refusal = {"code": error.code, "status": error.data["statusCode"], "request_id": error.data["RequestId"]}

print(
    json.dumps(
        {
            "server_id": server.ssl_vpn_server_id,
            "created_id": server_id,
            "name": server.name,
            "port": server.port,
            "compress": server.compress,
            "renamed": renamed.name,
            "certificate": [certificate.name, certificate.status, certificate.ssl_vpn_server_id],
            "ca_cert": certificate.ca_cert,
            "client_cert": certificate.client_cert,
            "has_key": certificate.client_key.startswith("-----BEGIN PRIVATE KEY-----"),
            "listed": [[item.ssl_vpn_client_cert_id, item.name] for item in listed],
            "certificate_id": certificate_id,
            "certificates_left": certificates_left,
            "servers_left": len(servers()),
            "refusal": refusal,
        }
    )
)
