terraform {
  # Ephemeral outputs came with Terraform 1.10. OpenTofu reads versions.tofu instead of this file.
  required_version = ">= 1.10"

  required_providers {
    alivpn = {
      source = "alivpn/alivpn"
    }
  }
}
