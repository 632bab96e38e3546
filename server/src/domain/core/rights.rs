//! What somebody may do: roles, rights in addition to them, and the permissions that operations require.

use super::words::words;

words!(
    /// What a person or token may do. Each role includes those before it.
    Role ("role") {
        /// Can see everything except secrets.
        Viewer = "viewer",
        /// Can start, cancel and rerun.
        Operator = "operator",
        /// Can define tasks.
        Editor = "editor",
        /// Can manage users, tokens and the server.
        Admin = "admin",
    }
);

words!(
    /// Permission that an operation requires.
    Permission ("permission") {
        /// Read everything that is not reserved for administrators.
        Read = "read",
        /// Change one's own session, password and tokens.
        Own = "own",
        /// Start, cancel, rerun.
        Run = "run",
        /// Create, change and delete definitions.
        Define = "define",
        /// Define tasks that use credentials.
        CredentialsUse = "credentials:use",
        /// Create, change and delete credentials.
        CredentialsWrite = "credentials:write",
        /// Define tasks that run as a user of their own choice.
        TasksRunAs = "tasks:run_as",
        /// Manage users, tokens, settings, audit.
        Admin = "admin",
    }
);

impl Permission {
    /// The grant that a caller needs in addition to the role, unless the caller is an administrator.
    pub const fn grant(self) -> Option<Grant> {
        match self {
            Self::CredentialsUse => Some(Grant::CredentialsUse),
            Self::CredentialsWrite => Some(Grant::CredentialsWrite),
            Self::TasksRunAs => Some(Grant::TasksRunAs),
            Self::Read | Self::Own | Self::Run | Self::Define | Self::Admin => None,
        }
    }

    /// The lowest role that has this permission.
    pub const fn least_role(self) -> Role {
        match self {
            Self::Read | Self::Own => Role::Viewer,
            Self::Run => Role::Operator,
            Self::Define | Self::CredentialsUse | Self::CredentialsWrite | Self::TasksRunAs => Role::Editor,
            Self::Admin => Role::Admin,
        }
    }
}

words!(
    /// A right that a person or token has in addition to its role. Administrators have all of them.
    Grant ("grant") {
        /// Define tasks that use credentials.
        CredentialsUse = "credentials:use",
        /// Create, change and delete credentials.
        CredentialsWrite = "credentials:write",
        /// Define tasks that run as a user of their own choice.
        TasksRunAs = "tasks:run_as",
    }
);
