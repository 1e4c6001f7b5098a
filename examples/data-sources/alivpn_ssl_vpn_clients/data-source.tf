variable "vpn_gateway_id" {
  type        = string
  description = "The VPN gateway whose clients are looked up."
}

data "alivpn_ssl_vpn_clients" "now" {
  vpn_gateway_id = var.vpn_gateway_id
}

output "connected" {
  value = {
    for client in data.alivpn_ssl_vpn_clients.now.clients :
    client.private_ip => client.common_name
  }
  description = "Who is connected, by address."
}
