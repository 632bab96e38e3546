//! Where things are: the root of the repository, the target folder, the built programs.
//!
//! Nothing here creates anything; callers decide what to write.

use std::path::{Path, PathBuf};

/// The folders in which every command works.
#[derive(Clone, Debug)]
pub struct Place {
    /// Root of the repository.
    pub root: PathBuf,
    /// Cargo's target folder (`CARGO_TARGET_DIR`, or `target` in the root).
    pub target: PathBuf,
}

impl Place {
    /// Finds the repository from the manifest folder that cargo names, or from where this program was built.
    #[must_use]
    pub fn find() -> Self {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest.parent().map_or_else(|| manifest.clone(), Path::to_path_buf);
        Self::at(root)
    }

    /// Creates a place with the given root.
    #[must_use]
    pub fn at(root: PathBuf) -> Self {
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => root.join(folder),
            None => root.join("target"),
        };
        Self { root, target }
    }

    /// The page's package folder.
    #[must_use]
    pub fn web(&self) -> PathBuf {
        self.root.join("web")
    }

    /// The package folder of the browser journeys.
    #[must_use]
    pub fn e2e(&self) -> PathBuf {
        self.root.join("e2e")
    }

    /// Private folder of this tool for virtual environments and temporary data.
    #[must_use]
    pub fn own(&self) -> PathBuf {
        self.target.join("xtask")
    }

    /// A built program, e.g. `("debug", "orc-server")`.
    #[must_use]
    pub fn program(&self, profile: &str, name: &str) -> PathBuf {
        self.target.join(profile).join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }
}
