variable "ssl_vpn_server_id" {
  type        = string
  description = "The SSL server whose certificates are looked up."
}

data "alivpn_ssl_vpn_client_certs" "ending" {
  ssl_vpn_server_id = var.ssl_vpn_server_id
  status            = "expiring-soon"
}

output "ending" {
  value = {
    for cert in data.alivpn_ssl_vpn_client_certs.ending.ssl_vpn_client_certs :
    cert.name => cert.end_time
  }
  description = "The certificates that end within a week, and when."
}
