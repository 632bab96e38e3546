//! The types of the generated table: what the client must know about an operation, and nothing else.
//!
//! The rows in `generated/operations.rs` consist of these types only. A new operation of the contract adds a row
//! there and no line here. Nested fields have dotted paths (`run.program`). In the path of a union, `*` stands for
//! any element of a list.

/// One operation of the contract: one command of the CLI.
#[derive(Debug)]
pub struct Operation {
    /// The operationId: noun_verb, and also the path of the command.
    pub id: &'static str,
    /// HTTP method in capitals.
    pub method: &'static str,
    /// Path template below the base path.
    pub path: &'static str,
    /// Permission that the caller needs.
    pub permission: &'static str,
    /// What the operation does, in one sentence.
    pub summary: &'static str,
    /// Path parameters, in the order of the path.
    pub arguments: &'static [Field],
    /// Parameters of the query.
    pub query: &'static [Field],
    /// Headers that the caller may set.
    pub headers: &'static [Field],
    /// Body of the request, if it has one.
    pub body: Option<Body>,
    /// Shape of a good answer.
    pub answer: Answer,
    /// Dotted paths that are the columns of a table.
    pub columns: &'static [&'static str],
    /// Further dotted paths that CSV shows after the columns.
    pub more: &'static [&'static str],
}

impl Operation {
    /// The values that a row need not spell out.
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
    /// Content type of the request.
    pub content_type: &'static str,
    /// Fields and unions of the body.
    pub schema: &'static Schema,
    /// Whether required fields may be left out, because the body is a merge patch (RFC 7396).
    pub partial: bool,
}

/// Fields of a body, flattened, and where unions are.
#[derive(Debug)]
pub struct Schema {
    /// Flattened fields.
    pub fields: &'static [Field],
    /// Every place that holds a `{kind: ...}` union.
    pub unions: &'static [Union],
    /// Every place that takes only text.
    pub texts: &'static [TextPlace],
}

/// A place in a body that takes only text.
#[derive(Debug)]
pub struct TextPlace {
    /// Dotted path; `*` is any element of a list, `{}` any value of a mapping.
    pub at: &'static str,
    /// Path of the union that the place belongs to; empty: none.
    pub of: &'static str,
    /// Kinds of the union that have the place; empty: there is no union.
    pub kinds: &'static [&'static str],
    /// Whether `null` is allowed too.
    pub nullable: bool,
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
    /// Name on the wire; nested fields have a dotted path.
    pub name: &'static str,
    pub kind: Kind,
    /// Whether the request must have it.
    pub required: bool,
    /// Whether the field may be `null`.
    pub nullable: bool,
    /// Path of the union that the field belongs to, and the kinds that have it. Without kinds, the field always
    /// exists.
    pub only: (&'static str, &'static [&'static str]),
    /// Description in the contract.
    pub help: &'static str,
}

/// Type of a field, with what can be checked before anything is sent.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Text,
    /// A long text: `@FILE` for a file, `-` for stdin, or the text itself. A file that is not UTF-8 is sent as bytes, in the
    /// field of the same name that ends with `_base64`, if there is one.
    Document,
    /// The bytes of a file in base64: `@FILE` for a file, `-` for stdin, or the base64 itself.
    Bytes,
    /// A text that is never shown while it is typed.
    Secret,
    Uuid,
    /// An instant as in RFC 3339.
    Instant,
    Boolean,
    /// A whole number from the first value to the second.
    Integer(i64, i64),
    /// A number from the first value to the second.
    Number(f64, f64),
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A union: one of these kinds, or the whole of it as YAML.
    Union(&'static [&'static str]),
    /// A list. Each use of the flag adds an element.
    List(&'static Kind),
    /// A map of texts. Each use of the flag adds one `KEY=VALUE`.
    Texts,
    /// The same, but values that are valid JSON are read as JSON.
    Values,
    /// Anything, written as JSON or YAML.
    Value,
}

/// Shape of a good answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// No body.
    Empty,
    /// One JSON value.
    Value,
    /// JSON with a list `items`.
    List,
    /// Text or bytes, which are passed on as they come.
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

    /// The same field, with `null` as a value.
    #[must_use]
    pub const fn or_null(self) -> Self {
        Self { nullable: true, ..self }
    }

    /// The same field, only for these kinds of the union at `at`.
    #[must_use]
    pub const fn of(self, at: &'static str, kinds: &'static [&'static str]) -> Self {
        Self { only: (at, kinds), ..self }
    }

    /// Name of the flag: the name of the field with dashes, in lower case.
    #[must_use]
    pub fn flag(&self) -> String {
        self.name.replace('_', "-").to_lowercase()
    }
}
