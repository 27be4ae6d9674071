//! permspec: a property-based conformance suite for AWS Lambda `AddPermission`.
//!
//! ```text
//! contract ──► generate ──► scenario ──► run ──► client ──► observation ──► judge ──► shrink ──► report
//!   └────► model ────────────────────────────────────────────────────────┘
//!   └────► server (model behind HTTP; readings; mutants)
//! ```
//!
//! Made for use from outside is [`embed`], with the types that it names; everything else is public
//! for the program and its tests, and may change with any version.
//!
//! Every file, in the order of that flow. `tests/structure.rs` holds this page complete, and holds
//! each part to what it may import: the model never sees the generators, so that the oracle does
//! not share its maker's mistakes; the server never sees the judge.
//!
//! ## `contract/`: AddPermission as data, readable as documentation
//! * `mod.rs`: what the specification consists of
//! * `member.rs`: the members: where they travel, what they may hold, in both editions
//! * `error.rs`: the errors, documented and real, with their statuses
//! * `evidence.rs`: how we know what we say
//! * `rule.rs`: what a rule is: strength, aspects, directions, phases
//! * `catalogue.rs`: every rule, with its sentence and how each aspect is known
//! * `select.rs`: what a glob of rule ids means, and near names
//! * `ledger.rs`: every sentence of the two documents, tied to rules or excluded with a reason
//! * `drift/mod.rs`: what moved between the editions and a model that AWS publishes
//! * `drift/botocore.rs`: reading botocore's models
//! * `drift/smithy.rs`: reading Smithy models
//! * `drift/tests.rs`: models of our own, in both formats
//! * `dialect.rs`: how a documented pattern is written in Rust's regex syntax
//!
//! ## `pattern/`: automata of the documented patterns, which the generators read
//! * `mod.rs`: what an automaton can be asked
//! * `spelling.rs`: the ranges that a pattern spells
//! * `symbol.rs`: the ranges of characters between which a pattern can tell
//! * `build.rs`: from a translated pattern to the smallest table of transitions
//! * `automaton.rs`: that table, and walks through it
//! * `ways.rs`: how many ways through there are of each length
//! * `member.rs`: strings inside the language: at random, and so that every step is taken
//! * `near_miss.rs`: strings just outside it, each with its repair
//! * `hand_picked.rs`: outsiders that people get wrong, whatever the automaton says
//! * `shrink.rs`: simpler strings on the same side of the language
//! * `coverage.rs`: what strings that were really sent have shown of a pattern
//! * `random.rs`: the little that random strings need of a random number generator
//! * `cache.rs`: automata that live as long as the run
//! * `error.rs`: why a pattern has no automaton
//! * `documented.rs`: for tests: the documented patterns with their bounds
//! * `tests.rs`: strings that are evenly drawn, near, and few
//!
//! ## The shared words
//! * `wire.rs`: HTTP messages as bytes
//! * `observation.rs`: what came back, normalised
//! * `exit_code.rs`: what the exit codes mean
//!
//! ## `scenario/`: the one type that is generated, run, judged, shrunk, stored and replayed
//! * `mod.rs`: fixtures, steps, operations
//! * `template.rs`: texts with references to what a target decides
//! * `encode.rs`: from an operation to the bytes that are sent
//! * `file.rs`: the corpus format
//!
//! ## `event/`: what reporters may know
//! * `mod.rs`: the events of a run
//! * `result.rs`: its result, as `--json` writes it
//! * `diff.rs`: what several implementations answer differently
//! * `check.rs`: what the model says of recorded answers
//!
//! ## `model/`: the oracle: pure, without I/O, clock or randomness
//! * `mod.rs`: what the model can be asked
//! * `world.rs`: what is known to exist, and what is not known
//! * `request.rs`: reading the bytes of a request as the operation that they ask for
//! * `name.rs`: reading a FunctionName
//! * `principal.rs`: reading a Principal
//! * `constraint.rs`: holding a value against both editions, with `regex`
//! * `analysis.rs`: the model's view of a request: why it deserves an error, what a success is like
//! * `resource.rs`: what a policy is attached to
//! * `input.rs`: the members in the body of AddPermission
//! * `analyse.rs`: from a request to its analysis
//! * `add.rs`: the faults of an AddPermission request: name, meaning, the policy's state
//! * `members.rs`: those of its single members
//! * `policy.rs`: those of GetPolicy and RemovePermission
//! * `lookup.rs`: whether a target of grants exists
//! * `reject.rs`: a reason for an error, and which errors it admits
//! * `accepts.rs`: which rules a request puts to the test by being accepted
//! * `grant_statement.rs`: the statement that a grant makes
//! * `statement.rs`: how a statement that came differs from it
//! * `apply.rs`: moving the world along what the target said it did
//! * `tests/`: what the model says of requests, and how it follows what a target did
//!
//! ## `generate/`: scenarios out of the specification, never labelled good or bad
//! * `mod.rs`: the plan of a run, phase by phase
//! * `seed.rs`: seeds, and the one configuration of proptest's runner
//! * `deployers.rs`: the requests of deployment tools, compiled in
//! * `plain.rs`: the plain request, tools to vary it, the documents' examples
//! * `values.rs`: every value that has a meaning of its own
//! * `names.rs`: ways to name a function and its qualifiers
//! * `small.rs`: small scenarios of a few steps, each with one question
//! * `language.rs`: the automata of the members, with the lengths worth sending
//! * `bounds.rs`: texts at each bound from both sides, and across every transition
//! * `near_misses.rs`: texts just outside each pattern
//! * `types.rs`: members missing, null, of every JSON type; bodies of every form
//! * `pairs.rs`: a covering array of all pairs
//! * `random.rs`: random requests with none, one and several faults
//! * `sequence.rs`: operations one after another
//! * `race.rs`: operations at once
//! * `tree.rs`: proptest's value tree over scenarios
//! * `edit.rs`: the edits by which a scenario becomes simpler
//! * `several.rs`: edits that take several operations away at once
//! * `simpler.rs`: simpler texts, bytes and values
//! * `weight.rs`: how far a scenario is from the plainest one
//! * `well_formed.rs`: whether a scenario can be run at all
//! * `repair.rs`: the nearest requests that may behave
//! * `tests/`: what the generators promise
//!
//! ## `client/`: the implementation under test; the only part that knows an HTTP client and AWS's crates
//! * `mod.rs`: a target, and sending to it
//! * `endpoint.rs`: the URL that a user names
//! * `send.rs`: the way of a request out
//! * `credentials.rs`: AWS's credential chain
//! * `sdk_http.rs`: the HTTP client of AWS's crates, on reqwest
//! * `sign.rs`: SigV4
//! * `service.rs`: functions and services of this process as implementations
//! * `rails.rs`: what keeps a run on real AWS harmless: its limits, and what it says of them
//! * `gate.rs`: which requests may go out there, judged from their bytes
//! * `journal.rs`: what was made, on disk before it is made
//! * `pace.rs`: so many requests a second
//! * `health.rs`: whether the target can still be used, and why not
//! * `transport.rs`: one request out, one observation back
//! * `http1.rs`: the client: hyper's connection and a small pool
//! * `tls.rs`: TLS below it
//! * `throttle.rs`: waiting where asked to
//! * `consistency.rs`: how soon writes show, and what had to be waited for
//! * `lambda.rs`: the requests of the operations around AddPermission
//! * `spawn.rs`: a target that permspec starts and ends itself
//! * `cleanup.rs`: deleting what earlier runs left behind
//! * `preflight.rs`: whether a target can be tested at all, and what it can do
//! * `fixture.rs`: what was made for a scenario
//! * `provision.rs`: making fixtures and leaving nothing behind
//! * `readiness.rs`: waiting until a function can be used, and how long that usually takes
//! * `steps.rs`: a scenario's own steps on the functions of its fixture
//! * `testing.rs`: for tests: a server that sends the bytes it is told to, a small fake of Lambda
//! * `tests/`: the target against servers that misbehave
//!
//! ## `judge/`: from expectation and observation to findings
//! * `mod.rs`: judging one answer
//! * `add.rs`: AddPermission
//! * `refusal.rs`: refusals: was one deserved, is it the right one, in the right form
//! * `policy.rs`: GetPolicy and RemovePermission
//! * `race.rs`: operations that were sent at once
//! * `linearize.rs`: whether a concurrent history has an order that explains it
//! * `cause.rs`: findings, cases that count, the key by which findings are one cause
//! * `tests/`: a world, the bytes of a request, an answer, and what judging makes of them
//!
//! ## `known/`: known failures, as files list them
//! * `mod.rs`: entries, and whether one covers a cause
//! * `parse.rs`: reading a file
//! * `when.rs`: the predicate on the failing request
//! * `glob.rs`: globs over the values of members
//! * `update.rs`: a file with entries added and removed
//!
//! ## `run/`: phases, workers, budgets, shrinking
//! * `mod.rs`: the stages of a run, and which file is which
//! * `stages.rs`: a run from its plan to its result
//! * `options.rs`: the options of a run
//! * `engine.rs`: what every part of a run shares
//! * `plan.rs`: which scenarios are played, in which order
//! * `prefetch.rs`: fixtures made before they are needed
//! * `batch.rs`: which scenarios share a fixture
//! * `explore.rs`: batches in flight, each with exact state of its own
//! * `session.rs`: a fixture on the target, with everything that is known of it
//! * `bindings.rs`: what the references of a scenario stand for
//! * `lifecycle.rs`: operations that change functions, versions and aliases
//! * `tidy.rs`: cleaning up after a scenario
//! * `settle.rs`: sending to a target that shows writes late
//! * `played.rs`: its records and findings
//! * `play.rs`: a scenario on a session, step by step
//! * `races.rs`: the operations of one step at once
//! * `deployers.rs`: which deployment tools work, from the answers to their requests
//! * `tally.rs`: cases that count, and findings grouped by cause
//! * `coverage.rs`: what of the specification the requests covered
//! * `confirm.rs`: confirming every cause alone
//! * `shrink.rs`: shrinking it to the smallest scenario that still shows it
//! * `counterexample.rs`: what the reader of a counterexample needs
//! * `describe.rs`: scenarios in a few words
//! * `cause.rs`: from a finding to the cause that results show
//! * `known.rs`: known failures: marked, and replayed to see which are stale
//! * `stale.rs`: entries of known-failure files that no longer apply
//! * `verdict.rs`: from counts and causes to a verdict on each rule
//! * `result.rs`: the result of a run, whether it went through or could not begin
//! * `corpus.rs`: counterexamples kept as files
//! * `replay.rs`: one kept scenario again
//! * `embedded.rs`: the reference server as a target without a socket
//! * `selftest.rs`: the suite against every mutant
//! * `tests/`: runs as a whole, on servers in this process
//!
//! ## `golden/`: recorded answers, and what several implementations answer differently
//! * `mod.rs`: the way from scenarios to goldens, differences and verdicts on goldens
//! * `corpora.rs`: the documented and observed scenarios, compiled in
//! * `set.rs`: which scenarios are sent
//! * `mask.rs`: references and tokens for what a target decides
//! * `recorded_outcome.rs`: one answer as a golden tells it
//! * `file.rs`: the format of golden files
//! * `record.rs`: scenarios sent to a target, each on functions without history
//! * `align.rs`: answers of several sides made comparable
//! * `compare.rs`: where they differ
//! * `cluster.rs`: differences grouped by cause
//! * `diff.rs`: files and endpoints compared, causes shrunk
//! * `playback.rs`: a golden as a target in this process
//! * `check.rs`: the model against goldens, and who is to blame
//!
//! ## `report/`: folds over a run's events and result
//! * `mod.rs`: the reports there are
//! * `deployers.rs`: how deployment tools fared
//! * `findings.rs`: what reports show of a result, told apart the same way in each
//! * `text.rs`: bounding and escaping of what a target said
//! * `progress.rs`: live progress on stderr
//! * `terminal/mod.rs`: the final report on a terminal or in a log
//! * `terminal/ledger.rs`: a line a rule
//! * `terminal/failure.rs`: failures in full
//! * `terminal/summary.rs`: the head, the summary, the last line
//! * `terminal/diff.rs`: differences between implementations
//! * `terminal/check.rs`: goldens held against the model
//! * `terminal/page.rs`: styles, indents, wrapping
//! * `json.rs`: the result as JSON
//! * `ndjson.rs`: the events, a line each
//! * `junit.rs`: JUnit XML
//! * `markdown.rs`: Markdown for the summary of a CI step
//! * `sarif.rs`: SARIF for code scanning
//! * `annotations.rs`: annotations for GitHub Actions
//! * `badge.rs`: a badge
//! * `html/mod.rs`: one offline page
//! * `html/view.rs`: what the page shows
//! * `html/card.rs`: a rule's card on it
//! * `matrix/mod.rs`: several results side by side
//! * `sample.rs`: for tests: results with something of everything
//!
//! ## `schema/`: JSON Schemas of what is read and written
//! * `mod.rs`: the schemas, each whole in itself
//!
//! ## `server/`: the embedded reference server
//! * `mod.rs`: the way of a request through it
//! * `options.rs`: how it is set up
//! * `reference.rs`: one state behind a lock
//! * `http.rs`: the server on a socket
//! * `signature.rs`: checking signatures
//! * `state.rs`: what it holds
//! * `names.rs`: what a path label means to the neighbouring operations
//! * `permission.rs`: AddPermission, GetPolicy, RemovePermission
//! * `choose.rs`: which of a request's faults is answered
//! * `functions.rs`: functions and versions
//! * `account.rs`: listing functions, reserved concurrency
//! * `aliases.rs`: aliases
//! * `reply.rs`: answers as AWS writes them
//! * `digest.rs`: hashes and ids made of counters
//! * `readings.rs`: the admissible ways to settle what the evidence leaves open
//! * `mutants/mod.rs`: servers with exactly one thing broken
//! * `mutants/mutation.rs`: where in the server a mutant does its one wrong thing
//! * `mutants/set.rs`: several mutants in one server
//! * `mutants/tools.rs`: what the lists of mutants share
//! * `mutants/constant.rs`: answering every AddPermission alike
//! * `mutants/names.rs`: wrong with FunctionName and Qualifier
//! * `mutants/body.rs`: wrong with the body as a whole and with types
//! * `mutants/lax_members.rs`: too lax with the required members
//! * `mutants/lax_conditions.rs`: too lax with the members that become conditions
//! * `mutants/strict.rs`: too strict
//! * `mutants/statement.rs`: wrong in what a statement says
//! * `mutants/conditions.rs`: wrong in its conditions
//! * `mutants/errors.rs`: wrong in how an error is told
//! * `mutants/storage.rs`: wrong in what is stored, when, and for how long
//! * `mutants/policy.rs`: wrong in the policy as it is read
//! * `mutants/general.rs`: wrong everywhere at once, as real servers are
//! * `mutants/wire.rs`: wrong in the answer of a success as a whole, and on the wire
//! * `storing.rs`: what mutants do in place of storing rightly
//! * `tests/`: the server against recordings, readings and the model
//!
//! ## `cli/`: arguments in, exit code out
//! * `mod.rs`: the commands, and how their errors become exit codes
//! * `args.rs`: the arguments, as clap reads them
//! * `target_args.rs`: those that say where a target is
//! * `run.rs`: `permspec run`, and bare `permspec`
//! * `spawn.rs`: the target that `--spawn` starts
//! * `comparing.rs`: the arguments of the commands that compare
//! * `record.rs`: `permspec record`
//! * `diff.rs`: `permspec diff`
//! * `golden.rs`: `permspec golden`
//! * `spec.rs`: `permspec spec`
//! * `serve.rs`: `permspec serve`
//! * `replay.rs`: `permspec replay`
//! * `place.rs`: which target the arguments mean, and what is said before real AWS is touched
//! * `cleanup.rs`: `permspec cleanup`
//! * `selftest.rs`: `permspec selftest`
//! * `choices.rs`: the values that arguments can take
//! * `settings.rs`: where settings come from: flags, variables, profile, defaults
//! * `config.rs`: the file of settings
//! * `select.rs`: which rules a run is about
//! * `output.rs`: text on stdout, files whole or not at all
//! * `report.rs`: `permspec report` and `permspec matrix`
//! * `baseline.rs`: `permspec baseline`
//! * `shell.rs`: `permspec completions`, `permspec man` and `permspec schema`
//! * `catalogue.rs`: `permspec list` and `permspec explain`
//!
//! ## The suite inside an emulator's tests
//! * `embed.rs`: handing over an implementation, and asserting that it conforms
//!
//! ## The crate
//! * `lib.rs`: this page
//! * `main.rs`: the program

pub mod cli;
pub mod client;
pub mod contract;
pub mod embed;
pub mod event;
pub mod exit_code;
pub mod generate;
pub mod golden;
pub mod judge;
pub mod known;
pub mod model;
pub mod observation;
pub mod pattern;
pub mod report;
pub mod run;
pub mod scenario;
pub mod schema;
pub mod server;
pub mod wire;
