variable "vpn_gateway_id" {
  description = "The VPN gateway that carries the server. It has SSL-VPN enabled and no SSL server yet."
  type        = string
  nullable    = false

  validation {
    condition     = startswith(var.vpn_gateway_id, "vpn-")
    error_message = "A VPN gateway's ID begins with \"vpn-\"."
  }
}

variable "name" {
  description = "The server's name."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.name) >= 1 && length(var.name) <= 100 && !can(regex("^https?://", var.name))
    error_message = "A name has 1 to 100 characters and does not start with http:// or https://."
  }
}

variable "client_ip_pool" {
  description = "The network that clients get their addresses from: four for each connection at once, so that a /24 serves 50 of them."
  type        = string
  nullable    = false

  validation {
    condition     = can(cidrnetmask(var.client_ip_pool)) && can(regex("/(1[6-9]|2[0-9])$", var.client_ip_pool)) && try(cidrsubnet(var.client_ip_pool, 0, 0) == var.client_ip_pool, false)
    error_message = "The pool is an IPv4 network from /16 to /29 without host bits, such as \"10.30.30.0/24\"."
  }
}

variable "local_subnets" {
  description = "The one to five networks that clients reach through the server."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.local_subnets) >= 1 && length(var.local_subnets) <= 5 && alltrue([for subnet in var.local_subnets : can(cidrnetmask(subnet))])
    error_message = "There are one to five IPv4 networks, such as \"192.168.0.0/16\"."
  }
}

variable "protocol" {
  description = "`TCP` or `UDP`. UDP is the better carrier; TCP passes more firewalls. Null leaves it to the cloud."
  type        = string
  default     = null

  validation {
    condition     = var.protocol == null ? true : contains(["TCP", "UDP"], var.protocol)
    error_message = "The protocol is \"TCP\" or \"UDP\"."
  }
}

variable "cipher" {
  description = "The encryption algorithm. Null leaves it to the cloud."
  type        = string
  default     = null

  validation {
    condition     = var.cipher == null ? true : contains(["AES-128-CBC", "AES-192-CBC", "AES-256-CBC", "none"], var.cipher)
    error_message = "The cipher is \"AES-128-CBC\", \"AES-192-CBC\", \"AES-256-CBC\" or \"none\"."
  }
}

variable "port" {
  description = "The port that clients connect to. Null leaves it to the cloud."
  type        = number
  default     = null

  validation {
    condition     = var.port == null ? true : var.port >= 1 && var.port <= 65535 && floor(var.port) == var.port && !contains([22, 53, 68, 80, 123, 443, 500, 2222, 4500, 4510, 4560, 7505, 9000, 9001, 9002, 22222], var.port)
    error_message = "A port is a whole number from 1 to 65535, and none that the cloud keeps for itself: 22, 53, 68, 80, 123, 443, 500, 2222, 4500, 4510, 4560, 7505, 9000, 9001, 9002, 22222."
  }
}

variable "people" {
  description = "Who gets a certificate: a key for each person (or device), which names the certificate. `renew_before` overrules the module's own."
  type = map(object({
    renew_before = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for person in keys(var.people) : can(regex("^[A-Za-z0-9][A-Za-z0-9._@-]{0,99}$", person))])
    error_message = "A person's key has 1 to 100 letters, digits and . _ @ -, and begins with a letter or digit: it names a certificate and often a file."
  }

  # As many years as are begun: one, or there are none or too many.
  validation {
    condition     = alltrue([for person in var.people : person.renew_before == null ? true : try(can(regex("^([0-9.]+[hms])+$", person.renew_before)) && ceil(sum([for part in regexall("([0-9.]+)([hms])", person.renew_before) : part[0] * { h = 3600, m = 60, s = 1 }[part[1]]]) / 31536000) == 1, false)])
    error_message = "A duration is above zero and at most a year, in hours, minutes and seconds, such as \"720h\"."
  }
}

variable "renew_before" {
  description = "How long before its end a certificate is replaced, as a duration. Null: never. Replacing one disconnects every client for a moment, and its person needs a new profile."
  type        = string
  default     = "720h"

  validation {
    condition     = var.renew_before == null ? true : try(can(regex("^([0-9.]+[hms])+$", var.renew_before)) && ceil(sum([for part in regexall("([0-9.]+)([hms])", var.renew_before) : part[0] * { h = 3600, m = 60, s = 1 }[part[1]]]) / 31536000) == 1, false)
    error_message = "A duration is above zero and at most a year, in hours, minutes and seconds, such as \"720h\"."
  }
}

variable "profiles_in_state" {
  description = "Whether the output `profiles` has the profiles. They hold private keys, and the state then holds them as well."
  type        = bool
  default     = false
  nullable    = false
}

variable "deliver" {
  description = "Whether the output `ephemeral_profiles` has the profiles; otherwise it is null, and nobody reads the keys."
  type        = bool
  default     = true
  nullable    = false
}
