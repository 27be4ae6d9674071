//! permspec: a property-based conformance suite for AWS Lambda `AddPermission`.
//!
//! ```text
//! contract ──► generate ──► scenario ──► run ──► client ──► observation ──► judge ──► shrink ──► report
//!   └────► model ────────────────────────────────────────────────────────┘
//!   └────► server (model behind HTTP; readings; mutants)
//! ```
//!
//! Emulators written in Rust run the suite from their own tests with [`embed`]:
//!
//! ```no_run
//! use permspec::embed::{Request, Response, Suite};
//!
//! # fn emulator(_: Request) -> Response { Response::default() }
//! Suite::of(|request: Request| async move { emulator(request) }).assert_conforms();
//! ```
//!
//! `embed` and the types it names are the public interface. The other modules are public only for
//! the program and its tests; they are hidden here and may change with any version.
//!
//! # Source files
//!
//! `docs/design.md` describes the stages of a run. `tests/structure.rs` checks that this list is
//! complete and that each folder imports only what it may.
//!
//! ## `contract/`: AddPermission as data
//! * `mod.rs`: the contract
//! * `member.rs`: the members: location and constraints, edition by edition
//! * `operation.rs`: the operations on a policy, a row each
//! * `messages.rs`: texts of AWS errors
//! * `partition.rs`: the partitions of AWS
//! * `error.rs`: the errors with their statuses
//! * `evidence.rs`: kinds of evidence
//! * `rule.rs`: what a rule is: strength, aspects, directions, phases
//! * `catalogue.rs`: every rule, with its sentence and evidence
//! * `select.rs`: globs of rule ids, and suggestions for misspelled names
//! * `clients.rs`: what real clients can send, and how they read answers
//! * `ledger.rs`: every sentence of the documentation, with its rules or the reason for its exclusion
//! * `drift/mod.rs`: differences between the editions and a service model
//! * `drift/botocore.rs`: reading botocore's models
//! * `drift/smithy.rs`: reading Smithy models
//! * `drift/tests.rs`: models in both formats
//! * `dialect.rs`: translation of documented patterns to Rust's regex syntax
//!
//! ## `pattern/`: automata of the documented patterns, for generation
//! * `mod.rs`: queries on automata
//! * `spelling.rs`: the character ranges in a pattern
//! * `symbol.rs`: character classes that a pattern distinguishes
//! * `build.rs`: compilation to a minimal transition table
//! * `automaton.rs`: the transition table, and walks through it
//! * `ways.rs`: number of accepted strings of each length
//! * `member.rs`: accepted strings: random, and covering every transition
//! * `near_miss.rs`: rejected strings, each with a repair
//! * `hand_picked.rs`: rejected strings that implementations often accept
//! * `shrink.rs`: simpler strings on the same side of the language
//! * `coverage.rs`: coverage of a pattern by the strings that were sent
//! * `random.rs`: random choices
//! * `cache.rs`: cache of automata
//! * `error.rs`: errors of compilation
//! * `documented.rs`: for tests: the documented patterns and bounds
//! * `tests.rs`: strings that are evenly drawn, near, and few
//!
//! ## The shared words
//! * `wire.rs`: HTTP messages as bytes
//! * `observation.rs`: responses, normalized
//! * `input.rs`: reading of files that a user names, within limits
//! * `exit_code.rs`: exit codes
//!
//! ## `scenario/`: the type that is generated, run, judged, shrunk, stored and replayed
//! * `mod.rs`: fixtures, steps, operations
//! * `template.rs`: text with references to values that the target chooses
//! * `encode.rs`: encoding of operations
//! * `spelling.rs`: other bytes for the same request
//! * `file.rs`: the corpus format
//!
//! ## `event/`: input of the reports
//! * `mod.rs`: the events of a run
//! * `deployer.rs`: how deployment tools fared
//! * `result.rs`: the result of a run, as `--json` writes it
//! * `bug.rs`: bugs, which explain causes across rules
//! * `diff.rs`: differences between implementations
//! * `check.rs`: results of checking recorded responses
//!
//! ## `model/`: the oracle, without I/O, clock or randomness
//! * `mod.rs`: queries on the model
//! * `world.rs`: the state: functions, versions, aliases, policies
//! * `request.rs`: parsing of requests
//! * `name.rs`: parsing of FunctionName
//! * `principal.rs`: parsing of Principal
//! * `constraint.rs`: checking of values against both editions, with `regex`
//! * `analysis.rs`: the model's view of a request: why it deserves an error, what a success is like
//! * `resource.rs`: what a policy is attached to
//! * `input.rs`: the members in the body of AddPermission
//! * `analyse.rs`: from a request to its analysis
//! * `add.rs`: reasons to reject an AddPermission request
//! * `meaning.rs`: reasons in the meaning of values
//! * `members.rs`: reasons that concern single members
//! * `policy.rs`: reasons to reject GetPolicy and RemovePermission
//! * `lookup.rs`: existence of the resource of a policy
//! * `reject.rs`: a reason to reject a request, and the errors it admits
//! * `accepts.rs`: the rules that an accepted request tests
//! * `grant_statement.rs`: the statement that a request adds
//! * `statement.rs`: comparison of statements
//! * `apply.rs`: updating the state after a response
//! * `tests/`: tests of analysis and state
//!
//! ## `generate/`: scenarios from the contract, not labelled valid or invalid
//! * `mod.rs`: the plan of a run, phase by phase
//! * `seed.rs`: seeds, and the configuration of proptest
//! * `deployers.rs`: the requests of deployment tools, compiled in
//! * `plain.rs`: the plain request and its variations, the documented examples
//! * `values.rs`: every meaningful value
//! * `names.rs`: forms of FunctionName and Qualifier
//! * `small.rs`: small scenarios that test one question each
//! * `language.rs`: automata of the members, and useful lengths
//! * `bounds.rs`: strings at every bound, and across every transition
//! * `near_misses.rs`: strings just outside each pattern
//! * `types.rs`: missing members, wrong JSON types, malformed bodies
//! * `notable.rs`: legal values that other software reads as something else
//! * `alike.rs`: policies whose StatementIds are alike
//! * `furnished.rs`: functions, aliases and versions of notable names
//! * `policies.rs`: several policies of one function
//! * `histories.rs`: long policies and histories, revisions that are nearly current
//! * `spelled.rs`: one request in other bytes
//! * `pairs.rs`: a covering array of all pairs
//! * `random.rs`: random requests with no, one or several defects
//! * `sequence.rs`: sequences of operations
//! * `race.rs`: concurrent operations
//! * `tree.rs`: proptest's value tree over scenarios
//! * `edit.rs`: edits that simplify a scenario
//! * `several.rs`: edits that remove several operations
//! * `simpler.rs`: simpler strings, bytes and values
//! * `weight.rs`: complexity of a scenario
//! * `well_formed.rs`: validity of scenarios
//! * `slice.rs`: the part of a sequence that one response depends on
//! * `repair.rs`: the nearest requests that may succeed
//! * `tests/`: tests of the generators
//!
//! ## `client/`: the target; the only user of HTTP clients and AWS crates
//! * `mod.rs`: the target
//! * `endpoint.rs`: endpoint URLs
//! * `send.rs`: sending of requests
//! * `credentials.rs`: AWS's credential chain
//! * `sdk_http.rs`: the HTTP client of AWS's crates, on reqwest
//! * `sign.rs`: SigV4
//! * `service.rs`: functions and services in this process as targets
//! * `rails.rs`: limits of runs on real AWS
//! * `gate.rs`: the check of every request, by its bytes: only to our own functions
//! * `halt.rs`: ending a run: requests and waits observe it
//! * `hanging.rs`: what a target never answers, and how long an answer is waited for
//! * `secrets.rs`: masking of credentials and signatures that a target echoes
//! * `journal.rs`: record of resources, written before they are created
//! * `pace.rs`: the rate limit
//! * `health.rs`: whether the target is still usable
//! * `transport.rs`: one exchange
//! * `http.rs`: the client of one endpoint: reqwest or a connection of its own
//! * `sequential.rs`: requests sent one after another, with reqwest
//! * `http1.rs`: one request on one hyper connection: races, and paths that reqwest rewrites
//! * `exchange.rs`: shared by both: the request, limits on responses, faults
//! * `route.rs`: the route to an endpoint: proxy, TLS
//! * `proxy.rs`: the proxy named by the environment
//! * `tls.rs`: trusted certificates
//! * `throttle.rs`: waiting and repeating when the target throttles
//! * `consistency.rs`: eventual consistency
//! * `lambda.rs`: requests other than AddPermission
//! * `spawn.rs`: starting and ending a target
//! * `cleanup.rs`: deletion of leftovers
//! * `preflight.rs`: checks before a run
//! * `fixture.rs`: the fixture of a scenario
//! * `provision.rs`: creation of fixtures
//! * `release.rs`: deletion of fixtures
//! * `readiness.rs`: waiting until functions are active
//! * `steps.rs`: the steps of a scenario
//! * `testing.rs`: for tests: a scripted server, a fake of Lambda
//! * `tests/`: tests with misbehaving servers
//!
//! ## `judge/`: from expectation and observation to findings
//! * `mod.rs`: judging of one response
//! * `add.rs`: AddPermission
//! * `refusal.rs`: judging of rejections
//! * `policy.rs`: GetPolicy and RemovePermission
//! * `race.rs`: judging of concurrent operations
//! * `linearize.rs`: the linearizability check
//! * `cause.rs`: findings, counted cases, and keys of causes
//! * `tests/`: tests of judging
//!
//! ## `known/`: known failures
//! * `mod.rs`: entries, and the causes they cover
//! * `parse.rs`: reading a file
//! * `when.rs`: the predicate on requests
//! * `glob.rs`: globs over the values of members
//! * `update.rs`: adding and removing entries
//!
//! ## `run/`: phases, workers, budgets, shrinking
//! * `mod.rs`: the stages of a run, and which file is which
//! * `stages.rs`: a run
//! * `options.rs`: the options of a run
//! * `engine.rs`: what every part of a run shares
//! * `plan.rs`: which scenarios are played
//! * `order.rs`: the order of scenarios, by test prioritisation
//! * `features.rs`: the features of a scenario that the order depends on
//! * `prefetch.rs`: fixtures made before they are needed
//! * `batch.rs`: grouping of scenarios that share a fixture
//! * `caps.rs`: bounds on what a target can make a run keep and examine
//! * `explore.rs`: concurrent batches
//! * `session.rs`: a fixture with its state
//! * `bindings.rs`: what the references of a scenario stand for
//! * `lifecycle.rs`: operations that change functions, versions and aliases
//! * `tidy.rs`: cleaning up after a scenario
//! * `settle.rs`: repeated reads on eventually consistent targets
//! * `played.rs`: its records and findings
//! * `play.rs`: playing a scenario
//! * `races.rs`: concurrent steps
//! * `deployers.rs`: which deployment tools work, from the answers to their requests
//! * `tally.rs`: counting of cases, grouping of findings
//! * `coverage.rs`: coverage of the contract
//! * `confirm.rs`: confirmation of causes
//! * `guess.rs`: guesses at smaller scenarios before shrinking
//! * `recall.rs`: a cache of scenarios played while shrinking
//! * `afterwards.rs`: the policy after a scenario
//! * `shrink.rs`: shrinking of causes
//! * `counterexample.rs`: counterexamples
//! * `recording.rs`: recording of requests and responses for diagnosis
//! * `diagnosing.rs`: diagnosis of a run, and confirmation of conditions
//! * `describe.rs`: short descriptions of scenarios
//! * `cause.rs`: from a finding to the cause that results show
//! * `known.rs`: marking of known failures, and stale entries
//! * `stale.rs`: entries of known-failure files that no longer apply
//! * `verdict.rs`: verdicts of rules
//! * `result.rs`: the result of a run, whether it went through or could not begin
//! * `corpus.rs`: saved counterexamples
//! * `replay.rs`: replay of a saved scenario
//! * `embedded.rs`: the reference server as an in-process target
//! * `selftest.rs`: the suite tested with mutants
//! * `tests/`: tests of whole runs
//!
//! ## `diagnose/`: from causes and responses to bugs
//! * `mod.rs`: the stages of diagnosis
//! * `tape.rs`: the record of one fixture
//! * `walk.rs`: the way through a record, judging each response again
//! * `exhibit.rs`: responses and the facts that they show
//! * `bits.rs`: sets of small numbers
//! * `predict.rs`: predictions of mutants
//! * `at_once.rs`: mutants that show in the response to a request itself
//! * `in_time.rs`: mutants that show in responses to later requests
//! * `cover.rs`: the smallest set of mutants that explains the facts
//! * `features.rs`: features of requests and state
//! * `condition.rs`: conditions that separate failing from passing responses
//! * `effect.rs`: comparison of statements as policies
//! * `severity.rs`: severity of a bug
//! * `title.rs`: titles and ids
//! * `reach.rs`: clients that can send a failing request
//! * `limits.rs`: the table of constraints
//! * `bugs.rs`: construction of the bugs
//!
//! ## `golden/`: recorded responses, and comparison of implementations
//! * `mod.rs`: goldens
//! * `corpora.rs`: the documented and observed scenarios, compiled in
//! * `set.rs`: selection of scenarios
//! * `mask.rs`: references and tokens for values that the target chooses
//! * `recorded_outcome.rs`: one recorded response
//! * `file.rs`: the format of golden files
//! * `record.rs`: recording
//! * `align.rs`: alignment of responses
//! * `compare.rs`: comparison of responses
//! * `cluster.rs`: differences grouped by cause
//! * `diff.rs`: comparison of files and endpoints
//! * `playback.rs`: goldens as in-process targets
//! * `check.rs`: checking of goldens
//! * `outdated.rs`: recordings of AWS that newer ones supersede
//!
//! ## `report/`: reports
//! * `mod.rs`: the table of report formats
//! * `deployers.rs`: how deployment tools fared
//! * `findings.rs`: classification of failures, common to all reports
//! * `text.rs`: bounding and escaping of text from targets
//! * `progress.rs`: progress on stderr
//! * `terminal/mod.rs`: the terminal report
//! * `terminal/ledger.rs`: the list of rules
//! * `terminal/failure.rs`: failures
//! * `terminal/bugs.rs`: bugs and constraints
//! * `terminal/summary.rs`: the head, the summary, the last line
//! * `terminal/diff.rs`: differences between implementations
//! * `terminal/check.rs`: results of checking goldens
//! * `terminal/page.rs`: styles, indents, wrapping
//! * `json.rs`: the result as JSON
//! * `ndjson.rs`: the event stream
//! * `junit.rs`: JUnit XML
//! * `markdown.rs`: Markdown for the summary of a CI step
//! * `issues.rs`: one Markdown file a bug
//! * `sarif.rs`: SARIF for code scanning
//! * `annotations.rs`: annotations for GitHub Actions
//! * `badge.rs`: a badge
//! * `html/mod.rs`: one offline page
//! * `html/bugs.rs`: bugs
//! * `html/view.rs`: what the page shows
//! * `html/card.rs`: a rule's card on it
//! * `matrix/mod.rs`: results side by side
//! * `sample.rs`: for tests: sample results
//!
//! ## `schema/`: JSON Schemas of file formats
//! * `mod.rs`: the schemas
//!
//! ## `server/`: the embedded reference server
//! * `mod.rs`: the reference server
//! * `options.rs`: options of the server
//! * `reference.rs`: request handling
//! * `http.rs`: the HTTP listener
//! * `signature.rs`: verification of signatures
//! * `state.rs`: the state of the server
//! * `names.rs`: function names in operations other than AddPermission
//! * `permission.rs`: AddPermission, GetPolicy, RemovePermission
//! * `choose.rs`: selection of the error
//! * `functions.rs`: operations on functions and versions
//! * `account.rs`: operations on the account
//! * `aliases.rs`: aliases
//! * `reply.rs`: responses in the format of AWS
//! * `digest.rs`: hashes and ids
//! * `readings.rs`: readings: answers to open questions
//! * `mutants/mod.rs`: mutants: servers with one defect
//! * `mutants/mutation.rs`: the points at which mutants change behavior
//! * `mutants/set.rs`: several mutants in one server
//! * `mutants/tools.rs`: helpers of the lists
//! * `mutants/constant.rs`: mutants with constant responses
//! * `mutants/names.rs`: mutants of FunctionName and Qualifier
//! * `mutants/body.rs`: mutants of bodies and types
//! * `mutants/lax_members.rs`: mutants that accept invalid required members
//! * `mutants/lax_conditions.rs`: mutants that accept invalid condition members
//! * `mutants/strict.rs`: mutants that reject valid requests
//! * `mutants/statement.rs`: mutants of statements
//! * `mutants/conditions.rs`: mutants of conditions
//! * `mutants/dropped.rs`: mutants that drop a member of an answer
//! * `mutants/errors.rs`: mutants of errors
//! * `mutants/storage.rs`: mutants of storage
//! * `mutants/policy.rs`: mutants of GetPolicy and RemovePermission
//! * `mutants/general.rs`: wrong everywhere at once, as real servers are
//! * `mutants/wire.rs`: mutants of success responses
//! * `predict.rs`: responses of broken servers, for diagnosis
//! * `mutants/alike.rs`: wrong where StatementIds are alike
//! * `mutants/values.rs`: wrong with values to which other software gives a meaning
//! * `mutants/fixtures.rs`: wrong with notable names of functions, aliases and versions
//! * `mutants/histories.rs`: wrong with long policies, and after other operations
//! * `mutants/revisions.rs`: wrong with revisions that are nearly the current one
//! * `mutants/spellings.rs`: wrong with unusual spellings of a request, and long errors
//! * `mutants/overlaps.rs`: wrong where removals, or many requests, overlap
//! * `storing.rs`: storage of mutants
//! * `racing.rs`: storage of racy mutants
//! * `tests/`: tests of the server
//!
//! ## `cli/`: arguments in, exit code out
//! * `mod.rs`: the commands, and their errors
//! * `args.rs`: arguments of the commands
//! * `target_args.rs`: arguments that name a target
//! * `run.rs`: `permspec run`, and bare `permspec`
//! * `spawn.rs`: the target of `--spawn`
//! * `comparing.rs`: the arguments of the commands that compare
//! * `record.rs`: `permspec record`
//! * `diff.rs`: `permspec diff`
//! * `golden.rs`: `permspec golden`
//! * `spec.rs`: `permspec spec`
//! * `serve.rs`: `permspec serve`
//! * `replay.rs`: `permspec replay`
//! * `place.rs`: the target of the arguments
//! * `cleanup.rs`: `permspec cleanup`
//! * `selftest.rs`: `permspec selftest`
//! * `choices.rs`: values of arguments
//! * `settings.rs`: precedence of flags, variables, profiles and defaults
//! * `config.rs`: the settings file
//! * `select.rs`: selection of rules
//! * `output.rs`: output to stdout and files
//! * `show.rs`: `permspec show`
//! * `report.rs`: `permspec report` and `permspec matrix`
//! * `baseline.rs`: `permspec baseline`
//! * `shell.rs`: `permspec completions`, `permspec man` and `permspec schema`
//! * `catalogue.rs`: `permspec list` and `permspec explain`
//!
//! ## The public interface
//! * `embed.rs`: running the suite from Rust tests
//!
//! ## The crate
//! * `lib.rs`: this page
//! * `main.rs`: the program

#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod client;
#[doc(hidden)]
pub mod contract;
#[doc(hidden)]
pub mod diagnose;
pub mod embed;
#[doc(hidden)]
pub mod event;
#[doc(hidden)]
pub mod exit_code;
#[doc(hidden)]
pub mod generate;
#[doc(hidden)]
pub mod golden;
#[doc(hidden)]
pub mod input;
#[doc(hidden)]
pub mod judge;
#[doc(hidden)]
pub mod known;
#[doc(hidden)]
pub mod model;
#[doc(hidden)]
pub mod observation;
#[doc(hidden)]
pub mod pattern;
#[doc(hidden)]
pub mod report;
#[doc(hidden)]
pub mod run;
#[doc(hidden)]
pub mod scenario;
#[doc(hidden)]
pub mod schema;
#[doc(hidden)]
pub mod server;
#[doc(hidden)]
pub mod wire;
