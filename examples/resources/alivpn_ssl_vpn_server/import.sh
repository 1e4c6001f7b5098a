# In the provider's own region:
terraform import alivpn_ssl_vpn_server.office vss-bp18q7hzj6largv4v0000

# In any region:
terraform import alivpn_ssl_vpn_server.office vss-bp18q7hzj6largv4v0000@cn-hangzhou
