//! The VPC API on a laptop: for the demo, for tests, for people who test their own modules.
