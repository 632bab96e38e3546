//! Shapes of the generated table: what the runtime must know of one operation, and nothing else.
//!
//! The rows in `generated/operations.rs` are made of these types only; adding an operation to the
//! contract adds a row there and no line here. Paths of fields are dotted (`run.program`); `*` in the
//! path of a union stands for any element of a list.

/// One operation of the contract: one command of the CLI.
#[derive(Debug)]
pub struct Operation {
    /// operationId, noun_verb: also the path of the command.
    pub id: &'static str,
    /// HTTP method in capitals.
    pub method: &'static str,
    /// Path template below the base path.
    pub path: &'static str,
    /// What the caller must be allowed to do.
    pub permission: &'static str,
    /// One sentence on what it does.
    pub summary: &'static str,
    /// Path parameters, in the order of the path.
    pub arguments: &'static [Field],
    /// Query parameters.
    pub query: &'static [Field],
    /// Headers that the caller may set.
    pub headers: &'static [Field],
    /// Request body, if it takes one.
    pub body: Option<Body>,
    /// What a good answer looks like.
    pub answer: Answer,
    /// Dotted paths shown as columns of a table.
    pub columns: &'static [&'static str],
    /// Further dotted paths with one value each, for CSV.
    pub more: &'static [&'static str],
}

impl Operation {
    /// What a row says by saying nothing.
    pub const EMPTY: Self = Self {
        id: "",
        method: "",
        path: "",
        permission: "",
        summary: "",
        arguments: &[],
        query: &[],
        headers: &[],
        body: None,
        answer: Answer::Empty,
        columns: &[],
        more: &[],
    };
}

/// Request body of an operation.
#[derive(Debug)]
pub struct Body {
    /// Content type to send.
    pub content_type: &'static str,
    /// Its fields.
    pub schema: &'static Schema,
    /// Whether fields may be left out although the schema requires them (merge patch).
    pub partial: bool,
}

/// Fields of a body, flattened, and where unions are.
#[derive(Debug)]
pub struct Schema {
    /// Flattened fields.
    pub fields: &'static [Field],
    /// Every place that holds a `{kind: ...}` union.
    pub unions: &'static [Union],
}

/// A place in a body that holds a union tagged by `kind`.
#[derive(Debug)]
pub struct Union {
    /// Dotted path; `*` is any element.
    pub at: &'static str,
    /// Allowed kinds.
    pub kinds: &'static [&'static str],
}

/// A parameter, header or body field: one flag or positional argument.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Name on the wire; dotted for nested fields.
    pub name: &'static str,
    /// Type and bounds.
    pub kind: Kind,
    /// Whether the request makes no sense without it.
    pub required: bool,
    /// Whether `null` is a value.
    pub nullable: bool,
    /// Union that it belongs to, and the kinds that have it; empty: always there.
    pub only: (&'static str, &'static [&'static str]),
    /// Help text.
    pub help: &'static str,
}

/// Type of a field, with the bounds that can be checked before sending.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Any text.
    Text,
    /// The text of a file: `@FILE`, `-` for stdin, or the text itself.
    Document,
    /// Text that must not be echoed.
    Secret,
    /// An id.
    Uuid,
    /// RFC 3339 instant.
    Instant,
    /// true or false.
    Boolean,
    /// Whole number within bounds.
    Integer(i64, i64),
    /// Number within bounds.
    Number(f64, f64),
    /// One of these words.
    Choice(&'static [&'static str]),
    /// `kind` of a union.
    Union(&'static [&'static str]),
    /// Flag may be repeated.
    List(&'static Kind),
    /// KEY=VALUE, repeated; values are text.
    Texts,
    /// KEY=VALUE, repeated; values are JSON where they read as JSON.
    Values,
    /// Any value, written as JSON or YAML.
    Value,
}

/// What a good answer looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Nothing.
    Empty,
    /// One JSON value.
    Value,
    /// JSON with `items`.
    List,
    /// Text or bytes, passed through.
    Bytes,
    /// Server-sent events.
    Stream,
}

impl Field {
    /// A field that may be left out.
    #[must_use]
    pub const fn optional(name: &'static str, kind: Kind, help: &'static str) -> Self {
        Self { name, kind, required: false, nullable: false, only: ("", &[]), help }
    }

    /// A field that must be given.
    #[must_use]
    pub const fn required(name: &'static str, kind: Kind, help: &'static str) -> Self {
        Self { required: true, ..Self::optional(name, kind, help) }
    }

    /// The same field, where `null` is a value.
    #[must_use]
    pub const fn or_null(self) -> Self {
        Self { nullable: true, ..self }
    }

    /// The same field, only for these kinds of the union at `at`.
    #[must_use]
    pub const fn of(self, at: &'static str, kinds: &'static [&'static str]) -> Self {
        Self { only: (at, kinds), ..self }
    }

    /// Name of the flag: the field's name with dashes.
    #[must_use]
    pub fn flag(&self) -> String {
        self.name.replace('_', "-").to_lowercase()
    }
}
