# A root module may not have an ephemeral output, also under `terraform test`: this one calls the module and uses it.

terraform {
  required_providers {
    alivpn = {
      source = "alivpn/alivpn"
    }
  }
}

variable "vpn_gateway_id" {
  type = string
}

variable "name" {
  type    = string
  default = "office"
}

variable "client_ip_pool" {
  type    = string
  default = "10.30.30.0/24"
}

variable "local_subnets" {
  type    = set(string)
  default = ["192.168.0.0/16"]
}

variable "protocol" {
  type    = string
  default = null
}

variable "cipher" {
  type    = string
  default = null
}

variable "port" {
  type    = number
  default = null
}

variable "people" {
  type    = map(object({ renew_before = optional(string) }))
  default = {}
}

variable "renew_before" {
  type    = string
  default = "720h"
}

variable "profiles_in_state" {
  type    = bool
  default = false
}

variable "before" {
  description = "The certificates of an earlier run, for a test to compare with."
  type        = map(object({ id = string }))
  default     = {}
}

variable "folder" {
  description = "Where the profiles are written."
  type        = string
}

module "ssl_vpn" {
  source = "../.."

  vpn_gateway_id    = var.vpn_gateway_id
  name              = var.name
  client_ip_pool    = var.client_ip_pool
  local_subnets     = var.local_subnets
  protocol          = var.protocol
  cipher            = var.cipher
  port              = var.port
  people            = var.people
  renew_before      = var.renew_before
  profiles_in_state = var.profiles_in_state
}

# Takes each profile where nothing of it is stored.
resource "terraform_data" "profile" {
  for_each = module.ssl_vpn.certificates

  triggers_replace = [each.value.id]

  provisioner "local-exec" {
    command     = "umask 077 && printenv PROFILE > \"$FILE\""
    environment = { PROFILE = module.ssl_vpn.ephemeral_profiles[each.key], FILE = "${var.folder}/${each.key}.ovpn" }
  }
}

output "profiles" {
  value     = module.ssl_vpn.profiles
  sensitive = true
}

output "certificates" {
  value = module.ssl_vpn.certificates
}

output "address" {
  value = module.ssl_vpn.address
}
