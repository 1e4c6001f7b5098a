data "alivpn_vpn_gateways" "free" {
  name_regex      = "^office-"
  status          = "active"
  ssl_vpn_enabled = true

  tags = {
    team = "network"
  }
}

output "gateway_ids" {
  value       = data.alivpn_vpn_gateways.free.vpn_gateways[*].id
  description = "The gateways' IDs, sorted."
}
