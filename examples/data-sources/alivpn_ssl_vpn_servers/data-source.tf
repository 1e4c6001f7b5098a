data "alivpn_ssl_vpn_servers" "office" {
  name_regex = "^office-"
}

output "free_connections" {
  value = {
    for server in data.alivpn_ssl_vpn_servers.office.ssl_vpn_servers :
    server.id => server.max_connections - server.connections
  }
  description = "How many more clients each server can take now."
}
