#!/usr/bin/env node
// Starts the program of the package that was made for this platform.
"use strict";

const { spawn } = require("node:child_process");
const { constants } = require("node:os");

const platform = `${process.platform}-${process.arch}`;
const program = process.platform === "win32" ? "permspec.exe" : "permspec";

let path;
try {
  path = require.resolve(`permspec-${platform}/${program}`);
} catch {
  console.error(
    `permspec: there is no package permspec-${platform} here; ` +
      "install with optional dependencies, or build with cargo install --path .",
  );
  process.exit(1);
}

const child = spawn(path, process.argv.slice(2), { stdio: "inherit" });
// The program gets the terminal's signals itself and decides when to end.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => child.kill(signal));
}
child.on("error", (error) => {
  console.error(`permspec: ${error.message}`);
  process.exit(1);
});
child.on("exit", (code, signal) => {
  process.exit(code ?? 128 + (constants.signals[signal] ?? 0));
});
