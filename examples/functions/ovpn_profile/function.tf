variable "client_key" {
  type      = string
  sensitive = true
}

# The four files of the archive that the console offers, as one.
output "profile" {
  value = provider::alivpn::ovpn_profile(
    file("config.ovpn"),
    file("ca.crt"),
    file("client.crt"),
    var.client_key,
  )
  sensitive = true
}
