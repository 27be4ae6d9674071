//! What a run makes on a target, on disk before it is made, so that also a run that was killed can
//! be cleaned up after.
//!
//! A journal is a file of JSON, a line each: first [`Header`], then what is about to be made and
//! what is gone again. It stays locked while its run lives, and is deleted when nothing is left.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// The version of the format.
pub const JOURNAL: &str = "permspec.journal/1";

/// The longest journal that is read, in bytes.
const LONGEST: u64 = 16 << 20;

/// Where journals are kept where no folder is named.
pub const FOLDER: &str = ".permspec/journal";

/// The folder of everything that permspec keeps where no other is named.
const HOME: &str = ".permspec";

/// Where and for which run things are made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The version of the format, [`JOURNAL`].
    pub schema: String,
    /// What sets the run's names apart from another's.
    pub run: String,
    /// The endpoint.
    pub endpoint: String,
    /// The region.
    pub region: String,
    /// The account, by its number.
    pub account: String,
    /// What the names of functions begin with.
    pub prefix: String,
    /// The profile that the credentials came from, where one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// What requests are signed with; where it is not said, with credentials of AWS's chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing: Option<JournalSigning>,
    /// When the run began (RFC 3339).
    pub started: String,
}

/// What the requests of a run are signed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum JournalSigning {
    /// Credentials of AWS's chain.
    Chain,
    /// Dummy credentials.
    Dummy,
    /// Nothing.
    None,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Line {
    Making { function: String },
    Gone { function: String },
}

/// The journal of a run. Its file is made with the first thing that is.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    header: Header,
    file: Mutex<Option<File>>,
    /// Whether a line is on the disk itself before a function is made: that outlasts a machine that
    /// fails, and costs some milliseconds each time.
    lasting: bool,
}

/// A journal that was found.
#[derive(Debug)]
pub struct Found {
    /// Its file.
    pub path: PathBuf,
    /// Whose it is.
    pub header: Header,
    /// The functions that were made and are not known to be gone.
    pub functions: Vec<String>,
    /// Held while the journal is worked on, so that nobody else does.
    file: File,
}

/// Why a journal cannot be worked on.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// It cannot be read or written.
    #[error("the journal {} cannot be used: {error}", path.display())]
    Io {
        /// Its file.
        path: PathBuf,
        /// What is wrong with it.
        error: std::io::Error,
    },
    /// Its run still lives.
    #[error("the run of {} is still going; let it end, it cleans up itself", .0.display())]
    Busy(PathBuf),
    /// The file is not a journal.
    #[error("{} is not a journal of permspec; nothing that it names was touched", .0.display())]
    Foreign(PathBuf),
}

impl Journal {
    /// The journal of one run in a folder, which is made where it is missing. A lasting one is meant
    /// for a target whose functions outlast this machine.
    pub fn new(folder: &Path, header: Header, lasting: bool) -> Result<Self, JournalError> {
        std::fs::create_dir_all(folder)
            .map_err(|error| JournalError::Io { path: folder.to_owned(), error })?;
        let path = folder.join(format!("{}.ndjson", header.run));
        Ok(Self { path, header, file: Mutex::default(), lasting })
    }

    /// Its file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whose it is.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Writes that a function is about to be made. Only once this succeeded may it be made.
    pub(super) fn making(&self, name: &str) -> Result<(), JournalError> {
        self.add(&Line::Making { function: name.to_owned() }, true)
    }

    /// Writes that a function is gone. Where that fails, cleaning up finds out by itself.
    pub(super) fn gone(&self, name: &str) {
        let _ = self.add(&Line::Gone { function: name.to_owned() }, false);
    }

    /// Deletes the file: nothing is left.
    pub(super) fn close(&self) {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if file.take().is_some() {
            // A journal that stays names what is gone, which cleaning up finds out by itself.
            let _ = std::fs::remove_file(&self.path);
        }
        // Our own folder is of no use while it is empty; the user's, and one that holds anything,
        // stay.
        if let Some(folder) = self.path.parent().filter(|folder| *folder == Path::new(FOLDER)) {
            let _ = std::fs::remove_dir(folder);
            let _ = std::fs::remove_dir(HOME);
        }
    }

    fn add(&self, line: &Line, safely: bool) -> Result<(), JournalError> {
        let wrong = |error| JournalError::Io { path: self.path.clone(), error };
        let mut slot = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.is_none() {
            *slot = Some(self.open().map_err(wrong)?);
        }
        let Some(file) = slot.as_mut() else { return Ok(()) };
        let text = serde_json::to_string(line).map_err(|error| wrong(error.into()))?;
        file.write_all(format!("{text}\n").as_bytes()).map_err(wrong)?;
        if safely && self.lasting { file.sync_data().map_err(wrong) } else { Ok(()) }
    }

    fn open(&self) -> std::io::Result<File> {
        if let Some(folder) = self.path.parent() {
            // Another run that ended meanwhile may have removed it.
            std::fs::create_dir_all(folder)?;
        }
        let mut file = OpenOptions::new().create_new(true).append(true).open(&self.path)?;
        // Where files cannot be locked, nobody takes it for one of a run that lives.
        let _ = file.try_lock();
        let text = serde_json::to_string(&self.header)?;
        file.write_all(format!("{text}\n").as_bytes())?;
        if !self.lasting {
            return Ok(file);
        }
        file.sync_all()?;
        // The file's name is to last as well. What is no Unix keeps it by itself.
        #[cfg(unix)]
        if let Some(folder) = self.path.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(file)
    }
}

impl Found {
    /// Reads a journal and keeps others from it.
    pub fn read(path: &Path) -> Result<Self, JournalError> {
        let wrong = |error| JournalError::Io { path: path.to_owned(), error };
        let mut file = OpenOptions::new().read(true).append(true).open(path).map_err(wrong)?;
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Err(JournalError::Busy(path.to_owned()));
        }
        let mut text = String::new();
        let read = (&mut file).take(LONGEST).read_to_string(&mut text).map_err(wrong)?;
        if read as u64 == LONGEST {
            return Err(JournalError::Foreign(path.to_owned()));
        }
        let foreign = || JournalError::Foreign(path.to_owned());
        let mut lines = text.lines();
        let header: Header = lines
            .next()
            .and_then(|line| serde_json::from_str(line).ok())
            .filter(|header: &Header| header.schema == JOURNAL && !header.prefix.is_empty())
            .ok_or_else(foreign)?;
        let mut functions: Vec<String> = Vec::new();
        for line in lines {
            // A run that was killed may leave half a line: what it says was not made yet.
            match serde_json::from_str(line) {
                Ok(Line::Making { function }) if !functions.contains(&function) => {
                    functions.push(function);
                }
                Ok(Line::Gone { function }) => functions.retain(|name| *name != function),
                _ => {}
            }
        }
        // Whatever stands there: only what bears our name is ours.
        let own = format!("{}-{}-", header.prefix, header.run);
        if functions.iter().any(|name| !name.starts_with(&own)) {
            return Err(foreign());
        }
        Ok(Self { path: path.to_owned(), header, functions, file })
    }

    /// Every journal of a folder, in the order of their names; a folder that is missing has none.
    pub fn all(folder: &Path) -> Result<Vec<Result<Self, JournalError>>, JournalError> {
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(JournalError::Io { path: folder.to_owned(), error }),
        };
        let mut paths: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|ending| ending == "ndjson"))
            .collect();
        paths.sort();
        Ok(paths.iter().map(|path| Self::read(path)).collect())
    }

    /// Notes that a function is gone.
    pub(super) fn gone(&mut self, name: &str) {
        self.functions.retain(|known| known != name);
        if let Ok(text) = serde_json::to_string(&Line::Gone { function: name.to_owned() }) {
            // Where that fails, the next cleaning up finds out by itself.
            let _ = self.file.write_all(format!("{text}\n").as_bytes());
        }
    }

    /// Deletes the file, if nothing is left.
    pub fn close(self) {
        if self.functions.is_empty() {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header {
        Header {
            schema: JOURNAL.into(),
            run: "r1".into(),
            endpoint: "http://127.0.0.1:1".into(),
            region: "us-east-1".into(),
            account: "123456789012".into(),
            prefix: "permspec".into(),
            profile: None,
            signing: None,
            started: "2026-01-01T00:00:00Z".into(),
        }
    }

    #[test]
    fn what_is_made_and_not_gone_is_found_again_also_behind_half_a_line() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::new(folder.path(), header(), true).unwrap();
        assert!(!journal.path().exists(), "nothing was made yet");
        for name in ["permspec-r1-a", "permspec-r1-b"] {
            journal.making(name).unwrap();
        }
        journal.gone("permspec-r1-a");
        let busy = Found::read(journal.path()).unwrap_err();
        assert!(matches!(busy, JournalError::Busy(_)), "{busy}");
        let path = journal.path().to_owned();
        drop(journal);
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(br#"{"making":{"function":"permspec-r1"#).unwrap();
        drop(file);
        let mut all = Found::all(folder.path()).unwrap();
        let mut found = all.remove(0).unwrap();
        assert_eq!((&found.header, &found.functions), (&header(), &vec!["permspec-r1-b".into()]));
        found.gone("permspec-r1-b");
        found.close();
        assert!(!path.exists());
    }

    #[test]
    fn a_journal_of_a_run_that_left_nothing_is_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::new(folder.path(), header(), true).unwrap();
        journal.making("permspec-r1-a").unwrap();
        journal.close();
        assert!(Found::all(folder.path()).unwrap().is_empty());
        assert!(Found::all(&folder.path().join("missing")).unwrap().is_empty());
    }

    #[test]
    fn nothing_is_believed_of_a_file_that_names_what_is_not_ours() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.ndjson");
        let head = serde_json::to_string(&header()).unwrap();
        for text in [
            "{}".to_owned(),
            format!("{head}\n{}", r#"{"making":{"function":"my-function"}}"#),
            format!("{head}\n{}", r#"{"making":{"function":"permspec-r2-a"}}"#),
        ] {
            std::fs::write(&path, text).unwrap();
            assert!(matches!(Found::read(&path), Err(JournalError::Foreign(_))));
        }
    }
}
