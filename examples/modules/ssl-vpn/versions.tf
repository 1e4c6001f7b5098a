terraform {
  # Ephemeral outputs came with Terraform 1.10 and OpenTofu 1.11.
  required_version = ">= 1.10"

  required_providers {
    alivpn = {
      source = "alivpn/alivpn"
    }
  }
}
