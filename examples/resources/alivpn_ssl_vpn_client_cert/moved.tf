# Takes the certificate over from the provider aliyun/alicloud: nothing is changed in the cloud, and its key leaves the state.
moved {
  from = alicloud_ssl_vpn_client_cert.ann
  to   = alivpn_ssl_vpn_client_cert.ann
}
