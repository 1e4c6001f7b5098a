//! Which modules of the library a source refers to, in `use` lines and anywhere else. Read from its tokens, so that neither comments nor
//! strings count, and what stands in a macro's arguments does.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};

/// As other crates name the library.
const LIBRARY: &str = "terraform_provider_alivpn";

/// A path from the library's root, `["cloud", "signature", "sign"]` for one; the last part is `*` where everything is taken, be it under a
/// name for the root, behind which no path could be read.
pub type Reference = Vec<String>;

/// The references of a source. `module` is where in the library it stands; none for a source of another crate, whose `crate::` is not the
/// library's.
pub fn references(source: &str, module: Option<&[String]>) -> Vec<Reference> {
    let tokens: TokenStream = source.parse().expect("a source can be read");
    let mut found = Vec::new();
    walk(tokens, module, &mut found);
    found
}

fn walk(tokens: TokenStream, module: Option<&[String]>, found: &mut Vec<Reference>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match (token, &tokens[at + 1..]) {
            (TokenTree::Ident(word), [TokenTree::Ident(name), TokenTree::Group(body), ..])
                if word == "mod" && body.delimiter() == Delimiter::Brace =>
            {
                let inner = module.map(|module| [module, &[name.to_string()]].concat());
                walk(body.stream(), inner.as_deref(), found);
                at += 3;
            }
            (TokenTree::Group(group), _) => {
                walk(group.stream(), module, found);
                at += 1;
            }
            (TokenTree::Ident(word), [TokenTree::Ident(keyword), TokenTree::Ident(name), ..])
                if word == "extern" && keyword == "crate" =>
            {
                if name == LIBRARY || name == "self" && module.is_some() {
                    found.push(taken(Vec::new()));
                }
                at += 3;
            }
            (TokenTree::Ident(word), [TokenTree::Ident(keyword), ..]) if keyword == "as" => {
                // In braces, `self` is what stands before them, which is followed from there.
                found.extend(start(word, module).filter(|_| word != "self").map(taken));
                at += 1;
            }
            (TokenTree::Ident(word), rest) if is_path_separator(rest) => {
                at += 1;
                // The middle of such a path is not reached: its beginning takes it all. Any other word may stand before a path from `::` on.
                if let Some(start) = start(word, module) {
                    at += length(rest);
                    follow(rest, start, found);
                }
            }
            _ => at += 1,
        }
    }
}

/// Where in the library a path begins that begins with this word; nowhere if it is another crate's or a name from around it.
fn start(word: &Ident, module: Option<&[String]>) -> Option<Reference> {
    match (word.to_string().as_str(), module) {
        (LIBRARY, _) | ("crate", Some(_)) => Some(Vec::new()),
        ("self", Some(module)) => Some(module.to_vec()),
        ("super", Some(module)) => Some(parent(module)),
        _ => None,
    }
}

/// Who takes the root takes everything.
fn taken(path: Reference) -> Reference {
    if path.is_empty() {
        vec!["*".to_owned()]
    } else {
        path
    }
}

fn is_path_separator(tokens: &[TokenTree]) -> bool {
    let is_colon = |token: Option<&TokenTree>| matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    is_colon(tokens.first()) && is_colon(tokens.get(1))
}

/// How many tokens go on with a path; a group of a `use` is not among them, it is walked for paths of its own.
fn length(mut rest: &[TokenTree]) -> usize {
    let before = rest.len();
    while is_path_separator(rest) && matches!(rest.get(2), Some(TokenTree::Ident(_))) {
        rest = &rest[3..];
    }
    before - rest.len()
}

/// Follows a path that has come as far as `path`, into all branches of a `use`.
fn follow(rest: &[TokenTree], mut path: Reference, found: &mut Vec<Reference>) {
    if !is_path_separator(rest) {
        found.push(taken(path));
        return;
    }
    match rest.get(2) {
        Some(TokenTree::Ident(segment)) => {
            match segment.to_string().as_str() {
                "super" => path = parent(&path),
                "self" => {}
                segment => path.push(segment.to_owned()),
            }
            follow(&rest[3..], path, found);
        }
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
            let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
            let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
            for branch in tokens.split(is_comma).filter(|branch| !branch.is_empty()) {
                let mut path = path.clone();
                match &branch[0] {
                    TokenTree::Ident(segment) if segment == "self" => {}
                    segment => path.push(segment.to_string()),
                }
                follow(&branch[1..], path, found);
            }
        }
        Some(TokenTree::Punct(punct)) if punct.as_char() == '*' => {
            path.push("*".to_owned());
            found.push(path);
        }
        // Generic arguments.
        _ => found.push(path),
    }
}

fn parent(path: &[String]) -> Reference {
    path.split_last()
        .map(|(_, parent)| parent.to_vec())
        .unwrap_or_default()
}

#[test]
fn every_form_of_a_path_is_read() {
    let module = ["cloud".to_owned(), "vpc".to_owned()];
    for (source, expected) in [
        ("use crate::tf::path::Path;", vec!["tf::path::Path"]),
        (
            "use crate::{cloud::{self, retry}, tf::*, plugin as p};",
            vec!["cloud", "cloud::retry", "tf::*", "plugin"],
        ),
        ("use super::retry::Policy;", vec!["cloud::retry::Policy"]),
        ("use super::super::tf::Type;", vec!["tf::Type"]),
        (
            "use self::listing::Page;",
            vec!["cloud::vpc::listing::Page"],
        ),
        (
            "mod tests { use super::*; use super::super::error; fn f() { super::super::super::tf::f() } }",
            vec!["cloud::vpc::*", "cloud::error", "tf::f"],
        ),
        (
            "fn f() { let x = crate::tf::value::Value::Null; }",
            vec!["tf::value::Value::Null"],
        ),
        ("fn f() -> Vec<crate::tf::Type> {}", vec!["tf::Type"]),
        (
            "fn f() { assert_eq!(g(), [crate::tf::f(1)]); }",
            vec!["tf::f"],
        ),
        (
            "use terraform_provider_alivpn::emulator::{Emulator, Settings};",
            vec!["emulator::Emulator", "emulator::Settings"],
        ),
        (
            "use ::terraform_provider_alivpn::tf::Type;",
            vec!["tf::Type"],
        ),
        (
            "pub(crate) fn f() { let v = Vec::<u8>::new(); std::mem::drop(v) }",
            vec![],
        ),
        (
            "/// See [`crate::tf`].\nfn f() { g(\"crate::tf\") } // crate::tf",
            vec![],
        ),
        ("use crate::*;", vec!["*"]),
    ] {
        let found: Vec<String> = references(source, Some(&module))
            .iter()
            .map(|path| path.join("::"))
            .collect();
        assert_eq!(found, expected, "{source}");
    }
}

/// What follows could be read only by who resolves names: `root::tf` is none of the paths that are known here.
#[test]
fn another_name_for_the_root_takes_everything() {
    let module = ["cloud".to_owned(), "vpc".to_owned()];
    for source in [
        "use crate as root; fn f() { root::tf::f() }",
        "use {crate as root, std::io};",
        "use crate::{self as root};",
        "use super::super as root;",
        "use super::super::{self as root};",
        "use terraform_provider_alivpn as lib; use lib::tf::Type;",
        "use ::terraform_provider_alivpn as lib;",
        "extern crate terraform_provider_alivpn;",
        "extern crate terraform_provider_alivpn as lib;",
        "extern crate self as lib;",
    ] {
        assert_eq!(references(source, Some(&module)), [["*"]], "{source}");
    }
    let binary =
        "use crate as root; extern crate self as own; use terraform_provider_alivpn as lib;";
    assert_eq!(references(binary, None), [["*"]]);
    let others = "use std::io as i; use std::fmt::{self as f}; extern crate alloc; fn f(x: u8) -> u64 { x as u64 }";
    assert_eq!(references(others, Some(&module)), [[""; 0]; 0]);
}

#[test]
fn another_crates_own_modules_are_not_the_librarys() {
    let source =
        "use crate::emulator::Help; use super::demo; use terraform_provider_alivpn::cloud;";
    assert_eq!(references(source, None), [["cloud"]]);
}
