resource "alivpn_ssl_vpn_server" "this" {
  vpn_gateway_id = var.vpn_gateway_id
  name           = var.name
  client_ip_pool = var.client_ip_pool
  local_subnets  = var.local_subnets
  protocol       = var.protocol
  cipher         = var.cipher
  port           = var.port
}

# One for each person, so that one can be taken away without the others'.
resource "alivpn_ssl_vpn_client_cert" "person" {
  for_each = var.people

  ssl_vpn_server_id = alivpn_ssl_vpn_server.this.id
  name              = each.key
  renew_before      = each.value.renew_before != null ? each.value.renew_before : var.renew_before

  # The new profile can be delivered before the old one stops working.
  lifecycle {
    create_before_destroy = true
  }
}

# Read anew in each run, and in no state.
ephemeral "alivpn_ssl_vpn_client_cert" "person" {
  for_each = var.deliver ? alivpn_ssl_vpn_client_cert.person : {}

  id = each.value.id
}

# The same, and in the state: only for who asks for it.
data "alivpn_ssl_vpn_client_cert" "person" {
  for_each = var.profiles_in_state ? alivpn_ssl_vpn_client_cert.person : {}

  id                  = each.value.id
  include_private_key = true
}
