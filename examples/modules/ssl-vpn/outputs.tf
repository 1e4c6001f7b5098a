output "ssl_vpn_server_id" {
  description = "The server's ID."
  value       = alivpn_ssl_vpn_server.this.id
}

output "address" {
  description = "Where clients connect to: address and port."
  value       = "${alivpn_ssl_vpn_server.this.internet_ip}:${alivpn_ssl_vpn_server.this.port}"
}

output "certificates" {
  description = "Each person's certificate: its ID, and until when it holds."
  value = {
    for person, cert in alivpn_ssl_vpn_client_cert.person : person => {
      id       = cert.id
      end_time = cert.end_time
    }
  }
}

output "profiles" {
  description = "Each person's OpenVPN profile, with the private key in it; null unless `profiles_in_state` is true."
  value       = var.profiles_in_state ? { for person, cert in data.alivpn_ssl_vpn_client_cert.person : person => cert.profile } : null
  sensitive   = true
}

output "ephemeral_profiles" {
  description = "Each person's OpenVPN profile, with the private key in it, for arguments that take ephemeral values: in no state and no plan. Null unless `deliver` is true."
  # An ephemeral output takes nothing but ephemeral values. A null is none, nor for Terraform 1.11 what an ephemeral resource will give;
  # whatever depends on an ephemeral value is, and the condition is never true.
  value     = terraform.applying == null ? null : var.deliver ? { for person, cert in ephemeral.alivpn_ssl_vpn_client_cert.person : person => cert.profile } : null
  ephemeral = true
}
