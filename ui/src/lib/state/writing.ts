import { focusHeading } from '$lib/focus';
import { text } from '$lib/text';

import type { App } from './app.svelte';
import { DraftForm } from './draft.svelte';
import { asProblem } from './notices.svelte';
import type { Beginning } from './spec.svelte';

/** The editor of provider files: opened, saved, and not left or closed in silence. */
export class Writing {
  /** What the shell was told last. */
  #unsaved = false;

  constructor(private readonly app: App) {}

  /** With one of the person's own, or to begin one. What is unsaved there stays. */
  async open(id: string | null): Promise<void> {
    const { route, ipc } = this.app;
    if (route.spec?.unsaved) {
      route.view = 'provider';
      if (id !== route.spec.editing) route.leaving = () => void this.open(id);
      return;
    }
    await this.app.run('ownspec', id, async () => {
      if (id === null) route.spec = null;
      else await this.begin({ text: await ipc.ownspec(id), editing: id, kept: true });
      route.show('provider');
      void focusHeading();
    });
  }

  async begin(beginning: Beginning): Promise<void> {
    // With the editor, which most people never open.
    const { SpecForm } = await import('./spec.svelte');
    this.app.route.spec = new SpecForm(this.app.ipc, beginning);
  }

  /** Saves, and shows the provider it is about. */
  async save(): Promise<void> {
    const { route, ipc } = this.app;
    const id = route.view === 'provider' ? await route.spec?.save() : null;
    if (!id) return;
    route.spec = route.leaving = null;
    await this.app.run('provider', id, async () => {
      route.adding = new DraftForm(ipc, id, await ipc.provider(id));
    });
    this.app.show('add');
    this.app.announcer.say(text.announce.provider(id));
  }

  /** The window is to be closed, or the app with it: asks whether what is written may be lost. */
  closing(quit: boolean): void {
    const { route, ipc } = this.app;
    route.view = 'provider';
    route.leaving = () => void this.app.run('closewindow', null, () => ipc.closewindow(quit));
    // The shell lets a page that no longer answers be closed; this one does.
    this.#unsaved = false;
    this.isUnsaved(route.spec?.unsaved ?? false);
  }

  /** The shell asks before it closes the window on something unsaved. */
  isUnsaved(now: boolean): void {
    if (now === this.#unsaved) return;
    this.#unsaved = now;
    this.app.ipc.unsavedtext(now).catch((error: unknown) => {
      this.app.notices.add({
        kind: 'problem',
        problem: asProblem(error),
        connection: null,
        command: null,
        retry: null,
      });
    });
  }
}
