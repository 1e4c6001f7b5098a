variable "ssl_vpn_server_id" {
  description = "The SSL server that the people connect to."
  type        = string
}

variable "people" {
  description = "Who gets a certificate."
  type        = set(string)
  default     = ["ann", "bob"]
}

# One for each person, so that one can be taken away without the others'.
resource "alivpn_ssl_vpn_client_cert" "person" {
  for_each = var.people

  ssl_vpn_server_id = var.ssl_vpn_server_id
  name              = each.key

  # Replaced 30 days before its end, by the first plan that finds it so near.
  renew_before = "720h"
}

output "ends" {
  description = "Until when each certificate holds."
  value       = { for name, cert in alivpn_ssl_vpn_client_cert.person : name => cert.end_time }
}
