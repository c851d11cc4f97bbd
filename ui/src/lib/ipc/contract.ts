// What the page can ask of the app. Every command answers "accepted", an id or a rejection with a `ProblemView`;
// state arrives as events.

import type {
  ActivityEntry,
  BundleView,
  ActivityFilter,
  ActivityFormat,
  CheckView,
  Decision,
  ClaimsView,
  DisconnectView,
  Draft,
  DraftPreview,
  Endpoints,
  EngineEvent,
  Format,
  ImportView,
  IntrospectionView,
  Language,
  ProblemView,
  ProviderPage,
  ProviderLink,
  ProviderView,
  ResponseView,
  Settings,
  Snapshot,
  SpecView,
  TakenView,
  Unfinished,
  WrittenView,
} from './bindings';

/** What the shell adds to the engine's events. */
export type FaceEvent =
  | EngineEvent
  /** Our token is on the clipboard until then; nulls: it has gone. */
  | { event: 'clipboard'; connection: string | null; clears_at: string | null }
  /** Something failed that no command of the page asked for: a stray redirect. */
  | { event: 'notice'; problem: ProblemView }
  /** The window was to close, and would have lost the new tokens of these. */
  | { event: 'unfinished'; left: Unfinished[] }
  /** Show this connection. */
  | { event: 'focus'; connection: string }
  /** The window was to close, and would have lost what is written there; and the app with it. */
  | { event: 'close'; quit: boolean };

/** Where a file of the profile is. */
export interface Place {
  label: string;
  path: string;
}

/** What the desktop offers beside the window. */
export interface Desktop {
  /** A place for an icon, from which a closed window is opened again. */
  tray: boolean;
  /** Whether it starts the app; `null` where that is not offered. */
  autostart: boolean | null;
}

export interface Ipc {
  subscribe(listener: (event: FaceEvent) => void): Promise<Snapshot>;
  /** The language to speak, where the system's are these: the person's choice, or the first of them there is. */
  language(system: readonly string[]): Promise<Language>;
  painted(): Promise<void>;

  providers(query: string): Promise<ProviderView[]>;
  provider(id: string): Promise<ProviderPage>;
  /** A server that does not say itself where its endpoints are. */
  server(url: string, endpoints: Endpoints): Promise<ProviderPage>;

  /** What is wrong with the text of a provider file, and what saving it would mean. */
  lintspec(text: string): Promise<SpecView>;
  /** What a sign-in would stand on. */
  checkspec(text: string, vars: Record<string, string>): Promise<CheckView[]>;
  /** A provider file made of another program's document. */
  importspec(file: string, text: string, id: string | null): Promise<ImportView>;
  /** Answers the id. `before`: what the file said when it was read. */
  savespec(text: string, before: string | null): Promise<string>;
  /** The person's own file, as it is. */
  ownspec(id: string): Promise<string>;
  /** A text, or a provider by id or URL, as a file that stands by itself. */
  exportspec(text: string): Promise<string>;
  exportprovider(id: string): Promise<string>;
  /** Writes a file where downloads go; answers where. */
  /** Where what is exported will go. */
  downloads(): Promise<string>;
  downloadspec(text: string): Promise<string>;

  /** Writes the settings of connections where downloads go, without any secret; `accounts`: with who is connected. */
  exportfile(ids: string[], accounts: boolean): Promise<WrittenView>;
  /** Writes everything there, encrypted. */
  backup(passphrase: string): Promise<WrittenView>;
  /** Reads such a file; `data` is its content in base64. The app holds it until it is taken from or closed. */
  openfile(file: string, data: string, passphrase: string | null): Promise<BundleView>;
  takefile(decisions: Decision[], oldertokens: boolean): Promise<TakenView[]>;
  closefile(): Promise<void>;

  preview(draft: Draft): Promise<DraftPreview>;
  add(draft: Draft, secret: string | null): Promise<string>;
  /** Adds with a refresh token from elsewhere, and uses it at once. */
  bring(draft: Draft, secret: string | null, token: string): Promise<string>;

  connect(id: string): Promise<void>;
  cancel(id: string): Promise<void>;
  reopen(id: string): Promise<void>;
  copylink(id: string): Promise<void>;
  deliver(url: string): Promise<void>;
  refresh(id: string): Promise<void>;
  introspect(id: string): Promise<IntrospectionView>;
  /** What the access token says of itself; null when it is no JWT. */
  claims(id: string): Promise<ClaimsView | null>;
  /** What a test asks for unless the person says otherwise. */
  usualrequest(id: string): Promise<string | null>;
  /** One GET with the connection's token, which is not in the answer. */
  testrequest(id: string, url: string): Promise<ResponseView>;
  /** Which tenant, site or account of several: the id of one of `choices`. */
  choose(id: string, store: string, value: string): Promise<void>;
  disconnect(id: string, forget: boolean): Promise<DisconnectView>;
  draft(id: string): Promise<Draft>;
  edit(id: string, draft: Draft, secret: string | null): Promise<void>;

  copytoken(id: string, format: Format): Promise<void>;
  clearclipboard(): Promise<void>;
  copytext(text: string): Promise<void>;

  /** Ends the app, and with it what waits to be saved. */
  quit(): Promise<void>;
  /** Newest first. */
  activity(filter: ActivityFilter): Promise<ActivityEntry[]>;
  /** Writes what a filter takes where downloads go; answers where. */
  exportactivity(filter: ActivityFilter, format: ActivityFormat): Promise<string>;
  settings(): Promise<Settings>;
  savesettings(settings: Settings): Promise<void>;
  desktop(): Promise<Desktop>;
  setautostart(on: boolean): Promise<void>;
  diagnostics(): Promise<CheckView[]>;
  selftest(): Promise<CheckView>;
  unlock(passphrase: string | null): Promise<void>;

  /** Whether closing the window would lose what is written there. */
  unsavedtext(now: boolean): Promise<void>;
  /** As a person does who lets go of it; with `quit`, the app does not go on in the tray. */
  closewindow(quit: boolean): Promise<void>;
  openlink(id: string, which: ProviderLink): Promise<void>;
  openprovider(id: string, which: ProviderLink, vars: Record<string, string>): Promise<void>;
  opendocs(code: string): Promise<void>;
  /** Of a connection, or of what the diagnostics see. */
  report(id: string | null): Promise<string>;
  files(): Promise<Place[]>;
  version(): Promise<string>;
}
