#!/usr/bin/env node
// Packs the npm packages: `node npm/pack.mjs OUT [PLATFORM=BINARY]...`, such as
// `node npm/pack.mjs dist linux-x64=target/release/permspec`. Makes one package for each platform,
// and the package `permspec` that has all of them as optional dependencies.

import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const [out, ...given] = process.argv.slice(2);
if (!out || given.length === 0 || given.some((pair) => !/^[a-z0-9]+-[a-z0-9]+=./.test(pair))) {
  console.error("usage: node npm/pack.mjs OUT PLATFORM=BINARY...");
  process.exit(2);
}

// The version is said once, in Cargo.toml.
const version = /^version = "(.+)"$/m.exec(readFileSync(join(root, "Cargo.toml"), "utf8"))[1];
const description = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));
const work = mkdtempSync(join(tmpdir(), "permspec-npm-"));
mkdirSync(out, { recursive: true });

const pack = (folder) => {
  for (const licence of ["LICENSE-APACHE", "LICENSE-MIT"]) {
    copyFileSync(join(root, licence), join(folder, licence));
  }
  execFileSync("npm", ["pack", "--silent", "--pack-destination", resolve(out)], { cwd: folder, stdio: "inherit" });
};
const write = (folder, content) =>
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(content, null, 2)}\n`);

try {
  const optionalDependencies = {};
  for (const pair of given) {
    const [platform, binary] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
    const [os, cpu] = platform.split("-");
    const name = `permspec-${platform}`;
    const program = os === "win32" ? "permspec.exe" : "permspec";
    const folder = join(work, name);
    mkdirSync(folder);
    copyFileSync(binary, join(folder, program));
    chmodSync(join(folder, program), 0o755);
    const { license, repository } = description;
    write(folder, {
      name,
      version,
      description: `The program of permspec for ${platform}`,
      license,
      repository,
      os: [os],
      cpu: [cpu],
      files: [program],
    });
    pack(folder);
    optionalDependencies[name] = version;
  }
  const folder = join(work, "permspec");
  mkdirSync(folder);
  cpSync(join(here, "bin"), join(folder, "bin"), { recursive: true });
  copyFileSync(join(root, "README.md"), join(folder, "README.md"));
  write(folder, { ...description, version, optionalDependencies });
  pack(folder);
} finally {
  rmSync(work, { recursive: true, force: true });
}
