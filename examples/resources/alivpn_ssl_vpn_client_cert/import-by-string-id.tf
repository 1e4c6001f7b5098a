import {
  to = alivpn_ssl_vpn_client_cert.person["ann"]
  id = "vsc-bp1n8wcf134yl0osr0000@cn-hangzhou"
}
