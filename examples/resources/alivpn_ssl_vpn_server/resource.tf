variable "vpn_gateway_id" {
  description = "A VPN gateway with SSL-VPN enabled that has no SSL server yet."
  type        = string
}

resource "alivpn_ssl_vpn_server" "office" {
  vpn_gateway_id = var.vpn_gateway_id

  # Clients get their addresses from here; a /24 serves 50 connections at once.
  client_ip_pool = "10.30.30.0/24"

  # What clients reach through the tunnel.
  local_subnets = ["192.168.0.0/16", "172.16.0.0/12"]

  # A new name is applied at once; any other change makes the gateway work for a while and drops connections.
  name     = "office"
  protocol = "UDP"
  cipher   = "AES-256-CBC"
  port     = 1194

  timeouts {
    create = "15m"
    update = "15m"
  }
}

output "vpn_address" {
  description = "Where clients connect to."
  value       = "${alivpn_ssl_vpn_server.office.internet_ip}:${alivpn_ssl_vpn_server.office.port}"
}
