//! Reading files that a user names: regular files only, up to a size, so that no file hangs a
//! command or fills its memory.

use std::fs::File;
use std::io::{Error, ErrorKind, Read as _};
use std::path::Path;

/// The largest file of any kind that is read, in bytes.
pub const LIMIT: u64 = 16 << 20;
/// The most that is read of a folder of scenario files in all, in bytes.
pub const FOLDER_LIMIT: u64 = 64 << 20;

/// The bytes of a file.
pub fn read(path: &Path, limit: u64) -> std::io::Result<Vec<u8>> {
    // A pipe would be waited at, and a device may never end.
    let is_file = |metadata: std::fs::Metadata| {
        if metadata.is_file() {
            Ok(())
        } else {
            let what = if metadata.is_dir() { "a directory" } else { "a pipe or a device" };
            Err(Error::new(ErrorKind::InvalidInput, format!("it is {what}, not a file")))
        }
    };
    is_file(std::fs::metadata(path)?)?;
    let file = File::open(path)?;
    is_file(file.metadata()?)?;
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        let why = format!("it is larger than the limit of {} MiB", limit >> 20);
        return Err(Error::new(ErrorKind::FileTooLarge, why));
    }
    Ok(bytes)
}

/// The text of a file.
pub fn read_text(path: &Path, limit: u64) -> std::io::Result<String> {
    String::from_utf8(read(path, limit)?)
        .map_err(|_| Error::new(ErrorKind::InvalidData, "it is not UTF-8 text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_the_limit_and_a_directory_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        std::fs::write(&path, "four").unwrap();
        assert_eq!(read_text(&path, 4).unwrap(), "four");
        assert_eq!(read(&path, 3).unwrap_err().kind(), ErrorKind::FileTooLarge);
        assert!(read(folder.path(), 9).unwrap_err().to_string().contains("a directory"));
        std::fs::write(&path, [0xff]).unwrap();
        assert!(read_text(&path, 4).unwrap_err().to_string().contains("UTF-8"));
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_or_a_device_is_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for path in [pipe.as_path(), Path::new("/dev/zero")] {
            let refused = read(path, LIMIT).unwrap_err().to_string();
            assert!(refused.contains("a pipe or a device"), "{refused}");
        }
    }
}
