//! The cluster's client, from our kubeconfig; made anew when the file changes.

use crate::host::HostError;
use crate::host::kube::{CONNECT_LIMIT, chain};
use camino::{Utf8Path, Utf8PathBuf};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::time::Duration;
use tokio::sync::Mutex;

/// Inode, size and time of a file: what changes when it is replaced.
type Stamp = (u64, u64, i64, i64);

/// Makes clients.
pub(super) struct Clients {
    kubeconfig: Utf8PathBuf,
    last: Mutex<Option<(Stamp, Client)>>,
    connect_limit: Duration,
}

impl Clients {
    /// For this kubeconfig, which need not be there yet; `patience` times the usual limit for
    /// connecting.
    pub fn new(kubeconfig: Utf8PathBuf, patience: u32) -> Self {
        Self {
            kubeconfig,
            last: Mutex::new(None),
            connect_limit: CONNECT_LIMIT * patience,
        }
    }

    /// The kubeconfig.
    pub fn kubeconfig(&self) -> &Utf8Path {
        &self.kubeconfig
    }

    /// The client.
    pub async fn get(&self) -> Result<Client, HostError> {
        let path = &self.kubeconfig;
        let meta = match std::fs::metadata(path) {
            Ok(meta) => meta,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(HostError::Unreachable(format!(
                    "there is no kubeconfig at {path}"
                )));
            }
            Err(error) => return Err(super::fs::look_error(path, &error)),
        };
        let stamp = (meta.ino(), meta.len(), meta.mtime(), meta.mtime_nsec());
        let mut last = self.last.lock().await;
        if let Some((known, client)) = &*last
            && *known == stamp
        {
            return Ok(client.clone());
        }
        let client = self.make().await?;
        *last = Some((stamp, client.clone()));
        Ok(client)
    }

    async fn make(&self) -> Result<Client, HostError> {
        let unusable = |error: &dyn std::error::Error| {
            HostError::Unreachable(format!(
                "the kubeconfig {} cannot be used: {}",
                self.kubeconfig,
                chain(error)
            ))
        };
        let file = Kubeconfig::read_from(&self.kubeconfig).map_err(|error| unusable(&error))?;
        let mut config = Config::from_custom_kubeconfig(file, &KubeConfigOptions::default())
            .await
            .map_err(|error| unusable(&error))?;
        config.connect_timeout = Some(self.connect_limit);
        // The cluster is on this machine; kube takes a proxy from the environment, which could not
        // reach it.
        config.proxy_url = None;
        Client::try_from(config).map_err(|error| unusable(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::KubeQuery;

    fn kubeconfig(port: u16) -> String {
        format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters:\n- name: c\n  cluster: \
             {{server: 'http://127.0.0.1:{port}'}}\nusers:\n- name: u\n  user: {{}}\ncontexts:\n- \
             name: c\n  context: {{cluster: c, user: u}}\n"
        )
    }

    #[tokio::test]
    async fn a_missing_file_is_unreachable_and_says_so() {
        let clients = Clients::new("/nonexistent/kube/config".into(), 1);
        let Err(HostError::Unreachable(text)) = clients.get().await else {
            panic!("there is no client without a file")
        };
        assert!(text.contains("/nonexistent/kube/config"));
    }

    #[tokio::test]
    async fn a_file_that_changes_makes_a_new_client_and_a_closed_port_is_unreachable() {
        // A port that was free a moment ago: nobody listens there.
        let port = {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            listener.local_addr().unwrap().port()
        };
        let dir = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::try_from(dir.path().join("config")).unwrap();
        super::super::fs::write(&path, kubeconfig(port).as_bytes(), 0o600).unwrap();
        let clients = Clients::new(path.clone(), 1);
        let client = clients.get().await.unwrap();
        let answer = crate::host::kube::query(&client, &KubeQuery::Ready, CONNECT_LIMIT).await;
        let Err(HostError::Unreachable(text)) = answer else {
            panic!("{answer:?}")
        };
        assert!(text.to_lowercase().contains("refused"), "{text}");
        super::super::fs::write(&path, b"not a kubeconfig: [", 0o600).unwrap();
        assert!(matches!(
            clients.get().await,
            Err(HostError::Unreachable(_))
        ));
    }
}
