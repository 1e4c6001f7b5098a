# Takes the server over from the provider aliyun/alicloud: nothing is changed in the cloud.
moved {
  from = alicloud_ssl_vpn_server.office
  to   = alivpn_ssl_vpn_server.office
}
