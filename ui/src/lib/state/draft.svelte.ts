import type {
  ClientAuthentication,
  Draft,
  DraftPreview,
  Endpoints,
  GrantType,
  ProviderPage,
  RedirectMethod,
  SecretNeed,
} from '$lib/ipc/bindings';
import type { Ipc } from '$lib/ipc/contract';
import { text } from '$lib/text';

/** How a person can come to tokens: by asking the server for them, or with a refresh token from elsewhere. */
export type Way = GrantType | 'refresh_token';

/** What is typed and goes straight to the vault; empty where nothing was. */
export interface Typed {
  secret: string;
  token: string;
}

/** The form of a connection: what a person typed, and how the core reads it. The secret is not part of it. */
export class DraftForm {
  name = $state('');
  clientId = $state('');
  way = $state<Way>('authorization_code');
  environment = $state('');
  scopes = $state('');
  vars = $state<Record<string, string>>({});
  redirect = $state<RedirectMethod>('deep_link');
  authentication = $state<ClientAuthentication | ''>('');
  port = $state('');
  redirectUri = $state('');

  /** The connection whose client this is to be, and its settings. */
  #client = $state.raw<{ id: string; name: string; draft: Draft } | null>(null);

  preview = $state<DraftPreview | null>(null);
  /** Nothing is marked wrong before a person has tried. */
  tried = $state(false);
  #turn = 0;

  constructor(
    private readonly ipc: Ipc,
    /** A catalog id, or the URL it was discovered from. */
    readonly provider: string,
    readonly page: ProviderPage,
    /** The connection whose settings these are, and how they were; absent for a new one. */
    readonly edited: { id: string; draft: Draft } | null = null,
    /** Given by hand, for a server that does not say itself where they are. */
    readonly endpoints: Endpoints | null = null,
  ) {
    this.scopes = page.default_scopes.join('\n');
    this.redirect = page.redirects[0] ?? 'deep_link';
    this.way = page.grants[0] ?? 'authorization_code';
    for (const variable of page.vars) this.vars[variable.name] = variable.default ?? variable.choices[0] ?? '';
    if (edited) this.#fill(edited.draft);
  }

  #fill(draft: Draft): void {
    this.name = draft.name ?? '';
    this.clientId = draft.client_id;
    this.way = draft.grant ?? 'authorization_code';
    this.environment = draft.environment ?? '';
    this.scopes = draft.scopes?.join('\n') ?? this.scopes;
    this.vars = { ...this.vars, ...draft.vars };
    this.redirect = draft.redirect ?? this.redirect;
    this.authentication = draft.authentication ?? '';
    this.port = draft.port?.toString() ?? '';
    this.redirectUri = draft.redirect_uri ?? '';
  }

  /** The client of another connection: as it is registered, and at the server where it is. */
  takeClient(id: string, name: string, draft: Draft): void {
    this.#client = { id, name, draft };
    this.clientId = draft.client_id;
    this.authentication = draft.authentication ?? '';
    this.vars = { ...this.vars, ...draft.vars };
    this.redirect = draft.redirect ?? this.redirect;
    this.redirectUri = draft.redirect_uri ?? '';
    this.port = '';
  }

  /** The same, as long as it is the client that is written here: then its secret stays in the vault and is taken there. */
  readonly shared = $derived.by(() => (this.#client?.draft.client_id === this.clientId.trim() ? this.#client : null));

  /** The registered URI belongs to its way back: with another one the core gives the right URI. */
  comeBackBy(redirect: RedirectMethod): void {
    this.redirect = redirect;
    this.port = '';
    this.redirectUri = redirect === this.edited?.draft.redirect ? (this.edited.draft.redirect_uri ?? '') : '';
  }

  /** Another port means another URI than the registered one. */
  listenOn(port: string): void {
    this.port = port;
    if (this.redirectUri === this.edited?.draft.redirect_uri) this.redirectUri = '';
  }

  /** Ways to choose from, best first. One of a connection's own is kept, whatever its provider's page says today. */
  readonly ways: Way[] = $derived.by(() => {
    const offered = this.preview?.grants ?? this.page.grants;
    // A client that speaks for itself must prove itself (RFC 6749 §4.4).
    const possible = offered.filter((grant) => grant !== 'client_credentials' || this.page.secret !== 'forbidden');
    if (this.edited) return [...new Set<Way>([this.edited.draft.grant ?? 'authorization_code', ...possible])];
    return possible.every((grant) => grant === 'client_credentials') ? possible : [...possible, 'refresh_token'];
  });

  /** Whether the client has a secret, in the way that is chosen. */
  readonly need: SecretNeed = $derived.by(() =>
    this.way === 'device_code' ? this.page.device_secret : this.page.secret,
  );

  /** Whether something comes back to this machine, so that an address has to be registered. */
  readonly redirects: boolean = $derived(this.way === 'authorization_code');

  /** What a client that speaks for itself proves itself with, unless the person says otherwise. */
  readonly #proof: ClientAuthentication | undefined = $derived.by(() =>
    this.way === 'client_credentials' ? this.page.authentication.find((method) => method !== 'none') : undefined,
  );

  /** Whether the client signs with a key instead of sending a secret (RFC 7523). */
  readonly signs: boolean = $derived.by(
    () => (this.draft.authentication ?? this.preview?.authentication) === 'private_key_jwt',
  );

  readonly draft: Draft = $derived.by(() => {
    const draft: Draft = {
      provider: this.provider,
      client_id: this.clientId.trim(),
      scopes: this.scopes.split(/\s+/).filter(Boolean),
      vars: Object.fromEntries(Object.entries(this.vars).filter(([, value]) => value.trim() !== '')),
    };
    if (this.redirects) draft.redirect = this.redirect;
    if (this.way !== 'authorization_code' && this.way !== 'refresh_token') draft.grant = this.way;
    const name = this.name.trim() || this.edited?.draft.name;
    if (name) draft.name = name;
    if (this.endpoints) draft.endpoints = this.endpoints;
    if (this.environment.trim() !== '') draft.environment = this.environment.trim();
    if (this.shared) draft.client_of = this.shared.id;
    const method = this.authentication || this.#proof;
    if (method) draft.authentication = method;
    if (!this.redirects) return draft;
    if (this.redirect === 'loopback' && this.port.trim() !== '' && !this.#portWrong) draft.port = Number(this.port);
    if (this.redirectUri.trim() !== '') draft.redirect_uri = this.redirectUri.trim();
    return draft;
  });

  /** Whether the client id may be left empty. A refresh token belongs to a client that there is already. */
  readonly canRegister: boolean = $derived.by(() => this.preview?.registers === true && this.way !== 'refresh_token');

  /** Whether Tokenrack registers itself with the server. */
  readonly registers: boolean = $derived.by(() => this.canRegister && this.draft.client_id === '');

  /** Asks the core how it reads the draft; a late answer to an older draft is dropped. */
  async look(): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    const preview = await this.ipc.preview($state.snapshot(this.draft));
    if (turn === this.#turn) this.preview = preview;
  }

  readonly #portWrong: boolean = $derived.by(() => {
    const port = Number(this.port);
    return (
      this.redirects &&
      this.redirect === 'loopback' &&
      this.port.trim() !== '' &&
      !(port >= 1024 && port <= 65535 && port % 1 === 0)
    );
  });

  /** Field → what to write instead. A connection's own name is not taken. */
  readonly errors: Record<string, string | undefined> = $derived.by(() => {
    const errors = { ...this.preview?.errors };
    if (this.edited && this.draft.name?.toLowerCase() === this.edited.draft.name?.toLowerCase()) delete errors['name'];
    if (this.#portWrong) errors['port'] = text.add.portRange;
    return errors;
  });

  /** The registered URI, while the draft would come back to another. */
  readonly movedFrom: string | null = $derived.by(() => {
    const before = this.edited?.draft.redirect_uri;
    return before && this.redirects && this.preview && this.preview.redirect_uri !== before ? before : null;
  });

  /** A secret that is in the vault already and stays there unless another is typed. */
  get keepsSecret(): boolean {
    return ((this.edited ?? this.shared)?.draft.authentication ?? 'none') !== 'none';
  }

  secretError(secret: string): string | null {
    if (this.need === 'forbidden') return null;
    const method = this.draft.authentication ?? this.preview?.authentication;
    if (this.registers) return secret === '' ? null : text.add.secretWithoutId;
    if (secret !== '' && this.draft.authentication === 'none') return text.add.publicSecret;
    if (!this.tried) return null;
    if (secret === '' && method !== undefined && method !== 'none' && !this.keepsSecret) return text.add.missing;
    return this.errors['secret'] ?? null;
  }

  tokenError(token: string): string | null {
    return this.tried && this.way === 'refresh_token' && token.trim() === '' ? text.add.missing : null;
  }

  /** Whether the core would take it. */
  fits({ secret, token }: Typed): boolean {
    return (
      Object.keys(this.errors).length === 0 &&
      (this.draft.client_id !== '' || this.registers) &&
      this.secretError(secret) === null &&
      this.tokenError(token) === null
    );
  }

  /** What is wrong with a field: at once when something was typed, otherwise once the person has tried. */
  error(field: string, value: string): string | null {
    const wrong = this.errors[field] ?? null;
    if (wrong !== null && (this.tried || value.trim() !== '')) return wrong;
    const needed = field === 'client_id' && !this.registers;
    return this.tried && needed && value.trim() === '' ? text.add.missing : null;
  }

  /** Mistakes in fields that this form does not show. */
  readonly others: string[] = $derived(
    Object.entries(this.errors)
      .filter(([field]) => !this.#shows(field))
      .map(([field, wrong]) => `${field}: ${wrong ?? ''}`),
  );

  #shows(field: string): boolean {
    if (field === 'secret') return this.need !== 'forbidden';
    if (WAY_BACK.has(field)) return this.redirects;
    return SHOWN.has(field) || this.page.vars.some((v) => v.name === field || `vars.${v.name}` === field);
  }
}

const SHOWN = new Set(['name', 'client_id', 'environment', 'scopes', 'authentication']);
const WAY_BACK = new Set(['redirect', 'redirect_uri', 'port']);
