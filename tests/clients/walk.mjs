// The steps of `walk.json` through the JavaScript SDK: steps on stdin, an answer a line on stdout.
//
// An error is told as the client's own exception class tells it.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// What is imported is looked up beside this file; what is required, where we say.
const require = createRequire(`${process.env.PERMSPEC_TEST_NODE_MODULES}/`);
const sdk = require("@aws-sdk/client-lambda");

const client = new sdk.LambdaClient({});
const revisions = {};

// A member's value, with the revision that an earlier answer carried.
function resolved(value) {
  const prefix = "$revision.";
  const refers = typeof value === "string" && value.startsWith(prefix);
  return refers ? revisions[value.slice(prefix.length)] : value;
}

async function walk(step) {
  const members = Object.entries(step.with).map(([name, value]) => [name, resolved(value)]);
  try {
    const command = new sdk[`${step.call}Command`](Object.fromEntries(members));
    const answer = await client.send(command);
    revisions[step.name] = answer.RevisionId;
    const gives = Object.keys(step.gives ?? {}).map((name) => [name, answer[name]]);
    return { status: answer.$metadata.httpStatusCode, gives: Object.fromEntries(gives) };
  } catch (error) {
    if (!(error instanceof sdk.LambdaServiceException)) throw error;
    return {
      class: error.constructor.name,
      status: error.$metadata.httpStatusCode,
      code: error.name,
      message: error.message,
      type: error.Type ?? null,
    };
  }
}

for (const step of JSON.parse(readFileSync(0, "utf8"))) {
  console.log(JSON.stringify(await walk(step)));
}
