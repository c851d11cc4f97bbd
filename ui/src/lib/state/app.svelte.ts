import { untrack } from 'svelte';
import { SvelteMap, SvelteSet } from 'svelte/reactivity';

import { focusHeading, focusLost, focusPanel, focusPassphrase, focusRow, focusSearch } from '$lib/focus';
import type {
  Action,
  ConnectionView,
  Draft,
  Format,
  Language,
  ProblemView,
  ProviderLink,
  Settings,
} from '$lib/ipc/bindings';
import type { FaceEvent, Ipc } from '$lib/ipc/contract';
import { endsByForgetting, hasTokens } from '$lib/status';
import { speak, text } from '$lib/text';

import { Announcer } from './announcer.svelte';
import { Batch, type Verb } from './batch.svelte';
import { Clipboard } from './clipboard.svelte';
import { Clock } from './clock.svelte';
import { Connections } from './connections.svelte';
import { DraftForm, type Typed } from './draft.svelte';
import { Leaving } from './leaving.svelte';
import { Notices, asProblem } from './notices.svelte';
import { Picture } from './picture';
import { Preferences } from './preferences.svelte';
import { Route } from './route.svelte';
import { Table } from './table.svelte';
import { Vault } from './vault.svelte';
import { Writing } from './writing';

/** More than the palette shows: some cannot be done just then. */
const MOST_USED = 10;

/** What the page knows and can do: commands go down through here, events come up into the stores. */
export class App {
  readonly clock = new Clock();
  readonly connections = new Connections();
  readonly preferences = new Preferences();
  readonly table = new Table(this.connections, this.preferences);
  readonly clipboard = new Clipboard();
  readonly vault = new Vault();
  readonly route = new Route();
  readonly notices = new Notices(this.connections);
  readonly announcer = new Announcer();
  readonly picture: Picture;
  readonly writing = new Writing(this);
  readonly leaving = new Leaving(this.connections, this.notices, (id) => this.#forgetNow(id));
  /** Commands that have not been answered yet, as `verb:id`. */
  readonly busy = new SvelteSet<string>();
  /** What was begun with several connections, until its outcome is dismissed. */
  batch = $state.raw<Batch | null>(null);

  /** Why the profile could not be read. */
  failure = $state<ProblemView | null>(null);
  version = $state('');
  /** What is spoken. */
  language = $state<Language>('en');
  /** Counts the changes of the person's own provider files. */
  catalog = $state(0);
  /** Counts what may have added to the activity record: of all, and of each connection. */
  recorded = $state(0);
  readonly recordedOf = new SvelteMap<string, number>();

  /** What is saved, when all that was chosen has been. */
  #saving: Promise<Settings | null> = Promise.resolve(null);

  /** The core says the connections in the language that was asked for. */
  #asked: Promise<unknown> = Promise.resolve();
  /** The words have been loaded. */
  #spoken: Promise<void> = Promise.resolve();

  /** Events that came before the snapshot. */
  #early: FaceEvent[] | null = [];

  constructor(readonly ipc: Ipc) {
    this.picture = new Picture(ipc);
    this.clock.onTick((now) => this.announcer.tick(this.connections.sorted, now));
  }

  async start(): Promise<void> {
    this.failure = null;
    this.#early = [];
    try {
      // The snapshot has what is being saved.
      await Promise.all([this.#saving, this.#asked]);
      const snapshot = await this.ipc.subscribe((event) => this.receive(event));
      await this.#spoken;
      this.connections.reset(snapshot);
      this.vault.status = snapshot.vault;
      this.preferences.set(snapshot.settings);
      this.#saving = Promise.resolve(snapshot.settings);
    } catch (error) {
      await this.#spoken;
      this.failure = asProblem(error);
      return;
    }
    const early = this.#early;
    this.#early = null;
    for (const event of early) this.receive(event);
    // Not waited for: the first picture does not show it.
    void this.ipc.version().then(
      (version) => (this.version = version),
      () => undefined,
    );
  }

  /** Speaks the person's language from now on, or the system's. */
  async speak(): Promise<void> {
    const asked = this.ipc.language(navigator.languages).catch(() => 'en' as const);
    this.#asked = asked;
    this.#spoken = asked.then(speak);
    await this.#spoken;
    this.language = await asked;
  }

  receive(event: FaceEvent): void {
    if (this.#early) {
      this.#early.push(event);
      return;
    }
    this.clock.catchUp();
    switch (event.event) {
      case 'connections':
        for (const { id } of this.connections.withOtherAccount(event))
          this.notices.add({ kind: 'account', connection: id });
        this.announcer.changed(this.connections.apply(event));
        this.#gone(event.removed);
        this.#recorded(event.changed.map(({ id }) => id));
        break;
      case 'recorded':
        this.#recorded(event.connections);
        break;
      case 'vault':
        this.vault.status = event.status;
        break;
      case 'clipboard':
        this.#clipboardChanged(event.connection, event.clears_at);
        break;
      case 'notice':
        this.notices.add({ kind: 'problem', problem: event.problem, connection: null, command: null, retry: null });
        break;
      case 'unfinished':
        this.route.unfinished = event.left;
        break;
      case 'focus':
        this.reveal(event.connection);
        break;
      case 'providers':
        this.catalog += 1;
        break;
      case 'close':
        this.writing.closing(event.quit);
        break;
    }
  }

  // ------------------------------------------------------------- what a person does with a connection

  connect(id: string): Promise<boolean> {
    this.reveal(id);
    return this.run('connect', id, () => this.ipc.connect(id));
  }
  /** A new authorization request with this scope in it. The tokens stay until it has brought others. */
  askFor(id: string, scope: string): Promise<boolean> {
    this.reveal(id);
    return this.run('askfor', id, async () => {
      const draft = await this.ipc.draft(id);
      const scopes = draft.scopes ?? [];
      if (!scopes.includes(scope)) await this.ipc.edit(id, { ...draft, scopes: [...scopes, scope] }, null);
      await this.ipc.connect(id);
    });
  }
  cancel = (id: string): Promise<boolean> => this.run('cancel', id, () => this.ipc.cancel(id));
  reopen = (id: string): Promise<boolean> => this.run('reopen', id, () => this.ipc.reopen(id));
  refresh = (id: string): Promise<boolean> =>
    this.run('refresh', id, async () => {
      await this.ipc.refresh(id);
      this.notices.add({ kind: 'refreshed', connection: id });
    });
  copyToken = (id: string, format: Format = 'raw'): Promise<boolean> =>
    this.run('copytoken', id, () => this.ipc.copytoken(id, format));
  copyLink = (id: string): Promise<boolean> => this.run('copylink', id, () => this.ipc.copylink(id));
  openLink = (id: string, which: ProviderLink): Promise<boolean> =>
    this.run('openlink', id, () => this.ipc.openlink(id, which));
  clearClipboard = (): Promise<boolean> => this.run('clearclipboard', null, () => this.ipc.clearclipboard());
  copyText = (words: string): Promise<boolean> => this.run('copytext', null, () => this.ipc.copytext(words));
  openDocs = (code: string): Promise<boolean> => this.run('opendocs', null, () => this.ipc.opendocs(code));

  async disconnect(id: string, forget: boolean): Promise<void> {
    const { name = '', provider_name: provider = '' } = this.connections.get(id) ?? {};
    await this.run('disconnect', id, async () => {
      const outcome = await this.ipc.disconnect(id, forget);
      if (outcome.revocation !== 'nothing' || !forget)
        this.notices.add({ kind: 'disconnect', outcome, name, provider });
    });
  }

  /** Asks first where an access is ended by it; otherwise it can be undone for a while. A page that closes then keeps it. */
  forget(views: ConnectionView[]): void {
    const ids = views.map(({ id }) => id);
    if (views.some(endsByForgetting)) return void (this.route.question = { kind: 'forget', ids });
    this.leaving.begin(views);
    this.#gone(ids);
    void focusRow();
  }

  /** Keeps what was to be forgotten. */
  undo(): void {
    const last = this.leaving.undo().at(-1);
    if (last === undefined) return;
    this.table.activate(last);
    void focusRow();
  }

  async #forgetNow(id: string): Promise<void> {
    const view = this.connections.get(id);
    // Another process may have connected it meanwhile.
    if (view && !endsByForgetting(view)) await this.disconnect(id, true);
  }

  /** Does the same with each of several; how it goes is shown under the table. */
  begin(verb: Verb, views: ConnectionView[]): void {
    if (this.batch?.over === false) return;
    this.batch = new Batch(this.ipc, verb, views, ({ count }) => this.announcer.say(text.batch.over(verb, count)));
  }

  /** Does a connection's next step, whatever it is. */
  step(action: Action, view: ConnectionView): void {
    switch (action) {
      case 'connect':
        return void this.connect(view.id);
      case 'refresh':
        return void this.refresh(view.id);
      case 'copy_token':
        return void this.copyToken(view.id);
      case 'copy_link':
        return void this.copyLink(view.id);
      case 'retry':
        return void (hasTokens(view) ? this.refresh(view.id) : this.connect(view.id));
      case 'unlock':
        return void this.unlock();
      case 'edit_connection':
        return void this.edit(view.id);
    }
  }

  /**
   * The shell waits for what is under way, saves what waits, and asks again about what is left; here it is asked about what
   * is being written.
   */
  async finishAndQuit(): Promise<void> {
    this.route.unfinished = [];
    if (this.route.spec?.unsaved) return this.writing.closing(true);
    await this.run('closewindow', null, () => this.ipc.closewindow(true));
  }
  quit = (): Promise<boolean> => this.run('quit', null, () => this.ipc.quit());

  /** A keychain asks by itself; a file needs the passphrase, so the field is shown. */
  async unlock(): Promise<void> {
    if (this.vault.status?.kind === 'file') return focusPassphrase();
    await this.run('unlock', null, () => this.ipc.unlock(null));
  }

  async report(problem: ProblemView, id: string | null): Promise<boolean> {
    return this.run('report', id, async () => {
      await this.ipc.copytext(id === null ? text.plainReport(this.version, problem) : await this.ipc.report(id));
    });
  }

  async add(draft: Draft, { secret }: Typed): Promise<string> {
    const id = await this.ipc.add(draft, secret || null);
    this.#added(id);
    return id;
  }

  /** Adds with a refresh token from elsewhere. */
  async bring(draft: Draft, { secret, token }: Typed): Promise<void> {
    this.#added(await this.ipc.bring(draft, secret || null, token.trim()));
  }

  #added(id: string): void {
    this.table.showAll();
    this.reveal(id);
  }

  /** Opens the form with a connection's settings as they are. */
  edit = (id: string): Promise<boolean> =>
    this.run('draft', id, async () => {
      const draft = await this.ipc.draft(id);
      const page = await this.ipc.provider(draft.provider);
      this.route.editing = new DraftForm(this.ipc, draft.provider, page, { id, draft });
      this.show('edit');
    });

  async saveEdit(id: string, draft: Draft, { secret }: Typed): Promise<void> {
    await this.ipc.edit(id, draft, secret || null);
    this.reveal(id);
    this.announcer.say(text.announce.edited(draft.name ?? ''));
  }

  copyDiagnostics = (): Promise<boolean> =>
    this.run('copydiagnostics', null, async () => {
      await this.ipc.copytext(await this.ipc.report(null));
      this.announcer.say(text.problem.reportCopied);
    });

  /** Shown at once and saved one after the other, so that the last choice is the one that is kept. */
  async saveSettings(settings: Settings): Promise<void> {
    this.preferences.set(settings);
    const before = this.#saving;
    const saving = before.then(async (kept) => {
      if (await this.run('savesettings', null, () => this.ipc.savesettings(settings))) return settings;
      if (this.preferences.current === settings) this.preferences.set(kept ?? this.preferences.current);
      return kept;
    });
    this.#saving = saving;
    const [kept, saved] = await Promise.all([before, saving]);
    if (saved?.language !== kept?.language) await this.speakAnew();
  }

  /** What was done from the palette, for the next time it is opened. */
  remember(key: string): void {
    const { current, used } = this.preferences;
    const others = used.filter((other) => other !== key);
    void this.saveSettings({ ...current, used: [key, ...others].slice(0, MOST_USED) });
  }

  /** The language may be another now: what the core has said is said again, and the page starts to listen again. */
  async speakAnew(): Promise<void> {
    const before = this.language;
    await this.speak();
    if (this.language === before) return;
    await this.start();
    await this.ipc.painted();
    void focusHeading();
  }

  // ------------------------------------------------------------- where the person is

  reveal(id: string): void {
    this.route.reveal(id);
    this.table.activate(id);
    void focusPanel();
  }

  show(view: Route['view']): void {
    this.#leave(() => {
      this.route.show(view);
      void (view === 'console' ? focusRow() : view === 'add' && !this.route.adding ? focusSearch() : focusHeading());
    });
  }

  /** Goes, or asks first where what is written would be lost. */
  #leave(go: () => void): void {
    const { route } = this;
    if (route.view === 'provider' && route.spec?.unsaved) return void (route.leaving = go);
    if (route.view === 'provider') route.spec = null;
    go();
  }

  /** Esc: one level back. */
  back(): void {
    const { route } = this;
    if (route.view === 'add' && route.adding) {
      route.adding = null;
      return void focusSearch();
    }
    if (route.view === 'edit') return this.#leaveEdit();
    if (route.view === 'provider') {
      // From a new file back to the ways to begin one, otherwise to where the editor was opened.
      const isNew = route.spec?.editing === null;
      return this.#leave(() => (isNew ? void focusHeading() : this.show('add')));
    }
    if (route.view !== 'console') return this.show('console');
    if (this.batch?.over) return void (this.batch = null);
    if (this.table.selection.size > 0) return this.table.selection.clear();
    const open = route.open === null ? undefined : this.connections.get(route.open);
    if (open?.waiting && !open.waiting.exchanging) return void this.cancel(open.id);
    if (route.open !== null) return this.closePanel();
    if (this.dismissNewest()) return;
    this.table.showAll();
    void focusRow();
  }

  /** The newest notice, if there is one; a focus that was in it goes back to the view. */
  dismissNewest(): boolean {
    void focusLost();
    return this.notices.dismissNewest();
  }

  /** Back to where the editing began: the panel if it stands open, otherwise the row. */
  #leaveEdit(): void {
    this.route.editing = null;
    this.route.show('console');
    void (this.route.open === null ? focusRow() : focusPanel());
  }

  closePanel(): void {
    this.route.closePanel();
    void focusRow();
  }

  /** What is open about a connection that was forgotten meanwhile closes. */
  #gone(removed: string[]): void {
    const { route } = this;
    this.table.selection.drop(removed);
    if (route.open !== null && removed.includes(route.open)) this.closePanel();
    if (route.editing?.edited && removed.includes(route.editing.edited.id)) this.#leaveEdit();
  }

  #recorded(connections: string[]): void {
    this.recorded += 1;
    for (const id of connections) this.recordedOf.set(id, this.recorded);
  }

  #clipboardChanged(id: string | null, clearsAt: string | null): void {
    const had = this.clipboard.clearsAt !== null;
    this.clipboard.set(id, clearsAt);
    const name = id === null ? undefined : this.connections.get(id)?.name;
    if (clearsAt !== null && name !== undefined) this.announcer.say(text.announce.copied(name));
    else if (clearsAt === null && had) this.announcer.say(text.clipboard.cleared);
  }

  /** Runs a command; a rejection becomes a notice with a button that tries again. Answers whether it was accepted. */
  async run(verb: string, id: string | null, command: () => Promise<void>): Promise<boolean> {
    const key = `${verb}:${id ?? ''}`;
    // Untracked: an effect that sends a command must not run again when the command is answered.
    if (untrack(() => this.busy.has(key))) return false;
    this.busy.add(key);
    try {
      await command();
      this.notices.succeeded(key);
      return true;
    } catch (error) {
      const retry = (): void => void this.run(verb, id, command);
      this.notices.add({ kind: 'problem', problem: asProblem(error), connection: id, command: key, retry });
      return false;
    } finally {
      this.busy.delete(key);
    }
  }
}
