import type {
  ClientAuthentication,
  Draft,
  DraftPreview,
  Endpoints,
  ProviderPage,
  RedirectMethod,
} from '$lib/ipc/bindings';
import type { Ipc } from '$lib/ipc/contract';
import { text } from '$lib/text';

/** The form of a connection: what a person typed, and how the core reads it. The secret is not part of it. */
export class DraftForm {
  name = $state('');
  clientId = $state('');
  environment = $state('');
  scopes = $state('');
  vars = $state<Record<string, string>>({});
  redirect = $state<RedirectMethod>('deep_link');
  authentication = $state<ClientAuthentication | ''>('');
  port = $state('');
  redirectUri = $state('');

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
    private readonly endpoints: Endpoints | null = null,
  ) {
    this.scopes = page.default_scopes.join('\n');
    this.redirect = page.redirects[0] ?? 'deep_link';
    for (const variable of page.vars) this.vars[variable.name] = variable.default ?? variable.choices[0] ?? '';
    if (edited) this.#fill(edited.draft);
  }

  #fill(draft: Draft): void {
    this.name = draft.name ?? '';
    this.clientId = draft.client_id;
    this.environment = draft.environment ?? '';
    this.scopes = draft.scopes?.join('\n') ?? this.scopes;
    this.vars = { ...this.vars, ...draft.vars };
    this.redirect = draft.redirect ?? this.redirect;
    this.authentication = draft.authentication ?? '';
    this.port = draft.port?.toString() ?? '';
    this.redirectUri = draft.redirect_uri ?? '';
  }

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

  readonly draft: Draft = $derived.by(() => {
    const draft: Draft = {
      provider: this.provider,
      client_id: this.clientId.trim(),
      scopes: this.scopes.split(/\s+/).filter(Boolean),
      vars: Object.fromEntries(Object.entries(this.vars).filter(([, value]) => value.trim() !== '')),
      redirect: this.redirect,
    };
    const name = this.name.trim() || this.edited?.draft.name;
    if (name) draft.name = name;
    if (this.endpoints) draft.endpoints = this.endpoints;
    if (this.environment.trim() !== '') draft.environment = this.environment.trim();
    if (this.authentication !== '') draft.authentication = this.authentication;
    if (this.redirect === 'loopback' && this.port.trim() !== '' && !this.#portWrong) draft.port = Number(this.port);
    if (this.redirectUri.trim() !== '') draft.redirect_uri = this.redirectUri.trim();
    return draft;
  });

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
      this.redirect === 'loopback' && this.port.trim() !== '' && !(port >= 1024 && port <= 65535 && port % 1 === 0)
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
    return before && this.preview && this.preview.redirect_uri !== before ? before : null;
  });

  /** A secret that is in the vault already and stays there unless another is typed. */
  get keepsSecret(): boolean {
    return (this.edited?.draft.authentication ?? 'none') !== 'none';
  }

  secretError(secret: string): string | null {
    if (this.page.secret === 'forbidden') return null;
    const method = this.draft.authentication ?? this.preview?.authentication;
    if (secret !== '' && this.draft.authentication === 'none') return text.add.publicSecret;
    if (!this.tried) return null;
    if (secret === '' && method !== undefined && method !== 'none' && !this.keepsSecret) return text.add.missing;
    return this.errors['secret'] ?? null;
  }

  /** Whether the core would take it. */
  fits(secret: string): boolean {
    return Object.keys(this.errors).length === 0 && this.draft.client_id !== '' && this.secretError(secret) === null;
  }

  /** What is wrong with a field: at once when something was typed, otherwise once the person has tried. */
  error(field: string, value: string): string | null {
    const wrong = this.errors[field] ?? null;
    if (wrong !== null && (this.tried || value.trim() !== '')) return wrong;
    return this.tried && field === 'client_id' && value.trim() === '' ? text.add.missing : null;
  }

  /** Mistakes in fields that this form does not show. */
  readonly others: string[] = $derived(
    Object.entries(this.errors)
      .filter(([field]) => !this.#shows(field))
      .map(([field, wrong]) => `${field}: ${wrong ?? ''}`),
  );

  #shows(field: string): boolean {
    if (field === 'secret') return this.page.secret !== 'forbidden';
    return SHOWN.has(field) || this.page.vars.some((v) => v.name === field || `vars.${v.name}` === field);
  }
}

const SHOWN = new Set([
  'name',
  'client_id',
  'environment',
  'scopes',
  'redirect',
  'redirect_uri',
  'port',
  'authentication',
]);
