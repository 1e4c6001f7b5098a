variable "vpn_gateway_id" {
  type        = string
  description = "The VPN gateway whose SSL server is looked up."
}

data "alivpn_ssl_vpn_server" "office" {
  vpn_gateway_id = var.vpn_gateway_id
}

output "end_point" {
  value       = "${data.alivpn_ssl_vpn_server.office.internet_ip}:${data.alivpn_ssl_vpn_server.office.port}"
  description = "Where clients connect."
}
