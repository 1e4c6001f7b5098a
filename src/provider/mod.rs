//! The product: maps Terraform's objects onto cloud operations.
