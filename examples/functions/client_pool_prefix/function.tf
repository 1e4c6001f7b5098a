# Room for 100 clients at once: /23.
output "client_ip_pool" {
  value = "10.30.0.0/${provider::alivpn::client_pool_prefix(100)}"
}
