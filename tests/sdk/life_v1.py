"""The life of an SSL server and of a certificate with aliyun-python-sdk-vpc, which signs HMAC-SHA1 (V1).

Called with the emulator's host and port; prints what it saw as JSON.
"""

import json
import sys
import time

from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkvpc.request.v20160428.CreateSslVpnClientCertRequest import CreateSslVpnClientCertRequest
from aliyunsdkvpc.request.v20160428.CreateSslVpnServerRequest import CreateSslVpnServerRequest
from aliyunsdkvpc.request.v20160428.DeleteSslVpnClientCertRequest import DeleteSslVpnClientCertRequest
from aliyunsdkvpc.request.v20160428.DeleteSslVpnServerRequest import DeleteSslVpnServerRequest
from aliyunsdkvpc.request.v20160428.DescribeSslVpnClientCertRequest import DescribeSslVpnClientCertRequest
from aliyunsdkvpc.request.v20160428.DescribeSslVpnClientCertsRequest import DescribeSslVpnClientCertsRequest
from aliyunsdkvpc.request.v20160428.DescribeSslVpnServersRequest import DescribeSslVpnServersRequest
from aliyunsdkvpc.request.v20160428.DescribeVpnGatewayRequest import DescribeVpnGatewayRequest
from aliyunsdkvpc.request.v20160428.ModifySslVpnClientCertRequest import ModifySslVpnClientCertRequest
from aliyunsdkvpc.request.v20160428.ModifySslVpnServerRequest import ModifySslVpnServerRequest

GATEWAY = "vpn-bp1emulator0001"

client = AcsClient("testid", "testsecret", "cn-hangzhou")


def call(request, **parameters):
    request.set_endpoint(sys.argv[1])
    request.set_protocol_type("http")
    for name, value in parameters.items():
        getattr(request, f"set_{name}")(value)
    return json.loads(client.do_action_with_exception(request))


def until_active():
    for _ in range(600):
        if call(DescribeVpnGatewayRequest(), VpnGatewayId=GATEWAY)["Status"] == "active":
            return
        time.sleep(0.05)
    raise SystemExit(f"{GATEWAY} is not active after 30 seconds")


def servers():
    return call(DescribeSslVpnServersRequest())["SslVpnServers"]["SslVpnServer"]


def certificates():
    return call(DescribeSslVpnClientCertsRequest())["SslVpnClientCertKeys"]["SslVpnClientCertKey"]


server_id = call(
    CreateSslVpnServerRequest(),
    VpnGatewayId=GATEWAY,
    ClientIpPool="10.30.30.0/24",
    LocalSubnet="10.20.20.0/24",
    Name="office, 办公室 & more",
    ClientToken="create-1",
)["SslVpnServerId"]
until_active()
server = servers()[0]

renamed = call(ModifySslVpnServerRequest(), SslVpnServerId=server_id, Name="headquarters")

certificate_id = call(CreateSslVpnClientCertRequest(), SslVpnServerId=server_id, Name="ann")["SslVpnClientCertId"]
certificate = call(DescribeSslVpnClientCertRequest(), SslVpnClientCertId=certificate_id)
call(ModifySslVpnClientCertRequest(), SslVpnClientCertId=certificate_id, Name="bob")
listed = certificates()

call(DeleteSslVpnClientCertRequest(), SslVpnClientCertId=certificate_id)
until_active()
certificates_left = len(certificates())

call(DeleteSslVpnServerRequest(), SslVpnServerId=server_id)
until_active()

try:
    call(DeleteSslVpnServerRequest(), SslVpnServerId=server_id)
    refusal = None
except ServerException as error:
    refusal = {"code": error.error_code, "status": error.http_status, "request_id": error.request_id}

print(
    json.dumps(
        {
            "server_id": server["SslVpnServerId"],
            "created_id": server_id,
            "name": server["Name"],
            "port": server["Port"],
            "compress": server["Compress"],
            "renamed": renamed["Name"],
            "certificate": [certificate["Name"], certificate["Status"], certificate["SslVpnServerId"]],
            "ca_cert": certificate["CaCert"],
            "client_cert": certificate["ClientCert"],
            "has_key": certificate["ClientKey"].startswith("-----BEGIN PRIVATE KEY-----"),
            "listed": [[item["SslVpnClientCertId"], item["Name"]] for item in listed],
            "certificate_id": certificate_id,
            "certificates_left": certificates_left,
            "servers_left": len(servers()),
            "refusal": refusal,
        }
    )
)
