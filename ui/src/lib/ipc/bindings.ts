// Written by the test `bindings_are_current` from the Rust types. Do not edit.

export type ConnectionId = string;

export type ProviderId = string;

export type Snapshot = { 
/**
 * When this was true.
 */
revision: number, 
/**
 * All connections.
 */
connections: Array<ConnectionView>, 
/**
 * The vault.
 */
vault: VaultStatus, 
/**
 * The person's settings.
 */
settings: Settings, };

export type ConnectionView = { 
/**
 * Stable.
 */
id: ConnectionId, 
/**
 * The person's name for it.
 */
name: string, 
/**
 * Provider id.
 */
provider: ProviderId, 
/**
 * Provider name.
 */
provider_name: string, 
/**
 * The authorization server, once it is known: its issuer, or where its tokens come from.
 */
server: string | null, 
/**
 * dev, staging, prod or the person's own word.
 */
environment: string | null, 
/**
 * Who is connected.
 */
account: string | null, 
/**
 * The provider's own name for them (`sub`), where it says one.
 */
account_id: string | null, 
/**
 * Who was until the last sign-in, where that has brought another account.
 */
account_before: string | null, 
/**
 * Where it stands.
 */
status: StatusView, 
/**
 * When the current access token was issued.
 */
issued_at: string | null, 
/**
 * When it ends; absent when unknown or when there is none.
 */
expires_at: string | null, 
/**
 * When the refresh token ends, where the provider says so.
 */
refresh_expires_at: string | null, 
/**
 * When a person will have to sign in again, as far as can be told.
 */
sign_in_by: SignInBy | null, 
/**
 * Asked for.
 */
scopes_requested: Array<string>, 
/**
 * Granted; absent when not connected.
 */
scopes_granted: Array<string> | null, 
/**
 * Asked for and not granted; empty when not connected.
 */
scopes_missing: Array<string>, 
/**
 * What the token is for (RFC 8707).
 */
resources: Array<string>, 
/**
 * Whether it can be renewed without a person.
 */
refreshable: boolean, 
/**
 * Whether the tokens are bound to a key that stays in the vault (RFC 9449): of no use elsewhere, so never copied.
 */
dpop_bound: boolean, 
/**
 * The client.
 */
registration: RegistrationView, 
/**
 * While a person is awaited.
 */
waiting: WaitingView | null, 
/**
 * The newest failure that still matters.
 */
problem: ProblemView | null, 
/**
 * What is weaker than it could be, one sentence each ("This provider cannot do PKCE…").
 */
cautions: Array<string>, 
/**
 * What its tokens reach, for the person to choose from; one each for a tenant, a site, an account.
 */
choices?: Array<ChoiceView>, 
/**
 * What the provider's file keeps of the redirect and of answers: tenant, API host. No secret.
 */
captured?: { [key in string]: string }, 
/**
 * Pages the provider has for a person.
 */
links: Array<ProviderLink>, 
/**
 * The newest line of its record.
 */
last_event: LastEvent, };

export type SignInBy = { 
/**
 * At the latest.
 */
at: string, 
/**
 * How that is known.
 */
basis: SignInBasis, 
/**
 * Each refresh moves it: only who does not refresh until then has to.
 */
moves: boolean, };

export type SignInBasis = "access_token" | "refresh_token" | "history";

export type ChoiceView = { 
/**
 * The name of the value.
 */
store: string, 
/**
 * What it is, for people.
 */
title: string, 
/**
 * The id of the one in use.
 */
chosen: string | null, 
/**
 * All of them.
 */
options: Array<OptionView>, };

export type OptionView = { 
/**
 * Sent to the provider.
 */
id: string, 
/**
 * What a person recognises.
 */
label: string, };

export type StatusView = { 
/**
 * The word.
 */
kind: StatusKind, 
/**
 * Since when.
 */
since: string, 
/**
 * Until when, if time alone will change it.
 */
until: string | null, 
/**
 * What shows it: "Token valid, received from the provider at 14:32". Times are left to the face: no instants here.
 */
evidence: string, 
/**
 * The one next step.
 */
next: Action | null, };

export type StatusKind = "not_connected" | "waiting_for_browser" | "connected" | "expires_soon" | "refreshing" | "expired" | "offline" | "retrying" | "action_needed" | "provider_error" | "keychain_locked" | "unsaved";

export type Action = "connect" | "refresh" | "copy_token" | "retry" | "copy_link" | "unlock" | "edit_connection";

export type ProviderLink = "register" | "docs" | "user_revoke";

export type RegistrationView = { 
/**
 * Public.
 */
client_id: string, 
/**
 * How tokens are obtained.
 */
grant: GrantType, 
/**
 * How it proves itself.
 */
authentication: ClientAuthentication, 
/**
 * How the redirect comes back, for the grant that has one.
 */
redirect: RedirectMethod, 
/**
 * What is registered at the provider, for the grant that has one.
 */
redirect_uri: string, };

export type WaitingView = { 
/**
 * The page, to copy or open again; absent for a redirect that another process awaits.
 */
authorization_url: string | null, 
/**
 * How the redirect comes back; absent for a code.
 */
redirect: RedirectMethod | null, 
/**
 * Where it comes back to; absent for a code.
 */
redirect_uri: string | null, 
/**
 * What to enter where; absent for a redirect.
 */
device: DeviceCodeView | null, 
/**
 * The host the person signs in at.
 */
host: string, 
/**
 * Since when.
 */
started_at: string, 
/**
 * Until when.
 */
expires_at: string, 
/**
 * False when no browser could be opened: the URL must be copied.
 */
browser_opened: boolean, 
/**
 * The answer has come and the tokens are being fetched.
 */
exchanging: boolean, };

export type ProblemView = { 
/**
 * Stable, for programs.
 */
code: string, 
/**
 * What happened.
 */
message: string, 
/**
 * Why: plain text, capped.
 */
cause: string | null, 
/**
 * Whether that is said by Tokenrack, and not in the other side's words.
 */
ours: boolean, 
/**
 * What to do.
 */
suggestion: string, 
/**
 * The button that does it.
 */
action: Action | null, 
/**
 * The HTTP status, when an answer came.
 */
http_status: number | null, 
/**
 * Where it is explained.
 */
docs_url: string, };

export type LastEvent = { 
/**
 * When.
 */
at: string, 
/**
 * What.
 */
kind: ActivityKind, 
/**
 * Why it failed.
 */
code: string | null, };

export type ProviderView = { 
/**
 * Stable.
 */
id: ProviderId, 
/**
 * For people.
 */
name: string, 
/**
 * For filtering.
 */
category: string, 
/**
 * Its icon's name, where that is not the id.
 */
icon: string | null, 
/**
 * The day of the last live check; absent: not verified here.
 */
verified: string | null, };

export type Origin = { "kind": "shipped" } | { "kind": "own", 
/**
 * Its name.
 */
file: string, } | { "kind": "discovered" };

export type ProviderPage = { 
/**
 * Where the entry comes from.
 */
origin: Origin, 
/**
 * Where its facts come from.
 */
sources: Array<string>, 
/**
 * One sentence.
 */
description: string | null, 
/**
 * Where the person registers the client, with variables still in braces.
 */
register_url: string | null, 
/**
 * The provider's documentation.
 */
docs_url: string | null, 
/**
 * Which application type to choose there.
 */
app_type: string | null, 
/**
 * What to do there, in order.
 */
checklist: Array<string>, 
/**
 * What is special.
 */
warnings: Array<string>, 
/**
 * Variables to fill in.
 */
vars: Array<VarView>, 
/**
 * Ways to tokens that the provider is known to offer, best first.
 */
grants: Array<GrantType>, 
/**
 * Whether the client has a secret.
 */
secret: SecretNeed, 
/**
 * The same for a sign-in by a device code.
 */
device_secret: SecretNeed, 
/**
 * Client authentication methods the provider takes, best first.
 */
authentication: Array<ClientAuthentication>, 
/**
 * Ways back the provider takes, best first.
 */
redirects: Array<RedirectMethod>, 
/**
 * Asked for unless the person chooses otherwise.
 */
default_scopes: Array<string>, 
/**
 * Scopes that it is known to have: those that are explained, and those that the server lists.
 */
scopes: Array<string>, 
/**
 * What scopes mean, for people.
 */
scope_meanings: { [key in string]: string }, 
/**
 * Whether the provider gives refresh tokens; absent when unknown.
 */
refreshes: boolean | null, 
/**
 * Whether PKCE is sent.
 */
pkce: boolean, 
/**
 * Stable.
 */
id: ProviderId, 
/**
 * For people.
 */
name: string, 
/**
 * For filtering.
 */
category: string, 
/**
 * Its icon's name, where that is not the id.
 */
icon: string | null, 
/**
 * The day of the last live check; absent: not verified here.
 */
verified: string | null, };

export type SecretNeed = "required" | "optional" | "forbidden";

export type VarView = { 
/**
 * As in `--var name=value`.
 */
name: string, 
/**
 * For people.
 */
title: string, 
/**
 * Used when left empty.
 */
default: string | null, 
/**
 * An example to show in the empty field.
 */
example: string | null, 
/**
 * The only values allowed, if any.
 */
choices: Array<string>, };

export type SpecView = { 
/**
 * What it would be saved as; absent where the text says none that can be one.
 */
id: ProviderId | null, 
/**
 * What is wrong. A file with mistakes is not saved.
 */
findings: Array<FindingView>, 
/**
 * Whether there is a file of the person's own with this id.
 */
exists: boolean, 
/**
 * What to know before it is saved: that it stands in for a shipped provider, that it brings scripts.
 */
cautions: Array<string>, 
/**
 * Variables to fill in before it can be tried.
 */
vars: Array<VarView>, };

export type FindingView = { 
/**
 * The file that has it, where that is one this one starts from.
 */
file: string | null, 
/**
 * Counted from 1; absent when it concerns the file as a whole.
 */
line: number | null, 
/**
 * Where in the format, and what is wrong.
 */
message: string, 
/**
 * Whether that is said by Tokenrack, and not by the reader of TOML.
 */
ours: boolean, 
/**
 * What to write instead.
 */
instead: string | null, };

export type ImportView = { 
/**
 * The file.
 */
text: string, 
/**
 * What of the document is not in it.
 */
left_out: Array<LeftOut>, };

export type LeftOut = { 
/**
 * Where it is: keys from the top, with dots between.
 */
path: string, 
/**
 * Why, as a sentence without a full stop.
 */
why: string, };

export type Draft = { 
/**
 * A catalog id, or the URL of an issuer to discover from.
 */
provider: string, 
/**
 * Empty: the provider's name, with a number if taken.
 */
name?: string, 
/**
 * Public.
 */
client_id: string, 
/**
 * A connection with this client at this server, whose client secret is taken where none travels beside.
 */
client_of?: ConnectionId, 
/**
 * Absent: `none` without a secret, else the first the provider takes.
 */
authentication?: ClientAuthentication, 
/**
 * Absent: with the browser.
 */
grant?: GrantType, 
/**
 * Absent: the provider's default.
 */
scopes?: Array<string>, 
/**
 * What the token is for: absolute URIs (RFC 8707).
 */
resources?: Array<string>, 
/**
 * Tenant, host.
 */
vars: { [key in string]: string }, 
/**
 * dev, staging, prod or the person's own word.
 */
environment?: string, 
/**
 * For the URL of a server that does not say itself where they are.
 */
endpoints?: Endpoints, 
/**
 * Absent: the provider's best.
 */
redirect?: RedirectMethod, 
/**
 * A fixed loopback port; absent: any free one where the provider allows it.
 */
port?: number, 
/**
 * For a client that is registered already: used to the letter.
 */
redirect_uri?: string, };

export type Endpoints = { 
/**
 * Who its answers come from.
 */
issuer?: string, 
/**
 * Where a person signs in.
 */
authorization_endpoint?: string, 
/**
 * Where tokens come from.
 */
token_endpoint?: string, 
/**
 * Where they are ended (RFC 7009).
 */
revocation_endpoint?: string, 
/**
 * Where the server says what it thinks of one (RFC 7662).
 */
introspection_endpoint?: string, 
/**
 * Where a device code comes from (RFC 8628).
 */
device_authorization_endpoint?: string, 
/**
 * Who is connected (OpenID Connect Core §5.3).
 */
userinfo_endpoint?: string, 
/**
 * The keys of its ID tokens.
 */
jwks_uri?: string, };

export type DraftPreview = { 
/**
 * The URI to register.
 */
redirect_uri: string, 
/**
 * How the redirect comes back.
 */
redirect: RedirectMethod, 
/**
 * The name it would have.
 */
name: string, 
/**
 * Where to register, variables filled in.
 */
register_url: string | null, 
/**
 * What is asked for.
 */
scopes: Array<string>, 
/**
 * How tokens would be obtained.
 */
grant: GrantType, 
/**
 * Ways to tokens that the server is known to offer, best first; its own document may add some to the page's.
 */
grants: Array<GrantType>, 
/**
 * How the client would prove itself.
 */
authentication: ClientAuthentication, 
/**
 * Whether the client id may be left empty, because Tokenrack can register itself with the server.
 */
registers: boolean, 
/**
 * Fields that are not right yet: field → what to write instead.
 */
errors: { [key in string]: string }, };

export type DisconnectView = { 
/**
 * Whose.
 */
connection: ConnectionId, 
/**
 * What the provider did.
 */
revocation: Revocation, 
/**
 * Why it did not, when it failed.
 */
problem: ProblemView | null, 
/**
 * Where a person can cut the access by hand.
 */
user_revoke_url: string | null, 
/**
 * The tokens are kept for nothing but their revocation, which is tried again.
 */
tried_again: boolean, 
/**
 * The connection itself was deleted too.
 */
forgotten: boolean, };

export type Revocation = "revoked" | "unsupported" | "failed" | "unknown" | "nothing";

export type BundleView = { 
/**
 * Which file.
 */
kind: BundleKind, 
/**
 * What the person calls it.
 */
file: string, 
/**
 * When it was written.
 */
made_at: string, 
/**
 * What is in it, in its order. A decision names one by its place.
 */
things: Array<ThingView>, };

export type BundleKind = "connections" | "backup";

export type ThingView = { 
/**
 * What it is.
 */
kind: ThingKind, 
/**
 * Its name; a provider's id; empty for the settings.
 */
name: string, 
/**
 * The provider's name.
 */
provider: string | null, 
/**
 * Every host that its provider is asked at, so where codes, secrets and tokens go.
 */
hosts: Array<string>, 
/**
 * How it compares with what is here.
 */
standing: Standing, 
/**
 * The settings that differ, by their names in the file.
 */
differences: Array<string>, 
/**
 * What a person should know before taking it, in whole sentences.
 */
cautions: Array<string>, 
/**
 * It brings scripts, which are given the code, the tokens and the secret of its connection.
 */
has_scripts: boolean, 
/**
 * The client's secret is not in the file and has to be added by hand.
 */
needs_secret: boolean, 
/**
 * The tokens of a backup.
 */
tokens: BundleTokens | null, 
/**
 * Why it cannot be taken.
 */
problem: ProblemView | null, 
/**
 * What can be done with it; the first is usual.
 */
choices: Array<Choice>, 
/**
 * A name that is free, for taking it beside what is here.
 */
free_name: string | null, };

export type ThingKind = "connection" | "provider" | "settings";

export type Standing = "new" | "same" | "differs" | "name_taken" | "unusable";

export type BundleTokens = { 
/**
 * When they were received.
 */
issued_at: string, 
/**
 * Those here are newer, and stay unless the person says otherwise.
 */
older: boolean, };

export type Choice = "add" | "skip" | "replace" | "rename";

export type Decision = { 
/**
 * The thing's place in the file.
 */
thing: number, 
/**
 * What to do.
 */
choice: Choice, 
/**
 * The other name.
 */
name: string | null, };

export type TakenView = { 
/**
 * The thing's place in the file.
 */
thing: number, 
/**
 * What it is.
 */
kind: ThingKind, 
/**
 * Its name here.
 */
name: string, 
/**
 * How it ended.
 */
outcome: Taken, 
/**
 * Its id here.
 */
connection: ConnectionId | null, 
/**
 * The client's secret has to be added by hand.
 */
needs_secret: boolean, 
/**
 * The tokens here were newer and stayed.
 */
kept_tokens: boolean, 
/**
 * Why it was not taken.
 */
problem: ProblemView | null, };

export type Taken = "added" | "replaced" | "skipped" | "failed";

export type WrittenView = { 
/**
 * Where.
 */
path: string, 
/**
 * How many connections it holds.
 */
connections: number, 
/**
 * Those that it does not, because they could not be read.
 */
left_out: Array<LeftOutView>, };

export type LeftOutView = { 
/**
 * Its name.
 */
name: string, 
/**
 * Why.
 */
problem: ProblemView, };

export type CheckView = { 
/**
 * keychain, deep_link, clock, database, browser, files.
 */
name: string, 
/**
 * For people.
 */
title: string, 
/**
 * How it went.
 */
outcome: CheckOutcome, 
/**
 * What was seen.
 */
finding: string, 
/**
 * What to do, unless it is well.
 */
cure: string | null, };

export type CheckOutcome = "ok" | "warning" | "failed";

export type Settings = { 
/**
 * Seconds until a copied token leaves the clipboard, 5 to 300.
 */
clipboard_seconds: number, 
/**
 * Colours.
 */
theme: Theme, 
/**
 * Row height.
 */
density: Density, 
/**
 * What the table's rows are grouped by.
 */
grouping: Grouping, 
/**
 * Whether the desktop says what needs the person while they do not look at the window.
 */
notifications: boolean, 
/**
 * The window's language; absent: the system's.
 */
language: Language | null, 
/**
 * Whether the app goes on in the tray when its window is closed, where the desktop has one.
 */
keep_in_tray: boolean, 
/**
 * What was done from the palette, the newest first, in the page's words. No backup has it.
 */
used?: Array<string>, };

export type Theme = "system" | "light" | "dark";

export type Language = "en" | "de";

export type Density = "comfortable" | "compact";

export type Grouping = "nothing" | "provider" | "environment" | "status";

export type ClientAuthentication = "none" | "client_secret_basic" | "client_secret_post" | "private_key_jwt";

export type GrantType = "authorization_code" | "device_code" | "client_credentials";

export type DeviceCodeView = { 
/**
 * To enter; no secret.
 */
user_code: string, 
/**
 * Where.
 */
verification_uri: string, 
/**
 * With the code filled in, where the server has it.
 */
verification_uri_complete: string | null, };

export type IntrospectionView = { 
/**
 * Whose.
 */
connection: ConnectionId, 
/**
 * Whether the server takes the token.
 */
active: boolean, 
/**
 * What it may do.
 */
scope: Array<string> | null, 
/**
 * For whom it was issued.
 */
client_id: string | null, 
/**
 * Who agreed, for people.
 */
username: string | null, 
/**
 * `Bearer`, `DPoP`.
 */
token_type: string | null, 
/**
 * Who agreed, for programs.
 */
sub: string | null, 
/**
 * Who may take the token.
 */
aud: Array<string>, 
/**
 * Who issued it.
 */
iss: string | null, 
/**
 * When it ends.
 */
exp: string | null, 
/**
 * When it was issued.
 */
iat: string | null, 
/**
 * From when it is taken.
 */
nbf: string | null, };

export type ClaimsView = { 
/**
 * Whose.
 */
connection: ConnectionId, 
/**
 * How it is signed, and by which key.
 */
header: Array<ClaimView>, 
/**
 * What it says.
 */
claims: Array<ClaimView>, };

export type ClaimView = { 
/**
 * As registered (RFC 7519 §10.1), or the server's own.
 */
name: string, 
/**
 * A text as it is, anything else as JSON; one line, capped.
 */
value: string, 
/**
 * The instant that a claim about time names.
 */
at: string | null, };

export type Format = "raw" | "header" | "json" | "env" | "dotenv" | "powershell" | "curl";

export type ResponseView = { 
/**
 * The HTTP status.
 */
status: number, 
/**
 * Its words: "Not Found".
 */
reason: string, 
/**
 * From the request to the whole answer.
 */
duration_ms: number, 
/**
 * Bytes of the whole body.
 */
size: number, 
/**
 * What the body is.
 */
content_type: string | null, 
/**
 * Headers that say nothing of who asked, in lower case.
 */
headers: { [key in string]: string }, 
/**
 * As much of it as is shown.
 */
body: string, 
/**
 * How the body is written here.
 */
encoding: BodyEncoding, 
/**
 * There is more of it.
 */
truncated: boolean, };

export type BodyEncoding = "text" | "base64";

export type RedirectMethod = "deep_link" | "loopback" | "paste";

export type VaultKind = "keychain" | "file";

export type VaultState = "ready" | "locked" | "new" | "absent" | "denied" | "unresponsive";

export type VaultStatus = { 
/**
 * Which kind it is.
 */
kind: VaultKind, 
/**
 * In a person's words: "GNOME Keyring / Secret Service", "Windows Credential Manager", a file's path.
 */
backend: string, 
/**
 * Whether it can be used now.
 */
state: VaultState, 
/**
 * The platform's own words, where it gave any.
 */
detail: string | null, };

export type EngineEvent = { "event": "connections", 
/**
 * When this was true.
 */
revision: number, 
/**
 * New or changed.
 */
changed: Array<ConnectionView>, 
/**
 * Forgotten.
 */
removed: Array<ConnectionId>, } | { "event": "needs_person" } & Reminder | { "event": "recorded", 
/**
 * Of which connections; a line may be of none.
 */
connections: Array<ConnectionId>, } | { "event": "providers" } | { "event": "vault", 
/**
 * As it is now.
 */
status: VaultStatus, };

export type Channel = "app" | "command" | "deep_link" | "loopback" | "paste" | "engine" | "from_newer";

export type ActivityKind = "added" | "authorization_started" | "connected" | "authorization_failed" | "authorization_cancelled" | "callback_refused" | "refreshed" | "refresh_failed" | "token_released" | "revoked" | "revocation_unsupported" | "revocation_failed" | "revocation_given_up" | "revocation_unknown" | "disconnected" | "forgotten" | "edited" | "introspected" | "exported" | "imported" | "backed_up" | "restored" | "from_newer";

export type Attention = { 
/**
 * What it is.
 */
reason: Reason, 
/**
 * Since when; by when, for what lies ahead.
 */
at: string, };

export type Reminder = { 
/**
 * Of which connection.
 */
connection: ConnectionId, 
/**
 * Its name.
 */
name: string, 
/**
 * Why.
 */
attention: Attention, };

export type UnderWay = "saving" | "refresh" | "sign_in";

export type Unfinished = { 
/**
 * Whose.
 */
connection: ConnectionId, 
/**
 * What.
 */
work: UnderWay, };

export type Reason = "sign_in_soon" | "sign_in_needed" | "settings_refused" | "failing_for_days" | "unsaved" | "tokens_missing";

export type ActivityEntry = { 
/**
 * Grows with every line.
 */
seq: number, 
/**
 * When.
 */
at: string, 
/**
 * Which connection, if one; it may have been forgotten since.
 */
connection: ConnectionId | null, 
/**
 * Its name at the time.
 */
connection_name: string, 
/**
 * What happened.
 */
kind: ActivityKind, 
/**
 * Through which door.
 */
channel: Channel, 
/**
 * Why it failed.
 */
code: string | null, 
/**
 * More words.
 */
detail: string | null, };

export type ActivityFilter = { 
/**
 * Only this connection's.
 */
connection?: ConnectionId, 
/**
 * Only about this.
 */
topic?: Topic, 
/**
 * Only what came through this door.
 */
channel?: Channel, 
/**
 * Not before.
 */
since?: string, 
/**
 * Before.
 */
until?: string, 
/**
 * Each word stands in the connection's name, the code or the detail; case does not matter.
 */
words?: string, 
/**
 * Only lines older than the one of this `seq`: the next page.
 */
before?: number, 
/**
 * Only lines newer than the one of this `seq`: what has come since.
 */
after?: number, 
/**
 * At most so many; 0 means 200.
 */
limit?: number, };

export type ActivityFormat = "jsonl" | "csv";

export type Topic = "sign_ins" | "refreshes" | "releases" | "failures" | "changes";
