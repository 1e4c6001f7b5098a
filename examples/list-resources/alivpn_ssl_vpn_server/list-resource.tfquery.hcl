# terraform query -generate-config-out=servers.tf
list "alivpn_ssl_vpn_server" "office" {
  provider = alivpn

  config {
    name_regex = "^office"
  }
}
