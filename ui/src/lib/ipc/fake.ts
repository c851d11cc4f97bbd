// A faithful app in memory, for tests and browser development: `?fake=<scene>`. Only `--mode fake` builds it in.

import type {
  ActivityEntry,
  ConnectionView,
  Decision,
  Draft,
  DraftPreview,
  ProblemView,
  Language,
  ProviderPage,
  Settings,
  Snapshot,
} from './bindings';
import type { FaceEvent, Ipc } from './contract';
import * as data from './fake-data';
import { lived } from './fake-life';
import * as record from './fake-record';
import * as sharing from './fake-sharing';
import * as spec from './fake-spec';

export const FAKE_MARK = 'tokenrack-fake-ipc';

const query = new URLSearchParams(globalThis.location?.search ?? '');
const scene = query.get('fake') ?? 'few';
const life = /^life-(\d+)$/.exec(scene);
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function scenery(): ConnectionView[] {
  if (life) return [data.connection('connected', 1)];
  const full = /^full-(\d+)$/.exec(scene);
  if (full) return Array.from({ length: Number(full[1]) }, (_, n) => data.connection(mixed(n), n));
  switch (scene) {
    case 'empty':
      return [];
    case 'one':
      return [data.connection('connected', 0)];
    case 'all-statuses':
    case 'errors':
      return data.kinds.map((kind, n) => data.connection(kind, n));
    case 'device': {
      const view = data.connection('not_connected', 0);
      const code = { ...view, registration: { ...view.registration, grant: 'device_code' as const } };
      return [data.waiting(code, 4000, true), data.connection('connected', 5)];
    }
    case 'interrupted':
      return [data.interrupted(data.connection('connected', 0))];
    case 'scopes':
      return [
        { ...data.connection('connected', 3), scopes_granted: ['openid', 'offline_access', 'User.Read', 'email'] },
      ];
    case 'bound': {
      const view = data.connection('connected', 2);
      return [{ ...view, dpop_bound: true, status: { ...view.status, next: null } }];
    }
    case 'batch':
    case 'batch-slow':
      return Array.from({ length: 14 }, (_, n) => ({ ...data.connection('connected', n), refreshable: true }));
    case 'waiting':
      return [
        data.connection('waiting_for_browser', 1),
        data.connection('connected', 2),
        data.connection('not_connected', 3),
      ];
    case 'vault-locked':
    case 'vault-file':
      return [0, 1, 2].map((n) => data.connection('keychain_locked', n));
    default:
      return ['connected', 'connected', 'expires_soon', 'action_needed', 'not_connected', 'connected'].map((kind, n) =>
        data.connection(kind as 'connected', n),
      );
  }
}

/** Mostly well, as in life; what is not, at every provider. */
const unwell = [
  'action_needed',
  'expires_soon',
  'waiting_for_browser',
  'retrying',
  'not_connected',
  'offline',
  'provider_error',
  'expired',
  'refreshing',
] as const;
const mixed = (n: number) => (n % 8 === 3 ? (unwell[Math.floor(n / 8) % unwell.length] ?? 'connected') : 'connected');

const vaults: Record<string, Partial<Snapshot['vault']>> = {
  'vault-locked': { state: 'locked' },
  'vault-file': { kind: 'file', backend: '~/.local/share/tokenrack/vault.age', state: 'locked' },
  'vault-new': { kind: 'file', backend: '~/.local/share/tokenrack/vault.age', state: 'new' },
  'vault-absent': { state: 'absent', detail: 'org.freedesktop.secrets is not provided by any service' },
  'vault-denied': { state: 'denied' },
  'vault-unresponsive': { state: 'unresponsive' },
};

let revision = 1;
let settings: Settings = { ...data.settings, theme: (query.get('theme') ?? 'system') as 'system' };
if (query.get('density') === 'compact') settings.density = 'compact';
if (query.has('group')) settings.grouping = query.get('group') as 'provider';
let autostart = false;
let vault = { ...data.ready, ...vaults[scene] };
const views = new Map(scenery().map((view) => [view.id, view]));
/** What `draft` answers beside the view. */
const vars = new Map<string, Draft['vars']>();
const records: ActivityEntry[] = past([...views.values()]);

function past(all: ConnectionView[]): ActivityEntry[] {
  if (scene === 'record-empty') return [];
  if (scene === 'lived') return all.flatMap((view, n) => lived(view, 40 + 7 * n));
  return life ? all.flatMap((view) => lived(view, Number(life[1]))) : record.past(all);
}
let listener: (event: FaceEvent) => void = () => undefined;
let clipboardTimer: ReturnType<typeof setTimeout> | undefined;

/** Changes one connection the way the engine does: a revision, an event, a line in the record. */
function change(id: string, next: (view: ConnectionView) => ConnectionView): void {
  const view = views.get(id);
  if (!view) return;
  const after = next(view);
  views.set(id, after);
  revision += 1;
  records.push({ ...record.line(after, after.last_event.kind, 0), seq: 1_000_000 + revision });
  listener({ event: 'connections', revision, changed: [after], removed: [] });
}

function remove(id: string): void {
  views.delete(id);
  revision += 1;
  listener({ event: 'connections', revision, changed: [], removed: [id] });
}

async function finish(id: string): Promise<void> {
  change(id, (view) => ({ ...view, waiting: view.waiting && { ...view.waiting, exchanging: true } }));
  await wait(300);
  change(id, (view) => data.connected(view, 'connected'));
}

function setClipboard(connection: string | null): void {
  clearTimeout(clipboardTimer);
  const ms = settings.clipboard_seconds * 1000;
  listener({ event: 'clipboard', connection, clears_at: connection === null ? null : data.at(ms) });
  if (connection !== null) clipboardTimer = setTimeout(() => setClipboard(null), ms);
}

function preview(draft: Draft): DraftPreview {
  const page = data.pages.find((p) => p.id === draft.provider);
  const redirect = draft.redirect ?? page?.redirects[0] ?? 'loopback';
  const errors: Record<string, string> = {};
  const registers = draft.provider === 'mastodon';
  if (draft.client_id === '' && !registers) errors['client_id'] = 'Paste the client id from the provider’s page.';
  if ([...views.values()].some((v) => v.name.toLowerCase() === draft.name?.toLowerCase()))
    errors['name'] = 'Another connection has this name.';
  const need = draft.grant === 'device_code' ? page?.device_secret : page?.secret;
  const port = draft.port === undefined ? '' : `:${draft.port}`;
  return {
    redirect,
    redirect_uri:
      draft.redirect_uri ??
      (redirect === 'loopback' ? `http://127.0.0.1${port}/callback` : 'dev.tokenrack.desktop:/oauth/callback'),
    name: page?.name ?? new URL(draft.provider).host,
    register_url: page?.register_url ?? null,
    scopes: draft.scopes ?? [],
    grant: draft.grant ?? 'authorization_code',
    grants: page?.grants ?? ['authorization_code'],
    authentication:
      draft.authentication ?? (need === 'required' ? (page?.authentication[0] ?? 'client_secret_basic') : 'none'),
    registers,
    errors,
  };
}

function discovered(url: string): ProviderPage {
  const host = new URL(url).host;
  const oidc = data.pages.find((p) => p.id === 'oidc') as ProviderPage;
  return {
    ...oidc,
    id: host.replaceAll('.', '-'),
    name: host,
    category: 'discovered',
    origin: { kind: 'discovered' },
    vars: [],
    scopes: ['openid', 'profile', 'email', 'offline_access', 'api:read', 'api:write'],
  };
}

const commands: Ipc = {
  async subscribe(receive) {
    if (scene === 'loading') return new Promise(() => undefined);
    if (scene === 'broken') throw data.problems.store;
    listener = receive;
    return { revision, connections: [...views.values()], vault, settings };
  },
  language: async () => settings.language ?? globalThis.__fake.language,
  async painted() {
    document.documentElement.dataset['painted'] = String(Number(document.documentElement.dataset['painted'] ?? 0) + 1);
  },

  async providers(search) {
    const word = search.trim().toLowerCase();
    const texts = (p: ProviderPage): string[] => [p.name, p.id, ...(data.aliases.get(p.id) ?? []), p.category];
    const rank = (p: ProviderPage): number => (p.name.toLowerCase().startsWith(word) ? 0 : 1);
    return data.pages
      .filter((p) => texts(p).some((words) => words.toLowerCase().includes(word)))
      .sort((a, b) => rank(a) - rank(b));
  },
  async provider(id) {
    if (!id.includes('://')) return data.pages.find((p) => p.id === id) ?? Promise.reject(data.problems.discovery);
    await wait(200);
    if (id.includes('html')) throw data.problems.discovery;
    if (id.includes('nowhere')) throw data.problems.offline;
    return discovered(id);
  },
  async server(url, endpoints) {
    if (Object.values(endpoints).some((endpoint) => !endpoint.startsWith('https://'))) throw data.problems.endpoint;
    return discovered(url);
  },
  async lintspec(text) {
    await wait(30);
    return spec.look(text);
  },
  async checkspec(text, given) {
    await wait(300);
    return spec.check(text, given);
  },
  importspec: async (file, text, id) => spec.imported(file, text, id),
  async savespec(text, before) {
    await wait(60);
    const id = spec.save(text, before);
    listener({ event: 'providers' });
    return id;
  },
  async ownspec(id) {
    return spec.own.get(id) ?? Promise.reject(data.problems.discovery);
  },
  exportspec: async (text) => text,
  async exportprovider(id) {
    if (!id.includes('://')) return spec.own.get(id) ?? spec.least(id, id);
    await wait(200);
    if (id.includes('html')) throw data.problems.discovery;
    const { host } = new URL(id);
    return spec.least(host.replaceAll('.', '-'), host);
  },
  downloads: async () => '/home/octavia/Downloads',
  downloadspec: async (text) => `/home/octavia/Downloads/${spec.look(text).id}.toml`,
  exportfile: async (ids) => sharing.written('connections.tokenrack.json', ids.length),
  async backup(passphrase) {
    await wait(150);
    globalThis.__fake.passphrases.push(passphrase);
    return sharing.written('backup.tokenrack.age', views.size);
  },
  async openfile(file, content, passphrase) {
    await wait(60);
    return sharing.open(file, atob(content), passphrase);
  },
  async takefile(decisions, older) {
    await wait(60);
    globalThis.__fake.taken = { decisions, older };
    return sharing.take(decisions, [...views.keys()][0] ?? null);
  },
  closefile: async () => sharing.close(),
  preview: async (draft) => preview(draft),
  async add(draft) {
    globalThis.__fake.added.push(draft);
    const { name, redirect_uri, redirect, authentication, scopes, grant } = preview(draft);
    const view = data.connection('not_connected', 700 + views.size);
    const page = data.pages.find((p) => p.id === draft.provider);
    const added: ConnectionView = {
      ...view,
      name: draft.name ?? name,
      provider: page?.id ?? 'own',
      provider_name: page?.name ?? name,
      environment: draft.environment ?? null,
      scopes_requested: scopes,
      registration: { client_id: draft.client_id, grant, authentication, redirect, redirect_uri },
      links: page === undefined ? [] : view.links,
      last_event: { at: data.at(0), kind: 'added', code: null },
    };
    views.set(view.id, added);
    change(view.id, () => added);
    return view.id;
  },

  async choose(id, store, value) {
    await wait(60);
    if (scene === 'errors') throw data.problems.serverError;
    change(id, (view) => ({
      ...view,
      choices: (view.choices ?? []).map((c) => (c.store === store ? { ...c, chosen: value } : c)),
    }));
  },

  async bring(draft, secret, token) {
    if (token === '') throw data.problems.invalidClient;
    const id = await this.add(draft, secret);
    change(id, (view) => data.connected(view, 'connected'));
    return id;
  },

  async connect(id) {
    if (views.get(id)?.registration.grant === 'client_credentials')
      return change(id, (view) => data.connected(view, 'connected'));
    change(id, (view) => data.waiting(view, 0, scene !== 'no-browser'));
    if (query.has('auto')) void wait(2500).then(() => finish(id));
  },
  cancel: async (id) =>
    change(id, (v) => ({
      ...data.disconnected(v),
      last_event: { at: data.at(0), kind: 'authorization_cancelled', code: null },
    })),
  reopen: async () => undefined,
  copylink: async () => undefined,
  async deliver(url) {
    const waiting = [...views.values()].find((v) => v.waiting);
    if (!waiting || !url.includes('code=')) throw data.problems.unknownState;
    await finish(waiting.id);
  },
  async refresh(id) {
    if (scene === 'errors') throw data.problems.serverError;
    globalThis.__fake.refreshes.push(id);
    change(id, (v) => ({
      ...v,
      status: {
        ...v.status,
        kind: 'refreshing',
        next: null,
        evidence: 'The token is valid while a new one is fetched.',
      },
    }));
    await (globalThis.__fake.hold ??
      wait(scene === 'batch-slow' ? 400 + globalThis.__fake.refreshes.length ** 3 * 20 : 400));
    const trouble = globalThis.__fake.troubles[views.get(id)?.provider ?? ''];
    if (trouble) {
      change(id, (v) => ({ ...v, problem: trouble, status: { ...v.status, kind: 'retrying', next: 'retry' } }));
      throw trouble;
    }
    change(id, (v) => data.connected(v, 'refreshed'));
  },
  usualrequest: async (id) => (views.get(id)?.provider === 'slack' ? null : 'https://api.example/me'),
  async testrequest(id, url) {
    await wait(60);
    if (url.includes('elsewhere')) throw data.problems.hostNotAllowed;
    if (url.includes('missing'))
      return { ...data.response, status: 404, reason: 'Not Found', body: '{"message":"none"}' };
    return data.response;
  },
  async introspect(id) {
    await wait(200);
    const view = views.get(id);
    if (!view) throw data.problems.unknownState;
    return {
      connection: id,
      active: view.status.kind !== 'expired',
      scope: view.scopes_granted,
      client_id: view.registration.client_id,
      username: view.account,
      token_type: 'Bearer',
      sub: null,
      aud: view.resources,
      iss: null,
      exp: view.expires_at,
      iat: view.issued_at,
      nbf: null,
    };
  },
  async claims(id) {
    await wait(60);
    return views.get(id)?.provider === 'github' ? null : data.claims(id);
  },
  async disconnect(id, forget) {
    const view = views.get(id);
    const revocation = view?.issued_at ? (view.provider === 'slack' ? 'unsupported' : 'revoked') : 'nothing';
    if (forget) remove(id);
    else change(id, data.disconnected);
    return {
      connection: id,
      revocation,
      problem: null,
      user_revoke_url: 'https://slack.example/apps/manage',
      tried_again: false,
      forgotten: forget,
    };
  },
  async draft(id) {
    const view = views.get(id);
    if (!view) throw data.problems.unknownState;
    const { client_id, authentication, redirect, redirect_uri } = view.registration;
    return {
      provider: view.provider,
      name: view.name,
      client_id,
      authentication,
      scopes: view.scopes_requested,
      vars: vars.get(id) ?? {},
      ...(view.environment === null ? {} : { environment: view.environment }),
      redirect,
      redirect_uri,
    };
  },
  async edit(id, draft, secret) {
    globalThis.__fake.edits.push({ id, draft, secret });
    await wait(60);
    if ([...views.values()].some((v) => v.id !== id && v.name === draft.name)) throw data.problems.nameTaken;
    const { redirect_uri, redirect, authentication, scopes, grant } = preview(draft);
    vars.set(id, draft.vars);
    change(id, (v) => ({
      ...(v.problem?.code === data.problems.invalidClient.code ? data.connected(v, 'connected') : v),
      name: draft.name ?? v.name,
      environment: draft.environment ?? null,
      scopes_requested: scopes,
      registration: { client_id: draft.client_id, grant, authentication, redirect, redirect_uri },
      last_event: { at: data.at(0), kind: 'edited', code: null },
    }));
  },

  async copytoken(id, format) {
    await wait(60);
    const view = views.get(id);
    if (view)
      records.push({
        ...record.line(view, 'token_released', 0),
        seq: 2_000_000 + records.length,
        detail: `clipboard, ${format}`,
      });
    setClipboard(id);
    listener({ event: 'recorded', connections: [id] });
  },
  clearclipboard: async () => setClipboard(null),
  copytext: async (words) => void (globalThis.__fake.copied = words),

  quit: async () => void (globalThis.__fake.quit = true),
  async activity(filter) {
    await wait(20);
    if (scene === 'record-broken') throw data.problems.serverError;
    return record.list(records, filter);
  },
  async exportactivity(filter, format) {
    await wait(60);
    if (scene === 'errors') throw data.problems.serverError;
    globalThis.__fake.exported = record.list(records, { ...filter, limit: Infinity }).length;
    return `/home/octavia/Downloads/tokenrack-activity.${format}`;
  },
  settings: async () => settings,
  async savesettings(next) {
    await wait(20);
    settings = next;
  },
  desktop: async () => ({ tray: scene !== 'no-tray', autostart: scene === 'no-tray' ? null : autostart }),
  async setautostart(on) {
    autostart = on;
  },
  diagnostics: async () => data.checks,
  async selftest() {
    await wait(300);
    return { name: 'deep_link', title: 'Deep links', outcome: 'ok', finding: 'A link came back in 84 ms.', cure: null };
  },
  async unlock(passphrase) {
    await wait(150);
    if (vault.kind === 'file' && vault.state === 'locked' && passphrase !== 'correct horse battery')
      throw data.problems.wrongPassphrase;
    vault = { ...vault, state: 'ready' };
    listener({ event: 'vault', status: vault });
    for (const view of [...views.values()])
      if (view.status.kind === 'keychain_locked') change(view.id, (v) => data.connected(v, 'connected'));
  },

  unsavedtext: async (now) => void (globalThis.__fake.unsavedText = now),
  async closewindow(quit) {
    globalThis.__fake.closed = true;
    globalThis.__fake.ended = quit;
  },
  openlink: async () => undefined,
  openprovider: async () => undefined,
  opendocs: async () => undefined,
  report: async (id) => `Tokenrack 0.1.0\n${id === null ? 'every check' : `connection ${id}`}\nnothing secret here`,
  files: async () => [
    { label: 'profile', path: '/home/octavia/.local/share/tokenrack' },
    { label: 'database', path: '/home/octavia/.local/share/tokenrack/tokenrack.db' },
    { label: 'encrypted-file vault', path: '/home/octavia/.local/share/tokenrack/vault' },
    { label: 'locks', path: '/home/octavia/.local/share/tokenrack/locks' },
    { label: 'own providers', path: '/home/octavia/.local/share/tokenrack/providers' },
  ],
  version: async () => '0.1.0',
};

/** Every command that the page gave, and to what. */
const calls: string[] = [];
export const ipc = new Proxy(commands, {
  get: (all, name: keyof Ipc) => {
    const command = all[name].bind(all) as (...given: unknown[]) => unknown;
    return (...given: unknown[]) => {
      calls.push([name, ...given].map((word) => (typeof word === 'string' ? word : JSON.stringify(word))).join(' '));
      return command(...given);
    };
  },
});

declare global {
  /** What the page's tests hold on to. */
  var __fake: {
    mark: string;
    calls: string[];
    /** How many lines of the record were written to a file. */
    exported: number;
    /** The command hands out tokens. */
    release: (id: string, times: number) => void;
    /** The registry of commands. */
    registry: () => Promise<{ id: string; keys: string | null; label: string }[]>;
    copied: string;
    quit: boolean;
    /** What the shell knows of a provider file being written. */
    unsavedText: boolean;
    closed: boolean;
    /** And the app with its window. */
    ended: boolean;
    /** Another program saves a provider file. */
    others: (id: string, text: string) => void;
    added: Draft[];
    /** What was decided on a file. */
    taken: { decisions: Decision[]; older: boolean } | null;
    /** Of backups. */
    passphrases: string[];
    /** What was refreshed, in its order; what a provider answers instead; what all wait for. */
    refreshes: string[];
    troubles: Record<string, ProblemView>;
    hold: Promise<void> | null;
    edits: { id: string; draft: Draft; secret: string | null }[];
    emit: (event: FaceEvent) => void;
    /** The system speaks another language, one of the tests' own included. */
    speak: (language: string) => void;
    language: Language;
    views: () => ConnectionView[];
    change: typeof change;
    settings: () => Settings;
  };
}
globalThis.__fake = {
  mark: FAKE_MARK,
  calls,
  exported: 0,
  release(id, times) {
    const view = views.get(id);
    for (let n = 0; view && n < times; n += 1) {
      revision += 1;
      records.push({ ...record.line(view, 'token_released', 0), seq: 1_000_000 + revision });
    }
    listener({ event: 'recorded', connections: [id] });
  },
  async registry() {
    const { rowCommands, globalCommands } = await import('../state/commands');
    return [...rowCommands.map(({ id, key, label }) => ({ id, keys: key, label })), ...globalCommands].map(
      ({ id, keys, label }) => ({ id, keys, label }),
    );
  },
  copied: '',
  unsavedText: false,
  closed: false,
  ended: false,
  quit: false,
  others: (id, text) => {
    spec.put(id, text);
    listener({ event: 'providers' });
  },
  added: [],
  taken: null,
  passphrases: [],
  refreshes: [],
  troubles: scene === 'batch' ? { gitlab: data.problems.serverError, huggingface: data.problems.offline } : {},
  hold: null,
  edits: [],
  emit: (event) => listener(event),
  speak(language) {
    this.language = language as Language;
    dispatchEvent(new Event('languagechange'));
  },
  language: (query.get('language') ?? 'en') as Language,
  views: () => [...views.values()],
  change,
  settings: () => settings,
};
