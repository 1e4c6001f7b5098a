# In the provider's own region:
terraform import 'alivpn_ssl_vpn_client_cert.person["ann"]' vsc-bp1n8wcf134yl0osr0000

# In any region:
terraform import 'alivpn_ssl_vpn_client_cert.person["ann"]' vsc-bp1n8wcf134yl0osr0000@cn-hangzhou
