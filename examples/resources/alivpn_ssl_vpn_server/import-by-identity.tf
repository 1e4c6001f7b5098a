import {
  to = alivpn_ssl_vpn_server.office

  identity = {
    id     = "vss-bp18q7hzj6largv4v0000"
    region = "cn-hangzhou"
  }
}
