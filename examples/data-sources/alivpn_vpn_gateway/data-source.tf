variable "vpc_id" {
  type        = string
  description = "The VPC whose only VPN gateway is looked up."
}

data "alivpn_vpn_gateway" "office" {
  vpc_id = var.vpc_id
}

output "client_limit" {
  value       = data.alivpn_vpn_gateway.office.ssl_max_connections
  description = "How many clients may be connected at once."
}
