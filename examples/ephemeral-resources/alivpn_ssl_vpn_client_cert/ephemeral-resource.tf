variable "ssl_vpn_client_cert_id" {
  type        = string
  description = "The certificate whose profile is delivered."
}

ephemeral "alivpn_ssl_vpn_client_cert" "ann" {
  id = var.ssl_vpn_client_cert_id
}

# The profile goes to whoever is to have it, and neither state nor plan holds it: here into a file that only you can read. Most secret
# stores have a write-only argument that takes an ephemeral value as well.
resource "terraform_data" "profile" {
  triggers_replace = [var.ssl_vpn_client_cert_id]

  provisioner "local-exec" {
    command     = "umask 077 && printenv PROFILE > ann.ovpn"
    environment = { PROFILE = ephemeral.alivpn_ssl_vpn_client_cert.ann.profile }
  }
}
