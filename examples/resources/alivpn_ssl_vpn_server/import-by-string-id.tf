import {
  to = alivpn_ssl_vpn_server.office
  id = "vss-bp18q7hzj6largv4v0000@cn-hangzhou"
}
