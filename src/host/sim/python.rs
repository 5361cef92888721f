//! Python, its virtual environments and the two ways to install into one.

use super::bench::{Ended, Stage};
use super::commands::{said, unmodelled};
use super::durations;
use super::world::World;
use crate::host::Answer;
use crate::model::Privilege;
use camino::{Utf8Path, Utf8PathBuf};

/// Whether a program is a Python that this model runs.
pub fn is_ours(program: &str) -> bool {
    let base = program.rsplit('/').next().unwrap_or_default();
    base == "python" || base.starts_with("python3")
}

/// `PYTHON --version`.
pub fn version(world: &World) -> Answer {
    let version = world.python.version.clone().unwrap_or_default();
    said(0, format!("Python {version}\n"), "")
}

/// `PYTHON -c 'import ensurepip, venv'`: Debian packages it apart.
pub fn can_venv(world: &World) -> Answer {
    if world.python.venv {
        said(0, "", "")
    } else {
        said(
            1,
            "",
            "Traceback (most recent call last):\n  File \"<string>\", line 1, in <module>\n\
             ModuleNotFoundError: No module named 'ensurepip'\n",
        )
    }
}

/// Version of `wandb` in an environment whose Python is there, as our query asks for it.
pub fn wandb_version(world: &World, venv: &Utf8Path) -> Answer {
    match world.python.wandb.get(venv) {
        Some((version, true)) => said(0, format!("{version}\n"), ""),
        Some((_, false)) => said(1, "", "missing: awscli azure.identity\n"),
        None => said(1, "", "missing: kubernetes_asyncio awscli azure.identity\n"),
    }
}

/// `PYTHON -m …`.
///
/// # Errors
/// When the person stops it.
pub async fn run(stage: &Stage<'_>, program: &str, args: &[&str]) -> Result<Answer, Ended> {
    match args {
        ["-m", "venv", venv] => {
            stage.wait(durations::VENV).await?;
            if !stage.look(|world| world.python.venv) {
                return Ok(said(1, NO_ENSUREPIP, ""));
            }
            make_venv(stage, Utf8Path::new(venv)).await
        }
        ["-m", "pip", "install", rest @ ..] => {
            let Some(venv) = venv_of(program) else {
                return Ok(unmodelled(program, args));
            };
            let mut wanted = None;
            let mut words = rest.iter();
            while let Some(&word) = words.next() {
                match word {
                    "--disable-pip-version-check" | "--no-input" => {}
                    "--index-url" => {
                        words.next();
                    }
                    _ if word.starts_with("--index-url=") => {}
                    _ if word.starts_with('-') || wanted.is_some() => {
                        return Ok(unmodelled("pip", args));
                    }
                    _ => wanted = Some(word),
                }
            }
            install(stage, &venv, wanted.unwrap_or_default(), true).await
        }
        _ => Ok(unmodelled(program, args)),
    }
}

/// `uv …`.
///
/// # Errors
/// When the person stops it.
pub async fn uv(stage: &Stage<'_>, args: &[&str]) -> Result<Answer, Ended> {
    match args {
        ["venv", "--python", _, venv] => {
            stage.wait(durations::UV_VENV).await?;
            make_venv(stage, Utf8Path::new(venv)).await
        }
        [
            "pip",
            "install",
            "--cache-dir",
            _,
            "--python",
            python,
            options @ ..,
            wanted,
        ] if options.is_empty() || matches!(options, ["--index-url", _]) => match venv_of(python) {
            Some(venv) => install(stage, &venv, wanted, false).await,
            None => Ok(unmodelled("uv", args)),
        },
        _ => Ok(unmodelled("uv", args)),
    }
}

fn venv_of(python: &str) -> Option<Utf8PathBuf> {
    let path = Utf8Path::new(python);
    (path.parent()?.file_name() == Some("bin"))
        .then(|| path.ancestors().nth(2).map(Utf8Path::to_owned))?
}

async fn make_venv(stage: &Stage<'_>, venv: &Utf8Path) -> Result<Answer, Ended> {
    let made = stage
        .change(|world| {
            let version = world.python.version.clone().unwrap_or_default();
            world.make_dir(&venv.join("bin"), 0o755, None, Privilege::User)?;
            let config = format!(
                "home = /usr/bin\ninclude-system-site-packages = false\nversion = {version}\n"
            );
            world.write_file(&venv.join("pyvenv.cfg"), &config, 0o644, Privilege::User)?;
            world.write_file(
                &venv.join("bin/python"),
                "(program)",
                0o755,
                Privilege::User,
            )?;
            world.write_file(&venv.join("bin/pip"), "(program)", 0o755, Privilege::User)
        })
        .await?;
    Ok(match made {
        Ok(()) => said(0, "", ""),
        Err(words) => said(1, "", format!("Error: {words}\n")),
    })
}

/// `wandb[launch]==V` into an environment. Cut short while files are put in place it leaves wandb
/// without the packages of its Kubernetes runner, which shows only when the first job fails.
async fn install(
    stage: &Stage<'_>,
    venv: &Utf8Path,
    wanted: &str,
    pip: bool,
) -> Result<Answer, Ended> {
    let version = wanted.strip_prefix("wandb[launch]==").unwrap_or_default();
    if !version.starts_with("0.") {
        stage.wait(durations::PYTHON_QUERY).await?;
        return Ok(said(
            1,
            "",
            format!(
                "ERROR: Could not find a version that satisfies the requirement {wanted} (from versions: \
                 0.30.0, 0.31.0)\nERROR: No matching distribution found for {wanted}\n"
            ),
        ));
    }
    let (download, install) = if pip {
        (durations::PIP_DOWNLOAD, durations::PIP_INSTALL)
    } else {
        (durations::UV_INSTALL, durations::UV_INSTALL / 10.0)
    };
    for package in ["wandb", "kubernetes_asyncio", "awscli", "azure_identity"] {
        stage.line(&format!("Collecting {package}"));
        stage.wait(download / 4.0).await?;
    }
    if stage.look(|world| world.disk.is_full()) {
        return Ok(said(
            1,
            "",
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n",
        ));
    }
    stage.line("Installing collected packages: wandb, kubernetes_asyncio, awscli, azure-identity");
    stage.wait(install / 2.0).await?;
    let put = stage
        .change(|world| {
            let whole = world
                .python
                .wandb
                .get(venv)
                .is_some_and(|(_, whole)| *whole);
            let entry = (version.to_owned(), whole);
            world.python.wandb.insert(venv.to_owned(), entry);
            world.write_file(&venv.join("bin/wandb"), "(program)", 0o755, Privilege::User)
        })
        .await?;
    if let Err(words) = put {
        return Ok(said(1, "", format!("ERROR: {words}\n")));
    }
    stage.wait(install / 2.0).await?;
    stage
        .change(|world| {
            let entry = (version.to_owned(), true);
            world.python.wandb.insert(venv.to_owned(), entry);
        })
        .await?;
    Ok(said(
        0,
        format!("Successfully installed wandb-{version}\n"),
        "",
    ))
}

/// What `python3 -m venv` prints on Debian and its kin without `python3-venv`.
const NO_ENSUREPIP: &str = "\
The virtual environment was not created successfully because ensurepip is not
available.  On Debian/Ubuntu systems, you need to install the python3-venv
package using the following command.

    apt install python3.10-venv

You may need to use sudo with that command.  After installing the python3-venv
package, recreate your virtual environment.
";
