//! The types under which bytes are read: the first byte of an input chooses one. The open type brings any other along.

use terraform_provider_alivpn::tf::types::Type;

/// The chosen type, and the bytes that remain.
pub fn choose(input: &[u8]) -> Option<(Type, &[u8])> {
    let (choice, rest) = input.split_first()?;
    let ty = match choice % 10 {
        0 => Type::Dynamic,
        1 => Type::String,
        2 => Type::Number,
        3 => Type::Bool,
        4 => Type::list(Type::Number),
        5 => Type::set(Type::String),
        6 => Type::map(Type::Dynamic),
        7 => Type::Tuple(vec![Type::String, Type::list(Type::Bool)]),
        8 => Type::object([("a", Type::String), ("n", Type::Number)]),
        _ => Type::object([
            (
                "blocks",
                Type::list(Type::object([
                    ("open", Type::Dynamic),
                    ("port", Type::Number),
                ])),
            ),
            ("labels", Type::map(Type::String)),
            ("name", Type::String),
        ]),
    };
    Some((ty, rest))
}
