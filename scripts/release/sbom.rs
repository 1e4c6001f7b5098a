//! What the binary may be made of: a CycloneDX bill of materials, from what cargo has resolved for the platform.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use crate::platform::Platform;

/// The words of the bill about itself.
const SCOPE: &str = "The components are the normal dependencies of the whole package: also what only its companion program alivpn is \
                     built with, which is not in this archive.";

/// The bill as JSON. It holds the crates that the package's programs are built from: cargo tells the dependencies of a package, not of one
/// program, so that those of the companion (clap, toml) are there beside the provider's. It holds no time or serial number, which would make
/// every bill another.
///
/// # Errors
/// When cargo does not tell.
pub fn sbom(root: &Path, platform: &Platform) -> anyhow::Result<String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--locked", "--format-version", "1"])
        .args(["--filter-platform", platform.triple])
        .current_dir(root)
        .output()
        .context("cannot start cargo")?;
    ensure!(
        output.status.success(),
        "cargo does not tell the dependencies: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata = serde_json::from_slice(&output.stdout)?;
    let bill = bill(&metadata).context("cargo tells the dependencies in another form")?;
    Ok(format!("{bill:#}\n"))
}

fn bill(metadata: &Value) -> Option<Value> {
    let mut packages = BTreeMap::new();
    for package in metadata["packages"].as_array()? {
        packages.insert(package["id"].as_str()?, package);
    }
    let mut links: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for node in metadata["resolve"]["nodes"].as_array()? {
        let normal = node["deps"].as_array()?.iter().filter(|dependency| {
            let kinds = dependency["dep_kinds"].as_array();
            // A kind of null is what programs are built from; the others are for builds and tests.
            kinds.is_some_and(|kinds| kinds.iter().any(|kind| kind["kind"].is_null()))
        });
        let normal = normal.filter_map(|dependency| dependency["pkg"].as_str());
        links.insert(node["id"].as_str()?, normal.collect());
    }

    let root = metadata["resolve"]["root"].as_str()?;
    let mut reached = BTreeSet::new();
    let mut next = vec![root];
    while let Some(id) = next.pop() {
        if reached.insert(id) {
            next.extend(links.get(id)?);
        }
    }

    let mut components = Vec::new();
    let mut dependencies = Vec::new();
    for id in &reached {
        let of: Option<Vec<String>> = links
            .get(id)?
            .iter()
            .map(|id| url(packages.get(id)?))
            .collect();
        dependencies.push(json!({ "ref": url(packages.get(id)?)?, "dependsOn": of? }));
        if *id != root {
            components.push(component("library", packages.get(id)?)?);
        }
    }
    let mut application = component("application", packages.get(root)?)?;
    application["description"] = SCOPE.into();
    Some(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": { "component": application },
        "components": components,
        "dependencies": dependencies,
    }))
}

fn component(kind: &str, package: &Value) -> Option<Value> {
    let url = url(package)?;
    let mut component = json!({
        "type": kind,
        "bom-ref": url,
        "name": package["name"],
        "version": package["version"],
        "purl": url,
    });
    if let Some(license) = package["license"].as_str() {
        // Old crates separate alternatives by a slash.
        let expression = license.replace('/', " OR ");
        component["licenses"] = json!([{ "expression": expression }]);
    }
    Some(component)
}

/// The package's URL, by which scanners know it.
fn url(package: &Value) -> Option<String> {
    Some(format!(
        "pkg:cargo/{}@{}",
        package["name"].as_str()?,
        package["version"].as_str()?
    ))
}
