variable "ssl_vpn_server_id" {
  type        = string
  description = "The SSL server of the certificate."
}

data "alivpn_ssl_vpn_client_cert" "ann" {
  ssl_vpn_server_id = var.ssl_vpn_server_id
  name              = "ann"
}

output "ann_ends" {
  value       = data.alivpn_ssl_vpn_client_cert.ann.end_time
  description = "Until when the certificate holds."
}
