//! Who may use whom: the table in CONTRIBUTING, "The house", is the rule, and every source keeps to it.

use std::path::{Component, Path};

use crate::references::{Reference, references};
use crate::{files_under, names, read, table};

/// A row of the table.
#[derive(Debug)]
struct Room {
    /// A file or folder, from the project's root.
    at: String,
    /// Modules of the library.
    may_use: Vec<Reference>,
}

fn rooms() -> Vec<Room> {
    let path = |text: String| text.split("::").map(str::to_owned).collect();
    table(&read("CONTRIBUTING.md"), "The house")
        .iter()
        .map(|row| Room {
            at: names(&row[0]).concat(),
            may_use: names(&row[1]).into_iter().map(path).collect(),
        })
        .collect()
}

/// Where in the library a file stands; none for a file of a binary.
fn module(file: &Path) -> Option<Vec<String>> {
    let inner = file.strip_prefix("src").expect("a source is in src");
    if inner == Path::new("main.rs") || inner.starts_with("bin") {
        return None;
    }
    let mut module: Vec<String> = inner
        .with_extension("")
        .components()
        .map(Component::as_os_str)
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    if module
        .last()
        .is_some_and(|last| last == "mod" || last == "lib")
    {
        module.pop();
    }
    Some(module)
}

/// The references of a source that its room may not make.
fn forbidden(room: &Room, module: Option<&[String]>, source: &str) -> Vec<String> {
    let own = module.and_then(|module| module.first());
    references(source, module)
        .into_iter()
        .filter(|path| own.is_none() || path.first() != own)
        .filter(|path| !room.may_use.iter().any(|allowed| path.starts_with(allowed)))
        .map(|path| path.join("::"))
        .collect()
}

#[test]
fn every_source_uses_only_what_its_room_may() {
    let rooms = rooms();
    let mut wrong = Vec::new();
    let mut uses = 0;
    for file in files_under("src", "rs") {
        if file == Path::new("src/lib.rs") {
            continue;
        }
        let room = rooms
            .iter()
            .find(|room| file.starts_with(&room.at))
            .unwrap_or_else(|| panic!("{} is in no room of CONTRIBUTING", file.display()));
        let source = read(&file.to_string_lossy());
        let module = module(&file);
        uses += references(&source, module.as_deref()).len();
        for path in forbidden(room, module.as_deref(), &source) {
            wrong.push(format!("{} uses {path}", file.display()));
        }
    }
    assert!(
        wrong.is_empty(),
        "against CONTRIBUTING, \"The house\":\n{}",
        wrong.join("\n")
    );
    // Far fewer would say that the reader reads nothing.
    assert!(uses > 500, "{uses}");
}

#[test]
fn every_room_of_the_table_and_every_module_that_it_names_is_there() {
    for Room { at, may_use } in rooms() {
        assert!(crate::root().join(&at).exists(), "there is no {at}");
        for module in may_use {
            let path = crate::root().join("src").join(module.join("/"));
            assert!(
                path.is_dir() || path.with_extension("rs").is_file(),
                "there is no module {} for {at} to use",
                module.join("::")
            );
        }
    }
}

#[test]
fn an_arrow_the_other_way_is_found_however_it_is_written() {
    let rooms = rooms();
    let room = |at: &str| rooms.iter().find(|room| room.at == at).expect("a room");
    let of = |text: &str| -> Vec<String> { text.split("::").map(str::to_owned).collect() };
    for (at, module, source) in [
        (
            "src/cloud",
            Some("cloud::vpc"),
            "use crate::tf::path::AttributePath;",
        ),
        (
            "src/cloud",
            Some("cloud::vpc"),
            "fn f() { super::super::tf::f() }",
        ),
        (
            "src/tf",
            Some("tf::server"),
            "use crate::cloud::error::Error;",
        ),
        (
            "src/tf",
            Some("tf::server"),
            "use crate::{tf::value::Value, provider::Alivpn};",
        ),
        (
            "src/plugin",
            Some("plugin::tls"),
            "use crate::tf::server::Server;",
        ),
        (
            "src/emulator",
            Some("emulator::api"),
            "use crate::cloud::rpc::Rpc;",
        ),
        (
            "src/provider",
            Some("provider::gateway"),
            "use crate::emulator::Emulator;",
        ),
        ("src/provider", Some("provider::gateway"), "use crate::*;"),
        (
            "src/cloud",
            Some("cloud::vpc"),
            "use crate as root; fn f() { root::tf::f() }",
        ),
        (
            "src/main.rs",
            None,
            "use terraform_provider_alivpn as lib; use lib::cloud::vpc::Client;",
        ),
        (
            "src/bin/alivpn",
            None,
            "extern crate terraform_provider_alivpn as lib; use lib::plugin;",
        ),
        (
            "src/main.rs",
            None,
            "use terraform_provider_alivpn::cloud::vpc::Client;",
        ),
        (
            "src/bin/alivpn",
            None,
            "use terraform_provider_alivpn::plugin;",
        ),
    ] {
        let module = module.map(of);
        assert_eq!(
            forbidden(room(at), module.as_deref(), source).len(),
            1,
            "{at}: {source}"
        );
    }
    let right = "use crate::cloud::signature; use super::world::World; use self::x::Y;";
    let module = of("emulator::api");
    assert_eq!(
        forbidden(room("src/emulator"), Some(&module), right),
        [""; 0]
    );
}
