terraform {
  required_providers {
    alivpn = {
      source = "alivpn/alivpn"
    }
  }
}

# Credentials come from ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET.
provider "alivpn" {
  region = "cn-hangzhou"
}
