# terraform query -generate-config-out=certificates.tf
list "alivpn_ssl_vpn_client_cert" "good" {
  provider = alivpn

  config {
    status = "normal"
  }
}
