# The gateway, and the folder that profiles are written to, are variables of the environment: see the README.
variables {
  people   = { ann = {}, bob = { renew_before = "24h" } }
  protocol = "UDP"
  cipher   = "AES-256-CBC"
  port     = 1195
}

run "gives_everybody_a_certificate" {
  module {
    source = "./tests/wrapper"
  }

  assert {
    condition     = toset(keys(output.certificates)) == toset(["ann", "bob"])
    error_message = "Not everybody has a certificate."
  }

  assert {
    condition     = endswith(output.address, ":1195")
    error_message = "Clients connect to another port than was asked for."
  }

  assert {
    condition     = output.profiles == null
    error_message = "Profiles are in the state although nobody asked for it."
  }

  assert {
    condition     = alltrue([for person in keys(var.people) : strcontains(file("${var.folder}/${person}.ovpn"), "<key>")])
    error_message = "A profile was not delivered."
  }
}

run "exchanges_one_person" {
  module {
    source = "./tests/wrapper"
  }

  variables {
    people            = { ann = {}, eve = {} }
    profiles_in_state = true
    # OpenTofu knows of earlier runs here, and not in a condition.
    before = run.gives_everybody_a_certificate.certificates
  }

  assert {
    condition     = output.certificates.ann.id == var.before.ann.id
    error_message = "Ann's certificate was replaced."
  }

  assert {
    condition     = toset([for person, profile in output.profiles : person if strcontains(profile, "<key>")]) == toset(["ann", "eve"])
    error_message = "The output `profiles` has not what was asked for."
  }
}
