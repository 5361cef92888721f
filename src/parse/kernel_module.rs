//! Files of kernel modules: `modinfo` and `modules.dep`.

/// What a module's file says of itself (`modinfo`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Module {
    /// Its path.
    pub file: String,
    /// Its version.
    pub version: String,
    /// Name of the key it was signed with; `None`: not signed.
    pub signer: Option<String>,
}

/// Reads `modinfo`. `None`: not its output.
pub fn modinfo(text: &str) -> Option<Module> {
    let value = |key: &str| {
        text.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            (name == key).then(|| value.trim().to_owned())
        })
    };
    Some(Module {
        file: value("filename")?,
        version: value("version").unwrap_or_default(),
        signer: value("signer").filter(|signer| !signer.is_empty()),
    })
}

/// Where a module's file is, below the kernel's own folder, by its `modules.dep`. Compressed files
/// end with `.xz`, `.zst` or `.gz`.
pub fn in_list<'t>(modules_dep: &'t str, name: &str) -> Option<&'t str> {
    modules_dep.lines().find_map(|line| {
        let (file, _) = line.split_once(':')?;
        let base = file.rsplit('/').next()?;
        let stem = base.split_once(".ko").map(|(stem, _)| stem)?;
        (stem == name).then_some(file)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_tells_its_signer() {
        let text = "filename:       /lib/modules/6.8.0/updates/dkms/nvidia.ko.zst\n\
                    version:        570.124.06\nsigner:         alder Secure Boot Module Signature key\n\
                    sig_key:        11:22\n";
        let module = modinfo(text).unwrap();
        assert_eq!(module.version, "570.124.06");
        let signer = module.signer.unwrap();
        assert_eq!(signer, "alder Secure Boot Module Signature key");
        assert_eq!(modinfo("filename: /x.ko\n").unwrap().signer, None);
        assert_eq!(modinfo("modinfo: ERROR: Module nvidia not found."), None);
    }

    #[test]
    fn a_module_is_found_by_its_whole_name() {
        let list = "kernel/x/nvidia-uvm.ko.xz: kernel/x/nvidia.ko.xz\nupdates/dkms/nvidia.ko.xz:\n";
        assert_eq!(in_list(list, "nvidia"), Some("updates/dkms/nvidia.ko.xz"));
        assert_eq!(in_list(list, "nouveau"), None);
        assert_eq!(in_list("kernel/x/nvidiafb.ko:\n", "nvidia"), None);
    }
}
