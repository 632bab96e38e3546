//! Words about limits of processes.

use super::words::words;

words!(
    /// A limit of the processes of an attempt.
    LimitKind ("limit") {
        /// Memory of all processes together, in bytes.
        Memory = "memory",
        /// Processor time of all processes together, in percent of one processor.
        Cpu = "cpu",
        /// Number of processes at one time.
        Processes = "processes",
        /// Number of open files of each process.
        OpenFiles = "open_files",
        /// Niceness of the processes.
        Niceness = "niceness",
    }
);

words!(
    /// How a limit is held.
    LimitMeans ("means of a limit") {
        /// The kernel holds it for all processes of the attempt together.
        Cgroup = "cgroup",
        /// The kernel holds it for each process.
        Process = "process",
        /// The runner looks once a second, and stops the attempt when it is passed.
        Watched = "watched",
        /// It cannot be held here.
        None = "none",
    }
);

words!(
    /// What a server does about a limit.
    LimitAnswer ("answer about a limit") {
        /// The processes cannot pass it.
        Enforced = "enforced",
        /// The processes may pass it for a moment.
        Advisory = "advisory",
        /// A task with this limit cannot be saved.
        Refused = "refused",
    }
);
